"""The hooks that are believed by their signature: drawn bodies are signed, so that they reach the code behind it.

Right and wrong ones: what the description allows, with values of this house or without, then with a field taken away,
another value in its place, or what is no JSON at all. No caller who holds the key gets a 5xx out of it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests import people
from tests.domain.desk.exchange import exchange_register

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk import services
from youlu.domain.desk.models import OrderKind, Parameter
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.partners import signing
from youlu.domain.partners.services import partner_register
from youlu.domain.workforce.services import presence_report
from youlu.interfaces.api.api import api

pytestmark = pytest.mark.django_db
EXAMPLES = 80
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
PHONE = "13893104417"
HOOKS = ("/api/v1/calls/events", "/api/v1/calls/route", "/api/v1/calls/number", "/api/v1/messenger",
         "/api/v1/partners/{partner}/messages")
ODD = ("\0", "\ud800", "🙂", "\u202e", "9" * 400, "-1", "1e999", "../", f"{PHONE}\n")
TEXTS = st.text(max_size=8) | st.sampled_from(ODD)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6)
NO_JSON = st.sampled_from([b"", b"{", b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 5_000, b"NaN", b"1" * 5_000, b"\0"])


@pytest.fixture
def house(settings: Any) -> Any:
    """Agents present, an exchange, a partner, a messenger, a call that is to be dialled: their keys and what fits."""
    trade_ensure(OrderKind, Parameter)
    settings.MESSENGER_SECRET = signing.secret_make()
    with clock.frozen(NOON):
        keys = exchange_register()
        other = partner_register(actor=actor_of_system("tests"), code="cards", name="制证中心",
                                 url="http://127.0.0.1:9/")
        li = people.li_agent()
        presence_report(actor=li, site="on_site")
        order = services.order_open(actor=li, kind="chase", title="催投", party_id=people.customer(phone=PHONE))
        dialled = str(services.order_dial(actor=li, order_id=order))
        yield ({"calls": keys.secret_in, "messenger": settings.MESSENGER_SECRET, "partners": other.secret_in},
               {"call": st.sampled_from([dialled, dialled, "c1"]),
                "number": st.sampled_from([PHONE, "?", "", "09318888888"]),
                "agent": st.sampled_from(["2207", "0", ""]), "skill": st.sampled_from(["enquiry", "claim", ""]),
                "phone": st.sampled_from([PHONE, "", "1"]), "sender": st.sampled_from(["a", "b"]),
                "timestamp": st.sampled_from([NOON.isoformat()] * 4 + [(NOON - dt.timedelta(hours=1)).isoformat(),
                                              "2170-12-31T23:59:59+14:00", "2022-07-29T12:00:00"])})


def fitted(value: Any, fits: dict[str, Any], data: st.DataObject) -> Any:
    """The drawn value with most of its fields made to fit."""
    if not isinstance(value, dict):
        return value
    return {key: data.draw(fits[key]) if key in fits and data.draw(st.integers(0, 4)) else fitted(one, fits, data)
            for key, one in value.items()}


def spoilt(body: Any, data: st.DataObject) -> bytes:
    """Bytes of the body as it is or made wrong somewhere."""
    how = data.draw(st.sampled_from(["whole", "whole", "whole", "gone", "other", "deeper", "none"]))
    if how == "none":
        return data.draw(NO_JSON)
    if how != "whole" and isinstance(body, dict) and body:
        inside = body["data"] if how == "deeper" and isinstance(body.get("data"), dict) and body["data"] else body
        name = data.draw(st.sampled_from(sorted(inside)))
        if how == "gone":
            del inside[name]
        else:
            inside[name] = data.draw(ANYTHING)
    return json.dumps(body).encode()


def asked_of(operation: Any, secret: str, fits: dict[str, Any], times: int) -> set[int]:
    told: set[int] = set()

    @settings(max_examples=times, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), data=st.data(), message_id=st.uuids())
    def ask(case: schemathesis.Case, data: st.DataObject, message_id: Any) -> None:
        has_body = not isinstance(case.body, schemathesis.core.NotSet)
        drawn = case.body if has_body else {
            "type": data.draw(TEXTS), "timestamp": "", "data": {"x": data.draw(ANYTHING)}}
        body = spoilt(fitted(drawn, fits, data), data)
        headers = signing.headers_for(secret, message_id=message_id.hex, body=body,
                                      timestamp_s=int(clock.real_now().timestamp()))
        with transaction.atomic():
            answer = Client().generic("POST", case.path.replace("{partner}", "cards"), body,
                                      content_type="application/json", headers=headers)
            transaction.set_rollback(True)
        told.add(answer.status_code)
        assert answer.status_code < 500, (case.path, body[:300], answer.content[:300])

    ask()
    return told


def asked_all(times: int, secrets: dict[str, str], fits: dict[str, Any]) -> dict[str, set[int]]:
    described = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
    found = {one.path: one for one in (each.ok() for each in described.get_all_operations())}
    return {path: asked_of(found[path], secrets[path.split("/")[3]], fits, times) for path in HOOKS}


def test_signed_bodies_right_and_wrong_reach_the_code_and_get_no_5xx(house: Any) -> None:
    for path, told in asked_all(EXAMPLES, *house).items():
        assert 401 not in told, f"{path}: the signature stops them"
        assert told >= {200, 422}, (path, told)


def test_every_hook_that_needs_no_token_is_asked() -> None:
    """A new hook without a token is drawn here too."""
    assert {path for path, methods in api.get_openapi_schema()["paths"].items()
            for one in methods.values() if not one.get("security")} == set(HOOKS)


@pytest.mark.slow
def test_a_thousand_signed_bodies_a_hook_get_no_5xx(house: Any) -> None:
    asked_all(int(os.environ.get("YOULU_API_EXAMPLES", "1000")), *house)
