"""The sweep and the walk against the slow search and the forward scan."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.engines.promise.networks import (
    START_DAY,
    pattern_of,
    random_closures,
    random_handling,
    random_network,
)
from tests.engines.promise.test_forward import scan_of, slow_starts

from youlu.engines.promise import (
    CANCELLED,
    NO_ALIGHT,
    NO_BOARD,
    UNREACHABLE,
    Handling,
    LegClosure,
    RepromiseStopped,
    StartError,
    Starts,
    TimetableError,
    TripPattern,
    explain,
    flags_derive,
    kernels_compile,
    leg_key_encode,
    legs_find,
    profiles,
    repromise,
    scan,
    timetable_build,
)
from youlu.engines.promise.forward_kernel import forward, forward_many
from youlu.engines.promise.program import _lay_out
from youlu.engines.promise.slow import SlowStart
from youlu.engines.promise.sweep import sweep
from youlu.engines.promise.walk import block_answer, block_walk

SEEDS = st.integers(0, 2**32 - 1)
MODEST = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def starts_of(network, slow):
    """Starts for every pair of a slow start and a destination, in that order."""
    tt = network.timetable
    rows = []
    for start in slow:
        leg = -1
        if start.leg is not None:
            key = leg_key_encode(*(np.array([part]) for part in start.leg))
            leg = int(legs_find(tt, key)[0])
        rows += [(start.office, start.minute, leg, start.minute, dest) for dest in range(network.n_offices)]
    columns = [np.array(column, dtype=np.int32) for column in zip(*rows, strict=True)]
    return Starts(*columns, np.zeros(len(rows), dtype=np.uint8))


@MODEST
@given(SEEDS, SEEDS, st.booleans(), st.booleans())
@example(1, 1, True, True)
def test_every_promise_is_the_slow_searchs_and_its_legs_lead_there(seed, closure_seed, quick, plain):
    network = random_network(seed, quick=quick, plain=plain)
    fast, slow = random_closures(closure_seed, network)
    tt = network.timetable
    flags = flags_derive(tt, fast, 0)
    search = network.slow(slow)
    some = slow_starts(random.Random(seed), network, 3)
    starts = starts_of(network, some)
    result = repromise((tt,), ((flags,),), network.handling, starts, want_legs=True, closures=fast, threads=1)
    found = iter(result.arrival_min.tolist())
    for start in some:
        forward = scan_of(network, flags, start, closures=fast)
        for dest in range(network.n_offices):
            want = search.arrival(start, dest)
            got = next(found)
            assert got == (UNREACHABLE if want is None else want)
            assert forward.arrival_min[dest] == got
    for item in range(len(starts)):
        legs_check(network, flags, starts, result, item)


def legs_check(network, flags, starts, result, item):
    """The planned legs are a journey the item can make, arriving when promised."""
    tt, handling = network.timetable, network.handling
    keys = result.legs[result.legs_offset[item] : result.legs_offset[item + 1]]
    legs = legs_find(tt, keys).tolist()
    arrival = int(result.arrival_min[item])
    if arrival == UNREACHABLE or starts.office[item] == starts.dest[item]:
        assert legs == []
        return
    assert min(legs) >= 0
    assert tt.v[legs[-1]] == starts.dest[item]
    on_leg = int(starts.leg[item])
    riding, ready = -1, int(starts.ready_min[item])
    if on_leg >= 0:
        assert legs[0] == on_leg
    for place, leg in enumerate(legs):
        first = place == 0 and on_leg >= 0
        stays = riding >= 0 and tt.trip[riding] == tt.trip[leg] and tt.seq_to[riding] == tt.seq[leg]
        if not first:
            assert not flags[leg] & CANCELLED
            if not stays:
                assert not flags[leg] & NO_BOARD
                assert tt.dep[leg] >= ready
        if place and not stays:
            assert tt.v[legs[place - 1]] == tt.u[leg]
        riding = leg
        ready = int(handling.ready(tt.v[leg], tt.arr[leg], 0, starting=True))
    if len(legs) > 1 or on_leg < 0:
        assert not flags[legs[-1]] & NO_ALIGHT or tt.trip[legs[-1]] == tt.trip[on_leg]
        assert tt.arr[legs[-1]] <= arrival
    if on_leg < 0:
        assert tt.arr[legs[-1]] == arrival


@MODEST
@given(SEEDS, SEEDS)
def test_a_profile_answers_as_the_forward_scan_does(seed, closure_seed):
    network = random_network(seed)
    tt = network.timetable
    flags = flags_derive(tt, random_closures(closure_seed, network)[0], 0)
    dest = seed % network.n_offices
    profile = profiles(tt, flags, network.handling, 0, dest)
    for office in range(network.n_offices):
        for ready in range(0, network.n_days * 1440, 333):
            want = scan(tt, flags, network.handling, 0, office, ready).arrival_min[dest]
            assert profile.arrival(office, ready) == want


@MODEST
@given(SEEDS, SEEDS)
def test_no_promise_is_earlier_after_a_measure_and_all_are_equal_after_lifting(seed, closure_seed):
    network = random_network(seed)
    tt = network.timetable
    closures, _ = random_closures(closure_seed, network)
    rng = random.Random(seed)
    offices = np.array([rng.randrange(network.n_offices) for _ in range(40)])
    dests = np.array([rng.randrange(network.n_offices) for _ in range(40)])
    starts = Starts.at_offices(offices, np.array([rng.randrange(3000) for _ in range(40)]), dests)

    def promises(measures):
        flags = flags_derive(tt, measures, 0)
        return repromise((tt,), ((flags,),), network.handling, starts, want_legs=True, closures=measures)

    before, during, after = promises([]), promises(closures), promises([])
    assert (during.arrival_min >= before.arrival_min).all()
    assert (after.arrival_min == before.arrival_min).all()
    assert (after.legs == before.legs).all()


def test_the_longer_horizon_is_swept_only_for_what_the_shorter_cannot_reach():
    rng = random.Random(5)
    network = random_network(5, n_days=2)
    rare = TripPattern(1, np.array([0, 1]), np.array([0, 60]), np.array([0, 60]), [START_DAY + 8])
    patterns = [rare] + [pattern_of(t) for t in network.trips if 0 not in t.stops]
    short, long = (timetable_build(patterns, network.n_offices, START_DAY, n) for n in (2, 10))
    handling = Handling.uniform(0, network.n_offices)
    asked = []

    def long_flags(group):
        asked.append(group)
        return long.base

    def arrival(office, dest):
        starts = Starts.at_offices(np.array([office]), np.array([rng.randrange(60)]), np.array([dest]))
        return repromise((short, long), ((short.base,), long_flags), handling, starts, want_legs=True)

    there = arrival(1, 1)
    assert (there.arrival_min[0] < 60, len(there.legs), asked) == (True, 0, [])
    late = arrival(0, 1)
    assert (late.arrival_min[0], asked) == (8 * 1440 + 60, [0])
    assert legs_find(long, late.legs).tolist() == np.flatnonzero(long.trip_key[long.trip] == 1).tolist()


def test_an_item_on_a_vehicle_is_found_again_in_the_longer_horizon():
    first = TripPattern(1, np.array([0, 1]), np.array([600, 660]), np.array([600, 660]), [START_DAY])
    rare = TripPattern(2, np.array([1, 2]), np.array([0, 60]), np.array([0, 60]), [START_DAY + 8])
    early = TripPattern(3, np.array([0, 1]), np.array([0, 60]), np.array([0, 60]), [START_DAY])
    short = timetable_build([first, rare], 3, START_DAY, 2)
    long = timetable_build([early, first, rare], 3, START_DAY, 10)
    i32 = {"dtype": np.int32}
    starts = Starts(
        np.array([-1], **i32), np.array([-1], **i32), np.array([0], **i32), np.array([660], **i32),
        np.array([2], **i32), np.array([0], dtype=np.uint8),
    )  # fmt: skip
    result = repromise((short, long), ((short.base,), (long.base,)), Handling.uniform(5, 3), starts, want_legs=True)
    assert result.arrival_min.tolist() == [8 * 1440 + 60]
    assert long.trip_key[long.trip[legs_find(long, result.legs)]].tolist() == [1, 2]


def test_class_groups_have_their_own_flags_and_handling():
    network = random_network(21, plain=True)
    tt = network.timetable
    handling = Handling(np.array([[0] * network.n_offices, [200] * network.n_offices]))
    flags = [flags_derive(tt, [LegClosure("cancel", 0, 2000, groups=0b10)], g) for g in (0, 1)]
    n = network.n_offices
    offices, dests = (part.reshape(-1) for part in np.meshgrid(np.arange(n), np.arange(n)))
    starts = Starts.at_offices(offices, np.full(n * n, 10), dests)
    mixed = Starts(
        starts.office, starts.ready_min, starts.leg, starts.arr_min, starts.dest,
        (np.arange(n * n) % 2).astype(np.uint8),
    )  # fmt: skip
    result = repromise((tt,), (flags,), handling, mixed, want_legs=False)
    for item in range(n * n):
        group = item % 2
        want = scan(tt, flags[group], handling, group, int(offices[item]), 10).arrival_min[dests[item]]
        assert result.arrival_min[item] == want


def test_more_destinations_than_a_row_has_lanes_and_more_threads_than_blocks_change_nothing():
    rng = random.Random(8)
    n = 100
    patterns = []
    for key in range(400):
        stops = np.array(rng.sample(range(n), 4))
        times = np.sort(np.array([rng.randrange(1440) for _ in range(4)]))
        patterns.append(TripPattern(key, stops, times, times, range(START_DAY, START_DAY + 3)))
    tt = timetable_build(patterns, n, START_DAY, 3)
    handling = Handling.uniform(15, n)
    offices, dests = (part.reshape(-1) for part in np.meshgrid(np.arange(n), np.arange(n)))
    starts = Starts.at_offices(offices, np.full(n * n, 100), dests)
    told = []
    one = repromise((tt,), ((tt.base,),), handling, starts, want_legs=True, threads=1)
    five = repromise(
        (tt,), ((tt.base,),), handling, starts, want_legs=True, threads=5, progress=lambda *x: told.append(x)
    )
    assert (one.arrival_min == five.arrival_min).all()
    assert (one.legs == five.legs).all()
    assert (0, 4) in told
    assert (4, 4) in told
    for office in range(0, n, 9):
        want = scan(tt, tt.base, handling, 0, office, 100).arrival_min
        assert (one.arrival_min[offices == office] == want[dests[offices == office]]).all()


def test_an_item_that_can_neither_stay_nor_leave_waits_for_the_end_of_the_measure():
    trips = [TripPattern(7, np.array([0, 1, 2]), np.array([0, 60, 120]), np.array([0, 60, 120]), [START_DAY])]
    trips.append(TripPattern(8, np.array([1, 2]), np.array([900, 960]), np.array([900, 960]), [START_DAY]))
    tt = timetable_build(trips, 3, START_DAY, 1)
    i32 = {"dtype": np.int32}

    def arrival(until, dest):
        closures = [
            LegClosure("cancel", 50, 130, legs=np.array([[1, 2]])),
            LegClosure("no_alight", 0, until, offices=np.array([1])),
        ]
        starts = Starts(
            np.array([-1], **i32), np.array([-1], **i32), np.array([0], **i32), np.array([60], **i32),
            np.array([dest], **i32), np.array([0], dtype=np.uint8),
        )  # fmt: skip
        flags = flags_derive(tt, closures, 0)
        handling = Handling(np.full((1, 3), 30), np.array([[True, False, True]]))
        result = repromise((tt,), ((flags,),), handling, starts, want_legs=True, closures=closures)
        quote = scan(tt, flags, handling, 0, -1, 60, on_leg=0, closures=closures)
        assert quote.arrival_min[dest] == result.arrival_min[0]
        if quote.arrival_min[dest] < UNREACHABLE:
            steps = explain(quote, dest)
            assert [s.kind for s in steps][:2] == ["ride", "wait"]
            assert all(a.to_min == b.from_min for a, b in pairwise(steps))
            assert steps[-1].to_min == result.arrival_min[0]
        return int(result.arrival_min[0]), len(result.legs)

    assert arrival(500, 1) == (500, 1), "let in when the measure ends"
    assert arrival(500, 2) == (960, 2), "and sent on after handling"
    assert arrival(880, 2) == (UNREACHABLE, 0), "too late for the only departure"
    assert arrival(2**31 - 1, 1) == (UNREACHABLE, 0), "an open end is no promise"


def test_a_start_that_does_not_exist_is_refused_by_number():
    network = random_network(3)
    tt = network.timetable
    for field, value, match in (
        ("dest", 99, "start 1: destination 99"),
        ("office", 99, "start 1: office 99"),
        ("group", 3, "start 1: class group 3"),
        ("leg", 10**6, "start 1: leg 1000000"),
        ("leg", 0, "start 1: must be either"),
    ):
        starts = Starts.at_offices(np.zeros(2), np.zeros(2), np.zeros(2))
        getattr(starts, field)[1] = value
        with pytest.raises(StartError, match=match):
            repromise((tt,), ((tt.base,),), network.handling, starts, want_legs=False)


def test_stop_is_obeyed_and_a_timetable_beyond_uint16_is_refused():
    network = random_network(3)
    tt = network.timetable
    starts = Starts.at_offices(np.zeros(2), np.zeros(2), np.ones(2))
    with pytest.raises(RepromiseStopped):
        repromise((tt,), ((tt.base,),), network.handling, starts, want_legs=False, stop=lambda: True)
    late = TripPattern(7, np.array([0, 1]), np.array([0, 65535]), np.array([0, 65535]), [START_DAY])
    far = timetable_build([late], 2, START_DAY, 1, limit=2**31 - 1)
    with pytest.raises(TimetableError, match="65535"):
        repromise((far,), ((far.base,),), Handling.uniform(0, 2), starts, want_legs=False)


def test_the_kernels_compiled_at_installation_are_the_ones_that_answers_use():
    kernels_compile()
    kernels = (sweep, block_answer, block_walk, forward, forward_many, _lay_out)
    before = [len(kernel.signatures) for kernel in kernels]
    network = random_network(13)
    tt = network.timetable
    starts = starts_of(network, slow_starts(random.Random(1), network, 3))
    repromise((tt,), ((tt.base,),), network.handling, starts, want_legs=True)
    scan(tt, tt.base, network.handling, 0, 0, 0)
    assert [len(kernel.signatures) for kernel in kernels] == before


def test_random_handling_is_exercised():
    """A control: the random networks do have offices that pass nothing on, sort in windows and have a backlog."""
    plain = random_handling(random.Random(1), 40, 4, plain=False)
    assert plain.no_transit
    assert plain.sorting
    assert plain.backlog
    assert isinstance(SlowStart(3, office=1), SlowStart)
