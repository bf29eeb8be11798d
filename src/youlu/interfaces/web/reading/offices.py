"""One office for its page: what it can work, until when it takes mail in, and what queues there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from youlu.core.numbered import numbered
from youlu.domain.network.capacity import capacities, office_lines
from youlu.domain.network.selectors import OfficeRow, office_row
from youlu.domain.promise.backlog_store import backlogs_now
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.reading.closures import backlog_rows

CLASSES = {"express": "特快", "parcel": "快递包裹", "registered": "挂号信函"}


@dataclass(frozen=True)
class Line:
    """A line of work: a mail class of its own, or all others."""

    name: str
    per_hour: int
    source: str


@dataclass(frozen=True)
class OfficePage:
    office: OfficeRow
    kind: str
    cutoff: str
    sorting: str
    lines: tuple[Line, ...]
    backlogs: tuple[rows.Backlog, ...]


def office_page(*, office_id: int) -> OfficePage:
    office = office_row(office_id)
    windows = capacities().sorting.get(office_id, ())
    lines = tuple(Line(gettext(CLASSES.get(line, line)) if line else gettext("全部"), per_hour, source)
                  for line, per_hour, source in office_lines(office_id=office_id, kind=office.kind))
    return OfficePage(office, gettext(office.kind_name), _hm(office.pickup_cutoff_min),
                      " ".join(f"{_hm(start)}–{_hm(end)}" for start, end in windows), lines,
                      backlog_rows(backlogs_now(office_id=office_id)))


def lead_of_office(page: OfficePage) -> str:
    """What a colleague would say of it."""
    if not page.backlogs:
        return gettext("%(name)s没有积压。") % {"name": page.office.name}
    backlog = page.backlogs[0]
    if backlog.drained_at is None:
        return numbered("%(name)s最多积压%(most)s件，45天内排不完。", backlog.most) % {
            "name": page.office.name, "most": wording.count(backlog.most)}
    return numbered("%(name)s最多积压%(most)s件，%(at)s排完。", backlog.most) % {
        "name": page.office.name, "most": wording.count(backlog.most), "at": wording.stamp(backlog.drained_at)}


def _hm(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
