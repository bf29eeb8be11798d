"""旁路对照: what our promises would have been worth."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from youlu.interfaces.cli.app import need_database
from youlu.interfaces.cli.faults import Fault

if TYPE_CHECKING:
    from youlu.domain.insight.shadow import ShadowRow

app = typer.Typer(no_args_is_help=True, help="旁路对照 / promises beside your present system")
CAUSES = {"none": "没有变故", "closure": "中断", "lift": "解除", "missed": "未赶上班次", "moved": "位置变化",
          "timetable": "班期调整", "capacity": "处理能力", "undelivered": "投递未妥", "": "其余"}


@app.callback()
def group() -> None:
    """旁路对照 / promises beside your present system"""


@app.command()
def report(
    first: datetime = typer.Option(..., "--from", formats=["%Y-%m-%d"], help="妥投首日 / first day of delivery"),
    last: datetime = typer.Option(..., "--to", formats=["%Y-%m-%d"], help="妥投末日 / last day of delivery"),
    source: str = typer.Option("", help="来源代码 / code of the source"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """旁路对照。 / Promises against deliveries. Example: ./youlu shadow report --from 2022-07-11 --to 2022-07-17"""
    if last < first:
        raise Fault("末日早于首日。", f"{first:%Y-%m-%d}—{last:%Y-%m-%d}", "把--from和--to对调")
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.insight.shadow import shadow_report

    found = shadow_report(actor=actor_of_system("cli"), first_date=first.date(), last_date=last.date(), source=source)
    if as_json:
        typer.echo(json.dumps({
            "total": asdict(found.total) if found.total else None, "causes": [asdict(row) for row in found.causes],
            "flows": [asdict(row) for row in found.flows.rows]}, ensure_ascii=False))
    elif found.total is None:
        typer.echo("这段时间妥投的旁路邮件不到10件，不出数字。")
    else:
        typer.echo(_line("合计", found.total))
        for row in found.causes:
            typer.echo(_line(CAUSES.get(row.key, row.key), row))
        for row in found.flows.rows:
            typer.echo(_line(row.key or "其余", row))


def _line(name: str, row: ShadowRow) -> str:
    path = "—" if row.path_share is None else f"{row.path_share:.1%}"
    return (f"{name}  {row.items:,}件  守诺{row.kept_share:.1%}  早2天{row.early2:,} 早1天{row.early1:,} "
            f"当日{row.on_day:,} 晚频次{row.late_wave:,} 晚1天{row.late1:,} 晚2天{row.late2:,} 晚3天{row.late3:,}  "
            f"走法相符{path}")
