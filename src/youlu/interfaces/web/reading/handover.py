"""From a sheet of 交接班 to what its page shows: the sentence, seven figures, the list, what the desk looked like."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from youlu.core import clock
from youlu.domain.desk.emergency.assumptions import PLAN_NAMES
from youlu.domain.desk.handover.facts import FAULTS
from youlu.domain.desk.handover.owed import OwedRow
from youlu.domain.desk.handover.reading import HandoverRow, Sheet
from youlu.domain.desk.models import ContactState, Handover, HandoverItem, OrderAlert, WorkOrder
from youlu.domain.workforce.models import Site
from youlu.interfaces.web import wording
from youlu.interfaces.web.templatetags.youlu import domain_word, said

N = gettext_noop
# Said by the domain, worded here.
WORDS = (N("等接班"), N("已交接"), N("已收回"), N("约好的回电"), N("申诉转办"), N("升级"), N("申请延时"), N("督办"),
         N("项目服务"), N("下一班到期"), N("要首次回复"), N("正在联系"),
         N("待联系"), N("联系中"), N("没接通"), N("约了时间"), N("联系不上"), N("不必再告知"), N("等开始"),
         N("热线总机"), N("双呼"), N("发消息"), N("轨迹查询"), N("网络"))
WHAT = HandoverItem.What


@dataclass(frozen=True)
class Line:
    """One thing handed on, as the list shows it. `mark`: its state; `now`: how it stands today, on a kept sheet."""

    mark: str
    what: str
    kind_name: str
    title: str
    number: int | None
    order_id: uuid.UUID | None
    tries: int
    customer: str
    holder: str
    promised_by: str
    due_at: dt.datetime
    times: int
    came_between: bool
    is_done: bool
    now: str


@dataclass(frozen=True)
class Figure:
    label: str
    value: int
    state: str
    unit: str


@dataclass(frozen=True)
class Facts:
    """What the desk looked like: rows of (name, when the first signed, when the second did)."""

    numbers: tuple[tuple[str, int, int | None], ...]
    people: tuple[tuple[str, str, tuple[str, ...]], ...]
    coming: str
    closures: tuple[Mapping[str, Any], ...]
    wordings: tuple[Mapping[str, Any], ...]
    alerts: tuple[tuple[str, int], ...]
    faults: tuple[str, ...]
    watch: str


def lead(sheet: Sheet, actor_id: str) -> SafeString:
    """The sentence on top; a name in it is marked as Chinese for whoever reads English."""
    text, values = _lead(sheet, actor_id)
    return SafeString(text % {name: conditional_escape(value) for name, value in values.items()})


def _lead(sheet: Sheet, actor_id: str) -> tuple[str, dict[str, str]]:
    row, total = sheet.row, sheet.total
    n = {"n": wording.count(total.n), "calls": wording.count(sheet.n(WHAT.CALL_BACK)),
         "late": wording.count(total.late), "end": end_words(sheet.until_at), "left": wording.count(total.left)}
    if row is None:
        if not total.n:
            return gettext("现在交班，没有要交出去的；接班的上到%(end)s。"), n
        return gettext("现在交班，要交出去%(n)s件：%(late)s件已超时，%(calls)s个约好的回电；接班的上到%(end)s。"), n
    n |= {"out": said(row.out_name), "out_at": wording.hm(row.out_at), "in": said(row.in_name),
          "in_at": wording.hm(row.in_at) if row.in_at else ""}
    if row.state == "taken_back":
        return gettext("%(out)s%(out_at)s交的班，已收回。"), n
    if not row.is_waiting:
        return gettext("%(out)s%(out_at)s交，%(in)s%(in_at)s接：%(n)s件，还有%(left)s件没办完。"), n
    if row.out_by == actor_id:
        return gettext("%(out_at)s已签交班：%(n)s件，等另一位主管接。"), n
    return gettext("%(out)s%(out_at)s交了班：%(n)s件，其中%(calls)s个约好的回电。看过，签接班。"), n


def end_words(at: dt.datetime) -> str:
    """The end of a shift; midnight is the end of its day."""
    local = clock.local(at)
    return "24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"


def figures(sheet: Sheet) -> tuple[Figure, ...]:
    total, piece, order = sheet.total, gettext("件"), gettext("张")
    first = (Figure(gettext("已超时"), total.late, "late" if total.late else "kept", piece) if sheet.row is None else
             Figure(gettext("还没办完"), total.left, "risk" if total.left else "kept", piece))
    asked = sheet.n(WHAT.ESCALATED, WHAT.SUPERVISED, WHAT.EXTEND)
    return (
        first,
        Figure(gettext("下一班到期"), sheet.n(WHAT.DUE), "risk" if sheet.n(WHAT.DUE) else "unknown", order),
        Figure(gettext("约好的回电"), sheet.n(WHAT.CALL_BACK), "risk" if sheet.n(WHAT.CALL_BACK) else "unknown",
               gettext("个")),
        Figure(gettext("要首次回复"), sheet.n(WHAT.REPLY), "risk" if sheet.n(WHAT.REPLY) else "unknown", order),
        Figure(gettext("升级、督办、延时"), asked, "late" if asked else "unknown", order),
        Figure(gettext("申诉转办和项目"), sheet.n(WHAT.REGULATOR, WHAT.PROGRAMME), "unknown", order),
        Figure(gettext("上一班交来没办完"), total.carried, "risk" if total.carried else "unknown", piece))


def lines(sheet: Sheet, now: dt.datetime) -> list[Line]:
    return [_line(sheet, row, now) for row in sheet.page.rows]


def _line(sheet: Sheet, row: OwedRow, now: dt.datetime) -> Line:
    holder, promised_by = (sheet.agents[one].name if one and one in sheet.agents else "" for one in
                           (row.holder, row.promised_by))
    customer = sheet.customers.get(row.party_id) if row.party_id else None
    late = row.due_at < (now if sheet.row is None else sheet.at) and not row.is_paused
    what = str(WHAT(row.what).label)
    if row.what in (WHAT.DUE, WHAT.REPLY) and late:
        what = N("已超时") if row.what == WHAT.DUE else N("首次回复超时")
    state = "late" if late or row.what in (WHAT.ESCALATED, WHAT.SUPERVISED) else "risk"
    states = WorkOrder.State if row.order_id else ContactState
    return Line("kept" if row.is_done else state, what, row.kind_name or "", row.title or "", row.number, row.order_id,
                (row.tries or 0) + 1, customer.name if customer else "", holder, promised_by, row.due_at, row.times,
                row.came_between, row.is_done, str(states(row.state).label))


NUMBERS: tuple[tuple[str, str, str], ...] = (
    ("orders", "pool", N("工单池里")), ("orders", "in_hand", N("客服员手里")), ("orders", "outside", N("派出去等回单")),
    ("orders", "paused", N("等客户")), ("orders", "late", N("过了办结期限")), ("orders", "due", N("这一班到期")),
    ("orders", "no_reply", N("过了首次回复")), ("contacts", "voice", N("等电话的客户")),
    ("contacts", "message", N("等消息的客户")), ("contacts", "promised", N("约好的回电")),
    ("contacts", "claimed", N("正在联系")),
)


SITE_STATES = {"on_site": "kept", "at_home": "risk"}


def facts(sheet: Sheet) -> Facts:
    """The desk as it was said; names are looked up, numbers are the sheet's."""
    says, later = sheet.says, sheet.row.says_in if sheet.row else None
    numbers = tuple((gettext(label), says[part][key], later[part][key] if later else None)
                    for part, key, label in NUMBERS)
    names = {str(agent_id): row.name for agent_id, row in sheet.agents.items()}
    people = tuple((_site_words(site, says["people"][site]), SITE_STATES.get(site, "unknown"), tuple(
                        names.get(one["agent"], one["staff_no"]) for one in says["people"][site]))
                   for site in Site.values)
    coming = says["next"]
    return Facts(
        numbers, people,
        gettext("班表上，接班的排了%(n)s人：在岗%(site)s人，居家%(home)s人。") % {
            "n": coming["people"], "site": coming["sites"].get("on_site", 0), "home": coming["sites"].get("at_home", 0)}
        if coming["people"] else gettext("班表上，接班的这一班没有排人。"),
        tuple(_closure(one) for one in says["closures"]), tuple(says["wordings"]),
        tuple((str(OrderAlert.What(what).label), n) for what, n in sorted(says["alerts"].items())),
        tuple(FAULTS[code] for code in sheet.row.faults) if sheet.row else (), _watch(says["watch"]))


def _site_words(site: str, rows: list[Mapping[str, Any]]) -> str:
    label = domain_word(str(Site(site).label))
    return gettext("%(site)s%(n)s人，%(taking)s人接单") % {
        "site": label, "n": len(rows), "taking": sum(row["taking"] for row in rows)} if site != Site.OUT else gettext(
        "%(site)s%(n)s人") % {"site": label, "n": len(rows)}


def _closure(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """Acts in words with their number, the day of the next review as an instant."""
    acts = (gettext("%(act)s%(n)s处") % {"act": wording.ACT_WORDS[act], "n": n} for act, n in one["acts"])
    return {**one, "acts": ("，" if not wording.is_english() else ", ").join(acts),
            "review_at": dt.datetime.fromisoformat(one["review_at"]) if one["review_at"] else None}


def _watch(watch: Mapping[str, Any] | None) -> str:
    if not watch:
        return ""
    return gettext("应急值守中：方案%(plan)s %(name)s，从%(at)s起。") % {
        "plan": watch["plan"].upper(), "name": domain_word(PLAN_NAMES[watch["plan"]]),
        "at": wording.stamp(dt.datetime.fromisoformat(watch["adopted_at"]))}


def out_label(sheet: Sheet) -> str:
    """The button says what it does."""
    n = {"n": wording.count(sheet.total.n)}
    return gettext("签交班：交出%(n)s件") % n if sheet.total.n else gettext("签交班")


def in_label(sheet: Sheet) -> str:
    n = {"n": wording.count(sheet.total.n + sheet.came)}
    return gettext("签接班：接下%(n)s件") % n if sheet.total.n + sheet.came else gettext("签接班")


def history(heads: tuple[HandoverRow, ...]) -> list[dict[str, Any]]:
    return [{"row": head, "label": str(Handover.State(head.state).label),
             "state": {"waiting": "risk", "taken": "kept"}.get(head.state, "unknown")} for head in heads]
