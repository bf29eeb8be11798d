"""One sentence to one customer: consent, quiet hours, repeats, the hook, and never a withdrawn wording."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from standardwebhooks.webhooks import Webhook
from tests import people

from youlu.config.environment import hours_of
from youlu.core import clock
from youlu.domain.messages import delivery
from youlu.domain.messages.models import Message, Wording
from youlu.domain.messages.selectors import messages_of_parties
from youlu.domain.messages.services import (
    MessageOrder,
    message_send,
    messages_send,
    quiet_until,
    wording_approve,
    wording_draft,
    wording_withdraw,
)
from youlu.domain.parties.models import Party

CODE = "test.message"
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
NIGHT = dt.datetime(2022, 7, 29, 22, 0, tzinfo=clock.SHANGHAI)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def wording(*, from_at: dt.datetime = NOON - dt.timedelta(days=1), body: str = "因{reason}晚到。") -> uuid.UUID:
    wording_id = wording_draft(actor=people.li_agent(), code=CODE, body=body, variables=["reason", "becomes"])
    wording_approve(actor=people.chen_supervisor(), wording_id=wording_id, valid_from=from_at)
    return wording_id


def order(party_id: uuid.UUID, key: str = "k1", reason: str = "封控") -> MessageOrder:
    return MessageOrder(key, party_id, b"customer", CODE, {"reason": reason})


@pytest.mark.django_db
def test_a_message_keeps_the_version_and_the_sentence_it_used() -> None:
    party_id, wording_id = people.customer(), wording()
    assert message_send(order=order(party_id), at=NOON).kind == "sent"
    (told,) = messages_of_parties(party_ids=[party_id])
    assert (told.text, told.wording_version, told.sent_at) == ("因封控晚到。", 1, NOON)
    assert Message.objects.get().wording_id == wording_id


@pytest.mark.django_db
def test_without_consent_channel_or_wording_nothing_is_said() -> None:
    reachable = people.customer()
    assert message_send(order=order(reachable), at=NOON).kind == "no_wording"
    wording()
    assert message_send(order=order(people.customer(consents=False)), at=NOON).kind == "no_consent"
    assert message_send(order=order(people.customer(channel="")), at=NOON).kind == "no_channel"
    assert message_send(order=order(uuid.uuid4()), at=NOON).kind == "no_channel"
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_the_same_sentence_is_not_said_twice_within_a_day() -> None:
    party_id, _ = people.customer(), wording()
    kinds = [o.kind for o in messages_send(orders=[order(party_id, "a"), order(party_id, "b")], at=NOON)]
    assert kinds == ["sent", "repeat"]
    assert message_send(order=order(party_id, "c"), at=NOON + dt.timedelta(hours=5)).kind == "repeat"
    assert message_send(order=order(party_id, "d", "塌方"), at=NOON).kind == "sent"
    assert message_send(order=order(party_id, "e"), at=NOON + dt.timedelta(hours=25)).kind == "sent"


@pytest.mark.django_db
def test_what_is_true_again_after_another_sentence_is_said_again() -> None:
    """Late, on time after all, and late again: who heard only the first two believes the second. The clock stands."""
    party_id, _ = people.customer(), wording()
    kinds = [message_send(order=order(party_id, key, reason), at=NOON).kind
             for key, reason in (("a", "封控"), ("b", "塌方"), ("c", "封控"), ("d", "封控"))]
    assert kinds == ["sent", "sent", "sent", "repeat"]
    more = [order(party_id, "e", "塌方"), order(party_id, "f", "封控"), order(party_id, "g", "封控")]
    assert [one.kind for one in messages_send(orders=more, at=NOON)] == ["sent", "sent", "repeat"]


@pytest.mark.django_db
def test_the_same_request_never_sends_twice() -> None:
    party_id, _ = people.customer(), wording()
    message_send(order=order(party_id), at=NOON)
    message_send(order=order(party_id), at=NOON + dt.timedelta(days=3))
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("hour", "minute", "day_later", "until"), [(7, 59, 0, 8), (0, 0, 0, 8), (21, 0, 1, 8)])
def test_quiet_hours_end_at_eight(hour: int, minute: int, day_later: int, until: int) -> None:
    at = dt.datetime(2022, 7, 29, hour, minute, tzinfo=clock.SHANGHAI)
    assert quiet_until(at) == dt.datetime(2022, 7, 29 + day_later, until, 0, tzinfo=clock.SHANGHAI)
    day = dt.datetime(2022, 7, 29, 20, 59, tzinfo=clock.SHANGHAI)
    assert quiet_until(day) == day


@pytest.mark.django_db
def test_a_message_of_the_night_waits_for_the_morning() -> None:
    party_id, _ = people.customer(), wording()
    assert message_send(order=order(party_id), at=NIGHT).kind == "queued"
    with clock.frozen(NIGHT):
        assert delivery.messages_deliver() == 0
    morning = quiet_until(NIGHT)
    with clock.frozen(morning):
        assert delivery.messages_deliver() == 1
    assert Message.objects.get().sent_at == morning


@pytest.mark.django_db
def test_a_wording_withdrawn_while_it_waits_is_never_sent_and_the_asker_hears(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, str]] = []
    monkeypatch.setattr(delivery, "event_publish", lambda topic, payload: heard.append(payload))
    party_id, wording_id = people.customer(), wording()
    message_send(order=order(party_id), at=NIGHT)
    wording_withdraw(actor=people.chen_supervisor(), wording_id=wording_id, reason="说错了")
    with clock.frozen(NIGHT + dt.timedelta(days=1, hours=-8)):
        delivery.messages_deliver()
    assert Message.objects.get().state == Message.State.STOPPED
    assert heard == [{"request_key": "k1", "why": "withdrawn"}]


def told_in_the_morning() -> Message:
    with clock.frozen(NIGHT + dt.timedelta(hours=10)):
        delivery.messages_deliver()
    return Message.objects.get()


@pytest.mark.django_db
def test_a_message_whose_wording_ended_in_the_night_is_not_sent() -> None:
    wording_id = wording()
    Wording.objects.filter(id=wording_id).update(valid_to=NIGHT + dt.timedelta(hours=1))
    assert message_send(order=order(people.customer()), at=NIGHT).kind == "queued"
    message = told_in_the_morning()
    assert (message.state, message.last_fault, message.sent_at) == ("stopped", "expired", None)


@pytest.mark.django_db
def test_a_message_that_waited_is_said_by_the_version_that_replaced_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(delivery, "event_publish", lambda topic, payload: heard.append((topic, payload)))
    wording()
    message_send(order=order(people.customer()), at=NIGHT)
    newer = wording(from_at=NIGHT + dt.timedelta(hours=1), body="您的邮件因{reason}会晚几天到。")
    message = told_in_the_morning()
    assert (message.state, message.text, message.wording_id) == ("sent", "您的邮件因封控会晚几天到。", newer)
    assert heard == [("messages.reworded", {"request_key": "k1", "wording_id": str(newer)})]
    assert message.values == {}  # what was said is all that is kept


@pytest.mark.django_db
def test_a_newer_version_that_asks_for_more_than_was_given_stops_the_message() -> None:
    wording()
    message_send(order=order(people.customer()), at=NIGHT)
    wording(from_at=NIGHT + dt.timedelta(hours=1), body="因{reason}改为{becomes}。")
    message = told_in_the_morning()
    assert (message.state, message.text) == ("stopped", "因封控晚到。")


@pytest.mark.django_db
def test_quiet_hours_are_the_offices_own(settings: Any) -> None:
    settings.QUIET_HOURS = hours_of("22:30-24:00")
    assert quiet_until(NIGHT) == NIGHT
    assert quiet_until(NIGHT.replace(minute=30)) == NIGHT.replace(hour=0) + dt.timedelta(days=1)
    assert quiet_until(NIGHT.replace(hour=3)) == NIGHT.replace(hour=3)
    settings.QUIET_HOURS = hours_of("08:00-08:00")
    assert quiet_until(NIGHT) == NIGHT


@pytest.mark.parametrize("text", ["", "21-8", "21:00-25:00", "21:60-08:00", "夜里"])
def test_quiet_hours_that_are_none_name_the_setting(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="YOULU_QUIET_HOURS"):
        hours_of(text)


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_waits_for_the_send_in_flight_and_none_starts_after() -> None:
    """Two connections: a send holds the wording; the withdrawal returns only after it, and the next send has none."""
    party_id, wording_id = people.customer(), wording()
    chen = people.chen_supervisor()
    withdrawn = threading.Event()

    def withdraw() -> None:
        try:
            wording_withdraw(actor=chen, wording_id=wording_id, reason="停用")
            withdrawn.set()
        finally:
            connection.close()

    other = threading.Thread(target=withdraw)
    with transaction.atomic():
        assert message_send(order=order(party_id), at=NOON).kind == "sent"
        other.start()
        _wait_until_somebody_waits_for_a_lock()
        assert not withdrawn.is_set()
    other.join()
    assert withdrawn.is_set()
    assert Wording.objects.get(code=CODE).state == Wording.State.WITHDRAWN
    assert message_send(order=order(party_id, "k2", "塌方"), at=NOON).kind == "no_wording"


@pytest.mark.django_db(transaction=True)
def test_a_send_that_waited_for_a_withdrawal_finds_the_wording_gone() -> None:
    """The other order: the withdrawal is not yet committed when the send reads, and is when the send goes on."""
    party_id, wording_id = people.customer(), wording()
    chen = people.chen_supervisor()
    kinds: list[str] = []

    def send() -> None:
        try:
            kinds.append(message_send(order=order(party_id), at=NOON).kind)
        finally:
            connection.close()

    other = threading.Thread(target=send)
    with transaction.atomic():
        wording_withdraw(actor=chen, wording_id=wording_id, reason="停用")
        other.start()
        _wait_until_somebody_waits_for_a_lock()
    other.join()
    assert kinds == ["no_wording"]
    assert not Message.objects.exists()


def _wait_until_somebody_waits_for_a_lock() -> None:
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody came to wait")


def hook(settings: object, answers: list[int], seen: list[httpx.Request]) -> httpx.Client:
    settings.MESSAGE_HOOK_URL, settings.MESSAGE_HOOK_SECRET = "https://gateway.example/sms", SECRET  # type: ignore[attr-defined]

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(answers[len(seen) - 1])

    return httpx.Client(transport=httpx.MockTransport(answer))


@pytest.mark.django_db
def test_the_hook_gets_a_signed_body_with_the_phone_and_nothing_of_it_in_the_address(settings: object) -> None:
    seen: list[httpx.Request] = []
    party_id, _ = people.customer(channel="hook"), wording()
    assert message_send(order=order(party_id), at=NOON).kind == "queued"
    with clock.frozen(NOON):
        delivery.messages_deliver(client=hook(settings, [204], seen))
    body = Webhook(SECRET).verify(seen[0].content, dict(seen[0].headers))
    assert body["data"]["to"].endswith("13893104417")
    assert body["data"]["text"] == "因封控晚到。"
    assert str(seen[0].url) == "https://gateway.example/sms"
    assert Message.objects.get().state == Message.State.SENT


@pytest.mark.django_db
def test_a_refusing_hook_is_tried_again_under_the_same_id_until_the_asker_hears_that_it_failed(
    settings: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[dict[str, str]] = []
    monkeypatch.setattr(delivery, "event_publish", lambda topic, payload: heard.append(payload))
    seen: list[httpx.Request] = []
    party_id, _ = people.customer(channel="hook"), wording()
    message_send(order=order(party_id), at=NOON)
    tries = len(delivery.RETRY_AFTER_S) + 1
    with clock.frozen(NOON):
        for _ in range(tries):
            delivery.messages_deliver(client=hook(settings, [503] * tries, seen))
            assert delivery.messages_deliver(client=hook(settings, [503] * tries, seen)) == 0  # its turn has not come
            Message.objects.update(next_try_at=None)
    assert len(seen) == tries
    assert len({request.headers["webhook-id"] for request in seen}) == 1
    assert Message.objects.get().state == Message.State.FAILED
    assert heard == [{"request_key": "k1", "why": "status_503"}]
    assert "13893104417" not in caplog.text


@pytest.mark.django_db
def test_what_did_not_get_out_before_the_quiet_hours_waits_for_the_morning(settings: object) -> None:
    seen: list[httpx.Request] = []
    evening = NOON.replace(hour=20, minute=59)
    party_id, _ = people.customer(channel="hook"), wording()
    message_send(order=order(party_id), at=evening)
    with clock.frozen(NOON.replace(hour=21, minute=5)):
        assert delivery.messages_deliver(client=hook(settings, [204], seen)) == 0
    with clock.frozen(NOON.replace(hour=8) + dt.timedelta(days=1)):
        assert delivery.messages_deliver(client=hook(settings, [204], seen)) == 1
    assert len(seen) == 1


@pytest.mark.django_db
def test_a_message_to_somebody_erased_meanwhile_is_posted_to_nobody(settings: object) -> None:
    seen: list[httpx.Request] = []
    party_id, _ = people.customer(channel="hook"), wording()
    message_send(order=order(party_id), at=NOON)
    Party.objects.filter(id=party_id).update(phone=None)
    with clock.frozen(NOON):
        delivery.messages_deliver(client=hook(settings, [204], seen))
    assert seen == []
    assert (Message.objects.get().state, Message.objects.get().last_fault) == (Message.State.FAILED, "no_address")


@pytest.mark.django_db
def test_a_plain_http_gateway_elsewhere_gets_nobodys_number(settings: object) -> None:
    seen: list[httpx.Request] = []
    client = hook(settings, [204], seen)
    settings.MESSAGE_HOOK_URL = "http://gateway.example/sms"  # type: ignore[attr-defined]
    message_send(order=order(people.customer(channel="hook")), at=NOON)
    wording()
    message_send(order=order(people.customer(channel="hook"), "k2"), at=NOON)
    with clock.frozen(NOON):
        delivery.messages_deliver(client=client)
    assert seen == []
    assert Message.objects.get().last_fault == "no_hook"


