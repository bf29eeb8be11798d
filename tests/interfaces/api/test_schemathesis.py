"""Whatever the description of the API allows, no caller gets a 5xx out of it.

The description is the API's own; schemathesis draws the requests. Some values are then made to fit the house (offices
that exist, numbers that were issued), because what stops at the first unknown code tests only that.
"""

from __future__ import annotations

import json
import os
import uuid
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, XIAN
from tests.interfaces.api.conftest import token

from youlu.domain.access.models import Role
from youlu.domain.access.selectors import actor_of_system, role_permissions
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.engines.codes.container import number_make
from youlu.interfaces.api.api import api

# Drawn requests an operation in every run; more under slow.
EXAMPLES = 8
OFFICES = st.sampled_from([f"O{number}" for number in (XIAN, LANZHOU, KANGXIAN, CHENGGUAN)])


def roles() -> dict[str, list[str]]:
    """Each role's permissions, and a caller who may do all and one who may do nothing."""
    held = {role.value: sorted(role_permissions().get(role.value, ())) for role in Role}
    return held | {"everything": sorted(actor_of_system("tests").permissions), "nothing": []}


def house() -> dict[str, st.SearchStrategy[Any]]:
    """By the name of a field: values that mean something here."""
    items = [item_accept(actor=ACTOR, item=ItemInput(start, KANGXIAN)).number for start in (XIAN, LANZHOU)]
    containers = [number_make("ZB", 2022, 7), number_make("ZC", 2022, 8)]
    numbers = st.sampled_from([*items, *containers])
    instants = st.sampled_from(["2022-07-11T17:30:00+08:00", "2022-07-12T08:00:00+08:00", "2170-12-31T23:59:59+14:00"])
    return {
        "number": numbers, "contents": st.lists(numbers, max_size=3), "found": st.lists(numbers, max_size=3),
        "damaged": st.lists(numbers, max_size=2), "origin": OFFICES, "dest": OFFICES, "office": OFFICES,
        "to": OFFICES, "occurred_at": instants, "starts_at": instants, "ends_at": instants,
        "next_review_at": instants, "trip_key": st.sampled_from([1, 2, 3, 99]),
        "service_date": st.sampled_from(["2022-07-11", "2022-07-12", "2170-12-31"]),
        "stop_seq": st.sampled_from([0, 1, 65535]), "zone": st.sampled_from(["office", "leg", "division", "compound"]),
        "place": st.sampled_from(["康县", "兰州-陇南", "620102", "雁北路街道001号院", "R1", "S0"]),
        "programme": st.sampled_from(["id_card_mail", "merit_letter", ""]),
        "cursor": st.sampled_from(["", "x", "1,2", str(uuid.UUID(int=7)), "\0", "🙂"]),
    }


def fitted(value: Any, fits: dict[str, st.SearchStrategy[Any]], data: st.DataObject) -> Any:
    """The drawn value with some of its fields made to fit."""
    if isinstance(value, list):
        return [fitted(one, fits, data) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: data.draw(fits[key]) if key in fits and data.draw(st.booleans()) else fitted(one, fits, data)
            for key, one in value.items()}


def answer_to(case: schemathesis.Case, secret: str, fits: dict[str, st.SearchStrategy[Any]],
              data: st.DataObject) -> Any:
    path = case.path
    for name, value in fitted(dict(case.path_parameters or {}), fits, data).items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    query = urlencode(fitted(dict(case.query or {}), fits, data), doseq=True, errors="replace")
    body: Any = b""
    if not isinstance(case.body, schemathesis.core.NotSet):
        body = json.dumps(fitted(case.body, fits, data)).encode()
    return Client().generic(
        case.method, f"{path}?{query}", body, content_type=case.media_type or "application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": data.draw(st.uuids()).hex})


def asked_of(operation: Any, secrets: dict[str, str], fits: dict[str, Any], times: int) -> set[int]:
    """The statuses of `times` drawn requests, each by a caller that is drawn too."""
    told: set[int] = set()

    @settings(max_examples=times, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), who=st.sampled_from(sorted(secrets)), data=st.data())
    def ask(case: schemathesis.Case, who: str, data: st.DataObject) -> None:
        with transaction.atomic():
            answer = answer_to(case, secrets[who], fits, data)  # an error nobody anticipated rises here
            transaction.set_rollback(True)
        told.add(answer.status_code)
        assert answer.status_code < 500, (case.method, case.path, who, answer.content[:300])

    ask()
    return told


def asked_all(times: int) -> set[int]:
    secrets = {name: token(*permissions, scope="62") for name, permissions in roles().items()}
    secrets["everywhere"] = token(*actor_of_system("tests").permissions)
    fits = house()
    described = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
    operations = [one.ok() for one in described.get_all_operations()]
    assert len(operations) == sum(len(methods) for methods in api.get_openapi_schema()["paths"].values())
    return set().union(*(asked_of(one, secrets, fits, times) for one in operations))


@pytest.mark.django_db
def test_no_role_gets_a_5xx_out_of_any_request_the_description_allows(small_network: None) -> None:
    told = asked_all(EXAMPLES)
    assert told >= {200, 201, 403, 404, 422}, "the requests stop at the door"


@pytest.mark.slow
@pytest.mark.django_db
def test_a_hundred_drawn_requests_an_operation_get_no_5xx(small_network: None) -> None:
    asked_all(int(os.environ.get("YOULU_API_EXAMPLES", "100")))
