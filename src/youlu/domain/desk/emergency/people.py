"""What the workforce knows of each person, added to the facts by the worker: hours behind them, leave, consent, and
what was published for the days of the plan."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import asdict, replace

from youlu.core import clock
from youlu.domain.desk.emergency.facts import Facts, Worker
from youlu.domain.promise.holidays import Almanac
from youlu.domain.workforce.errors import NobodyError
from youlu.domain.workforce.models import Contract
from youlu.domain.workforce.rostering.carry import DAY_MIN as LAW_DAY_MIN
from youlu.domain.workforce.rostering.facts import HeldShift
from youlu.domain.workforce.rostering.problem import roster_problem
from youlu.domain.workforce.rostering.reading import shifts_between
from youlu.engines.calendar.days import date_of_day, day_of_date
from youlu.engines.calendar.workdays import Workdays
from youlu.engines.roster import Person

DAY = dt.timedelta(days=1)


def people_add(facts: Facts, *, days: int) -> Facts:
    """The facts with contracts, leave, hours carried over and published shifts; `days` of the plan."""
    midnight = clock.midnight(clock.local(facts.start_at).date())
    known = _known(midnight, days)
    shifts: dict[str, list[HeldShift]] = defaultdict(list)
    for shift in shifts_between(midnight, midnight + (days + 1) * DAY):
        shifts[str(shift.agent_id)].append(shift)
    most = {str(agent): week for agent, week in Contract.objects.exclude(week_most_min=None).values_list(
        "agent_id", "week_most_min")}
    workdays, first = Almanac().at(facts.at), day_of_date(clock.local(midnight).date())
    free = _weekend(workdays, first, days)
    workers = tuple(replace(
        _worker(facts, worker, known.get(worker.staff_no), shifts[worker.id], midnight, most.get(worker.id)),
        free_days=_off(shifts[worker.id], midnight, days) if shifts[worker.id] else free) for worker in facts.workers)
    normal = tuple((who, s.start_at, s.end_at) for who, held in shifts.items() for s in held
                   if s.start_at < midnight + days * DAY)
    holidays = tuple(day for day in range(days + 1) if first + day in workdays.holidays)
    return replace(facts, workers=workers, normal=normal, holidays=holidays)


def _off(shifts: list[HeldShift], midnight: dt.datetime, days: int) -> tuple[int, ...]:
    """Days that the published roster left free to somebody it names."""
    worked = {(s.start_at - midnight).days for s in shifts}
    return tuple(day for day in range(days + 1) if day not in worked)


def _weekend(workdays: Workdays, first: int, days: int) -> tuple[int, ...]:
    """Saturdays and Sundays that are no make-up days: the rest of who is on no roster."""
    return tuple(day for day in range(days + 1)
                 if date_of_day(first + day).weekday() >= 5 and first + day not in workdays.makeup_days)


def _known(midnight: dt.datetime, days: int) -> dict[str, Person]:
    """People as the roster's own problem has them, by staff number."""
    try:
        asked = roster_problem(start_date=clock.local(midnight).date(), days=days, needs=())
    except NobodyError:
        return {}
    return {person.name: person for person in asked.problem.people}


def _worker(
    facts: Facts, worker: Worker, person: Person | None, shifts: list[HeldShift], midnight: dt.datetime,
    week_most: int | None,
) -> Worker:
    """The first day's shift counts, over or running."""
    if person is None:
        return replace(worker, is_known=False)
    over = [s for s in shifts if s.end_at <= facts.start_at and s.start_at >= midnight]
    running = [s for s in shifts if s.start_at < facts.start_at < s.end_at]
    over = [] if running else over
    today = sum(s.paid_min for s in shifts if midnight <= s.start_at < facts.start_at)
    carry = asdict(person.carry)
    carry["week_min"] += today
    carry["week_over_min"] += max(0, today - LAW_DAY_MIN)
    return replace(
        worker, consents=person.consents, carry=carry, ahead=asdict(person.ahead),
        over_at_min=max((_minutes(s.end_at, midnight) for s in over), default=None),
        running_until_min=max((_minutes(s.end_at, midnight) for s in running), default=None),
        leave=tuple((span.start_min, span.end_min) for span in person.leave),
        available=tuple((span.start_min, span.end_min) for span in person.available), week_most_min=week_most)


def _minutes(at: dt.datetime, midnight: dt.datetime) -> int:
    return int((at - midnight).total_seconds() // 60)
