"""News of the card centre: in any order, more than once, about nothing we know; an application only goes forward."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import pytest
from django.db import transaction
from tests.domain.applications.applicants import NOW, filled, issue

from youlu.core import clock
from youlu.core.events import events_drain
from youlu.domain.applications.models import Application, ApplicationStep, State, UnmatchedMessage
from youlu.domain.applications.moves import ORDER, application_move
from youlu.domain.applications.services import application_submit, partner_message_apply
from youlu.domain.partners import signing
from youlu.domain.partners.models import OutgoingMessage
from youlu.domain.partners.services import PartnerKeys, message_receive, partner_register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offices")]


def news(topic: str, number: str, *, hours: int = 1, partner: str = "card_centre") -> dict[str, Any]:
    return {"partner": partner, "message_id": f"m-{topic}-{hours}", "topic": topic, "data": {"application": number},
            "made_at": (NOW + dt.timedelta(hours=hours)).isoformat()}


def apply(payload: dict[str, Any]) -> None:
    with transaction.atomic():
        partner_message_apply(payload)


def submitted() -> str:
    return application_submit(application_id=filled(issue()))


def test_the_centre_is_told_the_serial_and_nothing_about_the_person(keys: PartnerKeys) -> None:
    number = submitted()
    data = json.loads(OutgoingMessage.objects.get().body)["data"]
    assert data == {"application": number, "programme": "id_card_mail", "serial": "S1", "division": "621224",
                    "demands": ["addressee_only", "never_left", "old_card_surrendered"]}


def test_accepted_and_made_in_either_order_end_alike(keys: PartnerKeys) -> None:
    ends = set()
    for nth, order in enumerate(itertools.permutations([("application.accepted", 1), ("application.made", 2)])):
        number = application_submit(application_id=filled(issue(f"S{nth}")))
        for topic, hours in (*order, order[0]):
            apply(news(topic, number, hours=hours))
        row = Application.objects.get(number=number)
        ends.add((row.state, row.accepted_at, row.made_at))
    assert ends == {(State.MADE, NOW + dt.timedelta(hours=1), NOW + dt.timedelta(hours=2))}


def test_late_news_is_noted_and_moves_nothing_back(keys: PartnerKeys) -> None:
    number = submitted()
    apply(news("application.made", number, hours=2))
    apply(news("application.refused", number, hours=3))
    row = Application.objects.get()
    assert row.state == State.MADE
    steps = ApplicationStep.objects.filter(application=row).order_by("noted_at")
    assert [step.state for step in steps] == ["submitted", "made", "refused"]


def test_a_refusal_is_final(keys: PartnerKeys) -> None:
    number = submitted()
    apply(news("application.refused", number))
    apply(news("application.made", number, hours=2))
    assert Application.objects.get().state == State.REFUSED


@pytest.mark.parametrize("change", [{"partner": "other"}, {"data": {"application": "AAAAA-AAAAA"}}, {"data": {}}])
def test_news_about_what_is_not_theirs_is_put_aside_for_people(keys: PartnerKeys, change: dict[str, Any]) -> None:
    number = submitted()
    apply({**news("application.made", number), **change})
    assert Application.objects.get().state == State.SUBMITTED
    assert UnmatchedMessage.objects.count() == 1


def test_a_draft_hears_nothing(keys: PartnerKeys) -> None:
    filled(issue())
    apply(news("application.made", Application.objects.get().number))
    assert Application.objects.get().state == State.DRAFT


def test_a_signed_message_moves_the_application_and_its_replay_does_not_move_it_again(keys: PartnerKeys) -> None:
    partner_register(actor=_system(), code="other", name="另一家", url="http://127.0.0.1:10/")
    number = submitted()
    body = json.dumps({"type": "application.accepted", "timestamp": NOW.isoformat(),
                       "data": {"application": number}}).encode()
    headers = signing.headers_for(keys.secret_in, message_id="msg_1", body=body,
                                  timestamp_s=int(clock.real_now().timestamp()))
    for _ in range(2):
        message_receive(partner="card_centre", headers=headers, body=body)
    taken = events_drain("applications.partner_message", lambda _, payload: partner_message_apply(payload))
    assert taken == 1
    assert Application.objects.get().state == State.ACCEPTED
    assert ApplicationStep.objects.filter(state=State.ACCEPTED).count() == 1


@pytest.mark.parametrize("news_order", list(itertools.permutations(ORDER[2:])))
def test_whatever_the_order_of_news_the_end_is_the_same(keys: PartnerKeys, news_order: tuple[State, ...]) -> None:
    submitted()
    row = Application.objects.get()
    for to in news_order:
        with transaction.atomic():
            application_move(application_id=row.id, to=to, at=NOW + dt.timedelta(hours=ORDER.index(to)), cause="x")
    row.refresh_from_db()
    assert row.state == State.DELIVERED
    assert [row.accepted_at, row.made_at, row.item_at, row.delivered_at] == [
        NOW + dt.timedelta(hours=n) for n in (2, 3, 4, 5)]


def _system() -> Any:
    from youlu.domain.access.selectors import actor_of_system

    return actor_of_system("test")
