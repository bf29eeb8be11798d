"""A file of scans from the command line: any number of rows, a thousand a transaction, safe to run again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from youlu.core.sheets import lines_of
from youlu.interfaces.cli.app import need_database
from youlu.interfaces.cli.faults import Fault
from youlu.interfaces.cli.items import item

if TYPE_CHECKING:
    from youlu.domain.access.selectors import Actor

ROWS_A_TRANSACTION = 1000
NUMBERS = ("sequence", "trip_key", "stop_seq", "cause", "corrects_sequence")
NEEDED = ("number", "device", "sequence", "kind", "occurred_at")
KNOWN = (*NEEDED, "office", "trip_key", "service_date", "stop_seq", "cause", "corrects_device", "corrects_sequence")


@item.command()
def scans(
    file: Path = typer.Argument(help="CSV（首行为列名）或一行一个JSON / CSV with a heading, or lines of JSON"),
    after: int = typer.Option(0, "--after", min=0, help="跳过前几行内容 / rows to skip"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """导入轨迹文件，UTF-8或GB18030；中断后原样再运行即可。 / Import scans. Example: ./youlu item scans scans.csv"""
    if not file.is_file():
        raise Fault("没有这个文件。", str(file), "核对路径，例如：./youlu item scans scans.csv")
    need_database()
    from youlu.domain.access.selectors import actor_of_system

    actor, done = actor_of_system("cli"), after
    sums = {"stored": 0, "duplicate": 0, "refused": 0}
    rows = (row for nth, row in enumerate(_rows(file)) if nth >= after)
    for part in _parts(rows):
        for nth, (result, code, sentence) in enumerate(_keep(actor, part), done + 1):
            sums[result] += 1
            if result == "refused":
                typer.echo(f"第{nth}条：{sentence}（{code}）", err=True)
        done += len(part)
        typer.echo(f"已确认到第{done}条", err=True)  # the transaction has ended: what is said here is kept
    if as_json:
        typer.echo(json.dumps({**sums, "rows": done - after}))
    else:
        typer.echo(f"新存{sums['stored']:,}条，已有{sums['duplicate']:,}条，未收{sums['refused']:,}条。")
    if sums["refused"]:
        raise typer.Exit(1)


def _parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_A_TRANSACTION:
            yield part
            part = []
    if part:
        yield part


def _keep(actor: Actor, part: list[Any]) -> Iterator[tuple[str, str, str]]:
    from youlu.interfaces.api.scans import row_read, rows_keep

    for outcome in rows_keep(actor, [row_read(row) for row in part]):
        error = outcome.error
        yield outcome.result, error.code if error else "", error.message if error else ""


def _rows(file: Path) -> Iterator[Any]:
    """Each row as the API would be sent it."""
    lines = lines_of(file)
    first = next(lines, "")
    if first.lstrip().startswith("{"):
        yield from (_json(line) for line in chain([first], lines) if line.strip())
        return
    reader = csv.DictReader(chain([first], lines))
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise Fault(f"表头缺少{'、'.join(missing)}。", f"{file.name}第1行", "首行写列名：number,device,sequence,kind,…")
    if ignored := [name for name in reader.fieldnames or () if name not in KNOWN]:
        typer.echo(f"不认识的列已略去：{'、'.join(ignored)}", err=True)
    yield from (_of_csv(row) for row in reader)


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _of_csv(row: dict[str | None, Any]) -> dict[str, Any]:
    """Empty cells are absent, numbers are numbers; what is no number is left for the check to name."""
    given = {name: value.strip() for name in KNOWN if (value := row.get(name)) and value.strip()}
    read: dict[str, Any] = {
        name: int(value) if name in NUMBERS and value.isdecimal() and len(value) < 20 else value
        for name, value in given.items()}
    corrects = {part: read.pop(f"corrects_{part}") for part in ("device", "sequence") if f"corrects_{part}" in read}
    return {**read, "corrects": corrects} if corrects else read
