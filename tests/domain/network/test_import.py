"""A plan in the database: stored as planned, whole or not at all, ids for ever."""

from __future__ import annotations

from dataclasses import astuple, fields, replace

import pytest
from django.db import connection

from youlu.core.errors import NotAllowedError
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.network.errors import PlanBrokenError, PlanConflictError, UnknownOfficeError
from youlu.domain.network.models import Compound, Office, Trip
from youlu.domain.network.plan import NetworkPlan, OfficePlan
from youlu.domain.network.selectors import epoch_current, network_summary, office_find, office_get
from youlu.domain.network.services import network_import
from youlu.scenarios.national import national_build

DISPATCHER = actor_of_system("test")
PLAN = national_build(seed=2022)


def stored(table: str, row_type: type) -> list[tuple[object, ...]]:
    names = [field.name for field in fields(row_type)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1")
        return [tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_what_is_stored_is_what_was_planned() -> None:
    network_import(actor=DISPATCHER, plan=PLAN)
    for table, rows in (("network_office", PLAN.offices), ("network_route", PLAN.routes),
                        ("network_trip", PLAN.trips), ("network_compound", PLAN.compounds),
                        ("network_deliverysegment", PLAN.segments), ("network_servicecalendar", PLAN.calendars)):
        assert stored(table, type(rows[0])) == sorted(astuple(row) for row in rows)
    assert epoch_current() == 1
    audit = AuditEntry.objects.get(action="network.import")
    assert audit.facts["offices"] == len(PLAN.offices)
    assert network_summary().compounds == len(PLAN.compounds)


@pytest.mark.django_db
def test_the_same_plan_again_changes_nothing_and_another_raises_the_epoch_and_keeps_ids() -> None:
    network_import(actor=DISPATCHER, plan=PLAN)
    first = network_import(actor=DISPATCHER, plan=PLAN)
    assert epoch_current() == 1
    fewer = replace(PLAN, trips=PLAN.trips[:-1], offices=(
        replace(PLAN.offices[0], handling_min=99), *PLAN.offices[1:]))
    second = network_import(actor=DISPATCHER, plan=fewer)
    assert second.id != first.id
    assert epoch_current() == 2
    assert Trip.objects.count() == len(PLAN.trips) - 1
    assert office_get(0).handling_min == 99
    assert Compound.objects.count() == len(PLAN.compounds)


@pytest.mark.django_db
def test_an_id_never_passes_to_another_office() -> None:
    network_import(actor=DISPATCHER, plan=PLAN)
    taken_over = replace(PLAN, offices=(replace(PLAN.offices[0], code="999999"), *PLAN.offices[1:]))
    with pytest.raises(PlanConflictError, match="编号不能换主"):
        network_import(actor=DISPATCHER, plan=taken_over)
    assert epoch_current() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [
    replace(PLAN, offices=PLAN.offices[1:]),
    replace(PLAN, routes=PLAN.routes[1:]),
    replace(PLAN, calendars=()),
    replace(PLAN, trips=(replace(PLAN.trips[0], office_ids=(0, 99_999)), *PLAN.trips[1:])),
    replace(PLAN, trips=(replace(PLAN.trips[0], arr_min=(900, 10)), *PLAN.trips[1:])),
    replace(PLAN, trips=(replace(PLAN.trips[0], km=(0.0,)), *PLAN.trips[1:])),
    replace(PLAN, segments=PLAN.segments[1:]),
], ids=["office ids with a gap", "trip without its route", "trip without its calendar", "unknown stop",
        "arrives before it leaves", "a column too short", "compound without its segment"])
def test_a_broken_plan_is_refused_whole(broken: NetworkPlan) -> None:
    with pytest.raises(PlanBrokenError):
        network_import(actor=DISPATCHER, plan=broken)
    assert Office.objects.count() == 0
    assert epoch_current() == 0


@pytest.mark.django_db
def test_an_agent_cannot_import_a_network() -> None:
    agent = Actor(id="user:x", name="x", permissions=frozenset({"network.read"}))
    with pytest.raises(NotAllowedError):
        network_import(actor=agent, plan=PLAN)


@pytest.mark.django_db
def test_on_an_empty_network_one_is_told_to_build_it() -> None:
    with pytest.raises(UnknownOfficeError, match="network build"):
        office_find("康县")


def test_the_plan_has_the_columns_of_the_model() -> None:
    assert {f.name for f in fields(OfficePlan)} == {f.attname for f in Office._meta.concrete_fields}
    dates = {"from_date", "until_date"}  # a plan is in force on all dates
    assert {f.name for f in fields(type(PLAN.trips[0]))} == {
        f.attname for f in Trip._meta.concrete_fields if f.attname != "pk"} - dates
