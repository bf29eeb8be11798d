"""Kept rates against a slow recount, day by day, item by item."""

import datetime as dt
import random

import pytest

from tests.domain.promise.standard_people import put_in_force
from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.access.selectors import Actor
from youlu.domain.insight.keeping import AGAIN_DAYS, days_count
from youlu.domain.insight.models import Kept, KeptDay
from youlu.domain.insight.rates import Rate, kept_read
from youlu.domain.insight.services import kept_make
from youlu.domain.mail.models import Item, MailClass, Place
from youlu.domain.mail.services import ItemInput, items_accept
from youlu.domain.network.models import Office
from youlu.domain.promise.standards import standard_of

pytestmark = pytest.mark.django_db
HEAD = Actor(id="system:tests", name="陈静", scope="", permissions=frozenset({"insight.read"}))
FATES = (Place.DELIVERED, Place.DELIVERED, Place.DELIVERED, Place.OFFICE, Place.RETURNED)


@pytest.fixture
def a_week_of_mail(small_network):
    """Items of five days, each with its fate: delivered early, late or never, or sent back."""
    dice = random.Random(2022)
    put_in_force(dt.date(2022, 7, 11))
    for day in range(11, 16):
        with clock.frozen(at(f"2022-07-{day} 1{dice.randint(7, 9)}:30")):
            items_accept(actor=ACTOR, items=[
                ItemInput(dice.choice((XIAN, LANZHOU)), dice.choice((CHENGGUAN, KANGXIAN, LONGNAN)),
                          dice.choice((MailClass.EXPRESS, MailClass.PARCEL, MailClass.REGISTERED))) for _ in range(40)])
    for item in Item.objects.all():
        since = item.committed_arrive_by + dt.timedelta(hours=dice.choice((-30, -1, 0, 1, 40, 200)))
        Item.objects.filter(item_key=item.item_key).update(place=dice.choice(FATES), place_since=since)


def recounted(day: dt.date) -> dict[tuple[str, str], tuple[int, ...]]:
    """One day, one item after the other."""
    codes = dict(Office.objects.values_list("id", "division_code"))
    sums: dict[tuple[str, str], list[int]] = {}
    for item in Item.objects.exclude(place=Place.RETURNED):
        standard = standard_of(mail_class=item.mail_class, origin=codes[item.origin_office_id],
                               dest=codes[item.dest_office_id], accepted_at=item.accepted_at)
        row = [0, 0, 0, 0, 0]
        there = item.place == Place.DELIVERED
        if standard.arrive_by and standard.day == day:
            row[0], row[1] = 1, int(there and item.place_since <= standard.arrive_by)
        if clock.local(item.committed_arrive_by).date() == day:
            row[2:] = 1, int(there and item.place_since <= item.committed_arrive_by), int(standard.arrive_by is None)
        if any(row):
            key = (item.mail_class, codes[item.dest_office_id][:4])
            sums[key] = [a + b for a, b in zip(sums.get(key, [0] * 5), row, strict=True)]
    return {key: tuple(row) for key, row in sums.items()}


def stored(day: dt.date) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(row.mail_class, row.prefecture): (row.standard_due, row.standard_kept, row.committed_due,
                                               row.committed_kept, row.no_standard)
            for row in Kept.objects.filter(day=day)}


def test_every_day_is_what_a_slow_recount_gives(a_week_of_mail):
    with clock.frozen(at("2022-07-25 03:00")):
        assert days_count() > 0
        days = [dt.date(2022, 7, 11) + dt.timedelta(days=n) for n in range(14)]
        counted = {day: stored(day) for day in days}
        assert counted == {day: recounted(day) for day in days}
        assert sum(row[2] for rows in counted.values() for row in rows.values()) > 40
        assert sum(row[0] for rows in counted.values() for row in rows.values()) > 40
        assert days_count() == 0  # once a day


def test_a_late_scan_is_counted_within_the_week_and_not_after(a_week_of_mail):
    with clock.frozen(at("2022-07-16 03:00")):
        days_count()
    Item.objects.exclude(place=Place.RETURNED).update(place=Place.DELIVERED, place_since=at("2022-07-11 18:00"))
    young, old = dt.date(2022, 7, 14), dt.date(2022, 7, 12)
    before = stored(old)
    with clock.frozen(at("2022-07-20 03:00")):
        assert days_count() == AGAIN_DAYS
    assert stored(young) == recounted(young)
    assert stored(old) == before != recounted(old)


def test_days_that_were_missed_are_caught_up(a_week_of_mail):
    with clock.frozen(at("2022-07-13 03:00")):
        days_count()
    with clock.frozen(at("2022-08-01 03:00")):
        days_count()
    days = set(KeptDay.objects.values_list("day", flat=True))
    assert {dt.date(2022, 7, 12) + dt.timedelta(days=n) for n in range(20)} <= days
    assert stored(dt.date(2022, 7, 15)) == recounted(dt.date(2022, 7, 15))


def test_made_up_days_stay_and_say_so(a_week_of_mail):
    made = Kept(day=dt.date(2022, 7, 12), mail_class="express", prefecture="6201", standard_due=50, standard_kept=49,
                committed_due=50, committed_kept=48, no_standard=0)
    kept_make(rows=[made])
    with clock.frozen(at("2022-07-14 03:00")):
        assert days_count() == 1
        page = kept_read(actor=HEAD)
    assert page.is_made
    assert [day for day, _ in page.days] == [dt.date(2022, 7, 12), dt.date(2022, 7, 13)]
    assert page.days[0][1] == Rate(50, 49, 50, 48, 0)


def test_of_fewer_than_ten_no_rate_is_told():
    assert Rate(9, 9, 10, 5, 0).standard_pct is None
    assert Rate(9, 9, 10, 5, 0).committed_pct == 50.0


def test_who_has_a_scope_sees_mail_to_it_and_who_may_not_sees_nothing(a_week_of_mail):
    with clock.frozen(at("2022-07-25 03:00")):
        days_count()
        whole, longnan = (kept_read(actor=Actor(id="x", name="x", scope=scope, permissions=frozenset(
            {"insight.read"}))) for scope in ("62", "6212"))
        assert {code for code, _ in longnan.prefectures} == {"6212"}
        assert 0 < longnan.whole.committed_due < whole.whole.committed_due
        with pytest.raises(NotAllowedError):
            kept_read(actor=ACTOR)
