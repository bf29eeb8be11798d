"""Personal data goes when it has been kept long enough after the last business, and stays while any is under way."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from tests import people
from tests.domain.desk.test_orders import present
from tests.domain.small_network import ACTOR, KANGXIAN, XIAN

from youlu.core import clock
from youlu.core.ids import uuid7_floor
from youlu.core.models import AuditEntry
from youlu.domain.access.lockout import login_tries_forget, login_try
from youlu.domain.access.models import LoginTry
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.applications.models import Application, State
from youlu.domain.desk.models import Attempt, Claim, ClaimRule, Contact, OrderEvent, Outreach, WorkOrder
from youlu.domain.desk.retention import order_texts_expire
from youlu.domain.desk.services import order_note, order_open, order_take
from youlu.domain.desk.trade import claim_rules_ensure
from youlu.domain.mail.models import Item, Place, WrongTry
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.mail.tracking import wrong_tries_forget
from youlu.domain.parties.errors import MissingReasonError, PartyInBusinessError, UnknownPartyError
from youlu.domain.parties.models import Party
from youlu.domain.parties.retention import parties_expire
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import parties_create_bulk, party_erase_on_request

SYSTEM = actor_of_system("test")
LONG_AGO = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]


def known_since(at: dt.datetime, count: int = 1) -> list[uuid.UUID]:
    first = uuid7_floor(at).int
    return parties_create_bulk(actor=SYSTEM, parties=[
        NewParty(id=uuid.UUID(int=first + number), name=f"王{number}", phone=f"199{number:08}",
                 id_number="62010219900307123X", address="城关镇东街12号") for number in range(count)])


def delivered(party: uuid.UUID, days_ago: int) -> None:
    item_accept(actor=ACTOR, item=ItemInput(XIAN, KANGXIAN, addressee_id=party))
    Item.objects.filter(addressee_id=party).update(
        place=Place.DELIVERED, place_since=clock.now() - dt.timedelta(days=days_ago))


def known() -> set[uuid.UUID]:
    return set(Party.objects.filter(erased_at=None).values_list("id", flat=True))


def test_who_had_business_lately_or_has_some_stays_and_everybody_else_is_forgotten() -> None:
    idle, flying, fresh, stale, asking, applying, done, order = known_since(LONG_AGO, 8)
    new, = known_since(clock.now() - dt.timedelta(days=10))
    item_accept(actor=ACTOR, item=ItemInput(XIAN, KANGXIAN, sender_id=flying))
    delivered(fresh, 1000)
    delivered(stale, 1100)
    order_open(actor=people.chen_supervisor(), kind="chase", title="催投", party_id=asking)
    closed = order_open(actor=people.chen_supervisor(), kind="chase", title="催投", party_id=order)
    WorkOrder.objects.filter(id=closed).update(state="closed", closed_at=clock.now() - dt.timedelta(days=1200))
    for party, state, days in ((applying, State.ACCEPTED, 0), (done, State.DELIVERED, 1200)):
        Application.objects.create(number=str(party), programme="x", state=state, parties={"addressee": str(party)},
                                   made_draft_at=LONG_AGO, delivered_at=clock.now() - dt.timedelta(days=days))
    due = {idle, stale, done, order}
    assert parties_expire(actor=SYSTEM, dry_run=True)["party"] == 4
    assert known() >= due, "a dry run erases nothing"
    assert parties_expire(actor=SYSTEM, batch=3)["party"] == 4
    assert known() == {flying, fresh, asking, applying, new}
    gone = Party.objects.get(id=idle)
    assert (gone.name, gone.phone, gone.id_number, gone.address, gone.phone_index) == ("已删除", None, None, None, None)
    counts = [entry.facts["count"] for entry in AuditEntry.objects.filter(action="party.expire", facts__data="party")]
    assert sorted(counts) == [1, 3], "one audit row a batch"
    assert parties_expire(actor=SYSTEM)["party"] == 0


def test_an_id_number_goes_before_the_name() -> None:
    party, = known_since(LONG_AGO)
    delivered(party, 200)
    assert parties_expire(actor=SYSTEM) == {"id_number": 1, "party": 0}
    row = Party.objects.get(id=party)
    assert (row.id_number, row.name, row.address) == (None, "王0", "城关镇东街12号")


def test_a_run_that_was_killed_is_simply_run_again() -> None:
    parties = set(known_since(LONG_AGO, 10))

    def killed(name: str, rows: int) -> None:
        if name == "party" and rows >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parties_expire(actor=SYSTEM, batch=3, tell=killed)
    assert len(known()) == 4
    assert parties_expire(actor=SYSTEM, batch=3) == {"id_number": 0, "party": 4}
    assert not known() & parties


def test_days_are_settings(settings: Any) -> None:
    party, = known_since(LONG_AGO)
    delivered(party, 40)
    settings.KEEP_PARTY_DAYS = 30
    assert parties_expire(actor=SYSTEM)["party"] == 1


def test_somebody_who_asks_is_erased_unless_something_is_under_way() -> None:
    party, busy = known_since(clock.now(), 2)
    item_accept(actor=ACTOR, item=ItemInput(XIAN, KANGXIAN, addressee_id=busy))
    delivered(party, 0)
    with pytest.raises(MissingReasonError):
        party_erase_on_request(actor=SYSTEM, party_id=party, reason=" ")
    with pytest.raises(PartyInBusinessError):
        party_erase_on_request(actor=SYSTEM, party_id=busy, reason="本人申请")
    party_erase_on_request(actor=SYSTEM, party_id=party, reason="本人申请")
    with pytest.raises(UnknownPartyError):
        party_erase_on_request(actor=SYSTEM, party_id=party, reason="本人申请")
    assert known() == {busy}
    assert Item.objects.filter(addressee_id=party).exists(), "the mail stays, with nobody's name"


def test_what_a_customer_said_goes_with_the_years_and_the_order_stays() -> None:
    old, open_order = (order_open(actor=people.chen_supervisor(), kind="chase", title="催投", body="他说邻居代收",
                                  key=key) for key in "ab")
    WorkOrder.objects.filter(id=old).update(state="closed", closed_at=clock.now() - dt.timedelta(days=1100))
    assert order_texts_expire(actor=SYSTEM, dry_run=True) == 1
    assert order_texts_expire(actor=SYSTEM) == 1
    assert [WorkOrder.objects.get(id=one).body for one in (old, open_order)] == ["", "他说邻居代收"]
    assert order_texts_expire(actor=SYSTEM) == 0


def test_who_is_still_to_be_told_something_is_not_forgotten() -> None:
    told, waiting, held = known_since(LONG_AGO, 3)
    outreach = Outreach.objects.create(reason="x", opened_at=clock.now())
    for party, state in ((told, "told"), (waiting, "owed"), (held, "held")):
        Contact.objects.create(
            id=uuid.uuid4(), outreach=outreach, customer_key=party.bytes, party_id=party, mode="voice", state=state,
            opened_at=clock.now(), due_at=clock.now(), not_before=clock.now(), revision=1)
    parties_expire(actor=SYSTEM)
    assert known() == {waiting, held}
    with pytest.raises(PartyInBusinessError):
        party_erase_on_request(actor=SYSTEM, party_id=waiting, reason="本人要求")


def test_notes_of_an_order_without_a_text_go_too_and_what_was_written_on_a_claim() -> None:
    claim_rules_ensure(ClaimRule)
    li = present(people.li_agent())
    order_id = order_open(actor=li, kind="claim", title="只有标题")
    order_take(actor=li, order_id=order_id)
    order_note(actor=li, order_id=order_id, text="王女士说她住二单元")
    Claim.objects.create(order_id=order_id, rule=ClaimRule.objects.all()[0], note="给王女士50元")
    WorkOrder.objects.filter(id=order_id).update(state="closed", closed_at=clock.now() - dt.timedelta(days=1100))
    assert order_texts_expire(actor=SYSTEM, dry_run=True) == 1
    assert order_texts_expire(actor=SYSTEM) == 1
    assert {event.note for event in OrderEvent.objects.filter(order_id=order_id)} == {""}
    assert Claim.objects.get(order_id=order_id).note == ""
    assert order_texts_expire(actor=SYSTEM) == 0


def test_tries_that_no_longer_count_are_dropped() -> None:
    login_try(account="limin")
    LoginTry.objects.create(key=b"x", tried_at=clock.real_now() - dt.timedelta(minutes=16))
    for minutes in (0, 61):
        WrongTry.objects.create(number="EZ1", tried_at=clock.real_now() - dt.timedelta(minutes=minutes))
    assert (login_tries_forget(), wrong_tries_forget()) == (1, 1)
    assert (LoginTry.objects.count(), WrongTry.objects.count()) == (1, 1)


def test_what_agents_wrote_besides_a_result_goes_with_the_words_of_orders() -> None:
    outreach = Outreach.objects.create(reason="x", opened_at=clock.now())
    contact = Contact.objects.create(
        id=uuid.uuid4(), outreach=outreach, customer_key=b"x", party_id=uuid.uuid4(), mode="voice", state="told",
        opened_at=clock.now(), due_at=clock.now(), not_before=clock.now(), revision=1)
    old, new = (Attempt.objects.create(contact=contact, mode="voice", begun_at=at, result="told", result_at=at,
                                       remark="女儿接的")
                for at in (clock.now() - dt.timedelta(days=1_200), clock.now()))
    assert order_texts_expire(actor=SYSTEM, dry_run=True) == 1
    assert order_texts_expire(actor=SYSTEM) == 1
    assert [Attempt.objects.get(id=one.id).remark for one in (old, new)] == [None, "女儿接的"]
    assert AuditEntry.objects.get(action="contact.expire").facts["count"] == 1
