"""邮件: one item as staff see it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.language import said, spoken
from youlu.interfaces.cli.promise import standard_json, standard_words
from youlu.interfaces.cli.tables import iso, stamp, table_print

if TYPE_CHECKING:
    from youlu.domain.mail.selectors import ItemPage

GROUP = "邮件"
MARKS = {"kept": "●", "risk": "▲", "late": "■", "noway": "✕", "none": "◆", "astray": "▲"}
item = typer.Typer(no_args_is_help=True, help="邮件：按号码查。 / Mail: look one up by number.")
app.add_typer(item, name="item", rich_help_panel=GROUP)


@item.command()
def show(
    number: str = typer.Argument(help="邮件号 / item number"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """一件邮件：在哪里，时限怎么变过。 / One item and its promise. Example: ./youlu item show EZ123456785CN"""
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.selectors import item_get

    if as_json:  # what programs read does not change with the terminal
        typer.echo(json.dumps(_json(item_get(actor=actor_of_system("cli"), number=number)), ensure_ascii=False))
        return
    with spoken():
        _tell(item_get(actor=actor_of_system("cli"), number=number))


def _tell(page: ItemPage) -> None:
    from youlu.domain.mail.state import STATE_WORDS
    from youlu.interfaces.web.templatetags.youlu import domain_word

    row = page.row
    typer.echo(f"{MARKS[row.state]} {row.number} {domain_word(row.mail_class)} {row.origin}—{row.dest} "
               + said("{state}：{position}。", "{state}: {position}.").format(
                   state=domain_word(STATE_WORDS[row.state]), position=row.position))
    typer.echo(said("承诺{committed}前，最新预计{expected}，已告知{told}。",
                    "Promised by {committed}, now expected by {expected}, the customer knows of {told}.").format(
                        committed=stamp(row.committed), expected=_at(row.expected), told=_at(row.told))
               + (said("原因：{reason}。", " Because of {reason}.").format(reason=row.reason) if row.reason else "")
               + (said("正在重算。", " Being recalculated.") if row.is_stale else ""))
    _clocks_tell(page)
    number, epoch = said("时限", "promise"), said("版次", "epoch")
    table_print((number, said("原因", "because of"), said("算于", "computed"), said("送达不晚于", "delivered by"),
                 epoch),
                [(str(r.revision_no), r.reason or domain_word(r.label), stamp(r.computed_at), _at(r.arrive_by),
                  str(r.epoch)) for r in page.revisions], right=(number, epoch))
    table_print((said("轨迹", "scan"), said("地点", "place"), said("时间", "time"), ""),
                [(domain_word(s.label), s.place, stamp(s.occurred_at), said("已更正", "corrected") if s.is_void else "")
                 for s in page.scans])


def _clocks_tell(page: ItemPage) -> None:
    clocks, version = page.clocks, page.clocks.timetable
    planned, committed = _at(clocks.planned_at), stamp(clocks.committed)
    table_print((said("三个时限", "three clocks"), said("何时", "when"), said("来源", "source")), [
        [said("标准", "standard"), *standard_words(clocks.standard)],
        [said("计划", "planned"), said(f"{planned}到投递局", f"{planned} at the delivery office"),
         said(f"班期第{version}版", f"timetable revision {version}") if version else ""],
        [said("承诺", "promised"), said(f"{committed}前", f"by {committed}"),
         said("收寄时所许", "as told at acceptance")]])


def _at(instant: dt.datetime | None) -> str:
    return stamp(instant) if instant else said("未定", "not known")


def _json(page: ItemPage) -> dict[str, Any]:
    row = page.row
    return {
        "number": row.number, "mail_class": row.class_code, "programme": row.programme, "origin": row.origin,
        "dest": row.dest, "state": str(row.state), "position": row.position, "accepted_at": iso(row.accepted_at),
        "committed_arrive_by": iso(row.committed), "expected_arrive_by": iso(row.expected),
        "standard": standard_json(page.clocks.standard), "planned_at": iso(page.clocks.planned_at),
        "timetable": page.clocks.timetable, "told_arrive_by": iso(row.told),
        "reason": row.reason, "is_recalculating": row.is_stale,
        "revisions": [{"revision_no": r.revision_no, "cause": r.cause, "computed_at": iso(r.computed_at),
                       "arrive_by": iso(r.arrive_by), "epoch": r.epoch} for r in page.revisions],
        "scans": [{"kind": s.kind, "name": s.label, "place": s.place, "occurred_at": iso(s.occurred_at),
                   "is_void": s.is_void} for s in page.scans],
    }
