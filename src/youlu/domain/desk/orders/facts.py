"""Every fact of an order as a line of a table, and its history: in batches, the same few questions for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.applications.selectors import applications_numbered
from youlu.domain.desk.models import Claim, OrderEvent, WorkOrder
from youlu.domain.desk.orders.acts import SATISFACTION
from youlu.domain.desk.orders.life import EVENT_NAMES
from youlu.domain.desk.orders.rows import OrderRow, order_rows
from youlu.domain.desk.phone.saying import calls_said
from youlu.domain.parties.selectors import MaskedParty, parties_masked

Row = TypeVar("Row")
HEADINGS = (
    "工单号", "类型", "类别", "标题", "状态", "渠道", "邮件号", "来文编号", "来文时间", "再次来文", "末次来文",
    "受理", "首次回复期限", "首次回复", "答复", "期限", "办结", "在谁手里", "单位", "优先", "升级", "催办",
    "重复来电", "督办", "等客户", "申请延到", "按周末推算", "重开", "定责", "回访", "评价", "可在", "约定不早于",
    "退回次数", "申请编号", "客户编号", "客户", "客户电话", "赔偿状态", "赔偿规则", "核算（元）", "定额（元）",
    "付款", "临期标记", "超时标记", "首次回复超时标记")
WORDS = ("客户怎么说",)
HISTORY = ("工单号", "何时", "动作", "谁", "内容")
HISTORY_WORDS = ("说了什么",)
CALL_ACTS = ("call", "dial")
EVENTS_BATCH = 5_000


def order_lines(actor: Actor, orders: Sequence[WorkOrder], *, has_words: bool = False) -> Iterator[tuple[str, ...]]:
    """A line an order, by HEADINGS and, with words, WORDS; customers masked."""
    claims = {one.order_id: one for one in Claim.objects.filter(
        order_id__in=[order.id for order in orders]).select_related("rule")}
    people = parties_masked({order.party_id for order in orders if order.party_id})
    numbers = applications_numbered(
        actor=actor, ids={order.application_id for order in orders if order.application_id})
    for order, row in zip(orders, order_rows(orders), strict=True):
        person = people.get(order.party_id) if order.party_id else None
        number = numbers.get(order.application_id, "") if order.application_id else ""
        yield (*_of_row(row, order), number, *_of_customer(order, person), *_of_claim(claims.get(order.id)),
               _at(order.warned_at), _at(order.late_at), _at(order.reply_late_at),
               *((order.body,) if has_words else ()))


def history_lines(orders: Sequence[WorkOrder], *, has_words: bool = False) -> Iterator[tuple[str, ...]]:
    """A line an event, order by order, oldest first, by HISTORY and, with words, HISTORY_WORDS; none left out."""
    place = {order.id: order.number for order in orders}
    events = OrderEvent.objects.filter(order_id__in=place).order_by("order_id", "id")
    found = events if has_words else events.defer("note")
    for some in batches(found.iterator(chunk_size=EVENTS_BATCH), EVENTS_BATCH):
        names = actor_names(event.actor for event in some)
        calls = calls_said(event.detail for event in some if event.act in CALL_ACTS)
        for event in some:
            said = calls.get(event.detail, ("", ""))[0] if event.act in CALL_ACTS else event.detail
            yield (str(place[event.order_id]), _at(event.at), EVENT_NAMES.get(event.act, event.act),
                   names.get(event.actor, ""), said, *((event.note,) if has_words else ()))


def _of_row(row: OrderRow, order: WorkOrder) -> tuple[str, ...]:
    return (
        str(row.number), row.kind_name, row.subtype_name, row.title, row.state_label, row.channel_label,
        row.item_number, row.outside_no, _at(row.letter_at), str(row.agains), _at(row.again_at),
        _at(row.opened_at), _at(row.reply_due_at), _at(row.replied_at), _at(row.answered_at), _at(row.due_at),
        _at(row.closed_at), row.taken_by, row.unit, str(row.priority), str(row.level), str(row.chases),
        str(row.repeats), _yes(row.is_supervised), _yes(row.is_paused), _at(row.extend_to), _yes(row.is_due_assumed),
        str(row.reopened), row.responsibility, SATISFACTION.get(row.satisfaction, row.satisfaction),
        "" if order.rating is None else str(order.rating), row.sites_label, _at(row.not_before), str(order.returns))


def _of_customer(order: WorkOrder, person: MaskedParty | None) -> tuple[str, str, str]:
    """Which customer, so that rows of one can be put together, and who that is as pages show it."""
    if order.party_id is None:
        return "", "", ""
    return str(order.party_id), person.name if person else "", person.phone if person else ""


def _of_claim(claim: Claim | None) -> tuple[str, ...]:
    if claim is None:
        return ("",) * 5
    return (str(claim.get_state_display()), claim.rule.name, _yuan(claim.proposed_fen), _yuan(claim.decided_fen),
            _at(claim.paid_at))


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02}"


def _at(instant: dt.datetime | None) -> str:
    return f"{clock.local(instant):%Y-%m-%d %H:%M}" if instant else ""


def _yes(is_so: bool) -> str:
    return "是" if is_so else ""


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """`size` rows at a time, the last fewer."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some
