"""The log of requests: enough to find a fault, nothing of a customer."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.interfaces.web.conftest import House

from youlu.interfaces.ops.logs import JsonFormatter, LineFormatter

pytestmark = pytest.mark.django_db
CANARIES = ("19900004417", "王建民", "EZ123456785CN", "canary-query")


class Written:
    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["logger"] == "youlu.request"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """All that the log would write as JSON at level INFO."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield Written(stream)
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_request_is_one_line_with_its_route_and_not_its_address(written: Written, client: Client) -> None:
    answer = client.get("/track?number=EZ123456785CN&q=canary-query", headers={"X-Request-ID": "proxy-12345678"})
    (line,) = written.requests()
    assert answer["X-Request-ID"] == line["request_id"] == "proxy-12345678"
    assert (line["method"], line["route"], line["status"], line["actor"]) == ("GET", "track", answer.status_code, "")
    assert line["ms"] >= 0
    assert not any(canary in written.text for canary in CANARIES)


def test_an_identifier_that_could_forge_a_line_is_replaced(written: Written, client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": 'x"\n{"forged": 1}'})
    assert written.requests()[0]["request_id"] == answer["X-Request-ID"]
    assert len(answer["X-Request-ID"]) == 32


def test_the_actor_is_the_same_letters_each_time_and_nobodys_name(
    written: Written, dispatcher: Client, client: Client, house: House,
) -> None:
    for _ in range(2):
        dispatcher.get(f"/items/{house.to_compound}")
    client.get("/")
    first, second, public = written.requests()
    assert first["actor"] == second["actor"] != ""
    assert len(first["actor"]) == 12
    assert public["actor"] == ""
    assert first["route"] == "items/<str:number>"
    assert not any(one in written.text for one in (house.to_compound, "hegong", "何工"))


def test_an_address_that_is_refused_is_not_quoted(written: Written, client: Client) -> None:
    client.get("/nowhere/EZ123456785CN")
    assert {line["event"] for line in written.lines()} == {"refused", "request"}
    assert "EZ123456785CN" not in written.text


def test_an_error_shows_its_type_and_place_and_not_its_text(
    written: Written, client: Client, monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.raise_request_exception = False

    def fails(*_: object, **__: object) -> None:
        raise ValueError("no such phone: 19900004417 of 王建民")

    monkeypatch.setattr("youlu.interfaces.ops.views.schema_state", fails)
    assert client.get("/readyz").status_code == 500
    error = next(line["error"] for line in written.lines() if "error" in line)
    assert error["type"] == "builtins.ValueError"
    assert any("test_logs.py" in place for place in error["at"])
    assert not any(canary in written.text for canary in CANARIES)


def test_lines_for_people_say_the_same() -> None:
    record = logging.LogRecord("youlu.worker", logging.WARNING, __file__, 1, "job %s is put back", (7,), None)
    assert LineFormatter().format(record).endswith("WARNING youlu.worker message=job 7 is put back")


def test_text_of_the_machine_is_told() -> None:
    try:
        raise OSError(28, "No space left on device")
    except OSError as error:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "m", (), (OSError, error, error.__traceback__))
    assert "No space left" in json.loads(JsonFormatter().format(record))["error"]["text"]
