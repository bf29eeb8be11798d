"""What belongs to one agent is to another as if it were not there, to the byte: calls, contacts, leave, wishes, swaps,
notices. A control asks as whose it is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.domain.workforce.desk_of_six import AT, agent_actor, desk
from tests.security.test_ownership import MISSING, told_about
from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import (
    AgentNotice,
    Attempt,
    Call,
    Contact,
    EmergencyNotice,
    EmergencyPlanning,
    EmergencyWatch,
    OrderKind,
    Outreach,
    Parameter,
)
from youlu.domain.desk.services import order_open
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.workforce.models import Agent, Leave, Swap, Wish

RESULT = {"pick": "unreached", "revision": "1", "idempotency_key": "k"}
ROWS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("call", "POST", "/calls/{}/order", {}),
    ("contact", "POST", "/my/contacts/{}/call", {}), ("contact", "POST", "/my/contacts/{}/reveal", {}),
    ("contact", "POST", "/my/contacts/{}/result", RESULT),
    ("leave", "POST", "/my/shift/leave/{}/back", {}), ("wish", "POST", "/my/shift/wish/{}/drop", {}),
    ("asked", "POST", "/my/shift/swap/{}/accept", {}), ("asked", "POST", "/my/shift/swap/{}/refuse", {}),
    ("asking", "POST", "/my/shift/swap/{}/back", {}), ("notice", "POST", "/my/notices/{}/seen", {}),
]


@pytest.fixture(autouse=True)
def friday(db: None, settings: Any) -> Any:
    settings.SECOND_FACTOR_ROLES = []
    with clock.frozen(AT):
        yield


@pytest.fixture
def cast() -> list[Actor]:
    """Whose things are, who is at the other end of a swap, and a colleague who has nothing to do with them."""
    trade_ensure(OrderKind, Parameter)
    return [agent_actor(one) for one in desk(3)]


def caller(actor: Actor) -> Callable[..., Any]:
    client = Client()
    client.force_login(Agent.objects.select_related("user").get(user_id=actor.id.removeprefix("user:")).user)
    return lambda method, address, body: client.post(address, body)


def things(cast: list[Actor]) -> dict[str, str]:
    mine, other = (Agent.objects.get(user_id=one.id.removeprefix("user:")) for one in cast[:2])
    day, at = AT.date() + dt.timedelta(days=3), AT
    contact = Contact.objects.create(
        id=uuid.uuid4(), outreach=Outreach.objects.create(reason="x", opened_at=at), customer_key=b"x",
        party_id=people.customer(), mode="voice", state="claimed", claimed_by=mine.id, opened_at=at, due_at=at,
        lease_until=clock.real_now() + dt.timedelta(minutes=5), not_before=at, revision=1)
    Attempt.objects.create(contact=contact, mode="voice", agent_id=mine.id, begun_at=at)
    watch = EmergencyWatch.objects.create(
        planning=EmergencyPlanning.objects.create(started_by="x", started_at=at, inputs={}, facts={},
                                                  presence_mark="x"),
        plan="a", basis="standard", adopted_by="x", adopted_at=at, horizon_ends_at=at, counts={})
    swaps = [Swap.objects.create(asker=asker, other=asked, work_date=day, other_date=day, asked_at=at)
             for asker, asked in ((other, mine), (mine, other))]
    made = {
        "call": Call.objects.create(exchange="x", reference="c", direction="in", agent_id=mine.id, begun_at=at,
                                    heard_at=at, party_id=people.customer(phone="13893104321")),
        "contact": contact,
        "leave": Leave.objects.create(agent=mine, kind="leave", start_at=at + dt.timedelta(days=3),
                                      end_at=at + dt.timedelta(days=4), asked_at=at),
        "wish": Wish.objects.create(agent=mine, work_date=day, is_for=False),
        "asked": swaps[0], "asking": swaps[1],
        "notice": EmergencyNotice.objects.create(watch=watch, agent_id=mine.id, says={"shifts": []}, made_at=at)}
    return {name: str(one.id) for name, one in made.items()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2])
def test_a_colleagues_thing_is_as_one_that_is_not_there(row: Any, cast: list[Actor]) -> None:
    there = things(cast)[row[0]]
    stranger = caller(cast[2])
    foreign = told_about(stranger, row, there)
    assert foreign == told_about(stranger, row, MISSING)
    assert foreign[0] == 404
    assert told_about(caller(cast[0]), row, there)[0] in (200, 302), "whose it is does get there"


def test_whoever_asks_for_a_swap_does_not_answer_it_nor_does_the_other_take_it_back(cast: list[Actor]) -> None:
    made, mine = things(cast), caller(cast[0])
    for name, act in (("asking", "accept"), ("asking", "refuse"), ("asked", "back")):
        row = ("", "POST", f"/my/shift/swap/{{}}/{act}", {})
        assert told_about(mine, row, made[name]) == told_about(mine, row, MISSING)
    assert set(Swap.objects.values_list("state", flat=True)) == {"asked"}


def test_a_colleagues_notice_of_an_order_stays_unread(cast: list[Actor]) -> None:
    order = order_open(actor=people.chen_supervisor(), kind="chase", title="催投")
    mine = Agent.objects.get(user_id=cast[0].id.removeprefix("user:"))
    notice = AgentNotice.objects.create(agent_id=mine.id, order_id=order, what="pushed", at=AT)
    for actor, is_seen in ((cast[2], False), (cast[0], True)):
        assert caller(actor)("POST", "/my/orders/seen", {"notice": str(notice.id)}).status_code == 302
        assert (AgentNotice.objects.get().seen_at is not None) == is_seen
