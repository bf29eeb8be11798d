"""An item's three clocks: the published standard, what the timetable planned at acceptance, what was promised.

None of them changes afterwards; what is expected now stands beside them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from youlu.domain.mail.models import Item
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


def standard_of_item(item: Item) -> Standard:
    """Derived from what never changes of an item, see `promise.standards`."""
    offices = offices_all()
    return standard_of(
        mail_class=item.mail_class, origin=offices[item.origin_office_id].division_code,
        dest=offices[item.dest_office_id].division_code, accepted_at=item.accepted_at)
