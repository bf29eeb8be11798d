"""Lists of items in flight: every state's list holds exactly the items that the one function gives that state."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, at
from youlu.core import clock
from youlu.domain.mail import selectors
from youlu.domain.mail.exceptions.models import Astray
from youlu.domain.mail.exceptions.refresh import exceptions_refresh
from youlu.domain.mail.models import Item
from youlu.domain.mail.selectors import items_list
from youlu.domain.mail.services import ItemInput, items_accept
from youlu.domain.mail.state import ItemState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
NOW = at("2022-07-14 12:00")


def listed(state: str) -> list[int]:
    found, cursor = [], None
    while True:
        page = items_list(actor=ACTOR, state=state, cursor=cursor)
        found += [row.item_key for row in page.rows]
        assert all(row.state == state for row in page.rows if state in set(ItemState))
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_the_lists_of_the_states_share_out_the_items_in_flight_and_no_page_repeats_or_skips(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selectors, "PAGE_ROWS", 3)
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 40)
    rng = random.Random(3)
    for item in Item.objects.all():
        hours = [dt.timedelta(hours=rng.choice([-30, -13, 5, 5, 20]), microseconds=rng.randrange(3)) for _ in range(4)]
        item.committed_arrive_by, item.next_departure_at = NOW + hours[0], NOW + hours[1]
        item.expected_arrive_by = rng.choice([None, NOW + hours[2], item.committed_arrive_by])
        item.told_arrive_by = rng.choice([None, item.committed_arrive_by, NOW + hours[3]])
        item.place = rng.choice([0, 0, 0, 2, 3])
        item.save()
        if rng.random() < 0.4:
            Astray.objects.create(item_key=item.item_key, office_id=item.place_office_id, since=item.place_since)
    in_flight = Item.objects.filter(place__lt=3)
    with clock.frozen(NOW):
        exceptions_refresh()  # what is silent is found from there
        shared = [key for state in ItemState for key in listed(state)]
        assert sorted(shared) == sorted(in_flight.values_list("item_key", flat=True))
        assert all(len(listed(state)) for state in ItemState)
        urgent = list(in_flight.order_by("committed_arrive_by", "item_key").values_list("item_key", flat=True))
        assert listed("") == urgent
        assert listed("moved") == [i.item_key for i in in_flight.order_by("committed_arrive_by", "item_key")
                                   if i.told_arrive_by != i.committed_arrive_by]
