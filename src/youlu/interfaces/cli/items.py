"""邮件: one item as staff see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from youlu.interfaces.cli.app import app, need_database
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

    page = item_get(actor=actor_of_system("cli"), number=number)
    if as_json:
        typer.echo(json.dumps(_json(page), ensure_ascii=False))
    else:
        _tell(page)


def _tell(page: ItemPage) -> None:
    from youlu.domain.mail.state import STATE_WORDS

    row = page.row
    typer.echo(f"{MARKS[row.state]} {row.number} {row.mail_class} {row.origin}—{row.dest} {STATE_WORDS[row.state]}："
               f"{row.position}。")
    typer.echo(f"承诺{stamp(row.committed)}前，最新预计{stamp(row.expected)}，已告知{stamp(row.told)}。"
               + (f"原因：{row.reason}。" if row.reason else "") + ("正在重算。" if row.is_stale else ""))
    clocks = page.clocks
    table_print(("三个时限", "何时", "来源"), [
        ["标准", *standard_words(clocks.standard)],
        ["计划", f"{stamp(clocks.planned_at)}到投递局", f"班期第{clocks.timetable}版" if clocks.timetable else ""],
        ["承诺", f"{stamp(clocks.committed)}前", "收寄时所许"]])
    table_print(("时限", "原因", "算于", "送达不晚于", "版次"),
                [(str(r.revision_no), r.reason or r.label, stamp(r.computed_at), stamp(r.arrive_by), str(r.epoch))
                 for r in page.revisions], right=("时限", "版次"))
    table_print(("轨迹", "地点", "时间", ""), [(s.label, s.place, stamp(s.occurred_at), "已更正" if s.is_void else "")
                                        for s in page.scans])


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
