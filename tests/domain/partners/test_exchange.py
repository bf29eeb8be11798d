"""The exchange: kept once, sent until acknowledged, counted on both sides."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection, transaction

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.core.events import subscribers_of
from youlu.core.models import EventRow
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.partners import services, signing
from youlu.domain.partners.errors import (
    BadMessageError,
    BadSignatureError,
    MessageReusedError,
    PartnerExistsError,
    UnknownPartnerError,
)
from youlu.domain.partners.models import IncomingMessage, OutgoingMessage, Partner
from youlu.domain.partners.selectors import outbox_states, reconciliation
from youlu.domain.partners.services import (
    PartnerKeys,
    SendCounts,
    message_queue,
    message_receive,
    outbox_send,
    partner_key_rotate,
    partner_move,
    partner_register,
)

SYSTEM = actor_of_system("test")
AT = dt.datetime(2022, 7, 29, 9, 0, tzinfo=dt.UTC)
DAY = dt.date(2022, 7, 29)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys() -> PartnerKeys:
    return partner_register(actor=SYSTEM, code="cards", name="制证中心", url="http://127.0.0.1:9/in")


def signed(secret: str, message_id: str, topic: str = "card.made", *, data: dict[str, Any] | None = None,
           raw: bytes | None = None, late_s: int = 0) -> dict[str, Any]:
    body = raw if raw is not None else json.dumps(
        {"type": topic, "timestamp": AT.isoformat(), "data": data or {"serial": "S1"}}).encode()
    at_s = int(clock.real_now().timestamp()) - late_s
    return {"headers": signing.headers_for(secret, message_id=message_id, timestamp_s=at_s, body=body), "body": body}


class Recorder:
    """A partner that notes what it is sent and answers as told."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.got: list[tuple[str, str, bytes]] = []

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> str:
        self.got.append((url, headers["webhook-id"], body))
        return self.answer


def queue(topic: str = "application.submitted", **data: Any) -> None:
    with clock.frozen(AT), transaction.atomic():
        message_queue(partner="cards", topic=topic, data=data)


def make_due() -> None:
    OutgoingMessage.objects.filter(sent_at=None).update(next_try_at=clock.real_now())


def test_keys_are_encrypted_shown_once_and_only_an_administrator_makes_them(keys: PartnerKeys) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT partners_partner::text FROM partners_partner")
        row = cursor.fetchone()[0]
    assert keys.secret_in not in row
    assert keys.secret_out not in row
    with pytest.raises(PartnerExistsError):
        partner_register(actor=SYSTEM, code="cards", name="x", url="x")
    with pytest.raises(NotAllowedError):
        partner_register(actor=Actor("user:x", "x", frozenset()), code="other", name="x", url="x")
    with pytest.raises(UnknownPartnerError):
        partner_move(actor=SYSTEM, code="nobody", url="x")


def test_a_message_is_kept_once_however_often_it_comes(keys: PartnerKeys) -> None:
    first = message_receive(partner="cards", **signed(keys.secret_in, "msg_1"))
    again = message_receive(partner="cards", **signed(keys.secret_in, "msg_1"))
    assert (first.again, again.again) == (False, True)
    kept = IncomingMessage.objects.get()
    assert (kept.topic, kept.copies, kept.made_on) == ("card.made", 2, DAY)
    assert EventRow.objects.filter(topic="partner.message").count() == len(subscribers_of("partner.message"))


def test_the_same_id_with_another_body_is_refused_and_changes_nothing(keys: PartnerKeys) -> None:
    message_receive(partner="cards", **signed(keys.secret_in, "msg_1"))
    with pytest.raises(MessageReusedError):
        message_receive(partner="cards", **signed(keys.secret_in, "msg_1", data={"serial": "S2"}))
    assert "S1" in IncomingMessage.objects.get().body


def test_a_replay_after_five_minutes_a_wrong_key_and_an_unknown_partner_are_told_alike(keys: PartnerKeys) -> None:
    for partner, message in [
        ("cards", signed(keys.secret_in, "msg_1", late_s=301)),
        ("cards", signed(keys.secret_out, "msg_1")),
        ("nobody", signed(keys.secret_in, "msg_1")),
    ]:
        with pytest.raises(BadSignatureError):
            message_receive(partner=partner, **message)
    Partner.objects.update(active=False)
    with pytest.raises(BadSignatureError):
        message_receive(partner="cards", **signed(keys.secret_in, "msg_1"))
    assert not IncomingMessage.objects.exists()


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b'{"type":"x"}', b'{"type":"x","data":{}}', b'{"type":"","timestamp":"2022-07-29","data":{}}',
    b'{"type":"x","timestamp":"2022-07-29T09:00:00","data":{}}', b'{"type":"x","timestamp":5,"data":{}}', b"\xff\xfe",
    b'{"type":"x","timestamp":"2022-07-29T09:00:00Z","data":{"a":"\\u0000"}}', b"[" * 100_000,
])
def test_a_genuine_message_that_is_nonsense_is_refused_with_a_sentence(keys: PartnerKeys, raw: bytes) -> None:
    with pytest.raises(BadMessageError):
        message_receive(partner="cards", **signed(keys.secret_in, "msg_1", raw=raw))
    assert not IncomingMessage.objects.exists()


def test_after_a_change_of_keys_the_former_is_good_until_the_next(keys: PartnerKeys) -> None:
    second = partner_key_rotate(actor=SYSTEM, code="cards")
    message_receive(partner="cards", **signed(keys.secret_in, "msg_1"))
    message_receive(partner="cards", **signed(second, "msg_2"))
    partner_key_rotate(actor=SYSTEM, code="cards")
    with pytest.raises(BadSignatureError):
        message_receive(partner="cards", **signed(keys.secret_in, "msg_3"))


@pytest.mark.usefixtures("keys")
def test_what_was_not_committed_is_not_sent() -> None:
    with transaction.atomic():
        message_queue(partner="cards", topic="application.submitted", data={})
        transaction.set_rollback(True)
    recorder = Recorder()
    assert outbox_send(post=recorder) == SendCounts(0, 0)


def test_a_partner_that_was_down_gets_each_message_once_it_is_up(keys: PartnerKeys) -> None:
    for number in range(3):
        queue(serial=f"S{number}")
    down, up = Recorder("ConnectError"), Recorder()
    assert outbox_send(post=down) == SendCounts(0, 1)
    assert len(down.got) == 1, "one timeout for a partner that is down, not one a message"
    assert outbox_send(post=up) == SendCounts(0, 0), "not due again yet"
    state = outbox_states(actor=SYSTEM)[0]
    assert (state.waiting, state.attempts_max, state.last_problem) == (3, 1, "ConnectError")
    make_due()
    assert outbox_send(post=up) == SendCounts(3, 0)
    assert [json.loads(body)["data"]["serial"] for _, _, body in up.got] == ["S0", "S1", "S2"]
    assert up.got[0][1:] == down.got[0][1:], "the same id and body at every try"
    assert outbox_send(post=up) == SendCounts(0, 0)
    assert outbox_states(actor=SYSTEM)[0].waiting == 0
    assert Partner.objects.get().secret_out == keys.secret_out


@pytest.mark.usefixtures("keys")
def test_once_a_partner_answers_what_was_put_off_is_due_at_once() -> None:
    queue(serial="S0")
    outbox_send(post=Recorder("HTTP 503"))
    queue(serial="S1")
    up = Recorder()
    assert outbox_send(post=up).sent == 1
    assert outbox_send(post=up).sent == 1


@pytest.mark.usefixtures("keys")
def test_one_partners_failure_does_not_hold_up_anothers() -> None:
    partner_register(actor=SYSTEM, code="other", name="另一家", url="http://127.0.0.1:10/in")
    queue(serial="S0")
    with transaction.atomic():
        message_queue(partner="other", topic="x", data={})
    assert outbox_send(post=lambda url, *_: "HTTP 500" if ":9/" in url else "") == SendCounts(1, 1)


@pytest.mark.usefixtures("keys")
def test_an_address_that_moved_is_tried_at_once() -> None:
    queue(serial="S0")
    outbox_send(post=Recorder("ConnectError"))
    partner_move(actor=SYSTEM, code="cards", url="http://127.0.0.1:11/in")
    up = Recorder()
    assert outbox_send(post=up).sent == 1
    assert up.got[0][0] == "http://127.0.0.1:11/in"


@pytest.mark.usefixtures("keys")
def test_a_message_another_sender_holds_is_left_to_it() -> None:
    queue(serial="S0")
    assert len(services._claim(10)) == 1
    assert services._claim(10) == []


def test_counts_of_both_sides_stand_beside_each_other(keys: PartnerKeys) -> None:
    queue(serial="S0")
    queue(serial="S1")
    outbox_send(post=Recorder())
    message_receive(partner="cards", **signed(keys.secret_in, "msg_1"))
    rows = {(r.direction, r.topic): r for r in reconciliation(actor=SYSTEM, partner="cards", day=DAY)}
    assert rows["out", "application.submitted"].theirs is None
    assert not rows["out", "application.submitted"].differs
    statement = {"date": "2022-07-29", "in": {"application.submitted": 1}, "out": {"card.made": 1, "card.lost": 1}}
    message_receive(partner="cards", **signed(keys.secret_in, "msg_2", "reconciliation.statement", data=statement))
    rows = {(r.direction, r.topic): r for r in reconciliation(actor=SYSTEM, partner="cards", day=DAY)}
    assert (rows["out", "application.submitted"].ours, rows["out", "application.submitted"].theirs) == (2, 1)
    assert {key for key, row in rows.items() if row.differs} == {("out", "application.submitted"), ("in", "card.lost")}


@pytest.mark.parametrize("data", [{"in": {}}, {"in": {}, "out": {}}, {"in": {}, "out": {}, "date": "29.7."}])
def test_a_statement_without_its_parts_is_refused(keys: PartnerKeys, data: dict[str, Any]) -> None:
    with pytest.raises(BadMessageError):
        message_receive(partner="cards", **signed(keys.secret_in, "m", "reconciliation.statement", data=data))
