"""The forward scan against the slow search, and what its explanation may say."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.engines.promise.networks import START_DAY, Network, random_closures, random_network

from youlu.engines.promise import (
    CANCELLED,
    NO_ALIGHT,
    NO_BOARD,
    UNREACHABLE,
    Handling,
    LegClosure,
    StartError,
    TripPattern,
    explain,
    flags_derive,
    scan,
    timetable_build,
)
from youlu.engines.promise.slow import SlowStart

SEEDS = st.integers(0, 2**32 - 1)
MODEST = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def slow_starts(rng: random.Random, network: Network, count: int) -> list[SlowStart]:
    starts = [
        SlowStart(rng.randrange(0, network.n_days * 1440, 5), rng.randrange(network.n_offices)) for _ in range(count)
    ]
    tt = network.timetable
    for leg in rng.sample(range(tt.n_legs), min(count, tt.n_legs)):
        late = rng.choice((0, 0, 15, 400))
        key = (int(tt.trip_key[tt.trip[leg]]), int(tt.service_day[tt.trip[leg]]), int(tt.seq[leg]))
        starts.append(SlowStart(int(tt.arr[leg]) + late, leg=key))
    return starts


def scan_of(network: Network, flags: np.ndarray, start: SlowStart, dest: int | None = None, closures=()):
    tt = network.timetable
    on_leg = -1
    if start.leg is not None:
        where = (tt.trip_key[tt.trip] == start.leg[0]) & (tt.service_day[tt.trip] == start.leg[1])
        on_leg = int(np.flatnonzero(where & (tt.seq == start.leg[2]))[0])
    return scan(tt, flags, network.handling, 0, start.office, start.minute, dest, on_leg=on_leg, closures=closures)


@MODEST
@given(SEEDS, SEEDS, st.booleans(), st.booleans())
@example(1, 1, True, True)
def test_scan_arrives_when_the_slow_search_does(seed, closure_seed, quick, plain):
    network = random_network(seed, quick=quick, plain=plain)
    fast, slow = random_closures(closure_seed, network)
    flags = flags_derive(network.timetable, fast, 0)
    search = network.slow(slow)
    for start in slow_starts(random.Random(seed), network, 3):
        found = scan_of(network, flags, start, closures=fast)
        for dest in range(network.n_offices):
            want = search.arrival(start, dest)
            assert found.arrival_min[dest] == (UNREACHABLE if want is None else want)
            assert scan_of(network, flags, start, dest, fast).arrival_min[dest] == found.arrival_min[dest]


@MODEST
@given(SEEDS, SEEDS, st.booleans())
def test_explanation_is_a_journey_without_gaps_that_uses_no_closed_leg(seed, closure_seed, quick):
    network = random_network(seed, quick=quick)
    fast, _ = random_closures(closure_seed, network)
    tt = network.timetable
    flags = flags_derive(tt, fast, 0)
    for start in slow_starts(random.Random(seed), network, 3):
        found = scan_of(network, flags, start, closures=fast)
        for dest in np.flatnonzero(found.arrival_min < UNREACHABLE).tolist():
            _journey_check(network, flags, found, start, dest)


def _journey_check(network, flags, found, start, dest):
    tt = network.timetable
    rides = found.legs_to(dest)
    for board, leg in rides:
        assert board == found.on_leg or not flags[board] & (CANCELLED | NO_BOARD)
        assert not flags[leg] & NO_ALIGHT
        while board != leg:
            board = tt.next_leg[board]
            assert board >= 0
            assert not flags[board] & CANCELLED
    steps = explain(found, dest)
    now = start.minute
    for step in steps:
        if step.kind == "ride" and step is steps[0] and found.on_leg >= 0:
            now = step.from_min
        assert step.from_min == now
        assert step.to_min >= step.from_min
        now = step.to_min
    assert now == found.arrival_min[dest]
    stays = [step for step in steps if step.kind == "ride"]
    assert [s.to_office for s in stays][-1:] == ([dest] if stays else [])
    assert all(a.to_office == b.office for a, b in itertools.pairwise(stays))


def test_explanation_names_the_closed_departures_it_waited_past():
    day = [START_DAY]
    trips = [
        TripPattern(key, np.array([0, 1]), np.array([t, t + 60]), np.array([t, t + 60]), day)
        for key, t in ((7, 600), (8, 700))
    ]
    tt = timetable_build(trips, 2, START_DAY, 1)
    flags = flags_derive(tt, [LegClosure("cancel", 0, 660, trip_keys=np.array([7]))], 0)
    steps = explain(scan(tt, flags, Handling.uniform(0, 2), 0, 0, 500), 1)
    assert [s.kind for s in steps] == ["wait", "ride"]
    assert [(a.trip_key, a.reason) for a in steps[0].closed_alternatives] == [(7, "cancelled")]
    assert (steps[1].trip_key, steps[1].seq_from, steps[1].seq_to) == (8, 0, 1)


def test_an_item_at_its_destination_has_arrived_and_needs_no_step():
    network = random_network(3)
    found = scan(network.timetable, network.timetable.base, network.handling, 0, 1, 77)
    assert found.arrival_min[1] == 77
    assert explain(found, 1) == []


def test_a_start_that_does_not_exist_is_refused():
    network = random_network(3)
    with pytest.raises(StartError, match="office 99"):
        scan(network.timetable, network.timetable.base, network.handling, 0, 99, 0)
    with pytest.raises(StartError, match="before the horizon"):
        scan(network.timetable, network.timetable.base, network.handling, 0, 0, -1)


def test_mail_put_down_at_an_office_that_passes_nothing_on_starts_anew_there():
    day = [START_DAY, START_DAY + 1]
    trips = [
        TripPattern(7, np.array([0, 1, 2]), np.array([600, 660, 720]), np.array([600, 660, 720]), day),
    ]
    tt = timetable_build(trips, 3, START_DAY, 2)
    handling = Handling(np.zeros((1, 3), dtype=np.int32), np.array([[True, False, True]]))
    flags = flags_derive(tt, [LegClosure("cancel", 600, 720, legs=np.array([[1, 2]]))], 0)
    assert scan(tt, flags, handling, 0, 0, 0).arrival_min[2] == 720 + 1440, "waits a day at the origin"
    on_trip = scan(tt, flags, handling, 0, -1, 660, on_leg=0)
    assert on_trip.arrival_min[2] == 720 + 1440
