"""A made card becomes mail, once, with a promise; the delivery of the mail delivers the application."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from tests.domain.applications.applicants import LETTER, SYSTEM, UNIT, filled, issue
from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, at

from youlu.core import clock
from youlu.domain.applications import dispatch
from youlu.domain.applications.dispatch import documents_dispatch
from youlu.domain.applications.jobs import events_take
from youlu.domain.applications.models import Application, State
from youlu.domain.applications.moves import application_move
from youlu.domain.applications.selectors import application_sent
from youlu.domain.applications.services import (
    application_handed_in,
    application_submit,
    application_submit_by_unit,
)
from youlu.domain.mail.errors import AcceptanceStoppedError
from youlu.domain.mail.models import Item, ScanKind
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.engines.codes.item_key import item_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network", "keys", "_monday")]
MONDAY = at("2022-07-11 17:00")


@pytest.fixture
def _monday(_july: None, small_network: None) -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


def made(**answers: str) -> Application:
    application_submit(application_id=filled(issue(), **answers))
    row = Application.objects.get()
    with transaction.atomic():
        application_move(application_id=row.id, to=State.MADE, at=MONDAY, cause="test")
    return row


def test_a_made_card_leaves_the_centre_as_an_express_item_with_a_promise() -> None:
    row = made()
    assert documents_dispatch() == 1
    item = Item.objects.get()
    row.refresh_from_db()
    assert (row.state, row.item_key, row.item_at) == (State.ITEM, item.item_key, MONDAY)
    assert (item.programme, item.mail_class, item.origin_office_id, item.dest_office_id) == (
        "id_card_mail", "express", LANZHOU, KANGXIAN)
    assert str(item.addressee_id) == row.parties["addressee"]
    assert item.committed_arrive_by == at("2022-07-13 12:00")
    assert application_sent(row.id).item_number == item_number(item.item_key)
    assert documents_dispatch() == 0


def test_a_compound_that_the_address_names_is_where_the_card_goes() -> None:
    made(division="620102", address="城关区雁北路街道002号院3号楼")
    documents_dispatch()
    item = Item.objects.get()
    assert (item.dest_office_id, item.dest_compound_id, item.dest_segment_id) == (CHENGGUAN, 1, 0)


def test_a_card_that_cannot_be_accepted_waits_with_its_reason_and_goes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    row = made()
    accept = dispatch.item_accept

    def stopped(**_: object) -> None:
        raise AcceptanceStoppedError(place="兰州", reason="兰州城关区封控")

    monkeypatch.setattr(dispatch, "item_accept", stopped)
    assert documents_dispatch() == 0
    row.refresh_from_db()
    assert (row.state, "暂停收寄" in row.held_because) == (State.MADE, True)
    monkeypatch.setattr(dispatch, "item_accept", accept)
    assert documents_dispatch() == 0, "it is tried again after a pause"
    Application.objects.update(next_try_at=clock.real_now())
    assert documents_dispatch() == 1
    row.refresh_from_db()
    assert (row.state, row.held_because) == (State.ITEM, "")


def test_a_kill_between_acceptance_and_our_note_makes_no_second_item(monkeypatch: pytest.MonkeyPatch) -> None:
    row = made()
    accept = dispatch.item_accept

    class Killed(BaseException):
        pass

    def accept_and_die(**arguments: object) -> None:
        accept(**arguments)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(dispatch, "item_accept", accept_and_die)
    with pytest.raises(Killed):
        documents_dispatch()
    monkeypatch.setattr(dispatch, "item_accept", accept)
    Application.objects.update(next_try_at=clock.real_now())
    assert documents_dispatch() == 1
    row.refresh_from_db()
    assert row.state == State.ITEM
    assert Item.objects.count() == 1


def test_a_county_without_an_office_holds_one_card_and_no_other() -> None:
    row = made()
    Application.objects.filter(id=row.id).update(division_code="621225")
    assert documents_dispatch() == 0
    row.refresh_from_db()
    assert "621225" in row.held_because


def test_delivering_the_item_delivers_the_application() -> None:
    row = made()
    documents_dispatch()
    number = item_number(Item.objects.get().item_key)
    with clock.frozen(at("2022-07-13 12:00")):
        scans_ingest(actor=ACTOR, scans=[
            ScanInput(number, "pda-1", 1, ScanKind.DELIVERED, at("2022-07-13 10:00"), office_id=KANGXIAN)])
        assert events_take() == 1
        assert events_take() == 0
    row.refresh_from_db()
    assert (row.state, row.delivered_at) == (State.DELIVERED, at("2022-07-13 10:00").astimezone(dt.UTC))


def test_a_letter_goes_from_the_familys_own_county_office() -> None:
    number = application_submit_by_unit(actor=UNIT, programme="merit_letter",
                                        answers={**LETTER, "visit_date": "2022-07-20"})
    application_handed_in(actor=SYSTEM, number=number)
    assert documents_dispatch() == 1
    item = Item.objects.get()
    assert (item.origin_office_id, item.dest_office_id, item.mail_class) == (KANGXIAN, KANGXIAN, "registered")


