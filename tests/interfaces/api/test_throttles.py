"""A token that calls too often, and an address that guesses tokens, are told to wait, by the second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.interfaces.api.conftest import Caller

from youlu.core.throttle import Buckets
from youlu.interfaces.api.api import api

pytestmark = pytest.mark.django_db
DOOR = api.auth[0]  # type: ignore[index]


@pytest.fixture(autouse=True)
def _empty(settings: Any, small_network: None) -> Iterator[None]:
    """Buckets that stand still; afterwards none that is half used."""
    settings.API_CALLS_PER_MIN, settings.API_GUESSES_PER_MIN = 40, 12
    DOOR.calls, DOOR.guesses = Buckets(lambda: 0.0), Buckets(lambda: 0.0)
    yield
    DOOR.calls, DOOR.guesses = Buckets(), Buckets()


def test_one_token_waits_and_another_does_not(caller: type[Caller]) -> None:
    busy, other = caller("closure.read"), caller("closure.read")
    assert [busy.get("/closures")[0] for _ in range(10)] == [200] * 10
    answer = busy.client.get("/api/v1/closures", headers={"Authorization": f"Bearer {busy.secret}"})
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (
        429, "2", "application/problem+json")
    assert answer.json()["code"] == "api.too_many_calls"
    assert other.get("/closures")[0] == 200


def test_an_address_that_guesses_tokens_waits_and_a_right_token_from_it_does_not(caller: type[Caller]) -> None:
    def guess(address: str) -> int:
        return Client(REMOTE_ADDR=address).get("/api/v1/closures", headers={"Authorization": "Bearer x"}).status_code

    assert [guess("10.0.0.1") for _ in range(5)] == [401] * 3 + [429] * 2
    assert guess("10.0.0.2") == 401
    right = caller("closure.read")
    right.client = Client(REMOTE_ADDR="10.0.0.1")
    assert right.get("/closures")[0] == 200
