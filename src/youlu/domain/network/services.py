"""Writing the network: importing a plan as a new revision of the timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.bulk import rows_copy, rows_merge
from youlu.domain.access.selectors import Actor
from youlu.domain.network.epoch import epoch_lock, epoch_raise
from youlu.domain.network.errors import PlanBrokenError, PlanConflictError
from youlu.domain.network.models import TimetableRevision
from youlu.domain.network.plan import (
    CalendarPlan,
    CompoundPlan,
    NetworkPlan,
    OfficePlan,
    RoutePlan,
    SegmentPlan,
    TripPlan,
)

# Rows that others refer to by id are merged; the timetable itself is replaced whole.
MERGED: dict[str, tuple[type, str]] = {
    "network_office": (OfficePlan, "offices"),
    "network_deliverysegment": (SegmentPlan, "segments"),
    "network_compound": (CompoundPlan, "compounds"),
}
REPLACED: dict[str, tuple[type, str]] = {
    "network_servicecalendar": (CalendarPlan, "calendars"),
    "network_route": (RoutePlan, "routes"),
    "network_trip": (TripPlan, "trips"),
}


@transaction.atomic
def network_import(*, actor: Actor, plan: NetworkPlan) -> TimetableRevision:
    """Store a plan and make it the timetable in force, in one transaction; raises the epoch.

    Offices, segments and compounds keep their ids for ever: those of the plan are added or changed, those it lacks
    stay. Calendars, routes and trips become those of the plan on all service dates, as if they had always been; to
    change a timetable from some date on, make a draft. A plan equal to the one in force changes nothing.

    Raises
    ------
    PlanConflictError : an id would change its owner.
    PlanBrokenError : a row refers to one that is not there.
    """
    actor.require("network.edit")
    plan_check(plan)
    epoch_lock()
    in_force = TimetableRevision.objects.order_by("-id").first()
    content_hash = plan.content_hash()
    if in_force is not None and in_force.content_hash == content_hash:
        return in_force
    _ids_check(plan)
    for table, (row_type, rows) in MERGED.items():
        rows_merge(table, _columns(row_type), map(astuple, getattr(plan, rows)))
    with connection.cursor() as cursor:
        # Drafts are changes to what is replaced here: they would refer to routes and days that are gone.
        for table in ("network_drafttrip", "network_timetabledraft", *reversed(REPLACED)):
            cursor.execute(f"DELETE FROM {table}")
    for table, (row_type, rows) in REPLACED.items():
        rows_copy(table, _columns(row_type), map(astuple, getattr(plan, rows)))
    epoch = epoch_raise()
    revision = TimetableRevision.objects.create(activated_at=clock.now(), content_hash=content_hash, epoch=epoch,
                                                note="\n".join((plan.name, *plan.notes)), activated_by=actor.id)
    audit_record(actor=actor.id, action="network.import", object_type="timetable_revision",
                 object_id=str(revision.id), content_hash=content_hash, epoch=epoch,
                 offices=len(plan.offices), trips=len(plan.trips))
    return revision


def plan_check(plan: NetworkPlan) -> None:
    """Raise PlanBrokenError unless ids are dense, references lead somewhere and trips run forward in time."""
    offices = len(plan.offices)
    if [office.id for office in plan.offices] != list(range(offices)):
        raise PlanBrokenError(what="网点编号要从0起连续")
    routes, calendars = {r.id for r in plan.routes}, {c.id for c in plan.calendars}
    for trip in plan.trips:
        clocks = [minute for pair in zip(trip.arr_min, trip.dep_min, strict=False) for minute in pair]
        if trip.route_id not in routes or trip.calendar_id not in calendars:
            raise PlanBrokenError(what=f"班次{trip.trip_key}的邮路或开行日不在这份班期里")
        if not all(0 <= office < offices for office in trip.office_ids) or len(trip.office_ids) < 2:
            raise PlanBrokenError(what=f"班次{trip.trip_key}停靠的网点不在这份班期里")
        if len({len(trip.office_ids), len(trip.arr_min), len(trip.dep_min), len(trip.km)}) != 1 or (
                clocks != sorted(clocks) or clocks[0] < 0):
            raise PlanBrokenError(what=f"班次{trip.trip_key}的时刻前后颠倒或缺少")
    segments = {segment.id for segment in plan.segments}
    if any(not 0 <= segment.office_id < offices for segment in plan.segments):
        raise PlanBrokenError(what="有段道的揽投部不在这份班期里")
    if any(compound.segment_id not in segments for compound in plan.compounds):
        raise PlanBrokenError(what="有小区的段道不在这份班期里")


def _ids_check(plan: NetworkPlan) -> None:
    for table, rows, label in (("network_office", plan.offices, "code"), ("network_deliverysegment", plan.segments,
                               "code"), ("network_compound", plan.compounds, "name")):
        proposed = {row.id: getattr(row, label) for row in rows}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, {label} FROM {table}")
            for present_id, present in cursor.fetchall():
                if proposed.get(present_id, present) != present:
                    raise PlanConflictError(id=present_id, present=present, proposed=proposed[present_id])


def _columns(row_type: Any) -> Sequence[str]:
    return [field.name for field in fields(row_type)]
