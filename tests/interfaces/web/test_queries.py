"""However many items, scans and closures there are, a page asks the database the same few questions."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.domain.continuity.test_loop import declare, measure
from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, at
from tests.interfaces.web.conftest import House
from tests.questions import questions

from youlu.core import clock
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.mail.models import ScanKind
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.domain.mail.services import ItemInput, items_accept

# Address -> the most questions, the session's and the login's own among them.
PAGES = {"/items?list=moved": 12, "/items/{number}": 11, "/closures": 12, "/situation": 26, "/quote": 12}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_the_same_questions_of_one_item_and_of_many(
    house: House, dispatcher: Client, address: str
) -> None:
    page = address.format(number=house.to_county)
    declare(measure("delivery", "office", KANGXIAN))
    closure_apply()
    few = questions(dispatcher, page)
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 30)
    with clock.frozen(at("2022-07-12 12:00")):
        scans_ingest(actor=ACTOR, scans=[
            ScanInput(house.to_county, "pda", nth, ScanKind.ARRIVED, at(f"2022-07-12 06:{nth:02}"),
                      office_id=(LANZHOU, CHENGGUAN)[nth % 2]) for nth in range(20)])
    declare(measure("delivery", "office", KANGXIAN))
    closure_apply()
    assert questions(dispatcher, page) <= few <= PAGES[address]

