"""旁路对照: what the page says without a source, of few items, and of enough."""

from __future__ import annotations

import numpy as np
import pytest
from django.test import Client
from tests.domain.small_network import at
from tests.interfaces.web.conftest import House

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.mail.traces.ingest import traces_ingest
from youlu.domain.mail.traces.sources import source_register
from youlu.engines.codes.item_key import item_number, s10_keys

pytestmark = pytest.mark.django_db
SYSTEM = actor_of_system("tests")
PERIOD = "/shadow?from=2022-07-11&to=2022-07-13"


def test_the_page_leads_from_no_source_to_figures_and_to_what_is_missing(house: House, dispatcher: Client) -> None:
    assert "还没有轨迹来源" in dispatcher.get(PERIOD).content.decode()
    source_register(actor=SYSTEM, code="zd", name="现有系统")
    assert "不到10件，不出数字" in dispatcher.get(PERIOD).content.decode()
    clock.clock_set(at=at("2022-07-13 10:00"), rate=0.0)
    rows = []
    for key in s10_keys("EA", np.arange(12), "CN").tolist():
        number = item_number(key)
        rows += [{"number": number, "code": "203", "office": "O0", "occurred_at": "2022-07-11 15:00",
                  "dest_office": "O1"},
                 {"number": number, "code": "799", "office": "O0", "occurred_at": "2022-07-11 19:00"},
                 {"number": number, "code": "704", "office": "O1", "occurred_at": "2022-07-12 10:00"}]
    traces_ingest(actor=SYSTEM, source="zd", rows=rows)
    page = dispatcher.get(PERIOD).content.decode()
    assert "12件旁路邮件，100.0%在收寄时算出的时限内妥投。" in page
    assert "西安 → 兰州" in page
    assert "操作码不认识" in page
    assert ">799<" in page
