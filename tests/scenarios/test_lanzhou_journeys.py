"""The scenario's arithmetic without a database: positions against scans, notices, the tour's list, the ledger."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from youlu.scenarios.lanzhou import notices, tour_list_text, tour_zones
from youlu.scenarios.lanzhou.choosing import pools
from youlu.scenarios.lanzhou.flows import FLOW_SHARES, INBOUND, THROUGH, flows_draw
from youlu.scenarios.lanzhou.journeys import (
    AT_OFFICE,
    DELIVERED,
    ON_ROUND,
    ON_TRIP,
    Plans,
    positions_at,
    scans_until,
)
from youlu.scenarios.lanzhou.people import ids_make
from youlu.scenarios.ledger import Acknowledged, ScanLedger
from youlu.scenarios.national import national_build

PLAN = national_build(seed=2022)
NOW_S = int(dt.datetime(2022, 7, 11, 10, 45, tzinfo=dt.UTC).timestamp())
TODAY_S = int(dt.datetime(2022, 7, 10, 16, 0, tzinfo=dt.UTC).timestamp())


def one_plan(gaps: list[int], rides_on: list[bool]) -> Plans:
    """One item over len(rides_on) legs; the gaps are the seconds between the instants of its life, in order."""
    instants = np.cumsum([1000, *gaps]).astype(np.int64)
    legs = len(rides_on)
    return Plans(
        accepted_s=instants[:1], origin=np.array([0], np.int32), dest=np.array([legs], np.int32),
        arrival_s=instants[2 * legs:2 * legs + 1], wave_start_s=instants[2 * legs + 1:2 * legs + 2],
        wave_end_s=instants[2 * legs + 3:], offset=np.array([0, legs], np.int64),
        leg=np.arange(legs, dtype=np.int64) + 700, leg_from=np.arange(legs, dtype=np.int32),
        leg_to=np.arange(1, legs + 1, dtype=np.int32), leg_dep_s=instants[1:2 * legs:2],
        leg_arr_s=instants[2:2 * legs + 1:2], leg_rides_on=np.array([*rides_on[:-1], False], bool))


@given(legs=st.integers(1, 5), data=st.data())
@settings(max_examples=200, deadline=None)
def test_the_last_scan_says_where_the_position_is(legs: int, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.integers(60, 500), min_size=2 * legs + 3, max_size=2 * legs + 3))
    plans = one_plan(gaps, data.draw(st.lists(st.booleans(), min_size=legs, max_size=legs)))
    delivery = plans.wave_end_s - gaps[-1]
    now = data.draw(st.integers(1000, int(plans.wave_end_s[0]) + 50))
    at, scans = positions_at(plans, delivery, now), scans_until(plans, delivery, now)
    assert (scans.occurred_s <= now).all()
    last = -1
    expected = {0: AT_OFFICE, 1: ON_TRIP, 2: AT_OFFICE, 3: ON_ROUND, 4: DELIVERED}[int(scans.kind[last])]
    assert at.place[0] == expected
    assert at.since_s[0] == scans.occurred_s[last]
    if expected == ON_TRIP:
        assert at.leg[0] == scans.leg[last]
        assert at.legs_done[0] == scans.leg[last] - 700 + 1
    else:
        assert at.office[0] == scans.office[last]
        assert at.legs_done[0] == at.office[0]  # office n is reached by leg n
    assert at.moves[0] == len(scans.item) - 1
    if at.legs_done[0] < legs:
        assert at.next_departure_s[0] == plans.leg_dep_s[at.legs_done[0]]


def test_a_device_counts_its_scans_in_order_of_time() -> None:
    plans = one_plan([100] * 9, [False, True, False])
    scans = scans_until(plans, plans.wave_end_s - 50, 10**6)
    assert len({(d, s) for d, s in zip(scans.device_no, scans.sequence, strict=True)}) == len(scans.item)
    assert scans.kind.tolist() == [0, 1, 2, 1, 1, 2, 3, 4]  # no arrival where it stays on the vehicle


def test_flows_are_the_same_for_the_same_seed_and_have_their_shares() -> None:
    zones = frozenset(zone.compound.id for zone in tour_zones(PLAN))

    def draw(seed: int):
        return flows_draw(np.random.default_rng(seed), PLAN, count=20_000, tour_compounds=zones, today_s=TODAY_S,
                          now_s=NOW_S)

    first, again, other = draw(1), draw(1), draw(2)
    assert np.array_equal(first.origin, again.origin)
    assert np.array_equal(first.accepted_s, again.accepted_s)
    assert not np.array_equal(first.origin, other.origin)
    province = np.array([office.division_code[:2] for office in PLAN.offices])
    for flow, share in enumerate(FLOW_SHARES):
        assert abs((first.flow == flow).mean() - share) < 0.02
    assert (province[first.dest[first.flow == INBOUND]] == "62").all()
    assert (province[first.origin[first.flow == INBOUND]] != "62").all()
    through = first.flow == THROUGH
    assert not (province[first.origin[through]] == "62").any()
    assert (first.accepted_s < NOW_S).all()
    assert (first.accepted_s > NOW_S - 8 * 86_400).all()


def test_the_tours_list_is_of_known_compounds_of_one_district() -> None:
    zones = tour_zones(PLAN)
    assert len(zones) == 225
    assert sum(zone.risk == "高风险区" for zone in zones) == 143
    assert all(zone.compound.division_code.startswith("620102") for zone in zones)
    assert tour_list_text(PLAN).splitlines() == [zone.compound.name for zone in zones]
    assert zones == tour_zones(national_build(seed=2022))


def test_the_notices_follow_one_another_and_say_that_they_are_a_demonstration() -> None:
    rows = notices()
    assert [row.step for row in rows] == ["begin", "widen", "extend", "lift_in_part"]
    assert all("演示" in row.document_no and "演示" in row.authority for row in rows)
    assert [row.issued_at for row in rows] == sorted(row.issued_at for row in rows)
    assert all(row.ends_at is None or row.ends_at > row.starts_at for row in rows)
    assert rows[0].issued_at.date() == dt.date(2022, 7, 11)


def test_every_item_has_a_person_of_its_place_and_people_get_several_items() -> None:
    rng = np.random.default_rng(3)
    place = rng.integers(0, 40, 1000)
    person, home = pools(rng, place, 1.4)
    assert np.array_equal(home[person], place)
    assert set(person.tolist()) == set(range(len(home)))
    assert len(home) < len(place)


def test_made_up_ids_are_version_7_and_distinct() -> None:
    ids = ids_make(np.random.default_rng(1), 1000, 1_657_536_000_000)
    assert len(set(ids)) == 1000
    assert {i.version for i in ids} == {7}
    assert ids == ids_make(np.random.default_rng(1), 1000, 1_657_536_000_000)


def test_the_ledger_gives_back_what_was_acknowledged(tmp_path: Path) -> None:
    ledger = ScanLedger(tmp_path)
    assert len(ledger.read()) == 0

    def scans(device: str, *keys: int) -> Acknowledged:
        n = len(keys)
        return Acknowledged(np.array(keys), np.array(["unused", device]), np.ones(n, np.int32), np.arange(n),
                            np.zeros(n, np.int8), np.arange(n) + NOW_S)

    ledger.append(scans("H620100", 1, 2))
    ledger.append(scans("P620102D01", 3))
    assert ledger.read().item_key.tolist() == [1, 2, 3]
    assert ledger.read().device.tolist() == ["H620100", "H620100", "P620102D01"]
    ledger.clear()
    assert len(ledger.read()) == 0
