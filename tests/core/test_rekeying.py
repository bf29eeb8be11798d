"""Another key: every value is rewritten under it, whatever is killed in between, and the old one goes when none is
left."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from tests import people

from youlu.config import environment
from youlu.core import rekeying
from youlu.core.crypto import decrypt, encrypt
from youlu.core.models import AuditEntry
from youlu.domain.access.adapter import SECRET_FIELD
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.services import order_open
from youlu.domain.parties.models import Party
from youlu.domain.partners.models import Partner
from youlu.domain.partners.services import partner_register

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
CHILD = """
import os, signal
from youlu.config.commandline import start
start(migrate=False)
from youlu.core import rekeying
batches = []
def tell(column, done):
    batches.append(column)
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
rekeying.rekey(actor="system:test", batch=4, tell=tell)
"""


def planted(count: int) -> None:
    """Of each kind of encrypted column something, and nothing that others left under a key of theirs."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(sorted({c.table for c in rekeying.sealed_columns()}))} CASCADE")
    actor = actor_of_system("test")
    for number in range(count):
        people.customer(phone=f"199{number:08}", name=f"王{number}")
    partner_register(actor=actor, code="centre", name="制证中心", url="http://127.0.0.1:9/")
    order_open(actor=people.chen_supervisor(), kind="chase", title="催投", body="客户说没收到")
    user = User.objects.create(username="x", password="!")
    sealed = encrypt("JBSWY3DP", field=SECRET_FIELD)
    Authenticator.objects.create(user=user, type="totp", data={"secret": sealed, "name": "x"})


def read_all() -> list[Any]:
    secret = Authenticator.objects.get().data["secret"]
    return [sorted(Party.objects.values_list("id", "name", "phone")), list(Partner.objects.values_list("secret_in")),
            list(WorkOrder.objects.values_list("body")), decrypt(secret, field=SECRET_FIELD)]


@pytest.mark.django_db
def test_every_kind_of_encrypted_value_is_rewritten_and_reads_as_before(settings: Any) -> None:
    settings.FIELD_KEYS = {"k1": OLD}
    planted(7)
    before = read_all()
    settings.FIELD_KEYS = {"k1": OLD, "k2": NEW}
    left = rekeying.values_left()
    assert left == rekeying.values_left("k1") >= 7 * 2 + 2 + 1 + 1
    with pytest.raises(rekeying.KeyInUseError):
        rekeying.key_check_droppable("k1")
    assert rekeying.rekey(actor="system:test", batch=3) == left
    assert rekeying.values_left() == 0
    assert rekeying.rekey(actor="system:test") == 0
    rekeying.key_check_droppable("k1")
    with pytest.raises(rekeying.KeyNewestError):
        rekeying.key_check_droppable("k2")
    settings.FIELD_KEYS = {"k2": NEW}
    assert read_all() == before
    facts = [entry.facts for entry in AuditEntry.objects.filter(action="key.rekey")]
    assert sum(fact["count"] for fact in facts) == left
    assert {fact["key"] for fact in facts} == {"k2"}


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_goes_on_where_it_was(settings: Any) -> None:
    settings.FIELD_KEYS = {"k1": OLD}
    planted(30)
    before, total = read_all(), rekeying.values_left("k1")
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?host={database['HOST']}"
    killed = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"YOULU_FIELD_KEYS": f"k1={OLD},k2={NEW}",
                          "DATABASE_URL": f"{address}&port={database['PORT']}"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    settings.FIELD_KEYS = {"k1": OLD, "k2": NEW}
    left = rekeying.values_left()
    assert 0 < left < total
    assert read_all() == before, "under two keys it reads as under one"
    assert rekeying.rekey(actor="system:test") == left
    settings.FIELD_KEYS = {"k2": NEW}
    assert read_all() == before


@pytest.mark.django_db
def test_what_somebody_changes_meanwhile_stays_theirs(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FIELD_KEYS = {"k1": OLD}
    party = people.customer(name="王建民")
    settings.FIELD_KEYS = {"k1": OLD, "k2": NEW}
    real = rekeying._renewed

    def slow(column: rekeying.SealedColumn, old: str) -> str:
        Party.objects.filter(id=party).update(name="王建国")
        return real(column, old)

    monkeypatch.setattr(rekeying, "_renewed", slow)
    rekeying.rekey(actor="system:test")
    assert Party.objects.get(id=party).name == "王建国"


def test_a_key_that_was_added_is_written_with_by_a_process_that_runs_already(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YOULU_DATA_DIR", str(tmp_path))
    environment.secrets_ensure()
    settings.FIELD_KEYS = environment.KeyRing(environment.ring_of(environment.secrets_read()))
    field = uuid.uuid4().hex
    first = encrypt("王建民", field=field)
    beside = environment.KeyRing(settings.FIELD_KEYS)  # another process
    assert beside.add() == "k2"
    assert "k2" not in settings.FIELD_KEYS
    settings.FIELD_KEYS._looked_s = 0.0  # a second later
    second = encrypt("王建民", field=field)
    assert (first.partition(":")[0], second.partition(":")[0]) == ("k1", "k2")
    beside.drop("k1")
    settings.FIELD_KEYS._looked_s = 0.0
    assert encrypt("x", field=field).startswith("k2:")
    assert list(settings.FIELD_KEYS) == ["k2"]
    assert decrypt(second, field=field) == "王建民"
    assert settings.FIELD_KEYS.add() == "k3", "an id is not given twice while its successor stands"
