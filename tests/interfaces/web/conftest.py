"""The small network with one closure's worth of mail, and a dispatcher logged in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from tests.domain.small_network import CHENGGUAN, COMPOUNDS, KANGXIAN, LANZHOU, XIAN, at, network_make

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.mail.models import PARTITIONS, Watermark
from youlu.domain.mail.services import ItemInput, item_accept, number_range_ensure
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import party_create
from youlu.domain.promise import arrays

NOW = at("2022-07-11 17:00")
TAIL = "4417"


@dataclass(frozen=True)
class House:
    """Numbers of three items: to a compound in Lanzhou, to Kangxian, through Lanzhou."""

    to_compound: str
    to_county: str
    through: str


@pytest.fixture
def house(db: None, settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings.DATA_DIR = Path(tmp_path_factory.getbasetemp()) / "data"
    arrays.timetable_open.cache_clear()
    network_make()
    number_range_ensure()
    for number in range(PARTITIONS):  # a migration's rows, which the flush after a transactional test takes away
        Watermark.objects.get_or_create(partition_no=number, defaults={"epoch": 1})
    actor = actor_of_system("tests")
    clock.clock_set(at=NOW, rate=0.0)
    wang = party_create(actor=actor, party=NewParty(name="王建民", phone="19900004417", synthetic=True))
    rows = [(XIAN, CHENGGUAN, 0), (LANZHOU, KANGXIAN, None), (XIAN, KANGXIAN, None)]
    numbers = [
        item_accept(actor=actor, item=ItemInput(start, end, dest_compound_id=compound, addressee_id=wang)).number
        for start, end, compound in rows
    ]
    yield House(*numbers)
    clock.forget()


@pytest.fixture
def dispatcher(db: None) -> Client:
    user = User.objects.create(username="hegong", display_name="何工", roles=["dispatcher"], scope="62", password="!")
    client = Client()
    client.force_login(user)
    return client


def notice(**changes: object) -> dict[str, object]:
    """The form of a notice that closes one compound of Chengguan."""
    return {
        "title": "兰州城关区封控",
        "cause": "lockdown",
        "document_no": "演示〔2022〕11号",
        "authority": "兰州市指挥部（演示）",
        "acts": ["acceptance", "delivery"],
        "district": "城关揽投部",
        "zone_kind": "compound",
        "places": COMPOUNDS[0][2],
        "starts_at": "2022-07-11T17:00",
        "next_review_at": "2022-07-18T18:00",
        **changes,
    }
