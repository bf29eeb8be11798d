"""The audit's chain: whatever is done to a sealed row, to its order or to its end is found."""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from youlu.core import sealing
from youlu.core.audit import audit_record
from youlu.core.models import AuditEntry
from youlu.core.sealing import audit_seal, audit_verify

pytestmark = pytest.mark.django_db
ROWS = 24


@pytest.fixture(autouse=True)
def anchor(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchor.jsonl")
    return tmp_path / "anchor.jsonl"


@pytest.fixture
def chain() -> None:
    """Rows of several kinds, sealed in two hands."""
    AuditEntry.objects.all().delete()
    for number in range(ROWS):
        audit_record(actor=f"user:{uuid.UUID(int=number % 3)}", action=("party.reveal", "closure.declare")[number % 2],
                     object_type="party", object_id=str(number % 5), reason="核对地址" if number % 2 else "",
                     count=number, share=number / 7, fields=["name", "phone"], at=None, big=10**20, tiny=1e-9)
        if number == ROWS // 2:
            audit_seal()
    audit_seal()


@pytest.mark.usefixtures("chain")
def test_a_chain_that_nobody_touched_is_whole() -> None:
    found = audit_verify()
    assert (found.sealed, found.waiting, found.findings) == (ROWS, 0, [])
    assert found.anchors == 2


@pytest.mark.usefixtures("chain")
def test_sealing_again_seals_only_what_is_new_and_waits_for_nobody() -> None:
    assert audit_seal() == 0
    audit_record(actor="system:x", action="a", object_type="t", object_id="1")
    assert audit_verify().waiting == 1
    assert audit_seal() == 1
    assert audit_verify().is_clean


@pytest.mark.usefixtures("chain")
def test_a_row_put_in_by_somebody_with_the_database_alone_is_foreign_even_when_the_job_sealed_it() -> None:
    AuditEntry.objects.create(at=dt.datetime.now(dt.UTC), actor="user:x", action="a", object_type="t", object_id="1")
    assert [finding.kind for finding in audit_verify().findings] == ["foreign"]
    audit_seal()
    assert [finding.kind for finding in audit_verify().findings] == ["foreign"]


@pytest.mark.usefixtures("chain")
def test_an_end_cut_off_shows_against_the_anchor_and_only_there(anchor: Path) -> None:
    AuditEntry.objects.filter(seal_no__gt=ROWS - 3).delete()
    assert {finding.kind for finding in audit_verify().findings} == {"cut"}
    # The control: without what stands outside the database the shorter chain is whole.
    kept = anchor.read_text().splitlines()[0]
    anchor.write_text(kept + "\n")
    assert audit_verify().is_clean


@pytest.mark.usefixtures("chain")
def test_a_sealer_that_died_before_its_anchor_is_made_up_for_by_the_next(anchor: Path) -> None:
    first = anchor.read_text().splitlines()[0]
    anchor.write_text(first + '\n{"seal_no": 2')  # cut off in the middle of a line
    audit_seal()
    assert audit_verify().is_clean
    AuditEntry.objects.filter(seal_no=ROWS).delete()
    assert not audit_verify().is_clean


@pytest.mark.usefixtures("chain")
def test_another_key_reads_everything_as_altered(settings: Any) -> None:
    settings.AUDIT_KEY = "AAAA" + settings.AUDIT_KEY[4:]
    assert len(audit_verify(findings_max=1000).findings) >= ROWS


def _sql(text: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


TEXTS = ("actor", "action", "object_type", "object_id", "reason")


def _alter_text(chance: random.Random, no: int) -> None:
    _sql(f"UPDATE core_auditentry SET {chance.choice(TEXTS)} = %s WHERE seal_no = %s",
         f"x{chance.getrandbits(40)}", no)


def _alter_one_letter(chance: random.Random, no: int) -> None:
    _sql("UPDATE core_auditentry SET actor = overlay(actor placing %s from %s for 1) WHERE seal_no = %s",
         "#", chance.randint(1, 40), no)


def _alter_time(chance: random.Random, no: int) -> None:
    _sql("UPDATE core_auditentry SET at = at + %s * interval '1 microsecond' WHERE seal_no = %s",
         chance.choice([-1, 1]) * chance.randint(1, 10**9), no)


def _alter_facts(chance: random.Random, no: int) -> None:
    facts = AuditEntry.objects.get(seal_no=no).facts
    key = chance.choice(sorted(facts))
    if chance.random() < 0.3:
        del facts[key]
    else:
        facts[key] = chance.choice([chance.getrandbits(30) + 100, "x", None if facts[key] is not None else 0])
    _sql("UPDATE core_auditentry SET facts = %s::jsonb WHERE seal_no = %s", json.dumps(facts), no)


def _alter_bytes(chance: random.Random, no: int) -> None:
    column = chance.choice(["mark", "seal"])
    _sql(f"UPDATE core_auditentry SET {column} = set_byte({column}, %s, get_byte({column}, %s) # %s)"
         " WHERE seal_no = %s", *[chance.randrange(32)] * 2, chance.randint(1, 255), no)


def _alter_id(chance: random.Random, no: int) -> None:
    _sql("UPDATE core_auditentry SET id = %s WHERE seal_no = %s", uuid.UUID(int=chance.getrandbits(128)), no)


def _unmark(chance: random.Random, no: int) -> None:
    _sql(f"UPDATE core_auditentry SET {chance.choice(['mark', 'seal'])} = NULL WHERE seal_no = %s", no)


def _unseal(chance: random.Random, no: int) -> None:
    _sql("UPDATE core_auditentry SET seal_no = NULL, seal = NULL WHERE seal_no = %s", no)


def _delete(chance: random.Random, no: int) -> None:
    _sql("DELETE FROM core_auditentry WHERE seal_no = %s", no)


def _delete_and_close_up(chance: random.Random, no: int) -> None:
    _delete(chance, no)
    _sql("UPDATE core_auditentry SET seal_no = -seal_no WHERE seal_no > %s", no)
    _sql("UPDATE core_auditentry SET seal_no = -seal_no - 1 WHERE seal_no < 0")


def _cut(chance: random.Random, no: int) -> None:
    _sql("DELETE FROM core_auditentry WHERE seal_no >= %s", no)


def _swap(chance: random.Random, no: int) -> None:
    other = chance.choice([one for one in range(1, ROWS + 1) if one != no])
    with_seals = chance.random() < 0.5
    rows = {row.seal_no: row for row in AuditEntry.objects.filter(seal_no__in=[no, other])}
    _sql("UPDATE core_auditentry SET seal_no = NULL WHERE seal_no IN (%s, %s)", no, other)
    for mine, its in ((no, other), (other, no)):
        seal = rows[its].seal if with_seals else rows[mine].seal
        _sql("UPDATE core_auditentry SET seal_no = %s, seal = %s WHERE id = %s", its, bytes(seal), rows[mine].id)


def _copy(chance: random.Random, no: int) -> None:
    """A sealed row once more: at the end, or waiting to be sealed."""
    row = AuditEntry.objects.get(seal_no=no)
    row.pk, row.seal_no = uuid.UUID(int=chance.getrandbits(128)), chance.choice([ROWS + 1, None])
    row.save(force_insert=True)


def _insert_between(chance: random.Random, no: int) -> None:
    row = AuditEntry.objects.get(seal_no=no)
    _sql("UPDATE core_auditentry SET seal_no = -seal_no WHERE seal_no >= %s", no)
    _sql("UPDATE core_auditentry SET seal_no = -seal_no + 1 WHERE seal_no < 0")
    row.pk, row.actor = uuid.UUID(int=chance.getrandbits(128)), "user:nobody"
    row.save(force_insert=True)


TAMPERINGS: tuple[Callable[[random.Random, int], None], ...] = (
    _alter_text, _alter_one_letter, _alter_time, _alter_facts, _alter_bytes, _alter_id, _unmark, _unseal, _delete,
    _delete_and_close_up, _cut, _swap, _copy, _insert_between)


def _tamperings_found(seed: int, times: int) -> int:
    chance = random.Random(seed)
    found = 0
    for number in range(times):
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        no = chance.randint(1, ROWS)
        mark = transaction.savepoint()
        tamper(chance, no)
        assert not audit_verify().is_clean, f"{tamper.__name__} of row {no} was not seen (seed {seed}, nr {number})"
        found += 1
        transaction.savepoint_rollback(mark)
    assert audit_verify().is_clean
    return found


@pytest.mark.usefixtures("chain")
def test_each_kind_of_tampering_is_found() -> None:
    assert _tamperings_found(seed=7, times=140) == 140


@pytest.mark.slow
@pytest.mark.usefixtures("chain")
def test_ten_thousand_random_tamperings_are_all_found() -> None:
    assert _tamperings_found(seed=20_261_124, times=10_000) == 10_000


@pytest.mark.usefixtures("chain")
def test_a_verifier_that_trusts_the_seals_it_reads_would_miss_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the finding comes from the marks and seals, not from the harness."""
    monkeypatch.setattr(sealing, "mark_of", lambda values: b"")
    monkeypatch.setattr(sealing, "_mark_check", lambda *_: None)
    _alter_text(random.Random(1), 3)
    assert audit_verify().is_clean
