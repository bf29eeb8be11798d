"""An item's three clocks: the published standard, what the timetable planned at acceptance, what was promised.

None of them changes afterwards; what is expected now stands beside them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from youlu.domain.mail.models import Item, PromiseRevision
from youlu.domain.network.models import TimetableRevision
from youlu.domain.network.selectors import offices_all
from youlu.domain.promise.standards import Standard, standard_of


@dataclass(frozen=True)
class Clocks:
    """`planned_at`: when the way planned at acceptance reaches the delivery office, by revision `timetable` of the
    timetable; None where nothing is known of it."""

    standard: Standard
    planned_at: dt.datetime | None
    timetable: int | None
    committed: dt.datetime


def clocks_of(item: Item) -> Clocks:
    """A constant number of queries; the standard is derived from what never changes, see `promise.standards`."""
    offices = offices_all()
    standard = standard_of(
        mail_class=item.mail_class, origin=offices[item.origin_office_id].division_code,
        dest=offices[item.dest_office_id].division_code, accepted_at=item.accepted_at)
    newest = TimetableRevision.objects.filter(epoch__lte=OuterRef("epoch")).order_by("-id").values("id")[:1]
    first = PromiseRevision.objects.filter(item_key=item.item_key, revision_no=1).values_list(
        "arrival_at", Subquery(newest)).first()
    arrival_at, timetable = first or (None, None)
    return Clocks(standard, arrival_at, timetable, item.committed_arrive_by)
