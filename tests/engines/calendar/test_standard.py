"""Standard days against counting them one by one."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import youlu.domain.promise
from youlu.engines.calendar import (
    CalendarUnknown,
    StandardDue,
    StandardRule,
    Workdays,
    date_of_day,
    day_of_date,
    standard_due,
    workdays_read,
)

TABLE = Path(youlu.domain.promise.__file__).with_name("data") / "workdays.csv"
CHINA = workdays_read(TABLE.read_text("utf-8").splitlines())
FIRST, LAST = min(CHINA.years), max(CHINA.years)


def counted_one_by_one(rule: StandardRule, day: int, minute: int, table: Workdays) -> StandardDue | CalendarUnknown:
    """Day after day, as a clerk does with a calendar on the wall."""
    at = date_of_day(day)
    if minute > rule.cutoff_min:
        at += timedelta(days=1)
    if not rule.in_workdays:
        return StandardDue(day_of_date(at) + rule.days, rule.due_min)
    left = rule.days
    while True:
        if at.year not in table.years:
            return CalendarUnknown(at.year)
        number = day_of_date(at)
        if number in table.makeup_days or (number not in table.holidays and at.weekday() < 5):
            if left == 0:
                return StandardDue(number, rule.due_min)
            left -= 1
        at += timedelta(days=1)


rules = st.builds(StandardRule, days=st.integers(0, 60), in_workdays=st.booleans(), cutoff_min=st.integers(1, 1440),
                  due_min=st.integers(1, 1440))


@given(rule=rules, at=st.dates(date(FIRST, 1, 1), date(LAST, 12, 31)), minute=st.integers(0, 1439))
def test_it_is_what_counting_one_by_one_gives(rule, at, minute):
    day = day_of_date(at)
    assert standard_due(rule, day=day, minute=minute, workdays=CHINA) == counted_one_by_one(rule, day, minute, CHINA)


@given(rule=rules, at=st.dates(date(LAST, 11, 1), date(LAST + 1, 2, 1)), minute=st.integers(0, 1439))
def test_around_the_last_known_year_too(rule, at, minute):
    day = day_of_date(at)
    assert standard_due(rule, day=day, minute=minute, workdays=CHINA) == counted_one_by_one(rule, day, minute, CHINA)


@given(rule=rules, at=st.dates(date(2021, 10, 1), date(2025, 2, 1)), minute=st.integers(0, 1439))
def test_a_year_that_is_missing_in_between_is_not_jumped_over(rule, at, minute):
    gap = Workdays(CHINA.holidays, CHINA.makeup_days, CHINA.years - {2023})
    day = day_of_date(at)
    assert standard_due(rule, day=day, minute=minute, workdays=gap) == counted_one_by_one(rule, day, minute, gap)


@pytest.mark.parametrize(("handed_in", "minute", "days", "due"), [
    ("2022-09-30", 600, 2, "2022-10-09"),  # National Day: the 8th and 9th, a weekend, are worked
    ("2022-10-08", 600, 0, "2022-10-08"),  # a make-up Saturday is a day like others
    ("2022-10-01", 600, 1, "2022-10-09"),  # on a holiday: counts from the 8th
    ("2022-07-15", 1080, 1, "2022-07-18"),  # Friday at the cut-off is in time
    ("2022-07-15", 1081, 1, "2022-07-19"),  # a minute later it counts from Monday
    ("2022-07-16", 600, 1, "2022-07-19"),  # Saturday counts from Monday
])
def test_working_days_by_hand(handed_in, minute, days, due):
    found = standard_due(StandardRule(days, True, cutoff_min=1080), day=day_of_date(date.fromisoformat(handed_in)),
                         minute=minute, workdays=CHINA)
    assert found == StandardDue(day_of_date(date.fromisoformat(due)), 1440)


def test_calendar_days_need_no_holidays():
    rule = StandardRule(3, False)
    assert standard_due(rule, day=day_of_date(date(LAST, 12, 30)), minute=0, workdays=CHINA) == StandardDue(
        day_of_date(date(LAST + 1, 1, 2)), 1440)


def test_past_the_last_known_year_no_day_is_taken_for_a_working_day():
    rule = StandardRule(3, True)
    assert standard_due(rule, day=day_of_date(date(LAST, 12, 30)), minute=0,
                        workdays=CHINA) == CalendarUnknown(LAST + 1)
