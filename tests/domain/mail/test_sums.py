"""Sums for the pages: stored where slow, taken while young, made anew as soon as a closure makes them untrue."""

from __future__ import annotations

import pytest

from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.mail import sums
from youlu.domain.mail.models import Item, Sum
from youlu.domain.mail.selectors import items_counted
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.network.epoch import epoch_raise

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]


@pytest.fixture(autouse=True)
def at_rest(small_network: None) -> None:
    closure_apply()


def counted() -> int:
    return sum(row.items for row in items_counted())


def test_a_fast_sum_is_not_stored_and_pages_are_exact() -> None:
    item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN))
    assert sums.sums_make() == 3
    assert not Sum.objects.exists()
    assert counted() == 1


def test_a_slow_sum_is_taken_from_the_store_until_a_closure_comes_or_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "SLOW_S", -1.0)
    item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN))
    assert sums.sums_make() == 3
    assert sums.sums_make() == 0  # young enough
    Item.objects.all().delete()
    assert counted() == 1
    monkeypatch.setattr(sums, "EVERY_S", -100.0)
    monkeypatch.setattr(sums, "TOOK_SHARE", -100)
    assert counted() == 0
    monkeypatch.undo()
    assert counted() == 1
    epoch_raise()
    assert counted() == 0
    assert sums.sums_make() == 0  # the loop is at work on what is summed
    closure_apply()
    assert sums.sums_make() == 3
    monkeypatch.setattr(sums, "SLOW_S", -1.0)
    Sum.objects.update(state="")
    assert sums.sums_make() == 3
    assert Sum.objects.exists()
    assert counted() == 0  # the new one, not what was read last
