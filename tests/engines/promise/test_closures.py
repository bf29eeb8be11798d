"""Measures: what they close, and that only what is open counts."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.promise.networks import random_closures, random_network

from youlu.engines.promise import (
    UNREACHABLE,
    ClosureError,
    LegClosure,
    flags_derive,
    reopen_min,
    scan,
)

SEEDS = st.integers(0, 2**32 - 1)
MODEST = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@MODEST
@given(SEEDS, SEEDS)
def test_measures_lift_in_any_order_to_the_same_state(seed, order_seed):
    network = random_network(seed)
    closures, _ = random_closures(seed, network, most=5)
    once = flags_derive(network.timetable, closures, 0)
    random.Random(order_seed).shuffle(closures)
    assert (flags_derive(network.timetable, closures, 0) == once).all()
    while closures:
        closures.pop()
        left = flags_derive(network.timetable, sorted(closures, key=id), 0)
        assert (left & flags_derive(network.timetable, closures, 0) == left).all()
    assert (flags_derive(network.timetable, [], 0) == network.timetable.base).all()


@MODEST
@given(SEEDS, SEEDS)
def test_nothing_arrives_earlier_after_a_measure_and_all_as_before_after_lifting(seed, closure_seed):
    network = random_network(seed)
    closures, _ = random_closures(closure_seed, network)
    tt = network.timetable
    for office in range(network.n_offices):
        before = scan(tt, tt.base, network.handling, 0, office, 300).arrival_min
        during = scan(tt, flags_derive(tt, closures, 0), network.handling, 0, office, 300).arrival_min
        after = scan(tt, flags_derive(tt, [], 0), network.handling, 0, office, 300).arrival_min
        assert (during >= before).all()
        assert (after == before).all()


def test_a_measure_holds_for_the_class_groups_it_names():
    network = random_network(1)
    all_closed = LegClosure("cancel", 0, groups=0b10)
    assert (flags_derive(network.timetable, [all_closed], 0) == network.timetable.base).all()
    assert (flags_derive(network.timetable, [all_closed], 1) & 1 == (network.timetable.arr > 0)).all()


def test_putting_down_waits_for_the_end_of_the_measures_that_bar_it():
    network = random_network(2)
    tt = network.timetable
    leg = int(np.flatnonzero((tt.base & 4 == 0) & (tt.arr > 100))[0])
    at, office = int(tt.arr[leg]), np.array([tt.v[leg]])
    bars = [
        LegClosure("no_alight", at - 5, at + 50, offices=office),
        LegClosure("no_alight", at + 50, at + 90, offices=office),
    ]
    arrived = np.array([at])
    assert reopen_min(tt, bars, 0, np.array([leg]), arrived).tolist() == [at + 90]
    assert reopen_min(tt, [], 0, np.array([leg]), arrived).tolist() == [at]
    for_ever = [LegClosure("no_alight", at, offices=office)]
    assert reopen_min(tt, for_ever, 0, np.array([leg]), arrived).tolist() == [UNREACHABLE]


def test_malformed_measures_are_refused():
    with pytest.raises(ClosureError, match="act 'close'"):
        LegClosure("close", 0)
    with pytest.raises(ClosureError, match="ends before"):
        LegClosure("cancel", 10, 9)
    network = random_network(1)
    with pytest.raises(ClosureError, match="office index"):
        flags_derive(network.timetable, [LegClosure("cancel", 0, offices=np.array([99]))], 0)
