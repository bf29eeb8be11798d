"""旁路: another system's traces in, and what our promises would have been worth."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from youlu.core.sheets import lines_of
from youlu.core.tables_in import rows_of
from youlu.interfaces.cli.app import need_database
from youlu.interfaces.cli.faults import Fault

app = typer.Typer(no_args_is_help=True, help="接别的系统的轨迹 / traces of another system")
SAYS = ("stored", "duplicate", "ignored", "left", "refused")
SHOWN_MAX = 50
SYSTEM = "cli"


@app.command()
def source(
    code: str = typer.Argument(help="来源代码 / code of the source"),
    name: str = typer.Option(..., help="名称 / name"),
    live: bool = typer.Option(False, "--live", help="正式来源：它的轨迹也更新在办的邮件 / may move mail in our care"),
) -> None:
    """登记轨迹来源，默认只作旁路。 / Register a source. Example: ./youlu traces source zd --name 现有生产系统"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.traces.sources import source_register

    source_register(actor=actor_of_system(SYSTEM), code=code, name=name, is_shadow=not live)
    typer.echo(f"已登记来源{code}：{'正式，轨迹更新在办的邮件' if live else '旁路，只算不说'}。")


@app.command()
def names(
    code: str = typer.Argument(help="来源代码 / code of the source"),
    file: Path = typer.Argument(help="CSV，每行：office或code,对方写法,本系统代码 / what, theirs, ours"),
) -> None:
    """写明对方的网点和操作码是什么意思。 / Map offices and codes. Example: ./youlu traces names zd names.csv"""
    rows = [(row[0].strip(), row[1].strip(), row[2].strip()) for row in csv.reader(lines_of(_there(file)))
            if len(row) >= 3 and row[0].strip() not in ("", "what")]
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.traces.sources import names_set

    typer.echo(f"已记下{names_set(actor=actor_of_system(SYSTEM), source=code, rows=rows):,}个写法。")


@app.command("import")
def import_(
    file: Path = typer.Argument(help="CSV、一行一个JSON或Excel / CSV, lines of JSON or .xlsx"),
    code: str = typer.Option(..., "--source", help="来源代码 / code of the source"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """导入轨迹文件，重复导入不会重复。 / Import traces. Example: ./youlu traces import t.csv --source zd"""
    _there(file)
    need_database()
    sums: Counter[str] = Counter()
    for part in _parts(file):
        for (line, _), (result, sentence) in zip(part, _ingest(code, [row for _, row in part]), strict=True):
            sums[result] += 1
            if result in ("left", "refused") and sums["left"] + sums["refused"] <= SHOWN_MAX:
                typer.echo(f"第{line}行：{sentence}", err=True)
        typer.echo(f"已确认到第{part[-1][0]}行", err=True)
    if as_json:
        typer.echo(json.dumps({name: sums[name] for name in SAYS}))
    else:
        typer.echo(f"新存{sums['stored']:,}条，已有{sums['duplicate']:,}条，不移动邮件{sums['ignored']:,}条，"
                   f"缺资料{sums['left']:,}条，未收{sums['refused']:,}条。")
        if sums["left"]:
            typer.echo("缺什么：./youlu traces left", err=True)
    if sums["refused"]:
        raise typer.Exit(1)


@app.command()
def left(
    code: str = typer.Option("", "--source", help="来源代码 / code of the source"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """没用上的轨迹，按原因和写法计数。 / What could not be used. Example: ./youlu traces left"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.traces.selectors import traces_left

    rows = traces_left(actor=actor_of_system(SYSTEM), source=code).rows
    if as_json:
        typer.echo(json.dumps([{"source": row.source, "reason": row.reason, "foreign": row.foreign, "rows": row.rows}
                               for row in rows], ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row.rows:>10,}  {row.reason_label}  {row.foreign}  （{row.source}）")
    if not rows:
        typer.echo("没有。")


def _there(file: Path) -> Path:
    if not file.is_file():
        raise Fault("没有这个文件。", str(file), "核对路径，例如：./youlu traces import t.csv --source zd")
    return file


def _parts(file: Path) -> Iterator[list[tuple[int, Any]]]:
    from youlu.domain.mail.traces.ingest import BATCH_MAX

    rows = rows_of(file)
    while part := list(islice(rows, BATCH_MAX)):
        yield part


def _ingest(code: str, rows: list[Any]) -> list[tuple[str, str]]:
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.traces.ingest import traces_ingest

    return [(outcome.result, outcome.error.message if outcome.error else "")
            for outcome in traces_ingest(actor=actor_of_system(SYSTEM), source=code, rows=rows)]
