"""Building, storing and finding legs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.promise.networks import START_DAY, random_network

from youlu.engines.promise import (
    LAST,
    UNREACHABLE,
    Handling,
    Timetable,
    TimetableError,
    TripPattern,
    leg_key_decode,
    leg_key_encode,
    legs_find,
    scan,
    timetable_build,
)
from youlu.engines.promise.instant_order import instant_order

SEEDS = st.integers(0, 2**32 - 1)
MODEST = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def trip(key, stops, times, days=(START_DAY,), **more):
    at = np.array(times, dtype=np.int32)
    return TripPattern(key, np.array(stops, dtype=np.int32), at, at, days, **more)


@MODEST
@given(SEEDS, st.booleans())
def test_legs_are_sorted_and_each_stands_before_the_legs_that_can_follow_it(seed, quick):
    tt = random_network(seed, quick=quick).timetable
    assert (np.diff(tt.dep) >= 0).all()
    following = tt.next_leg
    has = following >= 0
    assert (following[has] > np.flatnonzero(has)).all()
    assert (tt.trip[following[has]] == tt.trip[has]).all()
    assert (tt.seq[following[has]] == tt.seq_to[has]).all()
    assert ((tt.base & LAST != 0) == ~has).all()


@MODEST
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=5))
def test_every_way_through_legs_without_duration_is_a_subsequence_of_their_order(pairs):
    order = instant_order([u for u, _ in pairs], [v for _, v in pairs])

    def walk(path):
        places = iter(order)
        assert all(leg in places for leg in path)
        for leg, (u, _) in enumerate(pairs):
            if leg not in path and (not path or pairs[path[-1]][1] == u):
                walk([*path, leg])

    walk([])


def test_leg_keys_survive_the_round_trip_and_unknown_keys_are_not_found():
    tt = random_network(5).timetable
    found = legs_find(tt, tt.leg_keys)
    assert (tt.leg_keys[found] == tt.leg_keys).all()
    keys, days, seqs = leg_key_decode(tt.leg_keys)
    assert (keys == tt.trip_key[tt.trip]).all()
    assert (days == tt.service_day[tt.trip]).all()
    assert (seqs == tt.seq).all()
    assert (legs_find(tt, np.array([[1, -5], [2**62, 0]])) == -1).all()


def test_a_leg_key_that_does_not_fit_is_refused():
    with pytest.raises(TimetableError, match="trip key"):
        leg_key_encode(np.array([2**31]), np.array([START_DAY]), np.array([0]))
    with pytest.raises(TimetableError, match="service day"):
        leg_key_encode(np.array([1]), np.array([100]), np.array([0]))


def test_a_saved_timetable_comes_back_the_same_mapped_or_not(tmp_path):
    tt = random_network(6).timetable
    tt.save(tmp_path)
    for mmap in (True, False):
        again = Timetable.load(tmp_path, mmap=mmap)
        assert again.fingerprint == tt.fingerprint
        assert type(again.u) is np.ndarray
    assert random_network(7).timetable.fingerprint != tt.fingerprint


def test_trips_of_the_days_before_count_while_they_are_under_way():
    night = trip(7, [0, 1, 2], [1380, 1500, 1600], days=[START_DAY - 1])
    tt = timetable_build([night], 3, START_DAY, 1)
    assert tt.dep.tolist() == [-60, 60]
    assert tt.arr.tolist() == [60, 160]
    assert len(timetable_build([night], 3, START_DAY, 1, lead_days=0).u) == 0


def test_day_flags_may_cover_the_horizon_or_the_lead_days_too():
    for flags, days in (([True, False], [0]), ([False, False, True, True, False], [-1, 0])):
        tt = timetable_build([trip(7, [0, 1], [0, 60], days=np.array(flags))], 2, START_DAY, 2)
        assert sorted(set((tt.service_day - START_DAY).tolist()) - {-1}) == [d for d in days if d >= 0]
    with pytest.raises(TimetableError, match="day flags"):
        timetable_build([trip(7, [0, 1], [0, 60], days=np.ones(4, dtype=bool))], 2, START_DAY, 2)


def test_legs_that_uint16_cannot_tell_from_no_way_are_dropped_and_their_journeys_unreachable():
    """Without the drop the leg's minute wraps round to an early one and the promise is silently wrong."""
    late = trip(7, [0, 1, 2], [600, 700, 65540 - 44 * 1440], days=[START_DAY + 44])
    tt = timetable_build([late], 3, START_DAY, 45)
    assert tt.arr.max() < UNREACHABLE
    assert tt.n_legs == 1
    assert tt.base[0] & LAST
    found = scan(tt, tt.base, Handling.uniform(0, 3), 0, 0, 0)
    assert found.arrival_min[2] == UNREACHABLE
    kept = timetable_build([late], 3, START_DAY, 45, limit=2**31 - 1)
    assert kept.arr.astype(np.uint16).min() < 600, "the trap is real"


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        (trip(7, [0, 1], [60, 0]), "trip 7: times run backwards"),
        (trip(7, [0, 5], [0, 60]), "trip 7: office index"),
        (trip(-1, [0, 1], [0, 60]), "key outside"),
        (trip(7, [0, 1], [0, 60], seq=np.array([3, 3])), "stop sequence"),
        (trip(7, [0, 1], [0, 60], no_board=np.array([True])), "differ in length"),
    ],
)
def test_a_trip_no_vehicle_could_run_is_refused_by_name(bad, match):
    with pytest.raises(TimetableError, match=match):
        timetable_build([bad], 2, START_DAY, 1)


def test_two_patterns_must_not_share_a_key():
    with pytest.raises(TimetableError, match="trip 7: key used twice"):
        timetable_build([trip(7, [0, 1], [0, 60])] * 2, 2, START_DAY, 1)
