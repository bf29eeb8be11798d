"""A file of what came before Youlu: bad lines named, good ones kept; needs typed by hand; rosters made of either."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from collections.abc import Iterator

import pytest
from tests import people
from tests.domain.workforce.desk_of_six import AT, LAW, MONDAY, at, desk

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.workforce.errors import ChannelError, HistoryFileError, HistoryHeadError, NeedTypedError
from youlu.domain.workforce.forecasting import demand_forecast
from youlu.domain.workforce.history import history_known, history_take
from youlu.domain.workforce.models import Arrival, Demand, RosterRun, StaffNeed
from youlu.domain.workforce.needs import NeedTyped, needs_clear, needs_of_days, needs_type
from youlu.domain.workforce.rostering.solving import roster_solve_start, run_answer

pytestmark = pytest.mark.django_db
HEAD = "时间,来量\n"


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.frozen(AT):
        yield


def typed(**values: object) -> NeedTyped:
    usual = {"first": MONDAY, "last": MONDAY + dt.timedelta(days=6), "weekdays": (0, 1, 2, 3, 4), "start_min": 480,
             "end_min": 960, "channel": "call", "skill": "enquiry", "people": 1.0}
    return NeedTyped(**{**usual, **values})  # type: ignore[arg-type]


def known() -> dict[str, float]:
    return {f"{clock.local(row.start_at):%m-%d %H:%M}": row.count for row in Arrival.objects.order_by("start_at")}


def test_quarters_are_added_up_by_half_hour_and_a_second_file_replaces_what_it_names() -> None:
    chen = people.chen_supervisor()
    taken = history_take(actor=chen, channel="call", lines=[
        "at,count\n", "2022-07-01 09:00,3\n", "2022-07-01T09:15:00,4\n", "2022/7/1 9:30,5\n", "\n"])
    assert (taken.lines, taken.half_hours, taken.left, taken.faults) == (3, 2, 0, ())
    assert known() == {"07-01 09:00": 7, "07-01 09:30": 5}
    history_take(actor=chen, channel="call", lines=["at,count\n", "2022-07-01 09:30,8\n"])
    assert known() == {"07-01 09:00": 7, "07-01 09:30": 8}
    row = history_known()[0]
    assert (row.channel_label, row.half_hours, row.counted) == ("来电", 2, 0)


def test_each_bad_line_is_named_and_the_others_are_kept() -> None:
    lines = [HEAD, "2022-07-01 09:00,3\n", "昨天,4\n", "2022-07-01 09:30,五\n",
             "2022-07-01 10:00,-1\n", "2022-07-01,900\n",
             "2022-07-29 12:00,1\n", "1999-07-01 09:00,1\n", "2022-07-01 11:00,6\n", "2022-07-01 11:00,7\n",
             "2022-07-01 12:00,nan\n", "2022-07-01 13:00,2\n", "2022-07-01 13:15\n"]
    taken = history_take(actor=people.chen_supervisor(), channel="order", lines=lines)
    assert known() == {"07-01 09:00": 3}
    assert (taken.lines, taken.half_hours, taken.left) == (12, 1, 9)
    assert [row.sentence for row in taken.faults] == [
        "第3行：“昨天”不是日期和时间，写成2022-07-29 17:00。", "第4行：“五”不是来量，写0或更大的数。",
        "第5行：“-1”不是来量，写0或更大的数。", "第6行：2022-07-01没有写几点；要每半小时一行。",
        "第7行：2022-07-29 12:00这个半小时还没过完。", "第8行：1999-07-01 09:00太早了，只收近十年的。",
        "第10行：2022-07-01 11:00前面有过，删掉一行。", "第11行：“nan”不是来量，写0或更大的数。",
        "第13行：“”不是来量，写0或更大的数。"]


def test_a_file_that_is_none_is_refused_whole() -> None:
    chen = people.chen_supervisor()
    with pytest.raises(HistoryHeadError, match="现在的列是：a, b"):
        history_take(actor=chen, channel="call", lines=["a,b\n", "1,2\n"])
    with pytest.raises(HistoryHeadError):
        history_take(actor=chen, channel="call", lines=[])
    with pytest.raises(HistoryFileError):
        history_take(actor=chen, channel="call", lines=[HEAD])
    with pytest.raises(ChannelError):
        history_take(actor=chen, channel="pigeon", lines=[HEAD, "2022-07-01 09:00,3\n"])
    with pytest.raises(NotAllowedError):
        history_take(actor=people.li_agent(), channel="call", lines=[HEAD, "2022-07-01 09:00,3\n"])
    assert not Arrival.objects.exists()


def test_years_of_half_hours_are_read_line_by_line() -> None:
    begin = clock.midnight(dt.date(2017, 1, 1))

    def lines() -> Iterator[str]:
        yield HEAD
        for n in range(5 * 365 * 48):
            yield f"{begin + n * dt.timedelta(minutes=30):%Y-%m-%d %H:%M},{n % 9}\n"

    tracemalloc.start()
    taken = history_take(actor=people.chen_supervisor(), channel="call", lines=lines())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken.half_hours == 5 * 365 * 48 == Arrival.objects.count()
    assert most < 80_000_000


def test_what_is_typed_is_wanted_in_every_half_hour_of_these_days_and_expected_by_the_hour() -> None:
    chen = people.chen_supervisor()
    assert needs_type(actor=chen, typed=typed(people=None, expected=20.0)) == 5 * 16
    spans = needs_of_days(actor=chen, first=MONDAY, days=7)
    first = spans[MONDAY][0]
    assert (first.hours, first.channel_label, first.is_typed) == ("08:00–16:00", "来电", True)
    assert first.people == 5  # of 20 calls in half an hour, by Erlang A
    assert spans[MONDAY + dt.timedelta(days=5)] == ()
    assert set(Demand.objects.values_list("expected", flat=True)) == {40.0}
    assert Demand.objects.count() == 5 * 8
    needs_type(actor=chen, typed=typed(start_min=1320, end_min=360, channel="night", skill=""))
    assert needs_of_days(actor=chen, first=MONDAY, days=2)[MONDAY][-1].hours == "22:00–24:00"
    assert needs_clear(actor=chen, typed=typed()) == 5 * 16
    assert not Demand.objects.exists()


@pytest.mark.parametrize(("values", "said"), [
    ({"people": None}, "写要几个人"), ({"people": 900.0}, "人数在0到500"), ({"weekdays": ()}, "至少选一个星期几"),
    ({"start_min": 490}, "整点或半点"), ({"channel": "pigeon"}, "选做什么"), ({"expected": -1.0}, "预计来量"),
    ({"last": MONDAY - dt.timedelta(days=1)}, "从哪天到哪天"), ({"people": float("nan")}, "人数在0到500"),
    ({"last": MONDAY, "weekdays": (3,)}, "没有选中的星期几"),
    ({"channel": "night", "people": None, "expected": 3.0}, "写要几个人"),
])
def test_what_cannot_be_wanted_is_said_by_its_field(values: dict, said: str) -> None:
    with pytest.raises(NeedTypedError, match=said):
        needs_type(actor=people.chen_supervisor(), typed=typed(**values))
    assert not StaffNeed.objects.exists()


def test_a_forecast_says_by_the_hour_what_it_expects() -> None:
    chen = people.chen_supervisor()
    lines = [HEAD, *(f"2022-07-{day:02d} {hour:02d}:{minute:02d},12\n" for day in range(4, 29) for hour in range(8, 20)
                     for minute in (0, 30))]
    history_take(actor=chen, channel="call", lines=lines)
    demand_forecast(actor=chen, start_date=MONDAY, days=1)
    assert Demand.objects.get(hour_at=at(0, 600)).expected == pytest.approx(24, abs=3)
    assert {row.source for row in Demand.objects.all()} == {StaffNeed.objects.filter(channel="call").first().source}  # type: ignore[union-attr]


def test_a_roster_is_made_of_what_was_typed_without_any_history() -> None:
    desk()
    chen = people.chen_supervisor()
    needs_type(actor=chen, typed=typed(first=MONDAY + dt.timedelta(days=1)))  # nothing on the roster's first day
    run = roster_solve_start(actor=chen, start_date=MONDAY, days=7, legal_basis=LAW, limit_s=60)
    run_answer(run)
    assert (RosterRun.objects.get().state, RosterRun.objects.get().error) == ("done", "")


def test_a_roster_s_own_forecast_leaves_standing_what_was_typed() -> None:
    desk()
    chen = people.chen_supervisor()
    lines = [HEAD, *(f"2022-07-{day:02d} {hour:02d}:00,12\n" for day in range(4, 29) for hour in range(8, 20))]
    history_take(actor=chen, channel="call", lines=lines)
    needs_type(actor=chen, typed=typed(first=MONDAY + dt.timedelta(days=1), people=2.0))
    needs_type(actor=chen, typed=typed(channel="night", skill="", start_min=0, end_min=480, people=3.0))
    run_answer(roster_solve_start(actor=chen, start_date=MONDAY, days=7, legal_basis=LAW, limit_s=60))
    assert StaffNeed.objects.get(channel="call", start_at=at(1, 600)).people == 2
    assert StaffNeed.objects.get(channel="night", start_at=at(1, 60)).people == 3
    assert StaffNeed.objects.filter(channel="call", start_at=at(0, 600)).exists()
