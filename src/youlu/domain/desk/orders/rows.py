"""An order as lists and pages show it: frozen, with the names of the people and offices in it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from youlu.domain.desk.channels.names import channel_name
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.kinds import kind_names, subtypes_all
from youlu.domain.desk.orders.subtypes import UNSAID
from youlu.domain.network.models import Office
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.selectors import agents_named


@dataclass(frozen=True)
class OrderRow:
    id: uuid.UUID
    number: int
    kind: str
    kind_name: str
    title: str
    state: str
    state_label: str
    sites_label: str
    is_for_home: bool
    opened_at: dt.datetime
    due_at: dt.datetime
    taken_by: str
    reply_due_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    unit: str = ""
    item_number: str = ""
    priority: int = 0
    chases: int = 0
    repeats: int = 0
    level: int = 0
    is_supervised: bool = False
    is_paused: bool = False
    extend_to: dt.datetime | None = None
    is_due_assumed: bool = False
    channel: str = ""
    outside_no: str = ""
    responsibility: str = ""
    satisfaction: str = ""
    closed_at: dt.datetime | None = None
    reopened: int = 0
    not_before: dt.datetime | None = None  # a call promised for then
    replied_at: dt.datetime | None = None
    subtype: str = ""
    letter_at: dt.datetime | None = None
    again_at: dt.datetime | None = None
    agains: int = 0
    subtype_name: str = ""  # of an order whose kind is divided, 未分 where nobody has said

    @property
    def channel_label(self) -> str:
        return channel_name(self.channel)

    @property
    def is_unproven(self) -> bool:
        """Whether its telephone number was only written down by whoever sent the form."""
        return self.channel == "form"

    @property
    def is_marked(self) -> bool:
        """Whether it has any badge: most of a list have none."""
        return bool(self.priority >= 2 or self.is_supervised or self.level or self.chases or self.repeats
                    or self.extend_to or self.is_paused or self.reopened or self.agains)

    @property
    def is_closed(self) -> bool:
        return self.state == WorkOrder.State.CLOSED


def order_rows(orders: Sequence[WorkOrder]) -> tuple[OrderRow, ...]:
    """Three questions at most, however many there are; none without any."""
    if not orders:
        return ()
    holders = agents_named({o.taken_by for o in orders if o.taken_by})
    units = office_names(o.unit_office_id for o in orders)
    kinds = {one.code: one for one in kind_names()}
    subtypes = {one.code: one.name for one in subtypes_all()}
    return tuple(OrderRow(
        o.id, o.number, o.kind_id, kinds[o.kind_id].name, o.title, o.state, o.get_state_display(),
        "、".join(str(Site(site).label) for site in o.sites), Site.AT_HOME in o.sites, o.opened_at, o.due_at,
        holders[o.taken_by].name if o.taken_by in holders else "", o.reply_due_at, o.answered_at,
        units.get(o.unit_office_id or 0, ""), o.item_number, o.priority, o.chases, o.repeats, o.level,
        o.supervised_at is not None, o.paused_at is not None, o.extend_to, o.is_due_assumed, o.channel, o.outside_no,
        o.responsibility, o.satisfaction, o.closed_at, o.reopened, o.not_before, o.replied_at, o.subtype,
        o.letter_at, o.again_at, o.agains,
        subtypes.get(o.subtype, UNSAID) if kinds[o.kind_id].has_subtypes else "") for o in orders)


def office_names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return dict(Office.objects.filter(id__in=wanted).values_list("id", "full_name")) if wanted else {}
