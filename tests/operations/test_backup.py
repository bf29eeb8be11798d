"""Backup → an empty machine → restore → verify. And what a restore refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.operations.machine import SAMPLE_ENV, Machine

SAMPLE = Path(__file__).parent / "release.tar"
ITEMS = 2_000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lanzhou(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("lanzhou") / "data")
    loaded = machine.youlu("scenario", "lanzhou", "--items", str(ITEMS))
    assert loaded.returncode == 0, loaded.stderr
    machine.ask("UPDATE core_scenarioclock SET rate = 0")
    declared = machine.youlu("closure", "declare", "--act", "delivery", "--division", "620102", "--from",
                             "2022-07-11 18:45", "--to", "2022-07-18 00:00", "--title", "城关区停投", "--authority",
                             "演示机关", "--document", "1号")
    assert declared.returncode == 0, declared.stderr  # its job waits: no worker runs here
    yield machine
    machine.stop()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "data", **SAMPLE_ENV)
    yield machine
    machine.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Machine]:
    """Empty, and with keys of its own to come."""
    machine = Machine(tmp_path / "fresh")
    yield machine
    machine.stop()


def test_a_backup_restored_on_an_empty_machine_is_all_there_and_verified_clean(
    lanzhou: Machine, fresh: Machine, tmp_path: Path,
) -> None:
    file, keys, secret = str(tmp_path / "b.tar"), str(tmp_path / "keys"), {"YOULU_BACKUP_PASSPHRASE": "平安到家"}
    saved = lanzhou.youlu("backup", file, "--keys", keys, **secret)
    assert saved.returncode == 0, saved.stderr

    refused = fresh.youlu("restore", file, **secret)  # other keys: personal data could not be read
    assert refused.returncode == 1
    assert "--keys" in refused.stderr
    (fresh.home / "secrets.json").unlink()
    restored = fresh.youlu("restore", file, "--keys", keys, **secret)
    assert restored.returncode == 0, restored.stderr

    assert fresh.counts() == lanzhou.counts()
    for query in ("SELECT task_name, status, args FROM procrastinate_jobs ORDER BY id",
                  "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1",
                  "SELECT partition_no, epoch FROM mail_watermark ORDER BY 1",
                  "SELECT md5(string_agg(i::text, '' ORDER BY item_key)) FROM mail_item i",
                  "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
                  " ORDER BY 1, 2"):
        assert fresh.ask(query) == lanzhou.ask(query), query
    # The waiting job is done by the restored machine, and everything counts up.
    done = fresh.python("-c", "from youlu.config.commandline import start; start(migrate=False)\n"
                              "from youlu.domain.continuity.apply import closure_apply; closure_apply()")
    assert done.returncode == 0, done.stderr
    assert fresh.ask("SELECT count(*) FROM mail_promise_revision WHERE cause = 'closure'")[0][0] > 0
    found = json.loads(fresh.youlu("verify", "--json", "--seed", "1", "--sample", "300").stdout)
    assert (found["lost"], found["doubled"], found["mismatches"]) == (0, 0, 0), found["findings"]

    fresh.ask("DELETE FROM mail_scan WHERE (item_key, sequence) = (SELECT item_key, sequence FROM mail_scan LIMIT 1)")
    assert json.loads(fresh.youlu("verify", "--json", "--seed", "1", "--sample", "300").stdout)["lost"] >= 1


def test_what_is_written_meanwhile_is_in_the_backup_whole_or_not_at_all(lanzhou: Machine, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    with psycopg.connect(lanzhou.server.dsn()) as writer:
        writer.execute("INSERT INTO mail_wrong_try (number, tried_at) SELECT 'X', now() FROM generate_series(1, 500)")
        saved = lanzhou.youlu("backup", str(file))  # not committed yet: the backup neither waits nor sees it
        assert saved.returncode == 0, saved.stderr
        writer.rollback()
    from youlu.core.backup import archive_check

    assert archive_check(file)[1].rows["mail_wrong_try"] == 0


def test_a_database_that_holds_something_or_is_in_use_is_not_overwritten(empty: Machine) -> None:
    assert empty.youlu("restore", str(SAMPLE)).returncode == 0
    items = empty.ask("SELECT count(*) FROM mail_item")
    again = empty.youlu("restore", str(SAMPLE))
    assert again.returncode == 1
    assert "--replace youlu" in again.stderr
    with psycopg.connect(empty.server.dsn()):
        used = empty.youlu("restore", str(SAMPLE), "--replace", "youlu")
    assert used.returncode == 1
    assert "./youlu stop" in used.stderr
    assert empty.ask("SELECT count(*) FROM mail_item") == items
    replaced = empty.youlu("restore", str(SAMPLE), "--replace", "youlu")
    assert replaced.returncode == 0, replaced.stderr
    assert empty.ask("SELECT count(*) FROM mail_item") == items


def test_a_damaged_backup_changes_nothing_and_says_what_to_do(empty: Machine, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar"
    cut.write_bytes(SAMPLE.read_bytes()[:90_000])
    told = empty.youlu("restore", str(cut))
    assert told.returncode == 1
    assert "重新复制" in told.stderr
    assert "Traceback" not in told.stderr
    assert empty.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
