"""Who must be looked at: late, wrong way, silent, at risk, no way; and what may be done when a delivery failed."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db import connection

from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.services import closure_declare
from youlu.domain.mail.errors import ActionNotAllowedError, CountInvalidError, NothingToActOnError
from youlu.domain.mail.exceptions.actions import actions_of, cause_standing, item_act
from youlu.domain.mail.exceptions.causes import CAUSES, Action, cause_of
from youlu.domain.mail.exceptions.held import held_write
from youlu.domain.mail.exceptions.marks import item_marks
from youlu.domain.mail.exceptions.models import ExceptionKind, ItemException, LegSilence
from youlu.domain.mail.exceptions.refresh import exceptions_refresh
from youlu.domain.mail.exceptions.selectors import exceptions_counted, exceptions_list
from youlu.domain.mail.exceptions.silence import silence_learn
from youlu.domain.mail.models import Item, Place, Scan, ScanKind, Watermark
from youlu.domain.mail.ordinary import CountInput, ordinary_count, ordinary_days
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.domain.mail.selectors import item_get
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.mail.state import item_state, state_sql
from youlu.domain.network.trips import leg_key
from youlu.domain.promise.errors import OrdinaryNotPromisedError
from youlu.domain.promise.selectors import Place as Destination
from youlu.domain.promise.selectors import quote_make
from youlu.engines.codes.item_key import item_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
DAY = dt.date(2022, 7, 12)


def accept(dest: int = KANGXIAN, origin: int = LANZHOU) -> str:
    return item_accept(actor=ACTOR, item=ItemInput(origin, dest)).number


def ingest(*scans: ScanInput, now: str = "2022-07-15 12:00") -> None:
    with clock.frozen(at(now)):
        assert {outcome.result for outcome in scans_ingest(actor=ACTOR, scans=list(scans))} == {"stored"}


def listed(kind: ExceptionKind, now: str, actor: Actor = ACTOR) -> list[str]:
    with clock.frozen(at(now)):
        exceptions_refresh()
        return [row.item.number for row in exceptions_list(actor=actor, kind=kind).rows]


def undelivered(number: str, cause: int) -> None:
    ingest(ScanInput(number, "pda-1", 1, ScanKind.ARRIVED, at("2022-07-12 18:00"), office_id=KANGXIAN),
           ScanInput(number, "pda-1", 2, ScanKind.OUT, at("2022-07-13 08:30"), office_id=KANGXIAN),
           ScanInput(number, "pda-1", 3, ScanKind.UNDELIVERED, at("2022-07-13 09:30"), office_id=KANGXIAN, cause=cause))


def test_the_state_in_sql_is_the_state_in_python_for_random_items() -> None:
    draw = random.Random(7)
    for _ in range(60):
        accept()
    LegSilence.objects.create(trip_key=2, stop_seq=0, rides=50, ride_p99_s=7200, departures=50, lag_p99_s=3600,
                              learned_at=at("2022-07-01 00:00"))
    for item in Item.objects.all():
        shift = dt.timedelta(hours=draw.randint(-60, 60))
        Item.objects.filter(item_key=item.item_key).update(
            place=draw.choice([0, 1, 2, 3, 4]), place_leg=leg_key(draw.choice([2, 4]), DAY, 0),
            place_since=item.place_since + shift, committed_arrive_by=item.committed_arrive_by + shift,
            expected_arrive_by=draw.choice([None, item.expected_arrive_by + dt.timedelta(hours=draw.randint(-9, 60))]),
            next_departure_at=draw.choice([None, item.next_departure_at]), legs_done=draw.choice([0, 1, 2]))
    now = at("2022-07-13 00:30")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT item_key, {state_sql('mail_item')} FROM mail_item", {"now": now})
        told = dict(cursor.fetchall())
    marks = item_marks(list(told))
    assert told == {
        i.item_key: item_state(place=i.place, since=i.place_since, committed=i.committed_arrive_by,
                               expected=i.expected_arrive_by, silent_at=marks[i.item_key].silent_at,
                               is_astray=marks[i.item_key].is_astray, now=now) for i in Item.objects.all()}
    assert len(set(told.values())) >= 5


def test_an_item_seen_off_its_way_is_listed_until_it_moves_on() -> None:
    number = accept()
    ingest(ScanInput(number, "pda-1", 1, ScanKind.ARRIVED, at("2022-07-12 10:00"), office_id=CHENGGUAN))
    assert listed(ExceptionKind.ASTRAY, "2022-07-12 11:00") == [number]
    with clock.frozen(at("2022-07-12 11:00")):
        assert item_get(actor=ACTOR, number=number).row.state == "astray"
        closure_apply()  # a new promise from where it is, on a way that leads by there
    assert listed(ExceptionKind.ASTRAY, "2022-07-12 11:01") == [number]
    ingest(ScanInput(number, "pda-1", 2, ScanKind.ARRIVED, at("2022-07-12 14:00"), office_id=LONGNAN))
    assert listed(ExceptionKind.ASTRAY, "2022-07-12 15:00") == []


def test_an_item_on_its_way_is_not_off_it() -> None:
    number = accept()
    ingest(ScanInput(number, "pda-1", 1, ScanKind.ARRIVED, at("2022-07-12 14:00"), office_id=LONGNAN))
    assert listed(ExceptionKind.ASTRAY, "2022-07-12 15:00") == []


def test_late_and_counts_are_of_the_actors_area_and_worst_first() -> None:
    first, second = accept(), accept(LONGNAN)
    accept(XIAN)
    later = "2022-07-20 12:00"
    assert set(listed(ExceptionKind.LATE, later)) >= {first, second}
    kangxian = Actor("user:1", "康县", ACTOR.permissions, scope="621224")
    assert listed(ExceptionKind.LATE, later, kangxian) == [first]
    assert exceptions_counted(actor=kangxian)[ExceptionKind.LATE] == 1
    assert exceptions_counted(actor=ACTOR)[ExceptionKind.LATE] == 3
    assert exceptions_list(actor=ACTOR, kind=ExceptionKind.LATE, mail_class="parcel").rows == ()
    due = [row.item.committed for row in exceptions_list(actor=ACTOR, kind=ExceptionKind.LATE).rows]
    assert due == sorted(due)


def test_pages_follow_one_another_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("youlu.domain.mail.exceptions.selectors.PAGE_ROWS", 2)
    numbers = {accept() for _ in range(5)}
    listed(ExceptionKind.LATE, "2022-07-20 12:00")
    seen: list[str] = []
    cursor = None
    while True:
        page = exceptions_list(actor=ACTOR, kind=ExceptionKind.LATE, cursor=cursor)
        seen += [row.item.number for row in page.rows]
        if (cursor := page.next_cursor) is None:
            break
    assert len(seen) == 5
    assert set(seen) == numbers


def test_a_refresh_in_which_nothing_changed_keeps_since_when() -> None:
    accept()
    listed(ExceptionKind.LATE, "2022-07-20 12:00")
    listed(ExceptionKind.LATE, "2022-07-20 13:00")
    assert ItemException.objects.get(kind=ExceptionKind.LATE).noted_at == at("2022-07-20 12:00")
    Item.objects.update(place=Place.DELIVERED)
    assert listed(ExceptionKind.LATE, "2022-07-20 14:00") == []


def departed(number: str, device: str, day: int, minute: int, ride_min: int) -> list[ScanInput]:
    date = dt.date(2022, 6, day)
    left = at(f"2022-06-{day:02d} 08:{minute:02d}")
    return [ScanInput(number, device, day * 2, ScanKind.DEPARTED, left, trip_key=2, service_date=date, stop_seq=0),
            ScanInput(number, device, day * 2 + 1, ScanKind.ARRIVED, left + dt.timedelta(minutes=ride_min),
                      office_id=LONGNAN)]


def test_silence_is_learned_from_the_scans_of_the_leg() -> None:
    """Rides of six hours, departures scanned three minutes late: silent an hour beyond, not half a day."""
    number = accept()
    assert listed(ExceptionKind.SILENT, "2022-07-12 10:00") == []
    ingest(*[scan for day in range(1, 31) for scan in departed("EZ123456785CN", "pda-7", day, 3, 360)])
    with clock.frozen(at("2022-07-12 03:15")):
        silence_learn()
    learned = LegSilence.objects.get(trip_key=2, stop_seq=0)
    assert (learned.rides, learned.lag_p99_s, learned.ride_p99_s) == (30, 180 + 3600, 27_000)
    assert listed(ExceptionKind.SILENT, "2022-07-12 09:02") == []
    assert listed(ExceptionKind.SILENT, "2022-07-12 09:04") == [number]
    ingest(ScanInput(number, "pda-1", 1, ScanKind.DEPARTED, at("2022-07-12 08:01"), trip_key=2, service_date=DAY,
                     stop_seq=0))
    assert listed(ExceptionKind.SILENT, "2022-07-12 15:00") == []
    assert listed(ExceptionKind.SILENT, "2022-07-12 15:32") == [number]


def test_few_scans_teach_nothing_and_the_rule_of_twelve_hours_stands() -> None:
    number = accept()
    ingest(*[scan for day in range(1, 30) for scan in departed("EZ123456785CN", "pda-7", day, 3, 360)])
    with clock.frozen(at("2022-07-12 03:15")):
        silence_learn()
    assert LegSilence.objects.get(trip_key=2, stop_seq=0).lag_p99_s is None
    assert listed(ExceptionKind.SILENT, "2022-07-12 19:59") == []
    assert listed(ExceptionKind.SILENT, "2022-07-12 20:01") == [number]


def test_each_cause_allows_something_and_an_unknown_one_is_treated_as_other() -> None:
    assert set(CAUSES) == {*range(101, 120), *range(122, 128), 129, 130}
    assert all(cause.actions for cause in CAUSES.values())
    assert cause_of(777) is CAUSES[130]


def test_only_what_the_cause_allows_may_be_asked() -> None:
    number = accept()
    with pytest.raises(NothingToActOnError):
        item_act(actor=ACTOR, number=number, action=Action.RETURN)
    undelivered(number, 109)
    with pytest.raises(ActionNotAllowedError, match="109 禁寄物品，不能再投。可以：停递并上报"):
        item_act(actor=ACTOR, number=number, action=Action.REDELIVER)
    item_act(actor=ACTOR, number=number, action=Action.REPORT, note="已报公安")
    assert [(row.word, row.note) for row in actions_of(number)] == [("停递并上报", "已报公安")]


def test_going_out_again_ends_the_cause() -> None:
    number = accept()
    undelivered(number, 103)
    ingest(ScanInput(number, "pda-1", 4, ScanKind.OUT, at("2022-07-13 14:00"), office_id=KANGXIAN))
    assert cause_standing(item_get(actor=ACTOR, number=number).scans) is None


def test_a_closure_writes_force_majeure_once_and_moves_nothing() -> None:
    for partition in range(16):
        Watermark.objects.update_or_create(partition_no=partition, defaults={"epoch": 1})
    number, elsewhere = accept(), accept(XIAN)
    ingest(ScanInput(number, "pda-1", 1, ScanKind.ARRIVED, at("2022-07-12 18:00"), office_id=KANGXIAN),
           now="2022-07-12 18:01")
    with clock.frozen(at("2022-07-12 19:00")):
        closure_declare(actor=ACTOR, closure=ClosureInput(
            "flood", "康县洪水", "康县", "1号", "6212", (MeasureInput(
                "delivery", "office", str(KANGXIAN), at("2022-07-12 19:00"), None),), at("2022-07-20 09:00")))
        assert held_write() == 0  # the promises are not made anew yet
        closure_apply()
        before = Item.objects.get(item_key=item_key(number)).position_no
        assert held_write() == 1
        assert held_write() == 0
    scan = Scan.objects.get(kind=ScanKind.HELD)
    assert (scan.cause, scan.item_key) == (114, item_key(number))
    ingest(ScanInput(number, "pda-1", 9, ScanKind.ARRIVED, at("2022-07-12 18:05"), office_id=KANGXIAN))
    assert Item.objects.get(item_key=item_key(number)).position_no == before
    cause = cause_standing(item_get(actor=ACTOR, number=number).scans)
    assert cause is not None
    assert (cause.code, Action.WAIT in cause.actions) == (114, True)
    assert cause_standing(item_get(actor=ACTOR, number=elsewhere).scans) is None


@pytest.mark.parametrize("mail_class", ["ordinary", "letter"])
def test_ordinary_mail_is_never_promised(mail_class: str) -> None:
    with pytest.raises(OrdinaryNotPromisedError, match="平常邮件只计数"):
        quote_make(origin_office_id=LANZHOU, dest=Destination(KANGXIAN, None, None), mail_class=mail_class)


def test_ordinary_mail_is_counted_and_a_count_given_again_replaces_the_first() -> None:
    today = dt.date(2022, 7, 11)
    assert ordinary_count(actor=ACTOR, counts=[CountInput(LANZHOU, today, "letter", "accepted", 1200),
                                               CountInput(LANZHOU, today, "letter", "dispatched", 1100)]) == 2
    ordinary_count(actor=ACTOR, counts=[CountInput(LANZHOU, today, "letter", "accepted", 1250)])
    row, = ordinary_days(actor=ACTOR)
    assert row.pieces == {("letter", "accepted"): 1250, ("letter", "dispatched"): 1100}
    assert not Item.objects.exists()


@pytest.mark.parametrize(("count", "said"), [
    (CountInput(99, dt.date(2022, 7, 11), "letter", "accepted", 1), "网点"),
    (CountInput(LANZHOU, dt.date(2022, 7, 12), "letter", "accepted", 1), "今天之后"),
    (CountInput(LANZHOU, dt.date(2022, 7, 11), "letter", "accepted", -1), "件数"),
    (CountInput(LANZHOU, dt.date(2022, 7, 11), "express", "accepted", 1), "种类"),
])
def test_a_count_that_cannot_be_is_refused_with_the_reason(count: CountInput, said: str) -> None:
    with pytest.raises(CountInvalidError, match=said):
        ordinary_count(actor=ACTOR, counts=[count])
