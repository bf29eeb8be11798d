"""What a sentence needs to know of items: number, where to, whose."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from youlu.domain.mail.models import Item
from youlu.domain.network.models import Office
from youlu.engines.codes.item_key import item_number


@dataclass(frozen=True)
class ItemFact:
    item_key: int
    number: str
    origin: str  # 兰州
    region: str  # 陇南; "" where the place is a region itself
    place: str  # 康县
    sender_id: uuid.UUID | None
    addressee_id: uuid.UUID | None
    expected_at: dt.datetime | None = None

    def whose(self, party_id: uuid.UUID) -> dict[str, str]:
        """The variables of "whose mail": 您寄往陇南 + 康县, 从 + 兰州 + 寄给您, or neither's: 寄往陇南 + 康县."""
        if self.addressee_id == party_id:
            return {"whose_before": "从", "place": self.origin, "whose_after": "寄给您"}
        before = "您寄往" if self.sender_id == party_id else "寄往"
        return {"whose_before": before + self.region, "place": self.place, "whose_after": ""}


def item_facts(item_keys: Iterable[int]) -> dict[int, ItemFact]:
    """Facts by item key in three queries; an item that is not there has its number and no places."""
    keys = list(item_keys)
    rows = {row[0]: row[1:] for row in Item.objects.filter(item_key__in=keys).values_list(
        "item_key", "origin_office_id", "dest_office_id", "sender_id", "addressee_id",
        "expected_arrive_by")}
    offices = {o.id: o for o in Office.objects.filter(
        id__in={office for row in rows.values() for office in row[:2]}).only("id", "name", "division_code", "code")}
    regions = dict(Office.objects.filter(code__in={_region_code(o) for o in offices.values()})
                   .values_list("code", "name"))
    return {key: _fact(key, rows.get(key), offices, regions) for key in keys}


def _region_code(office: Office) -> str:
    return office.division_code[:4] + "00"


def _fact(key: int, row: tuple | None, offices: dict[int, Office], regions: dict[str, str]) -> ItemFact:
    number = item_number(key)
    if row is None:
        return ItemFact(key, number, "", "", "外地", None, None)
    origin, dest = offices.get(row[0]), offices.get(row[1])
    region = regions.get(_region_code(dest), "") if dest else ""
    place = dest.name if dest else "外地"
    return ItemFact(key, number, origin.name if origin else "外地", "" if place.startswith(region) else region,
                    place, row[2], row[3], row[4])
