"""Orders out as a table: every field of a filter's orders, row by row, nothing that a spreadsheet would run.

What customers said stays here: it is sealed, and a file outside has no key. The table has the order's own facts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.sheets import line_write
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.finding import OrderFilter, orders_found
from youlu.domain.desk.orders.rows import OrderRow, order_rows

BATCH = 2_000
ROWS_MAX = 200_000
HEADINGS = (
    "工单号", "类型", "标题", "状态", "渠道", "邮件号", "来文编号", "受理", "首次回复期限", "答复", "期限", "办结",
    "在谁手里", "单位", "优先", "升级", "催办", "重复来电", "督办", "等客户", "申请延到", "按周末推算", "重开",
    "定责", "回访", "可在")


def orders_export(*, actor: Actor, chosen: OrderFilter) -> Iterator[str]:
    """The lines of a CSV with its mark for Excel, due first, ROWS_MAX at most; the export itself is audited."""
    actor.require("desk.supervise")
    # What was typed into the box may be somebody's name: the audit keeps that there was a search, not its words.
    audit_record(actor=actor.id, action="order.export", object_type="order", object_id="",
                 query=replace(chosen, text="").query(), is_searched=bool(chosen.text))
    return _lines(actor, chosen)


def _lines(actor: Actor, chosen: OrderFilter) -> Iterator[str]:
    yield "\ufeff" + line_write(HEADINGS)
    batch: list[WorkOrder] = []
    for order in orders_found(actor, chosen)[:ROWS_MAX].iterator(chunk_size=BATCH):
        batch.append(order)
        if len(batch) == BATCH:
            yield _table(batch)
            batch = []
    if batch:
        yield _table(batch)


def _table(orders: list[WorkOrder]) -> str:
    return "".join(line_write(_cells(row)) for row in order_rows(orders))


def _cells(row: OrderRow) -> tuple[str, ...]:
    return (
        str(row.number), row.kind_name, row.title, row.state_label, row.channel_label, row.item_number, row.outside_no,
        _at(row.opened_at), _at(row.reply_due_at), _at(row.answered_at), _at(row.due_at), _at(row.closed_at),
        row.taken_by, row.unit, str(row.priority), str(row.level), str(row.chases), str(row.repeats),
        _yes(row.is_supervised), _yes(row.is_paused), _at(row.extend_to), _yes(row.is_due_assumed), str(row.reopened),
        row.responsibility, row.satisfaction, row.sites_label)


def _at(instant: dt.datetime | None) -> str:
    return f"{clock.local(instant):%Y-%m-%d %H:%M}" if instant else ""


def _yes(is_so: bool) -> str:
    return "是" if is_so else ""
