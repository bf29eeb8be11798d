"""示例: load a scenario into an empty database."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.language import said

GROUP = "网络"
NOT_LOADED = ("还没有装入场景。先运行 ./youlu scenario lanzhou，或 ./youlu demo。",
              "No scenario is loaded. Run ./youlu scenario lanzhou first, or ./youlu demo.")
scenario = typer.Typer(no_args_is_help=True, help="示例：真实地理，合成人物。 / Real places, made-up people.")
app.add_typer(scenario, name="scenario", rich_help_panel=GROUP)


@scenario.command()
def lanzhou(
    items: int = typer.Option(100_000, min=100, max=1_000_000, help="在途邮件数 / items in flight"),
    seed: int = typer.Option(2022, help="种子 / seed"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """把2022年7月的兰州装进空库。 / Load Lanzhou, July 2022. Example: ./youlu scenario lanzhou"""
    need_database()
    from youlu.core.errors import YouluError
    from youlu.scenarios.lanzhou.load import scenario_load

    try:
        loaded = scenario_load(items=items, seed=seed, tell=lambda *line: typer.echo(said(*line), err=True))
    except YouluError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(asdict(loaded), ensure_ascii=False, default=str))
    else:
        typer.echo(said(f"在途{loaded.items_in_flight:,}件，其中{loaded.to_tour_compounds:,}件寄往演示名单内小区；"
                        f"时钟{loaded.at:%Y-%m-%d %H:%M}。人物均为合成。",
                        f"{loaded.items_in_flight:,} items in flight, {loaded.to_tour_compounds:,} of them to the "
                        f"tour's compounds; the clock stands at {loaded.at:%Y-%m-%d %H:%M}. The people are synthetic."))


@scenario.command()
def zones(
    seed: int = typer.Option(2022, help="种子 / seed"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """演示用的封控小区名单，一行一个。 / The tour's list of compounds, one a line. Example: ./youlu scenario zones"""
    from youlu.scenarios.lanzhou import tour_zones
    from youlu.scenarios.national import national_build

    found = tour_zones(national_build(seed=seed))
    if as_json:
        typer.echo(json.dumps([{"compound_id": zone.compound.id, "name": zone.compound.name, "risk": zone.risk}
                               for zone in found], ensure_ascii=False))
    else:
        for zone in found:
            typer.echo(zone.compound.name)


@scenario.command()
def day() -> None:
    """总客服平常的一天：人都在岗。 / A normal day of the desk, all on site. Example: ./youlu scenario day"""
    _desk_turns("day")


@scenario.command()
def night() -> None:
    """封控的一夜：14人居家，来电3倍。 / The night: 14 at home, triple calls. Example: ./youlu scenario night"""
    _desk_turns("night")


@scenario.command()
def month(seed: int = typer.Option(2022, help="种子 / seed")) -> None:
    """前35天办结的工单，每天1600单。 / 35 days of closed orders, 1,600 a day. Example: ./youlu scenario month"""
    need_database()
    from youlu.scenarios.lanzhou.load import scenario_loaded
    from youlu.scenarios.lanzhou.month import month_is_there, month_make

    if not scenario_loaded():
        typer.echo(said(*NOT_LOADED), err=True)
        raise typer.Exit(1)
    if month_is_there():
        typer.echo(said("前35天的工单已经在了，没有再装。", "The 35 days are there already."), err=True)
        raise typer.Exit(1)
    done = month_make(seed=seed)
    typer.echo(said(f"已装入{done:,}张办结的工单。下一步：主管在 /desk 看办结、导出。",
                    f"{done:,} closed orders. Next: a supervisor sees and exports them at /desk."))


def _desk_turns(which: str) -> None:
    """Put everybody of a loaded scenario where they are by day, or on the night."""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.workforce.selectors import present_now
    from youlu.scenarios.lanzhou.load import scenario_loaded
    from youlu.scenarios.lanzhou.night import day_begin, night_begin

    if not scenario_loaded():
        typer.echo(said(*NOT_LOADED), err=True)
        raise typer.Exit(1)
    (day_begin if which == "day" else night_begin)(actor=actor_of_system("scenario"))
    present = present_now()
    typer.echo(f"在岗{present.on_site}人，居家{present.at_home}人，不在{present.out}人。"
               "下一步：主管打开 /emergency，算三个方案。")


@scenario.command()
def traces(
    file: Path = typer.Argument(help="写到哪个CSV / the CSV to write"),
    day: datetime = typer.Option(..., formats=["%Y-%m-%d"], help="收寄日 / day of acceptance"),
    items: int = typer.Option(2_000, min=1, max=1_000_000, help="邮件数 / items"),
    seed: int = typer.Option(1, min=1, max=9_000, help="种子 / seed"),
) -> None:
    """扮演现有系统，写一天的轨迹。 / A day's traces. Example: ./youlu scenario traces t.csv --day 2022-07-11"""
    need_database()
    from youlu.scenarios.present_system import traces_write

    with file.open("w", encoding="utf-8-sig", newline="") as out:
        rows = traces_write(out, items=items, day=day.date(), seed=seed)
    typer.echo(f"已写{rows:,}条轨迹：{file}。号码和邮件都是合成的。")
