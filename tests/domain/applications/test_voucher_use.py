"""Vouchers: forged, expired, used and withdrawn ones are told apart, and one redemption wins."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from tests.domain.applications.applicants import NOW, SYSTEM, filled, issue

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.drafts import draft_start
from youlu.domain.applications.errors import (
    ExpiredVoucherError,
    ForgedVoucherError,
    NotByPublicError,
    UsedVoucherError,
    WithdrawnVoucherError,
)
from youlu.domain.applications.models import Application, State, Voucher
from youlu.domain.applications.services import application_submit
from youlu.domain.applications.vouchers import voucher_issue, voucher_key, voucher_read, voucher_withdraw
from youlu.domain.catalogue.errors import UnknownProgrammeError
from youlu.domain.partners.models import OutgoingMessage
from youlu.engines.codes.vouchers import voucher_sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def test_a_forged_voucher_opens_nothing() -> None:
    text = issue()
    for forged in (text[:-1] + ("A" if text[-1] != "A" else "B"), "", "x", voucher_sign(
            b"k" * 32, serial="S1", expires_at_s=int(NOW.timestamp()) + 9999)):
        with pytest.raises(ForgedVoucherError):
            draft_start(programme="id_card_mail", voucher_text=forged)
    assert not Voucher.objects.exists()
    assert not Application.objects.exists()


def test_a_voucher_of_one_programme_opens_no_other() -> None:
    with pytest.raises(NotByPublicError):
        draft_start(programme="merit_letter", voucher_text=issue())
    with pytest.raises(ForgedVoucherError):
        voucher_read(programme="merit_letter", text=issue())
    with pytest.raises(UnknownProgrammeError):
        draft_start(programme="nothing", voucher_text=issue())


def test_an_expired_voucher_says_since_when() -> None:
    text = issue()
    with clock.frozen(NOW + dt.timedelta(days=91)), pytest.raises(ExpiredVoucherError) as caught:
        draft_start(programme="id_card_mail", voucher_text=text)
    assert "10月27日" in caught.value.message


def test_a_voucher_that_expires_while_the_form_is_filled_in_is_not_redeemed() -> None:
    draft = filled(issue())
    with clock.frozen(NOW + dt.timedelta(days=91)), pytest.raises(ExpiredVoucherError):
        application_submit(application_id=draft)
    assert Application.objects.get().state == State.DRAFT


def test_a_used_voucher_opens_nothing_and_nobody_is_told_twice() -> None:
    text = issue()
    first, second = filled(text), filled(text)
    application_submit(application_id=first)
    with pytest.raises(UsedVoucherError):
        application_submit(application_id=second)
    with pytest.raises(UsedVoucherError):
        draft_start(programme="id_card_mail", voucher_text=text)
    assert Application.objects.get(id=second).state == State.DRAFT
    assert OutgoingMessage.objects.count() == 1
    assert Voucher.objects.get().application_id == first


def test_a_withdrawn_voucher_is_refused_even_if_it_was_never_shown() -> None:
    text = issue()
    draft = filled(text)
    voucher_withdraw(actor=SYSTEM, programme="id_card_mail", serial="S1")
    with pytest.raises(WithdrawnVoucherError):
        application_submit(application_id=draft)
    unseen = issue("S2")
    voucher_withdraw(actor=SYSTEM, programme="id_card_mail", serial="S2")
    with pytest.raises(WithdrawnVoucherError):
        draft_start(programme="id_card_mail", voucher_text=unseen)


def test_a_redeemed_voucher_cannot_be_withdrawn() -> None:
    application_submit(application_id=filled(issue()))
    with pytest.raises(UsedVoucherError):
        voucher_withdraw(actor=SYSTEM, programme="id_card_mail", serial="S1")


def test_only_who_may_issue_issues() -> None:
    with pytest.raises(NotAllowedError):
        voucher_issue(actor=Actor("user:x", "x", frozenset()), programme="id_card_mail", serial="S1")
    assert voucher_key("id_card_mail") != voucher_key("merit_letter")


@pytest.mark.django_db(transaction=True)
def test_of_two_redemptions_at_once_one_wins() -> None:
    text = issue()
    drafts = [filled(text) for _ in range(4)]
    outcomes: list[str] = []
    start = threading.Barrier(len(drafts))

    def submit(draft: object) -> None:
        with clock.frozen(NOW):
            start.wait()
            try:
                outcomes.append(application_submit(application_id=draft))  # type: ignore[arg-type]
            except UsedVoucherError:
                outcomes.append("used")
            finally:
                connection.close()

    threads = [threading.Thread(target=submit, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes).count("used") == len(drafts) - 1
    assert Application.objects.filter(state=State.SUBMITTED).count() == 1
    assert OutgoingMessage.objects.count() == 1
