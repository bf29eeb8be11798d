"""A post played by seed. A handful of seeds a commit, a thousand under `slow`; a failing seed says how to replay it."""

from __future__ import annotations

import os

import pytest

from tests.simulation.cast import Cast
from tests.simulation.play import Simulation

SEEDS, CHUNK = 1_000, 50


def play(cast: Cast, seeds: range) -> None:
    for seed in seeds:
        Simulation(seed, cast).run()


def test_a_handful_of_posts_keep_every_promise_of_the_data(cast: Cast) -> None:
    play(cast, range(6))


def test_the_same_seed_plays_the_same_post(cast: Cast) -> None:
    first, again, other = (Simulation(seed, cast).run() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.slow
@pytest.mark.parametrize("begin", range(0, SEEDS, CHUNK))
def test_a_thousand_posts_keep_every_promise_of_the_data(cast: Cast, begin: int) -> None:
    play(cast, range(begin, begin + CHUNK))


@pytest.mark.skipif("YOULU_SIMULATION_SEED" not in os.environ, reason="replays one seed: YOULU_SIMULATION_SEED=17")
def test_replay(cast: Cast) -> None:
    one = Simulation(int(os.environ["YOULU_SIMULATION_SEED"]), cast)
    try:
        print(one.run())
    finally:
        print("\n".join(one.trace))
