"""Who is owed word of a changed promise: one customer once, never the same twice, never forgotten."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from tests import people
from tests.domain.desk.conftest import NOON

from youlu.domain.desk import services
from youlu.domain.desk.models import Contact, ContactItem
from youlu.domain.desk.owing import OweCounts

pytestmark = pytest.mark.django_db
Owe = Callable[..., OweCounts]
WAS = NOON + dt.timedelta(days=2)
BECOMES = NOON + dt.timedelta(days=5)


def test_one_customer_with_items_in_three_partitions_gets_one_contact(owe: Owe) -> None:
    party_id = people.customer()
    outreach_id = services.outreach_open(closure_id=None, reason="封控", next_review_at=None, at=NOON)
    for item_key in (1, 2, 3):
        owe([(item_key, party_id, WAS, BECOMES)], outreach_id=outreach_id)
    contact = Contact.objects.get()
    assert sorted(ContactItem.objects.filter(contact=contact).values_list("item_key", flat=True)) == [1, 2, 3]


def test_two_parties_of_one_telephone_are_one_customer_and_the_reachable_one_is_written_to(owe: Owe) -> None:
    silent, reachable = people.customer(channel=""), people.customer(name="王小红")
    counts = owe([(1, silent, WAS, BECOMES), (2, reachable, WAS, BECOMES)])
    assert (counts.customers, counts.message, counts.items) == (1, 1, 2)
    assert Contact.objects.get().party_id == reachable


def test_without_a_channel_or_consent_it_is_a_call(owe: Owe) -> None:
    owe([(1, people.customer(channel="", phone="13893100001"), WAS, BECOMES),
         (2, people.customer(consents=False, phone="13893100002"), WAS, BECOMES)])
    assert list(Contact.objects.values_list("mode", flat=True)) == ["voice", "voice"]


def test_who_has_neither_telephone_nor_channel_is_counted_and_not_owed(owe: Owe) -> None:
    counts = owe([(1, people.customer(phone="", channel=""), WAS, BECOMES), (2, uuid.uuid4(), WAS, BECOMES)])
    assert counts == OweCounts(0, 0, 0, 0, 2)


def test_owing_the_same_twice_doubles_and_changes_nothing(owe: Owe) -> None:
    rows = [(1, people.customer(), WAS, BECOMES), (2, people.customer(phone="13893100002"), WAS, None)]
    first, second = owe(rows), owe(rows)
    assert (first.customers, first.items, second.customers, second.spared) == (2, 2, 0, 2)
    assert list(Contact.objects.values_list("revision", flat=True)) == [1, 1]


def test_another_closure_updates_the_open_contact_and_keeps_what_the_customer_last_knew(owe: Owe) -> None:
    party_id = people.customer()
    owe([(1, party_id, WAS, BECOMES)])
    later = BECOMES + dt.timedelta(days=1)
    assert owe([(1, party_id, BECOMES, later)]).merged == 1
    item = ContactItem.objects.get()
    assert (item.was_at, item.becomes_at, item.revision, Contact.objects.get().revision) == (WAS, later, 2, 2)


@pytest.mark.parametrize(("hours", "becomes_at", "owed"), [
    (23, BECOMES, 0), (25, BECOMES, 1), (1, BECOMES + dt.timedelta(days=1), 1), (1, None, 1)])
def test_a_customer_told_the_same_within_a_day_is_left_alone(
    owe: Owe, hours: int, becomes_at: dt.datetime | None, owed: int
) -> None:
    party_id = people.customer()
    owe([(1, party_id, WAS, BECOMES)])
    Contact.objects.update(state="told", closed_at=NOON)
    ContactItem.objects.update(told_at=NOON)
    assert owe([(1, party_id, BECOMES, becomes_at)], at=NOON + dt.timedelta(hours=hours)).customers == owed


@pytest.mark.parametrize("hours", [1, 0])  # 0: the scenario's clock stands still
def test_told_another_time_and_back_again_is_told_again(owe: Owe, hours: int) -> None:
    party_id, times = people.customer(), (BECOMES, BECOMES + dt.timedelta(days=1))
    for nth in range(9):
        at, becomes_at = NOON + nth * dt.timedelta(hours=hours), times[nth % 2]
        assert owe([(1, party_id, WAS, becomes_at)], at=at).customers == 1
        ContactItem.objects.filter(told_at=None).update(told_at=at)
        Contact.objects.update(state="told")
        for contact_id in Contact.objects.order_by("-id").values_list("id", flat=True):  # the oldest is written last
            ContactItem.objects.filter(contact_id=contact_id).update(is_recorded=nth % 2 == 0)


def test_a_closure_has_one_outreach_however_often_its_job_starts() -> None:
    closure_id = uuid.uuid4()
    first = services.outreach_open(closure_id=closure_id, reason="封控", next_review_at=None, at=NOON)
    again = services.outreach_open(closure_id=closure_id, reason="封控延长", next_review_at=WAS, at=NOON)
    assert first == again


def test_a_lift_before_the_call_takes_back_what_nobody_has_said(owe: Owe) -> None:
    one, two = people.customer(), people.customer(phone="13893100002")
    owe([(1, one, WAS, BECOMES), (2, two, WAS, BECOMES), (3, two, WAS, BECOMES)])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE tell_moot (item_key bigint) ON COMMIT DROP")
        cursor.execute("INSERT INTO tell_moot VALUES (1), (2), (99)")
        counts = services.outreach_spare(at=NOON)
        cursor.execute("DROP TABLE tell_moot")
    assert (counts.items, counts.contacts) == (2, 1)
    assert Contact.objects.get(party_id=one).state == "moot"
    assert list(ContactItem.objects.values_list("item_key", flat=True)) == [3]
