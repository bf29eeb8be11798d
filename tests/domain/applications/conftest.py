"""The day, the card centre with its keys, three offices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.domain.applications.applicants import NOW, SYSTEM

from youlu.core import clock
from youlu.domain.network.models import Office
from youlu.domain.partners.services import PartnerKeys, partner_register


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def keys() -> PartnerKeys:
    return partner_register(actor=SYSTEM, code="card_centre", name="制证中心", url="http://127.0.0.1:9/")


@pytest.fixture
def offices() -> None:
    def office(id_: int, kind: str, code: str, full_name: str) -> Office:
        return Office(id=id_, code=f"{code}{kind}", name=full_name[-2:], full_name=full_name, kind=kind,
                      division_code=code, lon=104.0, lat=36.0, may_transit=False, handling_min=30, unsealing_min=30,
                      wave_start_min=[510], wave_end_min=[720])

    Office.objects.bulk_create([
        office(0, "card_centre", "620100", "甘肃省公安制证中心邮政驻点"),
        office(1, "county_centre", "621224", "甘肃省陇南市康县邮政分公司"),
        office(2, "county_centre", "620102", "甘肃省兰州市城关区邮政分公司"),
    ])
