"""Bags, vehicles' runs and differences for pages."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from youlu.core.numbered import numbered
from youlu.domain.mail.bags import selectors as domain
from youlu.domain.mail.bags.models import DifferenceKind
from youlu.domain.mail.models import OrdinaryCount
from youlu.domain.mail.ordinary import CountRow
from youlu.interfaces.web import wording
from youlu.interfaces.web.reading.places import short_name

N = gettext_noop
TABS = {"bag": N("总包"), "vehicle": N("车辆"), "difference": N("开拆差异"), "ordinary": N("平常邮件")}
STATES = {"sealed": ("kept", N("封着")), "open": ("unknown", N("已开拆")), "unknown": ("risk", N("没有封发轨迹"))}
DIFFERENCES = {DifferenceKind.MISSING: ("late", N("少件")), DifferenceKind.SURPLUS: ("risk", N("多件")),
               DifferenceKind.DAMAGED: ("risk", N("破损"))}
DIRECTIONS = ("accepted", "dispatched", "arrived", "delivered")


@dataclass(frozen=True)
class Tab:
    key: str
    name: str


@dataclass(frozen=True)
class ContainerRow:
    number: str
    url: str
    is_vehicle: bool
    start: str
    end: str
    where: str
    since: dt.datetime | None
    seal: str
    weight_kg: float | None
    items: int
    bags: int
    inside: str
    inside_url: str
    state: str
    word: str


@dataclass(frozen=True)
class DifferenceRow:
    id: uuid.UUID
    state: str
    word: str
    subject: str
    subject_url: str
    container: str
    container_url: str
    office: str
    found_at: dt.datetime
    is_open: bool
    outcome: str
    settled_by: str
    settled_at: dt.datetime | None
    note: str


@dataclass(frozen=True)
class ContentRow:
    number: str
    url: str


@dataclass(frozen=True)
class DayRow:
    office: str
    day: dt.date
    kind: str
    pieces: tuple[int | None, ...]


def tabs() -> list[Tab]:
    return [Tab(key, gettext(name)) for key, name in TABS.items()]


def _address(number: str) -> str:
    return reverse("web:bag" if len(number) > 13 else "web:item", args=[number])


def container_row(row: domain.ContainerRow) -> ContainerRow:
    state, word = STATES[row.state]
    if row.is_vehicle and row.state == "unknown":
        state, word = "kept", N("在运")
    return ContainerRow(
        row.number, _address(row.number), row.is_vehicle, short_name(row.origin) or "–", short_name(row.dest) or "–",
        row.position, row.since, row.seal or "–", None if row.weight_g is None else row.weight_g / 1000, row.items,
        row.bags, row.inside, _address(row.inside) if row.inside else "", state, gettext(word))


def content_row(number: str) -> ContentRow:
    return ContentRow(number, _address(number))


def difference_row(row: domain.DifferenceRow) -> DifferenceRow:
    state, word = DIFFERENCES[row.kind]
    return DifferenceRow(
        row.id, state, gettext(word), row.subject, _address(row.subject), row.container, _address(row.container),
        short_name(row.office), row.found_at, not row.outcome, gettext(row.outcome_name), row.settled_by,
        row.settled_at, row.note)


def lead_of_differences(count: int, more: bool) -> str:
    if not count:
        return gettext("没有待处理的开拆差异。")
    shown = gettext("%(count)s条以上") % {"count": wording.count(count)} if more else wording.count(count)
    return gettext("开拆差异%(count)s条等着处理。") % {"count": shown}


def lead_of_containers(rows: Sequence[domain.ContainerRow], more: bool, chosen: str) -> str:
    """How many were scanned and how many of them are still sealed; of the first page where there are more."""
    if not rows:
        return gettext("还没有扫过车辆。") if chosen == "vehicle" else gettext("还没有扫过总包。")
    count = wording.count(len(rows))
    shown = gettext("最近%(count)s") % {"count": count} if more else count
    if chosen == "vehicle":
        held = wording.count(sum(row.bags for row in rows))
        return gettext("%(count)s趟车，装着%(bags)s袋。") % {"count": shown, "bags": held}
    states = Counter(row.state for row in rows)
    return gettext("%(count)s个总包：%(sealed)s个封着，%(open)s个已开拆，%(unknown)s个没有封发轨迹。") % {
        "count": shown, **{name: wording.count(states[name]) for name in STATES}}


def lead_of_container(page: domain.ContainerPage) -> str:
    """The sentence a colleague would say of one bag or run."""
    row = page.row
    values = {"where": row.position, "items": wording.count(row.items), "bags": wording.count(row.bags)}
    said = (numbered("这趟车%(where)s，装着%(bags)s袋。", row.bags) if row.is_vehicle
            else numbered("这个总包%(where)s，里面%(items)s件。", row.items)) % values
    left = sum(not d.outcome for d in page.differences)
    return said + (gettext("开拆差异%(count)s条等着处理。") % {"count": left} if left else "")


def ordinary_columns() -> list[str]:
    return [gettext(str(OrdinaryCount.Direction(one).label)) for one in DIRECTIONS]


def day_row(row: CountRow) -> list[DayRow]:
    """A line for each kind that was counted at the office on the day."""
    kinds = [kind for kind in OrdinaryCount.Kind if any(k == kind for k, _ in row.pieces)]
    return [DayRow(short_name(row.office), row.day, gettext(str(kind.label)),
                   tuple(row.pieces.get((kind, direction)) for direction in DIRECTIONS)) for kind in kinds]
