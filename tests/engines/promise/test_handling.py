"""Ready times: first in, first out, whatever an office does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.promise.networks import random_network

from youlu.engines.promise import NEVER, Handling, HandlingError
from youlu.engines.promise.handling import fifo_assert

MODEST = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@MODEST
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_ready_times_equal_the_slow_ones_minute_by_minute(seed, starting):
    network = random_network(seed)
    minutes = np.arange(0, network.n_days * 1440, 61)
    for office in range(network.n_offices):
        fast = network.handling.ready(office, minutes, 0, starting=starting)
        slow = [network.plain.ready(office, int(m), starting) for m in minutes]
        assert fast.tolist() == [NEVER if s is None else s for s in slow]
        assert (np.diff(fast) >= 0).all()


def test_mail_after_the_cut_off_waits_for_the_next_opening():
    handling = Handling(np.array([[30]]), sorting={0: [(21 * 60, 26 * 60)]})
    at = [20 * 60, 23 * 60, 25 * 60 + 29, 25 * 60 + 30, 26 * 60]
    want = [21 * 60, 23 * 60 + 30, 25 * 60 + 59, 45 * 60, 45 * 60]
    assert handling.ready(0, np.array(at), 0).tolist() == want


def test_a_ready_time_that_overtakes_is_refused_by_office():
    with pytest.raises(HandlingError, match="office 4"):
        fifo_assert(np.array([4, 4]), np.array([10, 20]), np.array([50, 40]))
    with pytest.raises(HandlingError, match="office 3: mail is ready before"):
        fifo_assert(np.array([3]), np.array([10]), np.array([9]))
    fifo_assert(np.array([4, 4, 3]), np.array([10, 20, 5]), np.array([50, 50, 6]))


def test_a_rule_that_is_not_first_in_first_out_does_not_reach_a_scan():
    class Faulty(Handling):
        def _ready_plain(self, offices, arrived, group, starting):
            return (arrived + np.where(arrived < 700, 900, 0)).astype(np.int32)

    network = random_network(11, plain=True)
    with pytest.raises(HandlingError, match="office"):
        Faulty(np.zeros((1, network.n_offices), dtype=np.int32)).ready_by_leg(network.timetable, 0)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Handling(np.array([[5, -1]])), "office 1, group 0: negative"),
        (lambda: Handling(np.array([5])), "shape"),
        (lambda: Handling(np.array([[5]]), np.array([True])), "differ in shape"),
        (lambda: Handling(np.array([[5]]), sorting={0: [(1500, 1600)]}), "office 0: sorting window"),
        (lambda: Handling(np.array([[5]]), backlog={0: [(9, 8)]}), "office 0: window ends"),
    ],
)
def test_malformed_handling_is_refused(make, match):
    with pytest.raises(HandlingError, match=match):
        make()
