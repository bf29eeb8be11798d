"""标准时限与放假安排: versions of the published table, years of holidays."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault
from youlu.interfaces.cli.tables import stamp, table_print

if TYPE_CHECKING:
    from youlu.domain.promise.errors import ListRefusedError

GROUP = "时限"
SHOWN = 100
STATES = {"draft": "未启用", "ahead": "待生效", "in_force": "现行", "over": "已过"}
standard = typer.Typer(no_args_is_help=True, help="标准时限：公布的全程时限，分版本。 / The published standard times.")
calendar = typer.Typer(no_args_is_help=True, help="放假安排：按年导入，标准时限据此数工作日。 / Holidays by year.")
app.add_typer(standard, name="standard", rich_help_panel=GROUP)
app.add_typer(calendar, name="calendar", rich_help_panel=GROUP)


@standard.command(name="import")
def import_(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="CSV或Excel（.xlsx） / a CSV or Excel file"),
    title: str = typer.Option(help="来源：哪一份文件公布的 / the document that published it"),
    document_no: str = typer.Option("", help="文号 / its number"),
    address: str = typer.Option("", help="在哪里能看到 / where it can be read"),
    model: bool = typer.Option(False, "--model", help="示例模型，不是公布的标准 / a model, not published"),
) -> None:
    """导入一版标准时限，不启用。 / Import a version. Example: ./youlu standard import 标准.csv --title 通知"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.promise.errors import ListRefusedError
    from youlu.domain.promise.holidays import Source
    from youlu.domain.promise.versions import standard_import

    try:
        version = standard_import(actor=actor_of_system("cli"), content=file.read_bytes(),
                                  source=Source(title, document_no, address), is_model=model)
    except ListRefusedError as error:
        raise _refused(error) from None
    typer.echo(version)
    typer.echo(f"第{version}版已导入，还没有启用。下一步 / next: ./youlu standard activate {version} --from 2026-01-01",
               err=True)


@standard.command()
def activate(
    version: int = typer.Argument(help="版本号 / the version"),
    valid_from: str = typer.Option("", "--from", help="从哪天收寄的起，不写就是今天 / for mail accepted from"),
    valid_until: str = typer.Option("", "--until", help="到哪天收寄的为止（不含） / until before"),
) -> None:
    """启用一版；已收寄的邮件不变。 / Put a version in force. Example: ./youlu standard activate 3 --from 2026-01-01"""
    need_database()
    from youlu.core import clock
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.promise.versions import standard_activate

    first = _date(valid_from, "--from") if valid_from else clock.today()
    standard_activate(actor=actor_of_system("cli"), version=version, valid_from=first,
                      valid_until=_date(valid_until, "--until") if valid_until else None)
    typer.echo(f"第{version}版从{first}收寄的邮件起适用。", err=True)


@standard.command()
def discard(version: int = typer.Argument(help="版本号 / the version")) -> None:
    """撤掉一版没启用过的。 / Take away a version never in force. Example: ./youlu standard discard 4"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.promise.versions import standard_discard

    standard_discard(actor=actor_of_system("cli"), version=version)
    typer.echo(f"第{version}版已撤掉。", err=True)


@standard.command(name="list")
def list_(as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON")) -> None:
    """所有版本。 / All versions. Example: ./youlu standard list"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.promise.versions import versions_list

    rows = versions_list(actor=actor_of_system("cli"))
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, default=str))
        return
    table_print(("版", "状态", "来源", "文号", "行数", "适用收寄日", "启用"), [
        [str(row.id), STATES[row.state], row.title, row.document_no, f"{row.lines:,}",
         f"{row.valid_from}起" + (f"，{row.valid_until}前" if row.valid_until else "") if row.valid_from else "",
         f"{stamp(row.activated_at)} {row.activated_by}" if row.activated_at else ""] for row in rows],
        right=("版", "行数"))


@standard.command()
def export(version: int = typer.Argument(help="版本号 / the version")) -> None:
    """把一版写成CSV，可以原样导回。 / Write a version as CSV. Example: ./youlu standard export 3 > 标准.csv"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.promise.versions import version_export

    sys.stdout.write(version_export(actor=actor_of_system("cli"), version=version))


@calendar.command(name="import")
def calendar_import(
    year: int = typer.Argument(min=2000, max=2200, help="哪一年 / the year"),
    file: Path = typer.Argument(exists=True, dir_okay=False, help="CSV或Excel：日期,类别,名称 / date, kind, name"),
    title: str = typer.Option(help="来源：哪一份通知 / the notice"),
    document_no: str = typer.Option("", help="文号 / its number"),
    address: str = typer.Option("", help="在哪里能看到 / where it can be read"),
) -> None:
    """导入一年的放假和调休。 / Import a year. Example: ./youlu calendar import 2027 2027.csv --title 国办通知"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.promise.errors import ListRefusedError
    from youlu.domain.promise.holidays import Source, holidays_import

    try:
        holidays_import(actor=actor_of_system("cli"), content=file.read_bytes(), year=year,
                        source=Source(title, document_no, address))
    except ListRefusedError as error:
        raise _refused(error) from None
    typer.echo(f"{year}年放假安排已导入，标准时限从现在起照它数工作日。", err=True)


@calendar.command(name="list")
def calendar_list(as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON")) -> None:
    """哪些年的放假安排已导入。 / Which years are known. Example: ./youlu calendar list"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.promise.holidays import holiday_lists

    rows = holiday_lists(actor=actor_of_system("cli"))
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, default=str))
        return
    table_print(("年", "放假", "调休上班", "来源", "文号"), [
        [str(row.year), f"{row.holidays}天", f"{row.makeup_days}天",
         row.title + ("" if row.is_in_force else "（已被替换）"), row.document_no] for row in rows],
        right=("年", "放假", "调休上班"))


def _refused(error: ListRefusedError) -> typer.Exit:
    """Every line on stderr, then exit 1."""
    for fault in error.faults[:SHOWN]:
        typer.echo(str(fault), err=True)
    shown = min(len(error.faults), SHOWN)
    typer.echo(f"共{len(error.faults)}处错，列出{shown}处；没有导入。改好后整份重导。", err=True)
    return typer.Exit(1)


def _date(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Fault(f"“{text}”不是日期。", f"{option} {text}", "写成2026-01-01。") from error
