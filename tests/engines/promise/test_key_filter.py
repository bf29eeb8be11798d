"""The quick look before the exact one never leaves out who is hit."""

from __future__ import annotations

import numpy as np

from youlu.engines.promise import lists_touching


def test_every_list_with_a_wanted_key_is_named_and_hardly_another() -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 9, 20_000)
    offset = np.concatenate([[0], np.cumsum(counts)])
    keys = rng.integers(-(2**62), 2**62, int(offset[-1]))
    wanted = np.concatenate([rng.choice(keys, 300), rng.integers(0, 2**62, 300)])
    owner = np.repeat(np.arange(len(counts)), counts)
    truly = np.zeros(len(counts), bool)
    truly[owner[np.isin(keys, wanted)]] = True
    named = lists_touching(wanted, keys, offset)
    assert named[truly].all()
    assert (named & ~truly).mean() < 0.01


def test_nothing_wanted_names_nobody() -> None:
    offset = np.array([0, 2])
    assert not lists_touching(np.empty(0, np.int64), np.array([1, 2]), offset).any()
