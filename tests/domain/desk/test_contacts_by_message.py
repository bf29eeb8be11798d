"""Telling by message: approved wording or silence, once a customer, and a call where a message fails."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from tests import people
from tests.domain.desk.conftest import NOON

from youlu.core import clock
from youlu.core.events import event_publish
from youlu.domain.desk import services
from youlu.domain.desk.models import Attempt, Contact, ContactItem
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.messages.models import Message, Wording
from youlu.domain.messages.services import wording_withdraw

WAS, BECOMES = NOON + dt.timedelta(days=2), dt.datetime(2022, 8, 3, 18, 0, tzinfo=clock.SHANGHAI)
Owe = Callable[..., object]


@pytest.mark.django_db
def test_the_customer_reads_reason_and_new_date_in_the_approved_sentence(owe: Owe, wordings: None) -> None:
    party_id = people.customer()
    owe([(1, party_id, WAS, BECOMES), (2, party_id, WAS, WAS + dt.timedelta(days=1))])
    counts = services.contacts_send()
    assert (counts.told, counts.is_done) == (1, True)
    text = Message.objects.get().text
    assert "因兰州城关区封控，送到的时间由7月31日改为8月3日18时前。" in text
    assert "等2件" in text
    assert Contact.objects.get().state == "told"
    assert ContactItem.objects.filter(told_at=NOON, is_recorded=True).count() == 2
    assert Attempt.objects.get().mode == "message"


@pytest.mark.django_db
def test_what_nobody_knows_is_said_with_the_day_of_the_next_word(owe: Owe, wordings: None) -> None:
    review = dt.datetime(2022, 7, 24, 12, 0, tzinfo=clock.SHANGHAI)
    outreach_id = services.outreach_open(closure_id=None, reason="兰州城关区封控", next_review_at=review, at=NOON)
    owe([(1, people.customer(), WAS, None)], outreach_id=outreach_id)
    services.contacts_send()
    assert "恢复时间还不确定，我们会在7月24日前再告诉您。" in Message.objects.get().text


@pytest.mark.django_db
def test_good_news_is_not_told_as_a_delay(owe: Owe, wordings: None) -> None:
    owe([(1, people.customer(), BECOMES, WAS)])
    services.contacts_send()
    assert "提前了，由8月3日改为7月31日12时前" in Message.objects.get().text


@pytest.mark.django_db
def test_a_withdrawn_wording_is_never_sent_and_the_customer_stays_owed(owe: Owe, wordings: None) -> None:
    owe([(1, people.customer(), WAS, BECOMES)])
    current = Wording.objects.get(code="moved.message")
    wording_withdraw(actor=people.chen_supervisor(), wording_id=current.id, reason="说错了")
    assert services.contacts_send().is_blocked
    assert not Message.objects.exists()
    assert Contact.objects.get().state == "owed"


@pytest.mark.django_db
def test_nobody_is_written_to_at_night(owe: Owe) -> None:
    night = dt.datetime(2022, 7, 29, 23, 0, tzinfo=clock.SHANGHAI)
    with clock.frozen(night):
        wordings_ensure(actor=people.chen_supervisor())
        owe([(1, people.customer(), WAS, BECOMES)], at=night)
        assert services.contacts_send().is_blocked
    with clock.frozen(night + dt.timedelta(hours=9)):
        assert services.contacts_send().told == 1


@pytest.mark.django_db
def test_who_took_back_consent_meanwhile_is_called(owe: Owe, wordings: None) -> None:
    from youlu.domain.parties.models import Party
    owe([(1, people.customer(), WAS, BECOMES)])
    Party.objects.update(consent_message=False)
    assert services.contacts_send().to_voice == 1
    assert (Contact.objects.get().mode, Contact.objects.get().state) == ("voice", "owed")


@pytest.mark.django_db
def test_a_message_that_will_not_arrive_becomes_a_call_once(owe: Owe, wordings: None) -> None:
    party_id = people.customer()
    owe([(1, party_id, WAS, BECOMES)])
    services.contacts_send()
    key = Message.objects.get().request_key
    Message.objects.update(state="failed")
    event_publish("messages.failed", {"request_key": key, "why": "status_503"})
    assert services.failed_messages_take() == 1
    contact = Contact.objects.get()
    assert (contact.mode, contact.state, ContactItem.objects.get().told_at) == ("voice", "owed", None)
    assert services.failed_messages_take() == 0


@pytest.mark.django_db
def test_the_contact_keeps_the_version_that_said_it_in_the_end(owe: Owe, wordings: None) -> None:
    owe([(1, people.customer(), WAS, BECOMES)])
    services.contacts_send()
    newer = uuid.uuid4()
    for revision, counts in ((2, False), (1, True)):  # of another telling: not this one's
        event_publish("messages.reworded", {
            "request_key": f"contact:{Contact.objects.get().id}:{revision}", "wording_id": str(newer)})
        services.failed_messages_take()
        assert (Contact.objects.get().wording_id == newer) is counts


@pytest.mark.django_db
def test_a_failed_message_joins_the_contact_that_opened_meanwhile(owe: Owe, wordings: None) -> None:
    party_id = people.customer()
    owe([(1, party_id, WAS, BECOMES)])
    services.contacts_send()
    owe([(2, party_id, WAS, BECOMES)])
    event_publish("messages.failed", {"request_key": Message.objects.get().request_key, "why": "withdrawn"})
    services.failed_messages_take()
    open_ = Contact.objects.get(state="owed")
    assert sorted(ContactItem.objects.filter(contact=open_).values_list("item_key", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_write_to_everybody_once(owe: Owe) -> None:
    with clock.frozen(NOON):
        wordings_ensure(actor=people.chen_supervisor())
    parties = [people.customer(phone=f"1389310{n:04d}") for n in range(30)]
    owe([(n, party_id, WAS, BECOMES) for n, party_id in enumerate(parties, start=1)])

    def send() -> None:
        try:
            with clock.frozen(NOON):
                services.contacts_send()
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.count() == len(set(Message.objects.values_list("party_id", flat=True))) == 30
    assert Contact.objects.filter(state="told").count() == Attempt.objects.count() == 30
