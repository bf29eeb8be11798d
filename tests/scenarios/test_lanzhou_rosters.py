"""The scenario's desk before the night: its roster is lawful, in force, and staffs what a usual day brings."""

from __future__ import annotations

import datetime as dt

import pytest

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.workforce.forecasting import demand_forecast, forecasts_newest
from youlu.domain.workforce.models import Arrival, Roster, StaffNeed
from youlu.domain.workforce.rostering.reading import roster_published_at, shifts_between
from youlu.scenarios.lanzhou.cast import AGENTS, cast_make
from youlu.scenarios.lanzhou.load import CLOCK_AT


@pytest.fixture
def cast(db: None):
    with clock.frozen(CLOCK_AT):
        cast_make(actor=actor_of_system("tests"), home_compounds=[7, 8], at=CLOCK_AT)
        yield


@pytest.mark.usefixtures("cast")
def test_a_lawful_roster_of_two_weeks_is_in_force_that_night() -> None:
    found = roster_published_at(CLOCK_AT)
    assert found is not None
    assert (found.start_date, found.days, found.version) == (dt.date(2022, 7, 4), 14, 1)
    assert (found.figures["hard"], found.figures["people"]) == (0, len(AGENTS))
    assert found.figures["covered_pct"] > 80
    evening = shifts_between(CLOCK_AT, CLOCK_AT + dt.timedelta(minutes=1))
    assert {shift.kind for shift in evening} == {"late", "written_late"}


@pytest.mark.usefixtures("cast")
def test_its_history_foresees_a_usual_week_and_its_surge() -> None:
    actor, start = actor_of_system("tests"), dt.date(2022, 7, 18)
    assert demand_forecast(actor=actor, start_date=start, days=7) == ("call", "order")
    rows = {row.channel: row for row in forecasts_newest()}
    assert rows["call"].history_days == 56
    assert rows["call"].scores, "the backtest is kept"
    usual = _calls(start)
    assert usual == pytest.approx(960, rel=0.1)
    demand_forecast(actor=actor, start_date=start, days=7, surge={"call": 3.0})
    assert _calls(start) == pytest.approx(3 * usual, rel=0.01)
    assert Arrival.objects.count() == 56 * 2 * 32
    assert Roster.objects.count() == 1


def _calls(day: dt.date) -> float:
    return sum(StaffNeed.objects.filter(channel="call", start_at__gte=clock.midnight(day),
                                        start_at__lt=clock.midnight(day + dt.timedelta(days=1)))
               .values_list("expected", flat=True))
