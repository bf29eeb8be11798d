"""Days, windows and working days."""

import itertools
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youlu.engines.calendar import (
    WorkdayError,
    date_of_day,
    day_of_compact,
    day_of_date,
    minute_of,
    weekday_of_day,
    window_shift,
    windows_merge,
    workdays_read,
)

CHINA = ZoneInfo("Asia/Shanghai")
TABLE = """date,kind,name_en,name_zh,days_in_holiday
2022-10-01,holiday,National Day,国庆节,3
2022-10-03,holiday,National Day,国庆节,3
2022-10-08,makeup_workday,National Day,国庆节,
"""


@given(st.dates(date(1971, 1, 1), date(2170, 1, 1)))
def test_a_day_is_an_integer_and_comes_back(day):
    assert date_of_day(day_of_date(day)) == day
    assert weekday_of_day(day_of_date(day)) == day.weekday()
    assert day_of_compact(day.strftime("%Y%m%d")) == day_of_date(day)


@pytest.mark.parametrize("text", ["2016031", "20160230", "2016-3-1", "２０１６０３１０", ""])
def test_a_day_that_is_none_is_refused(text):
    with pytest.raises(ValueError):
        day_of_compact(text)


def test_a_moment_counts_in_whole_minutes_rounded_up():
    day = day_of_date(date(2022, 7, 29))
    assert minute_of(datetime(2022, 7, 30, 1, 2, tzinfo=CHINA), day) == 1440 + 62
    assert minute_of(datetime(2022, 7, 29, 17, 0, 30, tzinfo=CHINA), day) == 17 * 60 + 1


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=6), st.integers(0, 40))
def test_merged_windows_hold_the_same_instants_and_shift_past_all_of_them(pairs, instant):
    windows = [(start, start + length) for start, length in pairs]
    merged = windows_merge(windows)
    assert any(a <= instant < b for a, b in windows) == any(a <= instant < b for a, b in merged)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(merged))
    moved = window_shift(instant, merged)
    assert not any(a <= moved < b for a, b in windows)


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends before"):
        windows_merge([(5, 4)])


def test_make_up_days_are_worked_and_holidays_are_not():
    days = workdays_read(TABLE.splitlines(keepends=True))
    worked = [d for d in range(1, 11) if days.is_workday(day_of_date(date(2022, 10, d)))]
    assert worked == [4, 5, 6, 7, 8, 10]
    assert date_of_day(days.workdays_add(day_of_date(date(2022, 10, 7)), 2)) == date(2022, 10, 10)
    assert date_of_day(days.workdays_add(day_of_date(date(2022, 10, 1)), 0)) == date(2022, 10, 4)


def test_a_year_without_a_table_is_refused_unless_weekends_are_declared_enough():
    monday = day_of_date(date(2027, 1, 4))
    with pytest.raises(WorkdayError, match="2027"):
        workdays_read(TABLE.splitlines()).is_workday(monday)
    assert workdays_read(TABLE.splitlines(), weekends_only_outside=True).is_workday(monday)


def test_a_table_that_cannot_be_read_names_the_line():
    with pytest.raises(WorkdayError, match="line 2"):
        workdays_read(["date,kind\n", "2022-13-01,holiday\n"])
