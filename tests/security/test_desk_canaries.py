"""Planted people are written into every box of the desk and of the public's pages that takes free words: they stand
sealed, on the page of that order, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.interfaces.web.conftest import House, house  # noqa: F401  (the fixture)
from tests.security.test_canaries import (
    ADDRESS,
    CALLER,
    CALLER_PHONE,
    FAMILY,
    FAMILY_PHONE,
    NAME,
    PHONE,
    Ears,
    Walked,
    ears,  # noqa: F401  (a fixture)
    found_in,
    rows_with_canaries,
)
from youlu.core.gauges import gauges_read
from youlu.domain.access.models import User
from youlu.domain.desk import services as desk
from youlu.domain.desk.contacts import contacts_hold
from youlu.domain.desk.models import Attempt, Claim, ClaimRule, Contact, OrderKind, Outreach, Parameter, WorkOrder
from youlu.domain.desk.trade import claim_rules_ensure, trade_ensure
from youlu.domain.mail.models import Item
from youlu.domain.parties.models import Party
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import party_create
from youlu.domain.workforce.services import presence_report
from youlu.engines.codes.item_key import item_key
from youlu.interfaces.web.doors import DOOR, Buckets

SAID = f"我是{NAME}，住{ADDRESS}，打{PHONE}"
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
LINK = re.compile(r"/follow/[\w.:-]+")


@pytest.fixture
def staff(house: House, settings: Any) -> Iterator[dict[str, Any]]:  # noqa: F811
    settings.SECOND_FACTOR_ROLES = []
    trade_ensure(OrderKind, Parameter)
    claim_rules_ensure(ClaimRule)
    DOOR.asks = Buckets(lambda: 0.0)
    Walked.addresses = []
    people.chen_supervisor()
    User.objects.filter(username="chenjing").update(roles=["supervisor", "auditor"])
    made: dict[str, Any] = {"house": house}
    for username, actor in (("chenjing", people.chen_supervisor()), ("limin", people.li_agent())):
        made[username] = Walked()
        made[username].force_login(User.objects.get(username=username))
        made[f"{username}_actor"] = actor
    presence_report(actor=people.li_agent(), site="on_site")
    yield made
    DOOR.asks = Buckets()


def by_form(citizen: Client) -> str:
    """Right, and refused with the words on the page of who typed them; the link by which it is followed."""
    right = {"kind": "chase", "text": SAID, "phone": CALLER_PHONE, "name": CALLER, "consent": "1"}
    for wrong in ({"consent": ""}, {"item": NAME}, {"phone": PHONE[:6]}, {"page": PHONE}, {"kind": NAME}):
        assert citizen.post("/ask", {**right, **wrong}).status_code == 422
    done = citizen.post("/ask", right).content.decode()
    assert found_in(done) == set()
    link = LINK.search(done)[0]  # type: ignore[index]
    page = citizen.post(link, {"tail": CALLER_PHONE[-4:]}).content.decode()
    ticket = TICKET.search(page)[1]  # type: ignore[index]
    assert citizen.post(link, {"do": "message", "ticket": ticket, "text": SAID}).status_code == 200
    assert citizen.post(link, {"do": "message", "ticket": ticket, "text": SAID * 40}).status_code == 422
    return page


def on_the_track(citizen: Client, number: str) -> list[str]:
    tracked = citizen.post("/track", {"number": number, "tail": FAMILY_PHONE[-4:]}).content.decode()
    ticket = TICKET.search(tracked)[1]  # type: ignore[index]
    asked = {"ticket": ticket, "kind": "enquiry", "text": SAID}
    return [tracked, *(citizen.post("/track/ask", asked).content.decode() for _ in range(2)),
            citizen.post("/track/ask", {**asked, "ticket": ticket + "x"}).content.decode()]


def at_the_desk(staff: dict[str, Any]) -> None:
    """Every act of an order that takes words, and a claim's; what is refused too."""
    li, chen = staff["limin"], staff["chenjing"]
    order = WorkOrder.objects.get(channel="form")
    assert li.post(f"/desk/{order.id}/take").status_code == 302
    for act, name in (("note", "note"), ("extend", "note"), ("wait", "note"), ("resume", "note"), ("verify", "note"),
                      ("answer", "text"), ("answer", "note"), ("escalate", "note"), ("odd", "note")):
        li.post(f"/desk/{order.id}/{act}", {name: SAID, "text": SAID, "note": SAID})
    claim = desk.order_open(actor=staff["limin_actor"], kind="claim", title="理赔", body=SAID, party_id=order.party_id)
    assert li.post(f"/desk/{claim}/take").status_code == 302
    li.post(f"/desk/{claim}/claim/reckon", {"mail_class": "receipted", "loss": "lost", "cause": "ours", "postage": "12",
                                            "loss_amount": NAME})
    li.post(f"/desk/{claim}/claim/reckon", {"mail_class": "receipted", "loss": "lost", "cause": "ours", "postage": "12",
                                            "insured": "0", "value": "900", "loss_amount": "700"})
    li.post(f"/desk/{claim}/claim/decide", {"amount": "600", "note": SAID})
    chen.post(f"/desk/{claim}/claim/back", {"note": SAID})
    assert Claim.objects.get().note == SAID


def on_the_phone(staff: dict[str, Any]) -> str:
    """A result with a note, which the next agent reads on the contact's card and nowhere else."""
    at = WorkOrder.objects.first().opened_at  # type: ignore[union-attr]
    contact = Contact.objects.create(
        id="00000000-0000-0000-0000-000000000009", outreach=Outreach.objects.create(reason="x", opened_at=at),
        customer_key=b"x", party_id=Party.objects.first().id, mode="voice", state="owed", opened_at=at,  # type: ignore[union-attr]
        due_at=at, not_before=at, revision=1)
    assert len(contacts_hold(actor=staff["limin_actor"])) == 1
    answer = staff["limin"].post(f"/my/contacts/{contact.id}/result", {
        "pick": "unreached", "revision": "1", "idempotency_key": "n", "note": SAID})
    assert answer.status_code == 302
    assert Attempt.objects.get(result="unreached").remark == SAID
    return staff["limin"].get("/my").content.decode()


@pytest.mark.django_db
def test_what_people_write_into_the_boxes_of_the_desk_stands_sealed(
    staff: dict[str, Any], ears: Ears,  # noqa: F811
) -> None:
    family = party_create(actor=staff["chenjing_actor"], party=NewParty(name=FAMILY, phone=FAMILY_PHONE))
    number = staff["house"].to_county
    Item.objects.filter(item_key=item_key(number)).update(addressee_id=family)
    citizen = Walked()
    texts = [by_form(citizen), *on_the_track(citizen, number)]
    at_the_desk(staff)
    texts.append(on_the_phone(staff))
    chen = staff["chenjing"]
    texts += [chen.get(address).content.decode() for address in (
        "/desk?view=all", "/desk/alerts", "/desk/wall", "/audit", "/metrics", "/handover", "/outreach",
        f"/items?q={number}")]
    exported = chen.get("/desk/export?view=all")
    texts.append(b"".join(exported.streaming_content).decode())
    assert "网上表单" in texts[-1]

    assert SAID in [one.body for one in WorkOrder.objects.all()]
    assert {text[:200]: found_in(text) for text in texts if found_in(text)} == {}
    assert rows_with_canaries() == set()
    assert {line for line in ears.lines if found_in(line)} == set()
    assert {address for address in Walked.addresses if found_in(address)} == set()
    assert found_in("\n".join(line for family in gauges_read(fresh=True) for line in family.lines())) == set()
