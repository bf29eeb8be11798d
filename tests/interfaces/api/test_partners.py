"""Messages from agencies over HTTP: believed by signature, kept once, refused with a problem."""

from __future__ import annotations

import json
import time

import pytest
from django.test import Client

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.partners import signing
from youlu.domain.partners.services import PartnerKeys, partner_register

BODY = json.dumps({"type": "card.made", "timestamp": "2022-07-29T09:00:00+00:00", "data": {"serial": "S1"}}).encode()

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys() -> PartnerKeys:
    return partner_register(actor=actor_of_system("test"), code="cards", name="制证中心", url="http://127.0.0.1:9/")


def _post(client: Client, keys: PartnerKeys, body: bytes = BODY, partner: str = "cards", **changed: str) -> tuple:
    headers = signing.headers_for(keys.secret_in, message_id="msg_1", timestamp_s=int(time.time()), body=body)
    answer = client.post(f"/api/v1/partners/{partner}/messages", body, content_type="application/json",
                         headers={**headers, **changed})
    return answer.status_code, answer.json()


def test_a_signed_message_is_kept_and_its_replay_says_so(client: Client, keys: PartnerKeys) -> None:
    assert _post(client, keys) == (200, {"message_id": "msg_1", "again": False})
    assert _post(client, keys) == (200, {"message_id": "msg_1", "again": True})


def test_a_bad_signature_and_an_unknown_partner_get_the_same_problem(client: Client, keys: PartnerKeys) -> None:
    bad = _post(client, keys, **{"webhook-signature": "v1,AAAA"})
    unknown = _post(client, keys, partner="nobody")
    assert bad == unknown
    assert (bad[0], bad[1]["code"]) == (401, "partners.bad_signature")


def test_nonsense_is_refused_with_what_is_missing(client: Client, keys: PartnerKeys) -> None:
    status, problem = _post(client, keys, b"{}")
    assert (status, problem["code"]) == (422, "partners.bad_message")
    assert "data" in problem["detail"]
