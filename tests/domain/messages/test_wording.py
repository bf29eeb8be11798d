"""口径: what may be said, from draft to withdrawal."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from tests import people

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.messages.defaults import DEFAULTS, wording_next, wordings_ensure, wordings_missing
from youlu.domain.messages.errors import (
    NoWordingError,
    WordingPeriodError,
    WordingSamePersonError,
    WordingStateError,
    WordingTextError,
    WordingVariablesError,
)
from youlu.domain.messages.models import Wording
from youlu.domain.messages.phrases import day_phrase, segments, until_phrase
from youlu.domain.messages.selectors import wording_current
from youlu.domain.messages.services import wording_approve, wording_draft, wording_withdraw

pytestmark = pytest.mark.django_db
CODE = "test.message"
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)


def drafted(body: str = "因{reason}晚到。") -> object:
    return wording_draft(actor=people.li_agent(), code=CODE, body=body, variables=["reason"])


def test_a_draft_is_never_current() -> None:
    drafted()
    with pytest.raises(NoWordingError):
        wording_current(code=CODE, at=NOON)


def test_a_new_version_ends_the_one_before_and_withdrawing_it_revives_nothing() -> None:
    chen = people.chen_supervisor()
    with clock.frozen(NOON):
        first, second = drafted("一、{reason}"), drafted("二、{reason}")
        wording_approve(actor=chen, wording_id=first)
        assert wording_current(code=CODE, at=NOON).version == 1
    later = NOON + dt.timedelta(hours=1)
    with clock.frozen(later):
        wording_approve(actor=chen, wording_id=second)
        assert wording_current(code=CODE, at=later).version == 2
        wording_withdraw(actor=chen, wording_id=second, reason="说早了")
        with pytest.raises(NoWordingError):
            wording_current(code=CODE, at=later)


def test_one_approved_for_later_begins_when_it_was_approved_for_whatever_bridges_the_time_until_then() -> None:
    chen = people.chen_supervisor()
    soon, august = NOON + dt.timedelta(hours=1), NOON + dt.timedelta(days=3)
    with clock.frozen(NOON):
        first, second, third = drafted("一、{reason}"), drafted("二、{reason}"), drafted("三、{reason}")
        wording_approve(actor=chen, wording_id=first)
        wording_approve(actor=chen, wording_id=second, valid_from=august)
    with clock.frozen(soon):
        wording_approve(actor=chen, wording_id=third)
    for at, version in ((NOON, 1), (soon, 3), (august - dt.timedelta(seconds=1), 3), (august, 2)):
        assert wording_current(code=CODE, at=at).version == version
    with clock.frozen(august):
        wording_withdraw(actor=chen, wording_id=second, reason="说早了")
        with pytest.raises(NoWordingError):
            wording_current(code=CODE, at=august)


def test_a_wording_holds_within_its_period_only() -> None:
    chen = people.chen_supervisor()
    ends = NOON + dt.timedelta(days=1)
    with clock.frozen(NOON):
        wording_approve(actor=chen, wording_id=drafted(), valid_from=NOON, valid_to=ends)
    assert wording_current(code=CODE, at=NOON).version == 1
    for outside in (NOON - dt.timedelta(seconds=1), ends):
        with pytest.raises(NoWordingError):
            wording_current(code=CODE, at=outside)


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


def test_a_new_installation_has_every_sentence_as_a_draft_and_may_say_none() -> None:
    rows = Wording.objects.filter(code__in=DEFAULTS)
    assert {(row.code, row.version, row.state) for row in rows} == {(code, 1, "draft") for code in DEFAULTS}
    assert wordings_missing(NOON) == tuple(DEFAULTS)
    for row in rows:
        assert "{" not in "".join(p.text for p in segments(row.body, dict.fromkeys(row.variables, "某")))


def test_the_next_migrate_brings_what_is_missing_and_leaves_the_offices_own() -> None:
    Wording.objects.filter(code="deferred.message").delete()
    Wording.objects.filter(code="moved.voice").update(body="本单位的一句")
    call_command("migrate", verbosity=0)
    assert Wording.objects.get(code="deferred.message").state == "draft"
    assert Wording.objects.get(code="moved.voice").body == "本单位的一句"


def test_an_approved_first_version_is_said_and_none_is_approved_again_after_a_withdrawal() -> None:
    chen = people.chen_supervisor()
    assert len(wordings_ensure(actor=chen)) == len(DEFAULTS)
    assert wordings_missing(clock.now()) == ()
    wording_withdraw(actor=chen, wording_id=Wording.objects.get(code="moved.voice").id, reason="说错了")
    assert wordings_ensure(actor=chen) == []
    assert wordings_missing(clock.now()) == ("moved.voice",)


def test_who_wrote_a_sentence_does_not_approve_it() -> None:
    chen = people.chen_supervisor()
    made = wording_draft(actor=chen, code=CODE, body="因{reason}晚到。", variables=["reason"])
    with pytest.raises(WordingSamePersonError):
        wording_approve(actor=chen, wording_id=made)
    wording_approve(actor=people.liu_supervisor(), wording_id=made)


def test_a_withdrawn_sentence_gets_its_next_version_with_the_variables_of_its_code() -> None:
    chen = people.chen_supervisor()
    wordings_ensure(actor=chen)
    first = Wording.objects.get(code="moved.message")
    wording_withdraw(actor=chen, wording_id=first.id, reason="说错了")
    with pytest.raises(WordingVariablesError):
        wording_next(actor=people.li_agent(), wording_id=first.id, body="您的电话{phone}")
    for body in (" ", "长" * 501):
        with pytest.raises(WordingTextError):
            wording_next(actor=people.li_agent(), wording_id=first.id, body=body)
    second = wording_next(actor=people.li_agent(), wording_id=first.id, body="因{reason}改为{becomes}。")
    wording_approve(actor=chen, wording_id=second)
    row = wording_current(code="moved.message", at=clock.now())
    assert (row.version, row.body, row.emphasised) == (2, "因{reason}改为{becomes}。", {"becomes"})


def test_a_period_that_is_over_is_no_period() -> None:
    chen, made = people.chen_supervisor(), drafted()
    with pytest.raises(WordingPeriodError):
        wording_approve(actor=chen, wording_id=made, valid_from=NOON, valid_to=NOON + dt.timedelta(days=1))
