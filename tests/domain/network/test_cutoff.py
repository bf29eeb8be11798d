"""After the cut-off mail goes with what is accepted on the next service day, for whoever asks, hands in or recounts."""

from __future__ import annotations

import pytest
from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, LONGNAN, XIAN, at

from youlu.core import clock
from youlu.domain.continuity.recount import recount_run
from youlu.domain.mail.models import Item
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.network.models import Office
from youlu.domain.promise.selectors import Place, quote_make
from youlu.domain.promise.world import _waves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]


def cutoff(office: int, **values: int) -> None:
    Office.objects.filter(id=office).update(**values)
    _waves.cache_clear()


@pytest.mark.parametrize(("handed_in", "leaves"), [
    ("2022-07-11 18:00", "2022-07-11 20:00"),  # the cut-off itself is in time
    ("2022-07-11 18:01", "2022-07-12 20:00"),
    ("2022-07-11 18:45", "2022-07-12 20:00"),  # handled before the lorry leaves, and yet tomorrow's
])
def test_mail_after_the_cut_off_takes_tomorrows_run(handed_in: str, leaves: str) -> None:
    with clock.frozen(at(handed_in)):
        quote = quote_make(origin_office_id=LANZHOU, dest=Place(XIAN))
        number = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, XIAN)).number
        item = Item.objects.get()
        assert (quote.steps[-1].from_at, item.next_departure_at) == (at(leaves), at(leaves)), number
        assert item.committed_arrive_by == quote.arrive_by
        assert recount_run(seed=1, sample=None).is_clean


def test_each_office_has_a_cut_off_of_its_own() -> None:
    cutoff(LANZHOU, pickup_cutoff_min=16 * 60)
    assert quote_make(origin_office_id=LANZHOU, dest=Place(XIAN)).steps[-1].from_at == at("2022-07-12 20:00")
    assert quote_make(origin_office_id=XIAN, dest=Place(LANZHOU)).steps[-1].from_at == at("2022-07-11 20:00")


def test_a_day_without_service_passes_mail_on_to_the_next_with_it() -> None:
    cutoff(LONGNAN, delivery_weekdays=0b0010010)  # Tuesdays and Fridays
    with clock.frozen(at("2022-07-12 18:30")):
        item_accept(actor=ACTOR, item=ItemInput(LONGNAN, KANGXIAN))
        assert Item.objects.get().next_departure_at == at("2022-07-15 06:00")
        assert recount_run(seed=1, sample=None).is_clean
