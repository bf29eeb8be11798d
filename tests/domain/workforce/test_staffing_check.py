"""What a simulation says of the people that a forecast asked for: kept by day, beside the formula, by a job."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import people
from tests.domain.workforce.desk_of_six import AT, MONDAY, at

from youlu.core import clock
from youlu.domain.workforce.forecasting import demand_forecast, forecasts_newest
from youlu.domain.workforce.history import arrivals_add
from youlu.domain.workforce.jobs import staffing_check_job
from youlu.domain.workforce.models import Forecast, StaffNeed
from youlu.domain.workforce.staffing import forecast_check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def foreseen() -> Iterator[None]:
    with clock.frozen(AT):
        for channel in ("call", "order"):
            arrivals_add([(channel, at(day, minute), 18.0 + (minute // 30 + day) % 4) for day in range(-32, -3)
                          for minute in range(480, 960, 30)])
        demand_forecast(actor=people.chen_supervisor(), start_date=MONDAY, days=2)
        yield


def test_the_forecast_of_calls_is_simulated_by_a_job_of_its_own() -> None:
    jobs = ProcrastinateJob.objects.filter(task_name="workforce.staffing_check")
    calls = Forecast.objects.get(channel="call")
    assert [job.args for job in jobs] == [{"forecast_id": str(calls.id)}], "orders can wait: nothing to check"
    assert forecasts_newest()[0].worst_check is None
    staffing_check_job(str(calls.id))
    row = forecasts_newest()[0]
    assert [check.day for check in row.checks] == [MONDAY, MONDAY + dt.timedelta(days=1)]
    for check in row.checks:
        assert check.low < check.mean < check.high
        assert 85 <= check.formula <= 100, "as many as answer 85 % in time"
        assert abs(check.formula - check.mean) < 6, "two ways to the same figure"
    assert row.worst_check == min(row.checks, key=lambda check: check.mean)


def test_fewer_people_answer_fewer_in_time_and_the_check_says_so() -> None:
    calls = Forecast.objects.get(channel="call")
    forecast_check(calls.id)
    enough = forecasts_newest()[0].checks[0]
    for row in StaffNeed.objects.filter(channel="call"):
        StaffNeed.objects.filter(id=row.id).update(people=row.people - 2)
    forecast_check(calls.id)
    few = forecasts_newest()[0].checks[0]
    assert few.high < enough.low
    assert few.formula < enough.formula
    assert few.lost > enough.lost


def test_what_can_wait_and_what_is_gone_is_not_simulated() -> None:
    assert forecast_check(Forecast.objects.get(channel="order").id) == 0
    assert forecast_check(uuid.UUID(int=7)) == 0
