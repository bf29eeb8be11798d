"""Applications of units over HTTP: by token, once per key, one's own only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.domain.applications.applicants import LETTER, NOW, SYSTEM

from youlu.core import clock
from youlu.domain.access.services import token_issue
from youlu.domain.applications.models import Application

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def unit(*permissions: str) -> str:
    return token_issue(actor=SYSTEM, kind="partner", name="某部", permissions=list(permissions))


def post(client: Client, token: str, *, key: str = "k1", programme: str = "merit_letter", **changes: str) -> Any:
    headers = {"authorization": f"Bearer {token}", **({"idempotency-key": key} if key else {})}
    return client.post("/api/v1/applications", json.dumps({"programme": programme, "answers": {**LETTER, **changes}}),
                       content_type="application/json", headers=headers)


def test_a_unit_applies_and_reads_its_own(client: Client) -> None:
    token = unit("application.submit")
    made = post(client, token)
    assert made.status_code == 201
    number = made.json()["number"]
    read = client.get(f"/api/v1/applications/{number}", headers={"authorization": f"Bearer {token}"})
    assert (read.json()["state"], read.json()["demands"]) == (
        "submitted", ["joint_visit", "by_appointment", "never_left"])
    assert "李秀英" not in read.content.decode()
    other = client.get(f"/api/v1/applications/{number}", headers={"authorization": f"Bearer {unit()}"})
    unknown = client.get("/api/v1/applications/AAAAA-AAAAA", headers={"authorization": f"Bearer {token}"})
    assert other.status_code == unknown.status_code == 404
    assert other.json() == unknown.json()


def test_the_same_key_applies_once_and_another_body_under_it_is_refused(client: Client) -> None:
    token = unit("application.submit")
    assert post(client, token).json() == post(client, token).json()
    assert Application.objects.count() == 1
    assert post(client, token, honour="first").status_code == 422
    assert post(client, token, key="").status_code == 422


@pytest.mark.parametrize(("changes", "status", "code"), [
    ({"visit_date": "2022-07-30"}, 422, "applications.bad_answer"),
    ({"programme": "nothing"}, 404, "catalogue.unknown_programme"),
    ({"programme": "id_card_mail"}, 404, "applications.not_by_public"),
])
def test_what_cannot_be_taken_is_a_problem_with_its_code(
    client: Client, changes: dict[str, str], status: int, code: str
) -> None:
    answer = post(client, unit("application.submit"), **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Application.objects.exists()


def test_without_token_or_permission_nothing_is_taken(client: Client) -> None:
    assert post(client, "wrong").status_code == 401
    assert post(client, unit()).status_code == 403
