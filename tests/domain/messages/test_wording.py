"""口径: what may be said, from draft to withdrawal."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import people

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.messages.defaults import DEFAULTS, wordings_ensure
from youlu.domain.messages.errors import NoWordingError, WordingStateError, WordingVariablesError
from youlu.domain.messages.models import Wording
from youlu.domain.messages.phrases import day_phrase, segments, until_phrase
from youlu.domain.messages.selectors import wording_current
from youlu.domain.messages.services import wording_approve, wording_draft, wording_withdraw

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)


def drafted(body: str = "因{reason}晚到。") -> object:
    return wording_draft(actor=people.chen_supervisor(), code="moved.message", body=body, variables=["reason"])


def test_a_draft_is_never_current() -> None:
    drafted()
    with pytest.raises(NoWordingError):
        wording_current(code="moved.message", at=NOON)


def test_a_new_version_ends_the_one_before_and_withdrawing_it_revives_nothing() -> None:
    chen = people.chen_supervisor()
    with clock.frozen(NOON):
        first, second = drafted("一、{reason}"), drafted("二、{reason}")
        wording_approve(actor=chen, wording_id=first)
        assert wording_current(code="moved.message", at=NOON).version == 1
    later = NOON + dt.timedelta(hours=1)
    with clock.frozen(later):
        wording_approve(actor=chen, wording_id=second)
        assert wording_current(code="moved.message", at=later).version == 2
        wording_withdraw(actor=chen, wording_id=second, reason="说早了")
        with pytest.raises(NoWordingError):
            wording_current(code="moved.message", at=later)


def test_a_wording_holds_within_its_period_only() -> None:
    chen = people.chen_supervisor()
    ends = NOON + dt.timedelta(days=1)
    wording_approve(actor=chen, wording_id=drafted(), valid_from=NOON, valid_to=ends)
    assert wording_current(code="moved.message", at=NOON).version == 1
    for outside in (NOON - dt.timedelta(seconds=1), ends):
        with pytest.raises(NoWordingError):
            wording_current(code="moved.message", at=outside)


def test_an_approved_wording_is_not_approved_twice_nor_by_an_agent() -> None:
    chen, wording_id = people.chen_supervisor(), drafted()
    with pytest.raises(NotAllowedError):
        wording_approve(actor=people.zhao_dispatcher(), wording_id=wording_id)
    wording_approve(actor=chen, wording_id=wording_id)
    with pytest.raises(WordingStateError):
        wording_approve(actor=chen, wording_id=wording_id)


@pytest.mark.parametrize("body", ["{secret}", "{reason.__class__}", "{reason!r}", "{0}", "{}", "{reason:>9}"])
def test_a_body_looks_into_nothing_but_its_declared_variables(body: str) -> None:
    with pytest.raises(WordingVariablesError):
        drafted(body)


def test_half_a_sentence_is_never_said() -> None:
    with pytest.raises(KeyError):
        segments("因{reason}晚到。", {})


def test_promises_are_said_to_the_wave_of_a_day() -> None:
    assert until_phrase(dt.datetime(2022, 8, 3, 10, 0, tzinfo=dt.UTC)) == "8月3日18时前"
    assert until_phrase(dt.datetime(2022, 8, 3, 4, 30, tzinfo=dt.UTC)) == "8月3日12时30分前"
    assert until_phrase(dt.datetime(2022, 8, 3, 16, 0, tzinfo=dt.UTC)) == "8月3日24时前"
    assert day_phrase(dt.datetime(2022, 7, 31, 10, 0, tzinfo=dt.UTC)) == "7月31日"


def test_the_first_sentences_fill_and_stand_only_once() -> None:
    chen = people.chen_supervisor()
    assert len(wordings_ensure(actor=chen, approve=True)) == len(DEFAULTS)
    assert wordings_ensure(actor=chen, approve=True) == []
    for wording in Wording.objects.all():
        assert "{" not in "".join(p.text for p in segments(wording.body, dict.fromkeys(wording.variables, "某")))
