"""The auditor reads the audit by time, person, deed and object, sees what is sealed, takes it away: that is in it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from youlu.core.audit import audit_record
from youlu.core.models import AuditEntry
from youlu.core.sealing import audit_seal
from youlu.domain.access import audit_reading
from youlu.domain.access.models import User

pytestmark = pytest.mark.django_db
DAY = "2099-01-01T00:00"


@pytest.fixture
def auditor(settings: Any, tmp_path: Any) -> Client:
    settings.SECOND_FACTOR_ROLES, settings.AUDIT_ANCHOR_FILE = [], str(tmp_path / "anchor")
    client = Client()
    client.force_login(User.objects.create(username="audit", display_name="审计", roles=["auditor"], password="!"))
    return client


def deed(number: int = 1, **more: Any) -> None:
    audit_record(**{"actor": "system:test", "action": "item.look", "object_type": "item",
                    "object_id": f"EZ{number}"} | more)


def table(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_each_filter_keeps_what_it_names(auditor: Client) -> None:
    someone = User.objects.create(username="limin", display_name="李敏", password="!")
    deed(1)
    deed(2, actor=f"user:{someone.id}")
    deed(3, action="item.touch")
    for query, kept in (("", {1, 2, 3}), ("actor=limin", {2}), ("actor=李敏", {2}), ("action=item.touch", {3}),
                        ("object=item:EZ1", {1}), ("object=bag", set()), (f"since={DAY}", set()),
                        ("until=2001-01-01T00:00", set()), ("since=x", {1, 2, 3})):
        page = auditor.get(f"/audit?{query}").content.decode()
        assert {number for number in (1, 2, 3) if f"item EZ{number}<" in page} == kept, query


def test_pages_follow_one_another_without_a_gap(auditor: Client) -> None:
    for number in range(120):
        deed(1000 + number)
    seen, address = [], "/audit?object=item"
    while address:
        page = auditor.get(address).context["page"]
        seen += [row.object_id for row in page.rows]
        address = f"/audit?object=item&after={page.next_cursor}" if page.next_cursor else ""
    # Two deeds of one millisecond have no order of their own.
    assert sorted(seen, reverse=True) == [f"EZ{1119 - number}" for number in range(120)]


def test_what_is_sealed_shows_its_number_and_what_is_not_says_so(auditor: Client) -> None:
    deed(1)
    audit_seal()
    deed(2)
    page = auditor.get("/audit?object=item")
    numbers = {row.object_id: row.seal_no for row, _facts in page.context["rows"]}
    assert numbers["EZ1"] == AuditEntry.objects.get(object_id="EZ1").seal_no
    assert numbers["EZ2"] is None
    assert "未封存" in page.content.decode()


def test_an_export_holds_every_row_once_runs_no_formula_and_is_audited(
    auditor: Client, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_reading, "EXPORT_BATCH", 7)
    for number in range(40):
        deed(2000 + number, reason="=HYPERLINK(1)")
    answer = auditor.post("/audit/export", {"object": "item"})
    assert answer.streaming
    entry = AuditEntry.objects.get(action="audit.export")  # before the first row is read
    assert entry.facts == {"asked": entry.facts["asked"]}
    assert entry.facts["asked"]["object"] == "item"
    head, *rows = table(answer)
    assert head[0] == "at"
    assert sorted(row[5] for row in rows) == [f"EZ{2000 + number}" for number in range(40)]
    assert {row[6] for row in rows} == {"'=HYPERLINK(1)"}
    assert "audit.export" in {row[3] for row in table(auditor.post("/audit/export", {}))}


def test_nobody_but_the_auditor_takes_the_audit_away(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = []
    for role in ("security_admin", "system_admin", "supervisor"):
        client = Client()
        client.force_login(User.objects.create(username=role, roles=[role], password="!"))
        assert client.get("/audit").status_code == 403
        assert client.post("/audit/export").status_code == 403
    assert not AuditEntry.objects.filter(action="audit.export").exists()
