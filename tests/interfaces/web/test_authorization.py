"""Every address of the product × every role: the table beside this file says who enters, who is denied, and how.

The addresses are walked out of the resolver, the roles out of the product; each cell is a real request. A new address
or role that is not in the table fails here. After a change that was meant: `YOULU_MATRIX_WRITE=1` remakes the table,
and the difference is read, line by line, by a second person.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from youlu.domain.access.models import Role, Token, User
from youlu.domain.access.selectors import actor_of_user
from youlu.domain.workforce.services import agent_create

TABLE = Path(__file__).with_name("authorization.yaml")
TOKENS = {"token_device": ["mail.scan"], "token_partner": ["application.submit", "mail.accept", "mail.read"],
          "token_bare": [], "token_ended": ["mail.read", "mail.scan", "closure.declare", "closure.read"]}
SAMPLES = {"uuid": str(uuid.UUID(int=7)), "uuidstr": str(uuid.UUID(int=7)), "int": "7", "slug": "x", "str": "x",
           "path": "x"}
METHODS = ("GET", "POST")
API = "/api/v1/"
KEY = "00000000-0000-0000-0000-000000000007"
CLOSURE = {"cause": "lockdown", "title": "x", "authority": "x", "document_no": "x",
           "next_review_at": "2022-07-18T18:00:00+08:00",
           "measures": [{"act": "delivery", "zone": "office", "place": "城关揽投部",
                         "starts_at": "2022-07-12T17:00:00+08:00"}]}
ITEM = {"origin": "62010000", "dest": "62120000"}
ORDER = {"authority": "x", "document_no": "x"}
# Bodies that can be read, so that a refusal is the caller's and not the body's.
BODIES = {
    "items": ITEM, "items/batch": {"items": [ITEM]}, "scans": {},
    "applications": {"programme": "x", "answers": {}}, "closures": CLOSURE, "closures/previews": CLOSURE,
    "containers/scans": {}, "containers/numbers": {}, f"containers/differences/{KEY}": {"outcome": "found"},
    "exceptions/x/actions": {"action": "return"},
    "reveals": {"kind": "item", "key": "x", "who": "sender", "field": "name", "reason": "contact"},
    "orders": {"kind": "chase", "title": "x"}, f"orders/{KEY}/messages": {"text": "x"},
    "messenger": {"sender": "x", "text": "x"},
    "ordinary": {"counts": [{"office": "O1", "day": "2022-07-11", "kind": "letter", "direction": "accepted",
                             "pieces": 1}]},
    f"closures/{KEY}/lift": ORDER,
    f"closures/{KEY}/extend": {**ORDER, "next_review_at": "2022-07-19T18:00:00+08:00"},
}
# enter: the door opened, whatever the page then says. Refusals: login (sent to it), denied (403), token (401),
# absent (404, or not yours), method (405).


def callers() -> list[str]:
    return ["anonymous", "no_role", *Role.values, *TOKENS]


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Each address with samples in the place of its parts."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + re.sub(r"^\^|\$$|\\Z", "", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda part: SAMPLES[part[1] or "str"], route)


def rows_of(found: Iterator[str]) -> list[str]:
    return sorted({f"{method} {address}" for address in found for method in METHODS})


def differences(rows: list[str], table: dict[str, dict[str, list[str]]], roles: list[str]) -> list[str]:
    """What the table does not know, or knows and is gone; each row must name each caller exactly once."""
    told = [f"{row}: not in the table" for row in rows if row not in table]
    told += [f"{row}: in the table, but no such address" for row in table if row not in rows]
    for row, cells in table.items():
        named = sorted(name for names in cells.values() for name in names)
        if named != sorted(roles):
            told.append(f"{row}: unknown, missing or doubled {sorted({*named} ^ {*roles})}")
    return told


def outcome(answer: Any) -> str:
    location = answer.headers.get("Location", "")
    if answer.status_code in (301, 302) and location.startswith("/login"):
        return "login"
    return {401: "token", 403: "denied", 404: "absent", 405: "method"}.get(answer.status_code, "enter")


def line_of(row: tuple[str, dict[str, list[str]]]) -> str:
    cells = ", ".join(f"{word}: [{', '.join(names)}]" for word, names in row[1].items())
    return f'"{row[0]}": {{{cells}}}\n'


@pytest.fixture
def cast(db: None, settings: Any) -> dict[str, Any]:
    """A user of each role, and tokens; the second factor has tests of its own."""
    settings.SECOND_FACTOR_ROLES = []
    people = {role: User.objects.create(username=f"m-{role}", roles=[role], scope="62", password="!")
              for role in Role.values}
    chief = actor_of_user(people["supervisor"])
    for number, role in enumerate(("agent", "supervisor")):
        agent_create(actor=chief, user_id=people[role].id, staff_no=f"99{number}")
    people["no_role"] = User.objects.create(username="m-none", roles=[], password="!")
    for name, permissions in TOKENS.items():
        ended = {"revoked_at": "2020-01-01T00:00:00Z"} if name == "token_ended" else {}
        Token.objects.create(kind="device", name=name, permissions=permissions,
                             secret_hash=hashlib.sha256(name.encode()).digest(), **ended)
    return people


def ask(caller: str, row: str, people: dict[str, Any]) -> str:
    method, address = row.split(" ")
    client = Client(raise_request_exception=False)
    headers = {}
    if caller in TOKENS:
        headers["authorization"] = f"Bearer {caller}"
    elif caller in people:
        client.force_login(people[caller])
    with transaction.atomic():
        body: dict[str, Any] = {}
        if address.startswith(API) and method == "POST":
            headers["idempotency-key"] = str(uuid.uuid4())
            body = {"data": json.dumps(BODIES.get(address.removeprefix(API), {})), "content_type": "application/json"}
        answer = client.generic(method, address, headers=headers, **body)
        transaction.set_rollback(True)
    assert answer.status_code < 500, f"{caller} {row}: {answer.status_code}"
    return outcome(answer)


@pytest.mark.usefixtures("house")
def test_each_cell_of_the_table_is_what_a_request_gets(cast: dict[str, Any]) -> None:
    rows = rows_of(addresses())
    got: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        for caller in callers():
            got.setdefault(row, {}).setdefault(ask(caller, row, cast), []).append(caller)
    if os.environ.get("YOULU_MATRIX_WRITE") == "1":
        TABLE.write_text("".join(map(line_of, got.items())))
    table = yaml.safe_load(TABLE.read_text())
    assert not differences(rows, table, callers())
    wrong = [f"{row}: {got[row]} and not {table[row]}" for row in rows if got[row] != table[row]]
    assert not wrong, "\n".join(wrong)


def test_an_address_or_a_role_that_the_table_does_not_know_is_named() -> None:
    table = yaml.safe_load(TABLE.read_text())
    rows = rows_of(addresses())
    assert not differences(rows, table, callers())
    fresh = rows_of(addresses([path("backdoor/<uuid:key>", lambda request: None)]))
    assert differences([*rows, *fresh], table, callers()) == [f"{row}: not in the table" for row in fresh]
    assert len(differences(rows, table, [*callers(), "postmaster"])) == len(rows)
    assert differences(rows, {**table, "GET /gone": {"enter": callers()}}, callers()) == [
        "GET /gone: in the table, but no such address"]


def test_no_staff_page_is_open_to_somebody_without_a_role() -> None:
    """Read out of the table itself: what everybody may open is this short list and nothing else."""
    table = yaml.safe_load(TABLE.read_text())
    public = {row.split(" ")[1] for row, cells in table.items() if "anonymous" in cells.get("enter", [])}
    known = re.compile(r"^/(login|logout|language|applied|ask|track|track/ask|follow/.*|quote|newspaper|healthz|readyz|"
                       r"manifest\.webmanifest|worker\.js|my/offline|metrics|assets/.*|apply/.*|invitation/.*|account/.*|"
                       r"\.well-known/.*|api/v1/partners/.*|api/v1/openapi.json)?$")
    assert not [address for address in public if not known.match(address)]
