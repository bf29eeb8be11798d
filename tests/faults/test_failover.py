"""The primary killed and its standby promoted, ten times, while scanners send: nothing that was acknowledged is lost.
The control is a standby that nobody waits for, cut off for a moment: it loses, and the count sees it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import counting
from tests.faults.pair import Pair
from tests.faults.post import until
from tests.faults.scanners import Scanner, Scanners

PROMOTIONS = int(os.environ.get("YOULU_FAULTS_PROMOTIONS", "10"))
BETWEEN = 1_000  # scans acknowledged between two kills
SEED = int(os.environ.get("YOULU_FAULTS_SEED", str(time.time_ns() % 10**6)))
pytestmark = pytest.mark.faults


@contextmanager
def pair_running(home: Path, *, synchronous: bool) -> Iterator[tuple[Pair, str]]:
    pair = Pair(home, synchronous=synchronous)
    try:
        done = pair.run("tests.faults.load", "0")
        assert done.returncode == 0, done.stderr
        pair.begin()
        pair.web_start()
        until(pair.answers, "the server answers")
        yield pair, json.loads(done.stdout)["token"]
    finally:
        pair.close()


@pytest.fixture
def synchronous(tmp_path: Path) -> Iterator[tuple[Pair, str]]:
    with pair_running(tmp_path, synchronous=True) as pair:
        yield pair


@pytest.fixture
def asynchronous(tmp_path: Path) -> Iterator[tuple[Pair, str]]:
    with pair_running(tmp_path, synchronous=False) as pair:
        yield pair


def scanners(pair: Pair, token: str) -> Scanners:
    return Scanners(lambda n: Scanner(f"s{n}", pair.address, token, [], batch=50,
                                      first_unknown=20_000_000 + n * 2_000_000), count=3, seed=SEED)


def test_ten_promotions_of_a_synchronous_standby_lose_no_acknowledged_scan(synchronous: tuple[Pair, str]) -> None:
    pair, token = synchronous
    with scanners(pair, token) as sending:
        for nth in range(1, PROMOTIONS + 1):
            until(lambda nth=nth: sending.count >= nth * BETWEEN, "scans are acknowledged")
            pair.fail_over()
            until(lambda before=sending.count: sending.count > before, "the promoted standby takes scans")
            pair.replace_primary()
    stored = counting.stored_scans(pair)
    print(f"seed {SEED}: {PROMOTIONS} promotions, {sending.count:,} scans acknowledged,"
          f" {sum(s.unanswered for s in sending.scanners)} calls unanswered")
    assert set(stored) == sending.acknowledged
    assert max(stored.values()) == 1


def test_a_standby_that_nobody_waits_for_loses_scans_and_the_count_sees_it(asynchronous: tuple[Pair, str]) -> None:
    pair, token = asynchronous
    with scanners(pair, token) as sending:
        until(lambda: sending.count >= BETWEEN, "scans are acknowledged")
        pair.hold_back_standby()
        until(lambda before=sending.count: sending.count >= before + BETWEEN, "scans are acknowledged without it")
        pair.fail_over()
        until(lambda before=sending.count: sending.count > before, "the promoted standby takes scans")
    assert len(counting.lost_scans(pair, sending.acknowledged)) >= BETWEEN


def test_a_cut_off_synchronous_standby_stops_acknowledgements_instead_of_losing_them(
    synchronous: tuple[Pair, str]
) -> None:
    pair, token = synchronous
    with scanners(pair, token) as sending:
        until(lambda: sending.count >= BETWEEN, "scans are acknowledged")
        pair.hold_back_standby()
        until(lambda: pair.of(pair.primary, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' HAVING"
                              " count(*) >= 3"), "every scanner waits for the standby")
        before = sending.count
        pair.fail_over()
        until(lambda: sending.count > before, "the promoted standby takes scans")
    assert not counting.lost_scans(pair, sending.acknowledged)
