"""网络: build the network, look at it."""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from youlu.interfaces.cli.app import app, need_database

GROUP = "网络"
network = typer.Typer(no_args_is_help=True, help="网络：网点、邮路、班次。 / The network: offices, routes, trips.")
app.add_typer(network, name="network", rich_help_panel=GROUP)


@network.command()
def build(
    seed: int = typer.Option(2022, help="种子：同一种子得同一网络 / equal seeds give equal networks"),
    townships: bool = typer.Option(True, help="画到甘肃的乡镇与兰州的段道 / Gansu down to townships"),
) -> None:
    """画全国网（示例模型）并设为现行班期。 / Build the model network, in force. Example: ./youlu network build"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.network.selectors import epoch_current
    from youlu.domain.network.services import network_import
    from youlu.scenarios.national import national_build

    plan = national_build(seed=seed, gansu_townships=townships)
    revision = network_import(actor=actor_of_system("network-build"), plan=plan)
    typer.echo(f"班期第{revision.id}版：{len(plan.offices):,}个网点，{len(plan.trips):,}个班次，每周"
               f"{plan.legs_per_week():,}个区段；版次{epoch_current()}。这是示例模型，不是真实班期。", err=True)
    typer.echo('下一步 / next: ./youlu network offices 康县', err=True)


@network.command()
def offices(
    text: str = typer.Argument(help="地名或代码 / a name or a code"),
    limit: int = typer.Option(10, min=1, max=200, help="最多几行 / rows at most"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """按地名或代码查网点。 / Find offices by name or code. Example: ./youlu network offices 城关区"""
    need_database()
    from youlu.domain.network.selectors import offices_search

    found = offices_search(text, limit)
    if as_json:
        typer.echo(json.dumps([asdict(office) for office in found], ensure_ascii=False))
    else:
        for office in found:
            typer.echo(f"{office.code:<10} {_wide(office.name, 16)} {_wide(office.kind_name, 14)} {office.full_name}")
    if not found:
        typer.echo(f"没有叫“{text}”的网点。 / No office is called that.\n核对地名，或写六位区划代码。", err=True)
        raise typer.Exit(1)


@network.command()
def show(as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON")) -> None:
    """现行网络的规模与版次。 / What is in force. Example: ./youlu network show --json"""
    need_database()
    from youlu.domain.network.selectors import network_summary

    summary: dict[str, Any] = asdict(network_summary())
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, default=str))
        return
    if summary["activated_at"] is None:
        typer.echo("网络还是空的。 / The network is empty.\n先运行 / first run: ./youlu network build", err=True)
        raise typer.Exit(1)
    typer.echo(f"版次 {summary['epoch']}，班期第 {summary['revision']} 版，{summary['content_hash'][:12]}")
    for kind, count in summary["offices_by_kind"].items():
        typer.echo(f"{_wide(kind, 16)} {count:>8,}")
    for key, word in (("routes", "邮路"), ("trips", "班次"), ("segments", "段道"), ("compounds", "小区"),
                      ("measures", "现行中断措施")):
        typer.echo(f"{_wide(word, 16)} {summary[key]:>8,}")


@network.command()
def capacity(
    file: Path = typer.Argument(help="能力表CSV；写 - 从标准输入读 / a CSV list, - reads from stdin"),
) -> None:
    """导入处理能力、分拣时段、车型装载量与先后次序。 / Import capacities. Example: ./youlu network capacity 能力.csv"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.network.capacity import capacity_import, capacity_lines

    text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    lines = capacity_lines(text)
    epoch = capacity_import(actor=actor_of_system("network-capacity"), lines=lines)
    typer.echo(f"已导入{len(lines)}行，版次{epoch}；在途邮件按新能力重算。 / {len(lines)} lines stored.", err=True)


@network.command(name="import")
def import_gtfs(
    source: Path = typer.Argument(exists=True, help="GTFS的ZIP或文件夹 / a GTFS zip or folder"),
    title: str = typer.Option("GTFS导入", help="草稿名称 / title of the draft"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """把GTFS读成班期草稿，错处逐行列出。 / Read GTFS into a draft. Example: ./youlu network import gtfs.zip"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.network.gtfs import gtfs_import
    from youlu.domain.network.gtfs_files import feed_folder, feed_zip

    files = feed_folder(source) if source.is_dir() else feed_zip(source.open("rb"))
    done = gtfs_import(actor=actor_of_system("cli"), open_lines=files, title=title)
    for warning in done.warnings:
        typer.echo(warning, err=True)
    for fault in done.faults:
        typer.echo(str(fault), err=True)
    if done.draft_id is None:
        typer.echo(f"共{done.faults_total}处错，列出{len(done.faults)}处；没有导入。改好后整份重导。", err=True)
        raise typer.Exit(1)
    counts = {"draft_id": str(done.draft_id), "trips": done.trips, "new": done.new, "changed": done.changed,
              "dropped": done.dropped}
    typer.echo(json.dumps(counts) if as_json else str(done.draft_id))
    typer.echo(f"{done.trips:,}个班次：加开{done.new:,}，改{done.changed:,}，停开{done.dropped:,}。", err=True)
    typer.echo(f"下一步 / next: ./youlu network activate {done.draft_id} --date 2022-08-01", err=True)


@network.command(name="export")
def export_gtfs(target: Path = typer.Argument(help="写到哪个ZIP / the zip to write")) -> None:
    """把现行班期写成GTFS，可以原样导回。 / Write the timetable as GTFS. Example: ./youlu network export gtfs.zip"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.network.gtfs import gtfs_export

    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, lines in gtfs_export(actor=actor_of_system("cli")).items():
            with packed.open(name, "w") as file:
                for line in lines:
                    file.write(line.encode())
    typer.echo(f"已写 / written: {target}", err=True)


@network.command()
def activate(
    draft: str = typer.Argument(help="草稿编号 / the draft's id"),
    date: str = typer.Option(help="从哪天的班次起 / from which service date on, 2022-08-01"),
) -> None:
    """从某天起启用一份班期草稿。 / Put a draft in force. Example: ./youlu network activate ID --date 2022-08-01"""
    need_database()
    import datetime as dt
    import uuid

    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.continuity.timetables import timetable_activate
    from youlu.domain.network.timetables import draft_get
    from youlu.interfaces.cli.faults import Fault

    actor = actor_of_system("cli")
    try:
        draft_id, day = uuid.UUID(draft), dt.date.fromisoformat(date)
    except ValueError as error:
        raise Fault("编号或日期不对", f"{draft} --date {date}", "日期写成2022-08-01，编号照导入时给的写") from error
    row = draft_get(actor=actor, draft_id=draft_id)
    revision = timetable_activate(actor=actor, draft_id=draft_id, version=row.version, effective_date=day)
    typer.echo(f"第{revision.id}版从{day}的班次起生效，版次{revision.epoch}；在途邮件正在重算。", err=True)


def _wide(text: str, width: int) -> str:
    """Pad to `width` cells; a Han character takes two."""
    return text + " " * max(0, width - sum(2 if ord(letter) > 0x2E7F else 1 for letter in text))
