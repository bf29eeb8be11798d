"""Not yours is not there: an object of another area or another caller answers as one that does not exist, to the byte.

A control asks for each as somebody whose it is, so that "not there" is not said to everybody."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, at
from tests.interfaces.web.conftest import NOW, House, house  # noqa: F401  (the fixture)
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system, actor_of_user
from youlu.domain.access.services import token_issue
from youlu.domain.applications.models import Application, State
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.models import Preview
from youlu.domain.continuity.services import closure_declare
from youlu.domain.mail.bags.ingest import ContainerScanInput, container_scans_ingest
from youlu.domain.mail.bags.models import ContainerScanKind, Difference
from youlu.domain.network.drafts import draft_make
from youlu.engines.codes.container import number_make

ROLES = ["dispatcher", "supervisor", "clerk"]
MISSING, BAG, NO_BAG = str(uuid.UUID(int=7)), number_make("ZB", 2022, 7), number_make("ZB", 2022, 8)
ORDER = {"authority": "x", "document_no": "x", "next_review_at": "2022-07-19T18:00:00+08:00"}
LIFT = {"authority": "x", "document_no": "x"}
# Name of the object, method, address with {} for it, body.
PAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("closure", "GET", "/closures/{}", {}), ("closure", "POST", "/closures/{}/lift", {"document_no": "x"}),
    ("closure", "POST", "/closures/{}/extend", {"document_no": "x", "next_review_at": "2022-07-19T18:00"}),
    ("application", "GET", "/applications/{}", {}), ("application", "POST", "/applications/{}/handed-in", {}),
    ("application", "POST", "/applications/{}/card", {}),
    ("application", "GET", "/reveal/application/{}", {}),
    ("bag", "GET", "/bags/{}", {}), ("difference", "POST", "/bags/differences/{}", {"outcome": "found"}),
    ("preview", "GET", "/closures/preview/{}", {}), ("preview", "POST", "/closures/preview/{}/declare", {}),
    ("draft", "GET", "/timetables/{}", {}), ("draft", "POST", "/timetables/{}/discard", {"version": "1"}),
]
API: list[tuple[str, str, str, dict[str, Any]]] = [
    ("closure", "GET", "/closures/{}", {}), ("closure", "POST", "/closures/{}/lift", LIFT),
    ("closure", "POST", "/closures/{}/extend", ORDER), ("preview", "GET", "/closures/previews/{}", {}),
    ("bag", "GET", "/containers/{}", {}), ("application", "GET", "/applications/{}", {}),
    ("difference", "POST", "/containers/differences/{}", {"outcome": "found"}),
    ("application", "POST", "/reveals", {"kind": "application", "key": "{}", "who": "addressee", "field": "name",
                                         "reason": "contact"}),
]


@dataclass(frozen=True)
class Thing:
    """An object of Gansu that belongs to `OWNER`, and the name of one that is not there."""

    there: str
    missing: str


@pytest.fixture
def things(house: House) -> dict[str, Thing]:  # noqa: F811
    owner = actor_of_user(User.objects.create(username="owner", roles=ROLES, scope="62", password="!"))
    notice = ClosureInput(
        "landslide", "塌方", "甲机关", "1号", "62", (MeasureInput("delivery", "office", str(KANGXIAN), NOW, None),),
        at("2022-07-18 18:00"))
    closure = closure_declare(actor=ACTOR, closure=notice)
    Application.objects.create(number="A2000-00001", programme="id_card_mail", state=State.SUBMITTED,
                               applicant="token:other", division_code="621224", made_draft_at=NOW)
    container_scans_ingest(actor=ACTOR, scans=[ContainerScanInput(
        BAG, "gun-1", 1, ContainerScanKind.SEALED, NOW, office_id=LANZHOU, to_office_id=KANGXIAN,
        contents=(house.to_county,))])
    difference = Difference.objects.create(
        id=uuid.uuid4(), container=BAG, device="d", sequence=1, subject="EZ1", kind=0, office_id=KANGXIAN,
        found_at=NOW)
    preview = Preview.objects.create(closure=notice.as_json(), actor=owner.id, asked_at=NOW)
    draft = draft_make(actor=owner, title="调整")
    return {"closure": Thing(str(closure), MISSING), "application": Thing("A2000-00001", "A2000-00002"),
            "bag": Thing(BAG, NO_BAG), "difference": Thing(str(difference.id), MISSING),
            "preview": Thing(str(preview.id), MISSING), "draft": Thing(str(draft), MISSING)}


def plain(answer: Any, name: str) -> tuple[int, bytes]:
    """Status and body without what was asked and the form's own random token."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)
    return answer.status_code, re.sub(rb'data-clock="\d+"', b"", body.replace(name.encode(), b"#"))


def page_caller(username: str, scope: str) -> Callable[..., Any]:
    user, _ = User.objects.get_or_create(username=username, defaults={"roles": ROLES, "scope": scope, "password": "!"})
    client = Client()
    client.force_login(user)
    return lambda method, address, body: client.get(address) if method == "GET" else client.post(address, body)


def api_caller(scope: str) -> Callable[..., Any]:
    system = actor_of_system("tests")
    secret = token_issue(actor=system, kind="device", name="x", permissions=sorted(system.permissions), scope=scope)

    def ask(method: str, address: str, body: dict[str, Any]) -> Any:
        return Client().generic(method, f"/api/v1{address}", json.dumps(body), content_type="application/json",
                                headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": uuid.uuid4().hex})
    return ask


def told(ask: Callable[..., Any], row: tuple[str, str, str, dict[str, Any]], name: str) -> tuple[int, bytes]:
    _kind, method, address, body = row
    filled = {key: value.replace("{}", name) for key, value in body.items()}
    return plain(ask(method, address.replace("{}", name), filled), name)


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row[1]} {row[2]}")
def test_on_pages_another_areas_object_is_as_one_that_is_not_there(row: Any, things: dict[str, Thing]) -> None:
    thing, stranger = things[row[0]], page_caller("stranger", "51")
    foreign = told(stranger, row, thing.there)
    assert foreign == told(stranger, row, thing.missing)
    assert foreign[0] == 404
    assert told(page_caller("owner", "62"), row, thing.there)[0] != 404, "whose it is does get there"


@pytest.mark.django_db
@pytest.mark.parametrize("row", API, ids=lambda row: f"{row[1]} {row[2]}")
def test_by_token_another_areas_object_is_as_one_that_is_not_there(row: Any, things: dict[str, Thing]) -> None:
    thing, stranger = things[row[0]], api_caller("51")
    foreign = told(stranger, row, thing.there)
    assert foreign == told(stranger, row, thing.missing)
    assert foreign[0] == 404


@pytest.mark.django_db
def test_a_token_of_the_area_gets_what_is_refused_to_others(things: dict[str, Thing]) -> None:
    mine = api_caller("62")
    assert [told(mine, row, things[row[0]].there)[0] for row in API if row[0] in ("closure", "bag", "difference")] == [
        200, 409, 409, 200, 200], "its own notice, by another authority: seen, and refused for that"
