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

from tests import people
from tests.domain.desk.exchange import exchange_register, told
from tests.domain.desk.test_attachments import picture
from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, at
from tests.interfaces.web.conftest import NOW, House, house  # noqa: F401  (the fixture)
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system, actor_of_user
from youlu.domain.access.services import token_issue
from youlu.domain.applications.models import Application, State
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.models import Preview
from youlu.domain.continuity.services import closure_declare
from youlu.domain.desk import services
from youlu.domain.desk.claims.reckoning import Facts
from youlu.domain.desk.importing.receiving import import_receive
from youlu.domain.desk.models import Call, ClaimRule, OrderKind, Parameter
from youlu.domain.desk.trade import claim_rules_ensure, trade_ensure
from youlu.domain.mail.bags.ingest import ContainerScanInput, container_scans_ingest
from youlu.domain.mail.bags.models import ContainerScanKind, Difference
from youlu.domain.network.drafts import draft_make
from youlu.domain.workforce.services import presence_report
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


# Of the desk: whose something is depends on the post. `{}` is the thing, `{order}` the order that it hangs on.
OFFICE: list[tuple[str, str, str, dict[str, Any]]] = [
    ("order", "GET", "/desk/{}", {}), ("order", "POST", "/desk/{}/note", {"text": "x"}),
    ("order", "POST", "/desk/{}/report", {"text": "x"}), ("order", "POST", "/desk/{}/files", {}),
    ("order", "GET", "/reveal/order/{}", {}), ("attachment", "GET", "/desk/{order}/files/{}", {}),
]
AGENT: list[tuple[str, str, str, dict[str, Any]]] = [
    ("call", "POST", "/calls/{}/order", {"order": "new"}),
    ("attachment", "GET", "/desk/{elsewhere}/files/{}", {}),
]
NO_DESK: list[tuple[str, str, str, dict[str, Any]]] = [
    ("claim", "POST", "/desk/{}/claim/pay", {"voucher": "x"}),
    ("claim", "POST", "/desk/{}/claim/decide", {"amount": "1"}),
    ("import", "GET", "/desk/imports/{}", {}), ("import", "GET", "/desk/imports/{}/bad.csv", {}),
    ("import", "POST", "/desk/imports/{}/start", {}), ("call", "POST", "/calls/{}/order", {}),
    ("order", "POST", "/desk/{}/application", {"application": "x"}), ("order", "POST", "/desk/{}/dial", {}),
    ("order", "GET", "/desk/{}/macros", {}), ("order", "GET", "/desk/{}/knowledge", {}),
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
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", content)
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


def told_about(ask: Callable[..., Any], row: tuple[str, str, str, dict[str, Any]], name: str) -> tuple[int, bytes]:
    _kind, method, address, body = row
    filled = {key: value.replace("{}", name) for key, value in body.items()}
    return plain(ask(method, address.replace("{}", name), filled), name)


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: f"{row[1]} {row[2]}")
def test_on_pages_another_areas_object_is_as_one_that_is_not_there(row: Any, things: dict[str, Thing]) -> None:
    thing, stranger = things[row[0]], page_caller("stranger", "51")
    foreign = told_about(stranger, row, thing.there)
    assert foreign == told_about(stranger, row, thing.missing)
    assert foreign[0] == 404
    assert told_about(page_caller("owner", "62"), row, thing.there)[0] != 404, "whose it is does get there"


@pytest.mark.django_db
@pytest.mark.parametrize("row", API, ids=lambda row: f"{row[1]} {row[2]}")
def test_by_token_another_areas_object_is_as_one_that_is_not_there(row: Any, things: dict[str, Thing]) -> None:
    thing, stranger = things[row[0]], api_caller("51")
    foreign = told_about(stranger, row, thing.there)
    assert foreign == told_about(stranger, row, thing.missing)
    assert foreign[0] == 404


@pytest.mark.django_db
def test_a_token_of_the_area_gets_what_is_refused_to_others(things: dict[str, Thing]) -> None:
    mine = api_caller("62")
    assert [told_about(mine, row, things[row[0]].there)[0]
            for row in API if row[0] in ("closure", "bag", "difference")] == [
        200, 409, 409, 200, 200], "its own notice, by another authority: seen, and refused for that"


@pytest.fixture
def desk(house: House) -> dict[str, Thing]:  # noqa: F811
    """A claim's order with a file, dispatched to the county office of 康县; a call at 李敏's telephone; a file of
    orders."""
    trade_ensure(OrderKind, Parameter)
    claim_rules_ensure(ClaimRule)
    li, chen = people.li_agent(), people.chen_supervisor()
    presence_report(actor=li, site="on_site")
    order, elsewhere = (services.order_open(actor=li, kind="claim", title=title) for title in ("破损", "内件短少"))
    services.order_take(actor=li, order_id=order)
    services.claim_reckon(actor=li, order_id=order, mail_class="receipted",
                          facts=Facts("lost", "ours", postage_fen=1_200, loss_fen=3_000))
    services.order_dispatch(actor=li, order_id=order, office_id=KANGXIAN)
    file_id = services.attachment_add(actor=li, order_id=order, content=picture())
    told(exchange_register(), "call.ringing", call="1", number="13893104417", agent="2207")
    import_id, _ = import_receive(actor=chen, content="类型,标题\n催投,到哪了\n".encode())
    call_id = Call.objects.get().id
    things = {"order": order, "claim": order, "attachment": file_id, "import": import_id, "call": call_id}
    return {name: Thing(str(one), MISSING) for name, one in {**things, "elsewhere": elsewhere}.items()}


def desk_row(row: tuple[str, str, str, dict[str, Any]], desk: dict[str, Thing]) -> tuple[str, str, str, dict[str, Any]]:
    kind, method, address, body = row
    return kind, method, address.replace("{order}", desk["order"].there).replace(
        "{elsewhere}", desk["elsewhere"].there), body


def as_clerk(username: str, scope: str) -> Callable[..., Any]:
    user, _ = User.objects.get_or_create(username=username, defaults={
        "roles": ["clerk"], "scope": scope, "password": "!"})
    return page_of(user)


def page_of(user: User) -> Callable[..., Any]:
    client = Client()
    client.force_login(user)
    return lambda method, address, body: client.get(address) if method == "GET" else client.post(address, body)


@pytest.mark.django_db
@pytest.mark.parametrize("row", OFFICE, ids=lambda row: f"{row[1]} {row[2]}")
def test_an_order_that_is_with_another_office_is_as_one_that_is_not_there(row: Any, desk: dict[str, Thing]) -> None:
    row, thing = desk_row(row, desk), desk[row[0]]
    foreign = told_about(as_clerk("elsewhere", "620102"), row, thing.there)
    assert foreign == told_about(as_clerk("elsewhere", "620102"), row, thing.missing)
    assert foreign[0] == 404
    theirs = told_about(as_clerk("there", "621224"), row, thing.there)
    assert theirs[0] != 404, "the office that it is with does get there"


@pytest.mark.django_db
@pytest.mark.parametrize("row", AGENT, ids=lambda row: f"{row[1]} {row[2]}")
def test_another_agents_call_and_another_orders_file_are_as_ones_that_are_not_there(
    row: Any, desk: dict[str, Thing]
) -> None:
    kind, row = row[0], desk_row(row, desk)
    people.ma_agent()
    ma = page_of(User.objects.get(username="maqiang"))
    foreign = told_about(ma, row, desk[kind].there)
    assert foreign == told_about(ma, row, desk[kind].missing)
    assert foreign[0] == 404
    mine = desk_row((kind, row[1], row[2].replace(desk["elsewhere"].there, desk["order"].there), row[3]), desk)
    assert told_about(page_of(people.li_agent_user()), mine, desk[kind].there)[0] in (200, 302)


@pytest.mark.django_db
@pytest.mark.parametrize("row", NO_DESK, ids=lambda row: f"{row[1]} {row[2]}")
def test_what_is_the_desks_alone_says_the_same_of_what_is_there_and_what_is_not(
    row: Any, desk: dict[str, Thing]
) -> None:
    """Also to the office that the order is with: what is paid, whose call it was, how a file stands is not theirs."""
    thing, clerk = desk[row[0]], as_clerk("there", "621224")
    foreign = told_about(clerk, row, thing.there)
    assert foreign == told_about(clerk, row, thing.missing)
    assert foreign[0] == 403
    whose = "chenjing" if row[0] == "import" or row[2].endswith("/pay") else "limin"
    status, body = told_about(page_of(User.objects.get(username=whose)), row, thing.there)
    assert status != 403, "the desk does get there"
    assert (status != 404) or "申请编号" in body.decode(), "what is missing is the application that was named"
