"""The national network: whole, reachable, lawful in its frequencies, the same for the same seed."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from youlu.domain.network.plan import NetworkPlan, OfficePlan, RoutePlan, TripPlan
from youlu.scenarios.national import national_build, outline_polygons
from youlu.scenarios.national.facts import distance_km, divisions, gansu_townships, inside, links
from youlu.scenarios.national.offices import LANZHOU_CITY_DISTRICTS

DAYS = 14


def plan() -> NetworkPlan:
    return national_build(seed=2022)


def link_of(route: RoutePlan) -> str:
    return route.code.rsplit("-", 1)[1]


def trips_of(link: str) -> list[TripPlan]:
    routes = {route.id for route in plan().routes if link_of(route) == link}
    return [trip for trip in plan().trips if trip.route_id in routes]


def office(name: str, kind: str) -> OfficePlan:
    return next(o for o in plan().offices if o.name == name and o.kind == kind)


def reached_from(sources: list[int], first_weekday: int = 4, ready_min: int = 1020) -> list[int]:
    """Office -> bits of the sources whose mail, ready on day 0 at `ready_min`, has come there within 14 days.

    A plain sweep over all departures and arrivals in order of time: slow, and sharing nothing with the engine.
    """
    weekdays = {calendar.id: calendar.weekdays for calendar in plan().calendars}
    events = []
    for trip, day in itertools.product(plan().trips, range(-3, DAYS)):
        if weekdays[trip.calendar_id] >> ((first_weekday + day) % 7) & 1:
            ride = [0]  # bits of the mail on board
            for k in range(len(trip.office_ids) - 1):
                dep, arr = trip.dep_min[k] + day * 1440, trip.arr_min[k + 1] + day * 1440
                u, v = trip.office_ids[k], trip.office_ids[k + 1]
                events.append((dep, 2, u, v, ride))
                events.append((arr, 1, u, v, ride))
    ready: list[list[tuple[int, int]]] = [[] for _ in plan().offices]
    reached = [0] * len(plan().offices)
    waiting = [0] * len(plan().offices)
    for bit, source in enumerate(sources):
        ready[source].append((ready_min, 1 << bit))
        reached[source] |= 1 << bit
    for instant, kind, u, v, ride in sorted(events, key=lambda e: (e[0], e[1])):
        if instant >= DAYS * 1440:
            break
        if kind == 1:
            arrived = ride[0] & ~reached[v]
            if arrived:
                reached[v] |= arrived
                if plan().offices[v].may_transit:
                    ready[v].append((instant + plan().offices[v].handling_min, arrived))
        else:
            for since, bits in ready[u]:
                if since <= instant:
                    waiting[u] |= bits
            ride[0] |= waiting[u]
    return reached


def test_every_division_has_an_office_and_ids_are_dense() -> None:
    offices = plan().offices
    assert [o.id for o in offices] == list(range(len(offices)))
    assert len({o.code for o in offices}) == len(offices)
    counties = {o.code for o in offices if o.kind == "county_centre"}
    assert counties == {d.code for d in divisions().values() if d.level == "county"}
    above = {o.code for o in offices if o.kind in ("provincial_centre", "centre", "exchange")}
    for division in divisions().values():
        if division.level == "prefecture":
            assert division.code in above
        if division.level == "province":
            assert division.code in above or f"{division.code[:2]}0100" in above
    assert 3150 < sum(1 for o in offices if o.kind not in ("branch", "depot")) < 3300
    assert 4400 < len(offices) < 4700


def test_gansu_has_a_branch_for_every_township_that_no_depot_serves() -> None:
    branches = {o.code for o in plan().offices if o.kind == "branch"}
    for county, townships in gansu_townships().items():
        if county not in LANZHOU_CITY_DISTRICTS:
            assert {code for code, _ in townships} <= branches
    assert not any("撤销" in o.name for o in plan().offices)


def test_a_branch_stands_inside_the_outline_of_its_prefecture() -> None:
    stray = []
    for branch in plan().offices:
        if branch.kind == "branch":
            prefecture = branch.code[:4] + "00"
            seat = divisions()[branch.code[:6]]
            if not inside(branch.lon, branch.lat, outline_polygons()[prefecture]) and (
                    distance_km(branch.lon, branch.lat, seat.lon, seat.lat) > 4):
                stray.append(branch.name)
    assert stray == []


def test_every_county_and_branch_is_reachable_from_every_provincial_centre_within_14_days() -> None:
    sources = [o.id for o in plan().offices if o.kind == "provincial_centre"]
    assert len(sources) == 31
    reached = reached_from(sources)
    everything = (1 << len(sources)) - 1
    assert [o.name for o in plan().offices if reached[o.id] != everything] == []


def test_mail_from_a_township_and_from_the_card_centre_reaches_every_county() -> None:
    township = next(o for o in plan().offices if o.kind == "branch" and o.code.startswith("621224"))
    card_centre = next(o for o in plan().offices if o.kind == "card_centre")
    reached = reached_from([township.id, card_centre.id])
    assert [o.name for o in plan().offices if o.kind == "county_centre" and reached[o.id] != 3] == []


def test_a_county_passes_mail_on_only_where_it_hangs_on_a_spur_of_its_own() -> None:
    passes_on = {o.id for o in plan().offices if o.kind == "county_centre" and o.may_transit}
    below = {o.id for o in plan().offices if o.kind in ("branch", "depot")}
    upward: dict[int, set[int]] = {}
    for trip in plan().trips:
        inner = set(trip.office_ids[1:-1]) & passes_on
        assert not inner, f"{trip.trip_key} calls at a county that passes mail on, on its way elsewhere"
        for one, other in (trip.office_ids[0], trip.office_ids[-1]), (trip.office_ids[-1], trip.office_ids[0]):
            if one in passes_on and other != one and other not in below:
                upward.setdefault(one, set()).add(other)
    assert all(len(neighbours) == 1 for neighbours in upward.values())
    assert not any(o.may_transit for o in plan().offices if o.kind in ("branch", "depot", "card_centre", "exchange"))


def test_each_route_runs_on_the_days_of_the_frequency_table() -> None:
    weekdays = {calendar.id: calendar.weekdays for calendar in plan().calendars}
    link_by_route = {route.id: link_of(route) for route in plan().routes}
    for trip in plan().trips:
        assert weekdays[trip.calendar_id] == links()[link_by_route[trip.route_id]].weekdays
    assert {route.id: links()[link_of(route)].source for route in plan().routes} == {
        route.id: route.source for route in plan().routes}
    assert set(link_by_route.values()) == set(links())  # no row of the table without a route


@pytest.mark.parametrize(("link", "runs_a_week"), [("township_daily", 5), ("township_remote", 3), ("township_far", 1),
                                                   ("county_daily", 7), ("county_remote", 3), ("prefecture_night", 7)])
def test_the_law_and_the_trade_set_the_frequencies(link: str, runs_a_week: int) -> None:
    assert links()[link].weekdays.bit_count() == runs_a_week
    assert trips_of(link)


def test_the_clock_of_a_day_is_the_trades() -> None:
    for trip in trips_of("trunk_road"):
        assert 22 * 60 <= trip.dep_min[0] <= 27 * 60
    for trip in trips_of("trunk_air"):
        assert 7 * 60 <= trip.dep_min[0] <= 20 * 60
    for trip in trips_of("county_daily"):
        if trip.number == "1001":
            assert all(5 * 60 + 30 <= arr <= 8 * 60 for arr in trip.arr_min[1:])
        else:
            assert trip.dep_min[0] == 18 * 60 + 30


def test_runs_take_whole_positive_minutes_and_never_go_back_in_time() -> None:
    for trip in plan().trips:
        clock = [m for pair in zip(trip.arr_min, trip.dep_min, strict=True) for m in pair]
        assert clock == sorted(clock)
        assert clock[0] >= 0
        assert all(b - a >= 5 for a, b in zip(trip.dep_min, trip.arr_min[1:], strict=False))
        assert all(type(m) is int for m in clock)
    keys = [trip.trip_key for trip in plan().trips]
    assert len(set(keys)) == len(keys)
    assert all(0 < key < 2**31 for key in keys)
    assert len({route.code for route in plan().routes}) == len(plan().routes)


def test_lanzhou_has_depots_with_runs_segments_and_synthetic_compounds() -> None:
    depots = {o.id for o in plan().offices if o.kind == "depot"}
    assert len(depots) == 25
    per_depot = Counter(segment.office_id for segment in plan().segments)
    assert set(per_depot) == depots
    assert all(8 <= count <= 15 for count in per_depot.values())
    runs = Counter(stop for trip in trips_of("city_run") for stop in trip.office_ids if stop in depots)
    assert all(runs[depot] == 3 for depot in depots)
    assert 2500 < len(plan().compounds) < 5000
    assert {compound.source for compound in plan().compounds} == {"synthetic"}
    streets = {code: name for rows in gansu_townships().values() for code, name in rows}
    assert all(c.name.startswith(streets[c.division_code]) and c.name.endswith("号院") for c in plan().compounds)
    assert len({c.name for c in plan().compounds if c.division_code.startswith("620102")}) == sum(
        1 for c in plan().compounds if c.division_code.startswith("620102"))


def test_the_size_is_that_of_a_national_post() -> None:
    assert 130_000 < plan().legs_per_week() * 2 < 190_000


def test_the_same_seed_gives_the_same_network_and_trips_keep_their_keys_under_another() -> None:
    again, other = national_build.__wrapped__(seed=2022), national_build(seed=7)
    assert again.content_hash() == plan().content_hash()
    assert other.content_hash() != plan().content_hash()
    by_key = {trip.trip_key: trip for trip in other.trips}
    same = [trip for trip in plan().trips if trip.trip_key in by_key]
    assert len(same) > 0.6 * len(plan().trips)
    assert all(by_key[trip.trip_key].number == trip.number for trip in same)


def test_without_townships_the_rest_keeps_its_ids_and_counties_end_their_mail() -> None:
    small = national_build(seed=2022, gansu_townships=False)
    assert [o.code for o in small.offices] == [o.code for o in plan().offices[:len(small.offices)]]
    assert not any(o.may_transit for o in small.offices if o.kind == "county_centre")
    assert not small.segments
