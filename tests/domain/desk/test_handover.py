"""交接班: two persons sign, each once; what was open when they signed is owed until it is dealt with."""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests import people

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError, YouluError
from youlu.core.models import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_of_system, actor_of_user
from youlu.domain.desk import selectors, services
from youlu.domain.desk.errors import (
    HandoverFaultError,
    HandoverGoneError,
    HandoverSamePersonError,
    HandoverSignedError,
    HandoverWaitingError,
)
from youlu.domain.desk.handover.facts import shift_end
from youlu.domain.desk.handover.reading import Sheet, handover_get, handover_now
from youlu.domain.desk.handover.signing import handover_sign_in, handover_sign_out, handover_take_back
from youlu.domain.desk.models import Contact, Handover, HandoverItem, WorkOrder
from youlu.domain.desk.orders.finding import OrderFilter
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
EVENING = dt.datetime(2022, 7, 11, 18, 45, tzinfo=clock.SHANGHAI)
LATER = EVENING + dt.timedelta(minutes=10)


def chen() -> Actor:
    return people.chen_supervisor()


def ding() -> Actor:
    user, _ = User.objects.get_or_create(username="dingxia", defaults={
        "display_name": "丁霞", "roles": ["supervisor"], "scope": "62", "password": "!"})
    return actor_of_user(user)


def order(kind: str = "chase", *, due: dt.datetime | None = None, **changes: Any) -> uuid.UUID:
    """Of a customer of its own: who asks again is counted on the order that is open."""
    party = people.customer(phone=f"138931{WorkOrder.objects.count():05d}")
    order_id = services.order_open(actor=chen(), kind=kind, title="催投：药品", party_id=party)
    told = {"reply_due_at": EVENING + dt.timedelta(days=9)}  # its first reply is no business of tonight's
    WorkOrder.objects.filter(id=order_id).update(**told | ({"due_at": due} if due else {}) | changes)
    return order_id


def handed(at: dt.datetime = EVENING, *, by: Actor | None = None, to: Actor | None = None) -> uuid.UUID:
    """A shift handed over and taken within ten minutes."""
    with clock.frozen(at):
        handover_id = handover_sign_out(actor=by or chen())
    with clock.frozen(at + dt.timedelta(minutes=10)):
        handover_sign_in(actor=to or ding(), handover_id=handover_id)
    return handover_id


def whats(sheet: Sheet) -> list[tuple[str, int]]:
    return [(row.what, row.times) for row in sheet.page.rows]


def promised(owe: Callable[..., Any], at: dt.datetime) -> uuid.UUID:
    """A customer whom an agent at home has promised to call at `at`."""
    party = people.customer(channel="", phone="13893107777")
    owe([(7, party, EVENING, EVENING + dt.timedelta(days=2))], at=EVENING - dt.timedelta(hours=1))
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    contact_id = services.contact_next(actor=li)
    assert contact_id is not None
    revision = Contact.objects.get(id=contact_id).revision
    services.contact_result(actor=li, contact_id=contact_id, key="promise",
                            said=services.Said("scheduled", revision, callback_at=at))
    return contact_id


def test_the_same_person_does_not_sign_twice(evening: dt.datetime) -> None:
    handover_id = handover_sign_out(actor=chen())
    with pytest.raises(HandoverSamePersonError):
        handover_sign_in(actor=chen(), handover_id=handover_id)
    assert Handover.objects.get().state == "waiting"
    handover_sign_in(actor=ding(), handover_id=handover_id)
    row = Handover.objects.get()
    assert (row.state, row.out_by, row.in_by) == ("taken", chen().id, ding().id)
    with pytest.raises(HandoverSignedError, match="丁霞"):
        handover_sign_in(actor=ding(), handover_id=handover_id)


def test_the_database_itself_refuses_one_person_on_both_sides(evening: dt.datetime) -> None:
    handover_id = handover_sign_out(actor=chen())
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.filter(id=handover_id).update(in_by=chen().id)


def test_only_a_supervisor_signs_and_no_machine(evening: dt.datetime) -> None:
    handover_id = handover_sign_out(actor=chen())
    for who in (people.li_agent(), people.zhao_dispatcher(), actor_of_system("tests")):
        for deed in (lambda a: handover_sign_out(actor=a), lambda a: handover_now(actor=a) if a.id[:4] == "user" else
                     handover_sign_out(actor=a), lambda a: handover_sign_in(actor=a, handover_id=handover_id)):
            with pytest.raises(NotAllowedError):
                deed(who)
    with pytest.raises(NotFoundError):
        handover_sign_in(actor=ding(), handover_id=uuid.uuid4())
    with pytest.raises(NotFoundError):
        handover_get(actor=ding(), handover_id=uuid.uuid4())


def test_a_second_handover_waits_until_the_first_is_taken(evening: dt.datetime) -> None:
    handover_sign_out(actor=chen())
    for who in (chen(), ding()):
        with pytest.raises(HandoverWaitingError, match="陈静18:45"):
            handover_sign_out(actor=who)
    with pytest.raises(HandoverFaultError):
        handover_sign_out(actor=chen(), faults=["weather"])


def test_who_signed_may_take_it_back_until_it_is_taken(evening: dt.datetime) -> None:
    first = handover_sign_out(actor=chen(), faults=["two_ended", "exchange"])
    assert Handover.objects.get().faults == ["exchange", "two_ended"]
    with pytest.raises(NotAllowedError):
        handover_take_back(actor=ding(), handover_id=first)
    handover_take_back(actor=chen(), handover_id=first)
    with pytest.raises(HandoverGoneError, match="陈静"):
        handover_sign_in(actor=ding(), handover_id=first)
    second = handover_sign_out(actor=chen())
    handover_sign_in(actor=ding(), handover_id=second)
    with pytest.raises(HandoverSignedError):
        handover_take_back(actor=chen(), handover_id=second)
    assert [row.state for row in Handover.objects.order_by("id")] == ["taken_back", "taken"]


@pytest.mark.parametrize(("at", "ends"), [
    ("18:45", "24:00"), ("23:30", "08:00"), ("07:50", "16:00"), ("15:45", "24:00"), ("13:59", "16:00"),
    ("14:01", "24:00"), ("02:00", "08:00"), ("06:30", "16:00")])
def test_the_shift_that_comes_ends_with_a_shift_of_the_desk(at: str, ends: str) -> None:
    hour, minute = map(int, at.split(":"))
    found = clock.local(shift_end(EVENING.replace(hour=hour, minute=minute)))
    assert f"{found:%H:%M}" == ends.replace("24:00", "00:00")


def test_an_order_stands_once_under_the_first_of_its_reasons(evening: dt.datetime) -> None:
    soon, far = EVENING + dt.timedelta(hours=2), EVENING + dt.timedelta(days=3)
    order(due=soon)
    order(due=EVENING - dt.timedelta(hours=1))
    order(due=far)  # nobody's business tonight
    order(due=far, level=1, supervised_at=EVENING)
    order(due=soon, extend_to=far)
    order(due=far, supervised_at=EVENING)
    order("complaint", due=far, state="answered", answered_at=EVENING)
    order("programme", due=far)
    order(due=far, reply_due_at=EVENING - dt.timedelta(minutes=1))
    sheet, _ = handover_now(actor=chen())
    counts = {what: (one.n, one.late) for what, one in sheet.counts.items()}
    assert counts == {"due": (2, 1), "escalated": (1, 0), "extend": (1, 0), "supervised": (1, 0), "call_back": (1, 0),
                      "programme": (1, 0), "reply": (1, 1)}
    handover_id = handover_sign_out(actor=chen())
    assert HandoverItem.objects.filter(handover=handover_id).count() == 8


def test_what_was_open_is_still_owed_after_both_signed_until_it_is_closed(evening: dt.datetime) -> None:
    put_off = order(due=EVENING + dt.timedelta(hours=2))
    first = handed()
    WorkOrder.objects.filter(id=put_off).update(due_at=EVENING + dt.timedelta(days=9))  # out of every list
    with clock.frozen(EVENING + dt.timedelta(hours=6)):
        sheet, heads = handover_now(actor=ding())
        assert whats(sheet) == [("due", 2)]
        assert sheet.total.carried == 1
        assert [head.id for head in heads] == [first]
    second = handed(EVENING + dt.timedelta(hours=6), by=ding(), to=chen())
    assert HandoverItem.objects.get(handover=second).times == 2
    WorkOrder.objects.filter(id=put_off).update(state="closed", closed_at=EVENING + dt.timedelta(hours=7))
    with clock.frozen(EVENING + dt.timedelta(hours=8)):
        assert whats(handover_now(actor=chen())[0]) == []
        kept = handover_get(actor=chen(), handover_id=second)
        assert [(row.times, row.is_done) for row in kept.page.rows] == [(2, True)]


def test_a_promised_call_is_carried_until_the_customer_is_told(
    evening: dt.datetime, owe: Callable[..., Any]
) -> None:
    contact_id = promised(owe, EVENING + dt.timedelta(hours=14))
    handed()
    with clock.frozen(EVENING + dt.timedelta(hours=14, minutes=10)):
        Contact.objects.filter(id=contact_id).update(state="unreached")  # on no list of promises any more
        sheet, _ = handover_now(actor=ding())
        assert whats(sheet) == [("call_back", 2)]
        Contact.objects.filter(id=contact_id).update(state="told")
        assert whats(handover_now(actor=ding())[0]) == []


def test_a_promised_call_that_its_holder_gave_back_is_still_handed_on(
    evening: dt.datetime, owe: Callable[..., Any]
) -> None:
    promised(owe, EVENING + dt.timedelta(hours=1))
    with clock.frozen(EVENING + dt.timedelta(hours=1, minutes=5)):
        assert services.contact_next(actor=people.li_agent())
        services.contacts_release(actor=people.li_agent())
        assert whats(handover_now(actor=chen())[0]) == [("call_back", 1)]


def test_an_order_whose_clock_stands_still_is_late_on_no_sheet(evening: dt.datetime) -> None:
    order(due=EVENING - dt.timedelta(hours=1), paused_at=EVENING - dt.timedelta(hours=2),
          reply_due_at=EVENING - dt.timedelta(hours=1))
    order(due=EVENING - dt.timedelta(hours=1))
    sheet, _ = handover_now(actor=chen())
    assert sheet.total.late == 1
    assert sorted(row.is_paused for row in sheet.page.rows) == [False, True]
    said = sheet.says
    assert (said["orders"]["late"], said["orders"]["no_reply"], said["orders"]["paused"]) == (1, 0, 1)
    assert [kind["late"] for kind in said["kinds"]] == [1]
    assert len(selectors.order_list(actor=chen(), chosen=OrderFilter(view="all", due="late")).rows) == 1


def test_what_comes_up_between_the_signatures_is_on_the_sheet(
    evening: dt.datetime, owe: Callable[..., Any]
) -> None:
    order(due=EVENING + dt.timedelta(hours=2))
    handover_id = handover_sign_out(actor=chen())
    with clock.frozen(LATER):
        promised(owe, LATER + dt.timedelta(hours=1))
        order(due=LATER + dt.timedelta(hours=1))
        assert handover_now(actor=ding())[0].came == 2
        handover_sign_in(actor=ding(), handover_id=handover_id)
        sheet = handover_get(actor=ding(), handover_id=handover_id)
    assert sorted((row.what, row.came_between) for row in sheet.page.rows) == [
        ("call_back", True), ("due", False), ("due", True)]
    assert sheet.total.between == 2
    assert sheet.came == 0


def test_the_sheet_stays_as_it_was_and_names_no_customer(evening: dt.datetime, owe: Callable[..., Any]) -> None:
    promised(owe, EVENING + dt.timedelta(hours=1))
    order_id = order(due=EVENING + dt.timedelta(hours=2))
    handover_id = handed()
    before = Handover.objects.values().get()
    WorkOrder.objects.filter(id=order_id).update(state="closed", closed_at=LATER)
    presence_report(actor=people.li_agent(), site="on_site")
    assert Handover.objects.values().get() == before
    assert before["says"]["people"]["at_home"][0]["staff_no"] == "2207"
    assert before["says"]["orders"]["due"] == 1
    assert before["says"]["contacts"]["promised"] == 1
    written = json.dumps([before["says"], before["says_in"]], ensure_ascii=False)
    assert not [word for word in ("王建民", "7777", "4417", "1389") if word in written]
    assert handover_get(actor=chen(), handover_id=handover_id).says == before["says"]
    acts = AuditEntry.objects.filter(object_type="handover").order_by("id").values_list("action", "actor")
    assert list(acts) == [("handover.out", chen().id), ("handover.in", ding().id)]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_signs() -> None:
    pair = [chen(), ding()]
    with clock.frozen(EVENING):
        order(due=EVENING + dt.timedelta(hours=1))
    assert _at_once([lambda a=a: handover_sign_out(actor=a) for a in pair * 3]) == 1
    row = Handover.objects.get()
    user, _ = User.objects.get_or_create(username="wufang", defaults={
        "display_name": "吴芳", "roles": ["supervisor"], "scope": "62", "password": "!"})
    others = [a for a in (*pair, actor_of_user(user)) if a.id != row.out_by]
    assert _at_once([lambda a=a: handover_sign_in(actor=a, handover_id=row.id) for a in others * 3]) == 1
    assert Handover.objects.get().state == "taken"
    assert AuditEntry.objects.filter(action="handover.in").count() == 1
    assert HandoverItem.objects.count() == 1


def _at_once(deeds: list[Callable[[], object]]) -> int:
    """How many of the deeds were done; the others were refused with a sentence."""
    done: list[bool] = []
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        try:
            gate.wait()
            with clock.frozen(EVENING):
                deed()
            done.append(True)
        except YouluError:
            done.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(deeds)
    return sum(done)


def test_a_promised_call_stands_on_top_with_who_promised_it(evening: dt.datetime, owe: Callable[..., Any]) -> None:
    order(due=EVENING - dt.timedelta(hours=3))
    promised(owe, EVENING + dt.timedelta(hours=14))
    for sheet in (handover_now(actor=chen())[0], handover_get(actor=ding(), handover_id=handed())):
        assert [row.what for row in sheet.page.rows] == ["call_back", "due"]
        call = sheet.page.rows[0]
        assert call.promised_by
        assert sheet.agents[call.promised_by].name == "李敏"
        assert call.party_id in sheet.customers
