"""A post played by seed. A handful of seeds a commit, a thousand under `slow`; a failing one says how to replay it."""

from __future__ import annotations

import os

import pytest

from tests.simulation.cast import Cast
from tests.simulation.play import Simulation, posts_play

# A process that is killed while it reads lets go of its cursor by dying; here the collector finds it open.
pytestmark = pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning")


def test_a_handful_of_posts_keep_every_promise_of_the_data(cast: Cast) -> None:
    posts_play(cast, range(6))


def test_the_same_seed_plays_the_same_post(cast: Cast) -> None:
    first, again, other = (Simulation(seed, cast).run() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.skipif("YOULU_SIMULATION_SEED" not in os.environ, reason="replays one seed: YOULU_SIMULATION_SEED=17")
def test_replay(cast: Cast) -> None:
    one = Simulation(int(os.environ["YOULU_SIMULATION_SEED"]), cast)
    try:
        print(one.run())
    finally:
        print("\n".join(one.trace))
