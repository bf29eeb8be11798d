"""A database of the last release, with items in flight, brought to this version: nothing is lost, all counts up."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.operations.machine import SAMPLE_ENV, Machine
from youlu.core.gate import GATE

SAMPLE = Path(__file__).parent / "release.tar"
PATIENCE_S = 90
# Records: as many after as before. Other tables (ranges, parameters, permissions) may get rows by an upgrade.
RECORDS = ("mail_item", "mail_scan", "mail_promise_revision", "mail_recalc_due", "parties_party", "desk_contact",
           "network_closure", "network_measure", "network_office", "procrastinate_jobs", "access_user", "core_eventrow")
pytestmark = pytest.mark.slow


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Machine]:
    """The last release's database under this version's program."""
    machine = Machine(tmp_path / "data", **SAMPLE_ENV)
    restored = machine.youlu("restore", str(SAMPLE), "--as-it-was")
    assert restored.returncode == 0, restored.stderr
    yield machine
    machine.stop()


def worker(machine: Machine) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "youlu", "worker"], env=machine.env, cwd=machine.home.parent,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def holders(machine: Machine) -> int:
    query = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {GATE} AND granted"
    return machine.ask(query)[0][0]


def until(holds) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < end:
        with pytest.raises(subprocess.TimeoutExpired):
            subprocess.run(["/bin/sleep", "60"], timeout=0.2, check=False)
    return holds()


def test_a_database_of_the_last_release_is_upgraded_and_loses_nothing(old: Machine) -> None:
    before, items = old.counts(), old.ask("SELECT item_key, place, committed_arrive_by, revision_no FROM mail_item"
                                          " ORDER BY item_key")
    assert len(items) >= 60
    upgraded = old.youlu("upgrade", "--json")
    assert upgraded.returncode == 0, upgraded.stderr
    assert json.loads(upgraded.stdout)["items"] == len(items)

    after = old.counts()
    for table, rows in before.items():
        if table.startswith(RECORDS):
            assert after[table] == rows, table
        else:
            assert after.get(table, rows) >= rows, table
    assert old.ask("SELECT item_key, place, committed_arrive_by, revision_no FROM mail_item ORDER BY item_key") == items

    process = worker(old)  # does the job that the last release had left
    try:
        assert until(lambda: old.ask("SELECT count(*) FROM mail_watermark w, network_epochcounter e"
                                     " WHERE w.epoch < e.epoch") == [(0,)])
        # A second upgrade under a running worker: the worker leaves by itself, nobody kills it.
        again = old.youlu("upgrade", "--json")
        assert again.returncode == 0, again.stderr
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
    found = json.loads(old.youlu("verify", "--json", "--seed", "1", "--all").stdout)
    assert (found["lost"], found["doubled"], found["mismatches"]) == (0, 0, 0), found["findings"]
    old.ask("DELETE FROM mail_promise_revision WHERE (item_key, revision_no) ="
            " (SELECT item_key, max(revision_no) FROM mail_promise_revision GROUP BY 1 LIMIT 1)")
    assert json.loads(old.youlu("verify", "--json", "--seed", "1", "--all").stdout)["lost"] >= 1


def test_a_worker_waits_while_an_upgrade_holds_the_gate_and_an_upgrade_gives_up_on_one_that_stays(old: Machine) -> None:
    assert old.youlu("upgrade").returncode == 0
    with psycopg.connect(old.server.dsn(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [GATE])
        process = worker(old)
        try:
            waiting = (f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {GATE}"
                       " AND NOT granted")
            assert until(lambda: old.ask(waiting) == [(1,)])
            assert old.ask("SELECT count(*) FROM procrastinate_workers") == [(0,)]
            other.execute("SELECT pg_advisory_unlock(%s)", [GATE])
            assert until(lambda: holders(old) == 1)
        finally:
            process.kill()
            process.wait()
        other.execute("SELECT pg_advisory_lock_shared(%s)", [GATE])  # one that does not listen
        refused = old.youlu("upgrade", "--wait", "1")
    assert refused.returncode == 1
    assert "systemctl stop youlu-worker" in refused.stderr


def test_a_database_that_is_ahead_of_the_program_is_left_alone(old: Machine) -> None:
    old.ask("INSERT INTO django_migrations (app, name, applied) VALUES ('mail', '9999_later', now())")
    refused = old.youlu("upgrade")
    assert refused.returncode == 1
    assert "mail.9999_later" in refused.stderr


def test_the_doctor_names_what_is_wrong_and_the_cure(old: Machine) -> None:
    ill = {one["name"]: one for one in json.loads(old.youlu("doctor", "--json").stdout)}
    assert (ill["schema"]["state"], ill["schema"]["cure"]) == ("fail", "./youlu upgrade")
    assert old.youlu("doctor").returncode == 1
    assert old.youlu("upgrade").returncode == 0
    (old.home / "secrets.json").chmod(0o644)
    told = old.youlu("doctor", "--json")
    found = {one["name"]: one for one in json.loads(told.stdout)}
    assert told.returncode == 1
    assert found["secrets"]["state"] == "fail"
    assert "chmod 600" in found["secrets"]["cure"]
    assert found["promises"]["state"] == found["workers"]["state"] == "warn"  # a closure waits, no worker runs
    assert found["reviews"]["state"] == "ok"
    (old.home / "secrets.json").chmod(0o600)
    old.ask("UPDATE network_closure SET next_review_at = '2022-07-12'")
    found = {one["name"]: one for one in json.loads(old.youlu("doctor", "--json").stdout)}
    assert found["secrets"]["state"] == "ok"
    assert found["reviews"]["state"] == "warn"
    assert all(one["cure"] for one in found.values() if one["state"] != "ok")
