"""Filling in: personal answers go to parties, wrong ones are told in words, what is not sent is forgotten."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from tests.domain.applications.applicants import ANSWERS, LETTER, NOW, SYSTEM, UNIT, filled, issue

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.drafts import draft_answer, draft_read, draft_start, drafts_forget
from youlu.domain.applications.errors import (
    BadAnswerError,
    NotADraftError,
    NotByPublicError,
    UnknownApplicationError,
    WrongStateError,
)
from youlu.domain.applications.models import Application, State
from youlu.domain.applications.selectors import (
    application_of_unit,
    application_sheet,
    application_status,
    applications_page,
    deliveries_unproved,
    division_groups,
    programme_counts,
)
from youlu.domain.applications.services import (
    application_handed_in,
    application_submit,
    application_submit_by_unit,
    demand_meet,
)
from youlu.domain.catalogue.registry import programme_get
from youlu.domain.parties.models import Party
from youlu.domain.parties.selectors import party_find_by_phone
from youlu.domain.partners.models import OutgoingMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "offices")]


def test_one_question_follows_another_until_none_is_left() -> None:
    draft = draft_start(programme="id_card_mail", voucher_text=issue())
    asked = []
    while (question := draft_read(draft).next_question()) is not None:
        asked.append(question.key)
        draft_answer(application_id=draft, key=question.key, typed=ANSWERS[question.key])
    assert asked == ["name", "id_number", "applicant", "phone", "division", "address", "old_card", "consent"]


def test_no_personal_answer_stands_in_the_application_the_message_or_the_audit() -> None:
    application_submit(application_id=filled(issue()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT applications_application::text FROM applications_application")
        text = cursor.fetchone()[0] + OutgoingMessage.objects.get().body
    text += json.dumps([str(entry.__dict__) for entry in AuditEntry.objects.all()], ensure_ascii=False)
    for secret in ("王建民", "62010219900307123X", "19900001234", "东街"):
        assert secret not in text


def test_the_one_who_fills_in_reads_the_answers_back_as_typed() -> None:
    read = draft_read(filled(issue()))
    assert read.answers["name"] == "王建民"
    assert read.answers["phone"] == "19900001234"
    assert "王建民" not in repr(read)


def test_consent_and_county_reach_the_party() -> None:
    application_submit(application_id=filled(issue()))
    party = Party.objects.get(id=party_find_by_phone("19900001234")[0])
    assert (party.consent_message, party.channel, party.division_code) == (True, "inbox", "621224")


@pytest.mark.parametrize(("key", "typed", "words"), [
    ("name", "", "请填写"), ("name", "王3", "数字"), ("name", "王" * 101, "100"), ("phone", "123", "11位"),
    ("id_number", "6201021990", "18位"), ("id_number", "620102199003071231", "有一位写错"),
    ("id_number", "513232197502290009", "出生日期不存在"), ("division", "62", "县"), ("division", "", "请选择"),
    ("address", "东街", "太短"), ("old_card", "burnt", "请选择"), ("consent", "maybe", "请选择"),
])
def test_a_wrong_answer_is_told_in_words_and_not_kept(key: str, typed: str, words: str) -> None:
    draft = filled(issue())
    before = draft_read(draft).answers
    with pytest.raises(BadAnswerError) as caught:
        draft_answer(application_id=draft, key=key, typed=typed)
    assert words in caught.value.message
    assert draft_read(draft).answers == before


def test_a_half_filled_form_and_a_broken_rule_are_not_sent() -> None:
    half = draft_start(programme="id_card_mail", voucher_text=issue())
    draft_answer(application_id=half, key="name", typed="王建民")
    with pytest.raises(BadAnswerError) as caught:
        application_submit(application_id=half)
    assert caught.value.key == "id_number"
    guardian = filled(issue("S2"), applicant="guardian", guardian_name="王大山", guardian_id="62010219900307123X")
    with pytest.raises(BadAnswerError) as caught:
        application_submit(application_id=guardian)
    assert caught.value.key == "guardian_id"
    assert not OutgoingMessage.objects.exists()


def test_a_guardian_who_is_no_longer_wanted_is_forgotten() -> None:
    draft = filled(issue(), applicant="guardian", guardian_name="王大山", guardian_id="11010519491231002X")
    draft_answer(application_id=draft, key="applicant", typed="self")
    application_submit(application_id=draft)
    row = Application.objects.get()
    assert row.parties.keys() == {"addressee"}
    assert "guardian_name" not in row.answers
    assert Party.objects.filter(erased_at__isnull=False).count() == 1


def test_what_was_sent_cannot_be_changed_or_sent_again() -> None:
    draft = filled(issue())
    application_submit(application_id=draft)
    with pytest.raises(NotADraftError):
        draft_answer(application_id=draft, key="phone", typed="13900000000")
    with pytest.raises(NotADraftError):
        application_submit(application_id=draft)


def test_what_nobody_sent_is_erased_after_a_day_and_what_was_sent_stays() -> None:
    filled(issue())
    application_submit(application_id=filled(issue("S2")))
    with clock.frozen(NOW + dt.timedelta(hours=23)):
        assert drafts_forget() == 0
    with clock.frozen(NOW + dt.timedelta(hours=25)):
        assert drafts_forget() == 1
    assert Application.objects.get().state == State.SUBMITTED
    assert len(party_find_by_phone("19900001234")) == 1


def test_the_public_sees_progress_by_number_and_last_four_digits_only() -> None:
    number = application_submit(application_id=filled(issue()))
    status = application_status(number.lower().replace("-", " "), "1234")
    assert (status.state, status.item_number, status.way[0].at) == ("submitted", "", NOW)
    assert "old_card_surrendered" in {demand.code for demand in status.demands}
    for wrong in ((number, "1235"), ("AAAAA-AAAAA", "1234"), (number, ""), ("", "")):
        with pytest.raises(UnknownApplicationError):
            application_status(*wrong)


def test_a_unit_applies_in_one_step_and_sees_only_its_own() -> None:
    number = application_submit_by_unit(actor=UNIT, programme="merit_letter", answers=LETTER)
    assert application_of_unit(actor=UNIT, number=number).state == "submitted"
    other = Actor("token:other", "别的单位", frozenset({"application.submit"}))
    with pytest.raises(UnknownApplicationError):
        application_of_unit(actor=other, number=number)
    assert not OutgoingMessage.objects.exists(), "no agency stands between the unit and the post here"


def test_a_unit_needs_its_permission_a_known_form_and_a_programme_of_units() -> None:
    with pytest.raises(NotAllowedError):
        application_submit_by_unit(actor=Actor("token:x", "x", frozenset()), programme="merit_letter", answers=LETTER)
    with pytest.raises(NotByPublicError):
        application_submit_by_unit(actor=UNIT, programme="id_card_mail", answers=ANSWERS)
    with pytest.raises(BadAnswerError):
        application_submit_by_unit(actor=UNIT, programme="merit_letter", answers={**LETTER, "rank": "x"})
    assert not Application.objects.exists()
    assert not Party.objects.exists()


def test_staff_see_masked_addressees_of_their_own_scope() -> None:
    number = application_submit(application_id=filled(issue()))
    gansu = Actor("user:1", "何工", frozenset({"applications.read"}), scope="62")
    sichuan = Actor("user:2", "周工", frozenset({"applications.read"}), scope="51")
    (row,) = applications_page(actor=gansu).rows
    assert row.addressee is not None
    assert (row.addressee.name, row.county, row.state_label) == ("王*民", "甘肃省陇南市康县", "已提交")
    assert [demand.code for demand in row.demands_open] == ["old_card_surrendered"]
    assert applications_page(actor=sichuan).rows == ()
    with pytest.raises(UnknownApplicationError):
        application_sheet(actor=sichuan, number=number)
    assert application_sheet(actor=gansu, number=number).steps[0][1] == "已提交"
    assert {one.programme.code: one.total for one in programme_counts(actor=gansu)} == {
        "id_card_mail": 1, "merit_letter": 0}


def test_pages_follow_one_another_without_gap_or_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("youlu.domain.applications.selectors.PAGE_ROWS", 2)
    numbers = [application_submit(application_id=filled(issue(f"S{n}"))) for n in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = applications_page(actor=SYSTEM, cursor=cursor)
        seen += [row.number for row in page.rows]
        if (cursor := page.next_cursor) is None:
            break
    assert sorted(seen) == sorted(numbers)


def test_a_demand_is_noted_once_and_an_unknown_one_refused() -> None:
    number = application_submit(application_id=filled(issue()))
    demand_meet(actor=SYSTEM, number=number, demand="old_card_surrendered")
    with clock.frozen(NOW + dt.timedelta(hours=1)):
        demand_meet(actor=SYSTEM, number=number, demand="old_card_surrendered")
    assert Application.objects.get().demands_met["old_card_surrendered"]["at"] == NOW.isoformat()
    assert applications_page(actor=SYSTEM).rows[0].demands_open == ()
    with pytest.raises(WrongStateError):
        demand_meet(actor=SYSTEM, number=number, demand="joint_visit")


def test_a_delivery_without_what_was_demanded_shows_as_an_exception() -> None:
    number = application_submit(application_id=filled(issue()))
    Application.objects.update(state=State.DELIVERED)
    assert [row.number for row in deliveries_unproved(actor=SYSTEM)] == [number]
    demand_meet(actor=SYSTEM, number=number, demand="old_card_surrendered")
    assert deliveries_unproved(actor=SYSTEM) == ()


def test_a_letter_is_handed_in_once_and_a_card_never_by_hand() -> None:
    letter = application_submit_by_unit(actor=UNIT, programme="merit_letter", answers=LETTER)
    application_handed_in(actor=SYSTEM, number=letter)
    assert Application.objects.get().state == State.MADE
    with pytest.raises(WrongStateError):
        application_handed_in(actor=SYSTEM, number=letter)
    card = application_submit(application_id=filled(issue()))
    with pytest.raises(WrongStateError):
        application_handed_in(actor=SYSTEM, number=card)


def test_counties_to_choose_from_are_those_the_network_reaches() -> None:
    assert division_groups(programme_get("id_card_mail")) == (
        ("甘肃省兰州市", (("620102", "城关区"),)), ("甘肃省陇南市", (("621224", "康县"),)))
