"""In whatever parts and order a history of scans comes in, the items end in one state: that of the full fold."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, at
from youlu.core import clock
from youlu.domain.mail import scans as scans_module
from youlu.domain.mail.models import Item, PromiseRevision, RecalcDue, Scan, ScanKind
from youlu.domain.mail.scan_store import KeyedScan, ScanInput, scan_keyed, scans_store
from youlu.domain.mail.scans import items_fold, scans_ingest
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.engines.codes.item_key import item_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
STATE = ("item_key", "place", "place_office_id", "place_leg", "place_since", "legs_done", "next_departure_at",
         "last_event_at")


def history(rng: random.Random, number: str) -> list[ScanInput]:
    """A made-up life of ten scans, not always in order, sometimes corrected."""
    scans = []
    for sequence in range(10):
        when = at("2022-07-12 06:00") + dt.timedelta(minutes=rng.randrange(-800, 2000))
        kind = rng.choice([ScanKind.ARRIVED, ScanKind.ARRIVED, ScanKind.DEPARTED, ScanKind.OUT, ScanKind.UNDELIVERED,
                           ScanKind.DELIVERED, ScanKind.VOID])
        corrects = (f"pda-{rng.randrange(2)}", rng.randrange(10)) if kind == ScanKind.VOID else None
        ride = {"trip_key": 2, "service_date": dt.date(2022, 7, 12), "stop_seq": rng.randrange(2)}
        scans.append(ScanInput(number, f"pda-{rng.randrange(2)}", sequence, kind, when, corrects=corrects,
                               office_id=rng.choice([LANZHOU, KANGXIAN, CHENGGUAN]),
                               **(ride if kind == ScanKind.DEPARTED else {})))
    return scans


def fresh_items(numbers: list[str]) -> None:
    Item.objects.all().delete()
    PromiseRevision.objects.all().delete()
    Scan.objects.all().delete()
    RecalcDue.objects.all().delete()
    for number in numbers:
        item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN, number=number))


def states() -> list[tuple]:
    return list(Item.objects.order_by("item_key").values_list(*STATE))


@pytest.mark.parametrize("seed", range(8))
def test_parts_orders_and_repetitions_end_in_the_state_of_the_full_fold(seed: int) -> None:
    rng = random.Random(seed)
    numbers = ["EZ123456785CN", "9912345678901", "KQ12345678962"]
    every = [scan for number in numbers for scan in history(rng, number)]
    ends = []
    for ordered in (True, False):
        fresh_items(numbers)
        feed = sorted(every, key=lambda s: s.occurred_at) if ordered else rng.sample(every, len(every))
        with clock.frozen(at("2022-07-20 12:00")):
            while feed:
                size = rng.randrange(1, 6)
                part, feed = feed[:size], feed[size:]
                scans_ingest(actor=ACTOR, scans=part + rng.sample(part, 1))
        ends.append(states())
        items_fold(list(Item.objects.values_list("item_key", flat=True)))
        assert states() == ends[-1]
    assert ends[0] == ends[1]


def test_a_scan_later_than_all_before_is_folded_without_reading_them(monkeypatch: pytest.MonkeyPatch) -> None:
    number = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN)).number
    read: list[list[int]] = []
    events = scans_module._events
    monkeypatch.setattr(scans_module, "_events", lambda keys: read.append(keys) or events(keys))

    def arrive(sequence: int, when: str) -> None:
        with clock.frozen(at("2022-07-20 12:00")):
            scans_ingest(actor=ACTOR, scans=[ScanInput(number, "pda", sequence, ScanKind.ARRIVED, at(when),
                                                       office_id=LANZHOU)])

    arrive(1, "2022-07-12 06:00")
    assert not read
    assert Item.objects.get().last_event_at == at("2022-07-12 06:00")  # though it stays where it was
    arrive(2, "2022-07-12 05:00")
    assert read == [[item_key(number)]]


def test_a_row_twice_in_one_call_is_judged_by_what_is_kept() -> None:
    def row(minute: int, sequence: int) -> KeyedScan:
        scan = ScanInput("EZ123456785CN", 'p"d\\a,{}', sequence, ScanKind.ARRIVED, at(f"2022-07-12 06:{minute:02}"),
                         office_id=LANZHOU)
        return scan_keyed(scan, item_key(scan.number), None)

    assert scans_store([row(1, 1), row(1, 1), row(2, 1)]) == ["stored", "duplicate", "changed"]
    assert scans_store([row(2, 1), row(1, 1), row(9, 2)]) == ["changed", "duplicate", "stored"]
    assert set(Scan.objects.values_list("device", "sequence")) == {('p"d\\a,{}', 1), ('p"d\\a,{}', 2)}
