"""A caller with a token, on the small network."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.domain.conftest import small_network  # noqa: F401  (the fixture)

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.access.services import token_issue


def token(*permissions: str, scope: str = "") -> str:
    return token_issue(actor=actor_of_system("tests"), kind="device", name="pda", permissions=list(permissions),
                       scope=scope)


class Caller:
    """Sends JSON with a token; `key` becomes the caller's key."""

    def __init__(self, *permissions: str, scope: str = "") -> None:
        self.client, self.secret = Client(), token(*permissions, scope=scope)

    def post(self, path: str, body: Any, *, key: str = "", content_type: str = "application/json") -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.secret}"} | ({"Idempotency-Key": key} if key else {})
        answer = self.client.post(f"/api/v1{path}", raw, content_type=content_type, headers=headers)
        return answer.status_code, answer.json()

    def get(self, path: str) -> tuple[int, Any]:
        answer = self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.secret}"})
        return answer.status_code, answer.json()


@pytest.fixture
def caller(request: pytest.FixtureRequest) -> Callable[..., Caller]:
    request.getfixturevalue("small_network")
    return Caller
