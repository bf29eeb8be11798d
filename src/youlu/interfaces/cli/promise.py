"""时限: when mail would be there, for one question or for a table of them."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from youlu.core.errors import YouluError
from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault
from youlu.interfaces.cli.language import is_english, said
from youlu.interfaces.cli.tables import instant_read, iso, span, stamp, table_print

if TYPE_CHECKING:
    from youlu.domain.network.selectors import OfficeRow
    from youlu.domain.promise.selectors import Place, Quote, QuoteStep
    from youlu.domain.promise.standards import Standard

GROUP = "时限"
promise = typer.Typer(no_args_is_help=True, help="时限：什么时候能送到。 / When mail will be there.")
app.add_typer(promise, name="promise", rich_help_panel=GROUP)
STEP_WORDS = {"wait": "等班", "handle": "内部处理", "ride": "运输"}
WEEKDAYS = "一二三四五六日"
COLUMNS = ("环节", "从", "到", "开始", "结束", "用时", "班次", "邮路", "绕开的中断班次")
STEP_WORDS_EN = {"wait": "wait", "handle": "handling", "ride": "ride"}
COLUMNS_EN = ("step", "from", "to", "begins", "ends", "takes", "trip", "route", "closed trips avoided")
CLASSES = ("express", "parcel", "registered")


@promise.command()
def quote(
    origin: str = typer.Argument(help="寄出地：地名或网点代码 / from: a place or a code"),
    dest: str = typer.Argument(help="寄达地 / to"),
    at: str = typer.Option("", help='交寄时间，北京时间，例如 "2022-07-29 17:00"；不写就是现在 / when it is handed in'),
    mail_class: str = typer.Option("express", "--class", help="express特快 parcel快递包裹 registered挂号信函"),
    compound: str = typer.Option("", help="收件小区，须由寄达网点投递 / the addressee's compound"),
    explain: bool = typer.Option(False, "--explain", help="每一步：处理、等班、运输 / every step"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """两地之间现在什么时候能送到，为什么。 / When mail would arrive. Example: ./youlu promise quote 兰州 康县"""
    need_database()
    from youlu.domain.promise.selectors import ORDINARY, quote_make

    when = instant_read(at, "--at") if at else None
    if mail_class not in CLASSES and mail_class not in ORDINARY:
        raise Fault(f"没有“{mail_class}”这种邮件。", f"--class {mail_class}", f"从这些里选：{'、'.join(CLASSES)}。")
    start, end = office_named(origin, "寄出地"), office_named(dest, "寄达地")
    found = quote_make(origin_office_id=start.id, dest=_place(end, compound), at=when, mail_class=mail_class)
    if as_json:
        typer.echo(json.dumps(_quote_json(found), ensure_ascii=False))
    else:
        _quote_tell(found, explain=explain)


@promise.command()
def batch(
    gtfs: Path = typer.Option(help="GTFS文件夹 / a folder of GTFS files"),
    queries: Path = typer.Option(help="CSV问题表：from_stop,to_stop,ready / the questions"),
    handling: int = typer.Option(60, help="换乘处理分钟数 / minutes to change trips"),
) -> None:
    """不用数据库，按一份GTFS班期回答一张问题表。 / Answer a table of questions from a GTFS folder, no database.

    Example: ./youlu promise batch --gtfs feed --queries Q.csv --handling 60
    """
    from youlu.interfaces.cli.promise_batch import promise_batch

    raise typer.Exit(promise_batch(gtfs, queries, handling, sys.stdout))


def office_named(text: str, where: str) -> OfficeRow:
    """The office that was typed; an ambiguous or unknown name is a fault with its candidates."""
    from youlu.domain.network.selectors import office_find

    try:
        return office_find(text)
    except YouluError as error:
        raise Fault.of(error, f"{where} {text}", status=2) from None


def _place(office: OfficeRow, compound: str) -> Place:
    from youlu.domain.network.selectors import compounds_find
    from youlu.domain.promise.selectors import Place

    if not compound:
        return Place(office.id)
    found = compounds_find([compound])
    rows = [row for row in (*found.rows, *(one for _, several in found.ambiguous for one in several))
            if row.office_id == office.id]
    if len(rows) != 1:
        raise Fault(f"“{compound}”不是由{office.name}投递的小区。", f"--compound {compound}",
                    "核对小区名称；寄达地要写负责投递的揽投部。")
    return Place(office.id, rows[0].segment_id, rows[0].id)


def arrive_by_words(found: Quote, *, english: bool) -> str:
    """预计7月31日（周日）18:00前: the end of a wave, never a minute of arrival."""
    from youlu.core.clock import local

    if found.arrive_by is None:
        return "no time can be said now" if english else "现在说不出送达时间"
    at = local(found.arrive_by)
    if english:
        return f"expected by {at:%H:%M} on {at:%a} {at.day} {at:%b}"
    return f"预计{at.month}月{at.day}日（周{WEEKDAYS[at.weekday()]}）{at:%H:%M}前"


def _quote_tell(found: Quote, *, explain: bool) -> None:
    by, handed_in = arrive_by_words(found, english=is_english()), stamp(found.at)
    typer.echo(said(f"{found.origin}—{found.dest}：{handed_in}交寄，{by}。",
                    f"{found.origin}—{found.dest}: handed in {handed_in}, {by}."))
    for reason in found.reasons:
        at = stamp(reason.next_review_at) if reason.next_review_at else ""
        review = said(f"，下次研判{at}", f", next review {at}") if at else ""
        typer.echo(said(f"⊖ 因{reason.title}{review}。", f"⊖ because of {reason.title}{review}."))
    if found.reasons and found.undisturbed_arrive_by:
        open_by = stamp(found.undisturbed_arrive_by)
        typer.echo(said(f"没有中断时是{open_by}前。", f"Without closures by {open_by}."))
    if found.arrive_by is None and not found.reasons:
        typer.echo(said("班期里没有路能到。核对寄达地，或看这一段的班期：./youlu network show。",
                        "No way in the timetable leads there. Check the place, or look at ./youlu network show."))
    _clocks_tell(found)
    _steps_tell(found, explain=explain)


def _steps_tell(found: Quote, *, explain: bool) -> None:
    rows = [_step_row(step, explain) for step in found.steps if explain or step.kind == "ride"]
    if explain and found.arrival_at and found.arrive_by:
        last = _row(said("投递", "delivery"), found.dest, "", found.arrival_at, found.arrive_by, ["", "", ""])
        rows = [*_first_row(found), *rows, last]
    if rows:
        columns = COLUMNS_EN if is_english() else COLUMNS
        table_print(columns[:None if explain else -1], rows, right=(columns[5], columns[8]))
    if rows and not explain:
        typer.echo(said("每一步和等了多久：加 --explain。", "Every step and wait: add --explain."), err=True)


def _clocks_tell(found: Quote) -> None:
    """The three clocks, each with its source."""
    planned = _by(found.undisturbed_arrive_by) or said("时刻表里没有路", "no way in the timetable")
    promised = _by(found.arrive_by) or said("现在说不出", "cannot be said now")
    table_print((said("时限", "clock"), said("何时", "when"), said("来源", "source")), [
        [said("标准", "standard"), *standard_words(found.standard)],
        [said("计划", "planned"), planned,
         said(f"班期第{found.timetable}版，不算中断", f"timetable revision {found.timetable}, without closures")],
        [said("承诺", "promised"), promised,
         said("现行中断之下，收寄时所许", "under the closures now, as told at acceptance")]])


def _by(at: dt.datetime | None) -> str:
    return said(f"{stamp(at)}前", f"by {stamp(at)}") if at else ""


def _first_row(found: Quote) -> list[list[str]]:
    """From the counter to the first trip that the mail could catch."""
    if not found.steps or found.steps[0].from_at <= found.at:
        return []
    return [_row(said("收寄", "acceptance"), found.origin, "", found.at, found.steps[0].from_at, ["", "", ""])]


def _step_row(step: QuoteStep, explain: bool) -> list[str]:
    last = [str(step.closed_alternatives or "")] if explain else []
    words = STEP_WORDS_EN if is_english() else STEP_WORDS
    return _row(words[step.kind], step.office, step.to_office, step.from_at, step.to_at,
                [step.trip_number, step.route_name, *last])


def _row(
    word: str, office: str, to_office: str, from_at: dt.datetime, to_at: dt.datetime, rest: list[str]
) -> list[str]:
    minutes = round((to_at - from_at).total_seconds() / 60)
    return [word, office, to_office, stamp(from_at), stamp(to_at), span(minutes), *rest]


def standard_json(standard: Standard) -> dict[str, Any]:
    return {"arrive_by": iso(standard.arrive_by), "day": standard.day.isoformat() if standard.day else None,
            "why": standard.why, "sentence": standard.why_words, "year": standard.year, "version": standard.version,
            "source": standard.source, "document_no": standard.document_no, "is_model": standard.is_model}


def standard_words(standard: Standard) -> tuple[str, str]:
    """(when, or why it cannot be said; which version of which source)."""
    when = standard_stamp(standard) if standard.arrive_by else standard.why_words
    paper = standard.document_no or standard.source
    version = said(f"第{standard.version}版·{paper}", f"version {standard.version} · {paper}")
    source = version if standard.version else ""
    model = said("（示例模型，不是公布的标准）", " (a model, not a published standard)") if standard.is_model else ""
    return when, source + model


def standard_stamp(standard: Standard) -> str:
    """08-03当天内, or 08-03 18:00前."""
    if standard.due_min == 1440 and standard.day:
        return said(f"{standard.day:%m-%d}当天内", f"within {standard.day:%m-%d}")
    return _by(standard.arrive_by)


def _quote_json(found: Quote) -> dict[str, Any]:
    return {
        "origin": found.origin, "dest": found.dest, "at": iso(found.at), "epoch": found.epoch,
        "arrive_by": iso(found.arrive_by), "arrival_at": iso(found.arrival_at),
        "sentence": arrive_by_words(found, english=False),
        "undisturbed_arrive_by": iso(found.undisturbed_arrive_by), "next_review_at": iso(found.next_review_at),
        "standard": standard_json(found.standard), "timetable": found.timetable,
        "reasons": [{"closure_id": str(r.closure_id), "title": r.title, "next_review_at": iso(r.next_review_at)}
                    for r in found.reasons],
        "steps": [{"kind": s.kind, "from": s.office, "to": s.to_office, "from_at": iso(s.from_at),
                   "to_at": iso(s.to_at), "trip_number": s.trip_number, "route_name": s.route_name, "means": s.means,
                   "closed_alternatives": s.closed_alternatives} for s in found.steps],
    }
