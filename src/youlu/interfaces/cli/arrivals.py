"""来量: what came to the desk by half hour, from files of before Youlu; forecasts learn from it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from youlu.core.sheets import lines_of
from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.tables import stamp, table_print

arrivals = typer.Typer(no_args_is_help=True, help="来量：每半小时来了多少，预测从中学。 / What came by half hour.")
app.add_typer(arrivals, name="arrivals", rich_help_panel="客服")
SYSTEM = "cli"


@arrivals.command("import")
def import_(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="CSV：时间,来量 / at,count"),
    channel: str = typer.Option(..., "--channel", help="call来电、order工单、contact主动联系"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """导入来量历史。 / Import what came. Example: ./youlu arrivals import calls.csv --channel call"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.workforce.history import history_take

    taken = history_take(actor=actor_of_system(SYSTEM), channel=channel, lines=lines_of(file))
    for fault in taken.faults:
        typer.echo(fault.sentence, err=True)
    if as_json:
        typer.echo(json.dumps(asdict(taken), ensure_ascii=False, default=str))
    else:
        typer.echo(f"收下{taken.half_hours:,}个半小时，{taken.left:,}行没有用上。")
    if taken.left:
        raise typer.Exit(1)


@arrivals.command("list")
def list_(as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON")) -> None:
    """各渠道有多少历史。 / What is known of each channel. Example: ./youlu arrivals list"""
    need_database()
    from youlu.domain.workforce.history import history_known

    rows = history_known()
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, default=str))
        return
    table_print(("渠道", "半小时", "自己数的", "从", "到"), [
        [row.channel_label, f"{row.half_hours:,}", f"{row.counted:,}", stamp(row.first_at), stamp(row.last_at)]
        for row in rows], right=("半小时", "自己数的"))
