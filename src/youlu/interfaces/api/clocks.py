"""The first clock as the API writes it."""

from __future__ import annotations

from ninja import Schema

from youlu.domain.mail.clocks import Clocks
from youlu.domain.promise.standards import Standard
from youlu.interfaces.api.fields import iso


class StandardOut(Schema):
    """What was published. `arrive_by` and `day` are null where no standard can be said; `why` then is no_table, no_row
    or calendar_unknown (the holidays of `year` have not been imported), and `sentence` says it."""

    arrive_by: str | None
    day: str | None
    why: str
    sentence: str
    year: int | None
    version: int | None
    source: str
    document_no: str
    is_model: bool
    days: int | None
    unit: str


class PlannedOut(Schema):
    """By revision `timetable` of the timetable."""

    arrive_by: str | None
    timetable: int | None


class ClocksOut(Schema):
    """The three clocks as they stood at acceptance. `planned.arrive_by`: at the delivery office, by the way planned
    then."""

    standard: StandardOut
    planned: PlannedOut
    promised: str


def standard_out(standard: Standard) -> StandardOut:
    return StandardOut(
        arrive_by=iso(standard.arrive_by), day=standard.day.isoformat() if standard.day else None, why=standard.why,
        sentence=standard.why_words, year=standard.year, version=standard.version, source=standard.source,
        document_no=standard.document_no, is_model=standard.is_model, days=standard.days, unit=standard.unit)


def clocks_out(clocks: Clocks) -> ClocksOut:
    return ClocksOut(standard=standard_out(clocks.standard), promised=iso(clocks.committed),
                     planned=PlannedOut(arrive_by=iso(clocks.planned_at), timetable=clocks.timetable))
