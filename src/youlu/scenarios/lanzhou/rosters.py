"""The desk before the night: contracts, half-hour history, needs, wishes, two weeks of a normal roster. All invented.

The roster is a plain rotation, not a search: five days a week, one kind of shift a person, so that loading takes no
time. It passes the same check as every roster, and was published before anybody was locked down.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Sequence

import numpy as np

from youlu.core import clock
from youlu.core.bulk import rows_copy
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.models import Basis, Contract, Wish
from youlu.domain.workforce.rostering.drafts import roster_draft_save
from youlu.domain.workforce.rostering.law import LEGAL_BASIS
from youlu.domain.workforce.rostering.problem import ShiftPlan
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish
from youlu.domain.workforce.staffing import people_of
from youlu.domain.workforce.trade import NIGHT_PEOPLE, SHIFT_KINDS, WORK

SOURCE = "演示：按平日来量推算"
HISTORY_DAYS, ROSTER_DAYS, NEED_DAYS = 56, 14, 28
OPEN_MIN, CLOSE_MIN = 480, 1440
CALLS_A_DAY, ORDERS_A_DAY = 960, 320  # of a usual weekday, assumed: 60 and 20 an hour
WEEKEND = 0.75
HUMPS = ((10.0, 1.0, 2.0), (15.5, 0.9, 2.2), (20.0, 0.4, 1.8))  # hour, height, width in hours
CONSENTING = 16  # of 23 who agreed to emergency hours, assumed
# Kind by rank of the agents: three share the night, the others keep one kind; days off move round the week.
KIND_OF = ("early",) * 7 + ("middle",) * 3 + ("late",) * 6 + ("written_early",) * 2 + ("written_late",) * 2
NIGHT = "night"
# (kind, days) of the three who take turns at night: five or four nights, then rest, then orders by day.
TURNS: tuple[tuple[tuple[str, tuple[int, ...]], ...], ...] = (
    ((NIGHT, (0, 1, 2, 3, 4)), ("written_early", (7, 8, 9, 10, 11))),
    (("written_early", (0, 1, 2)), (NIGHT, (5, 6, 7, 8, 9)), ("written_early", (12, 13))),
    (("written_early", (0, 1, 2, 3, 4, 7)), (NIGHT, (10, 11, 12, 13))),
)
TIMES = {row[0]: (dt.timedelta(minutes=row[2]), dt.timedelta(minutes=row[3])) for row in SHIFT_KINDS}


def rosters_make(*, actor: Actor, approver: Actor, agents: Sequence[uuid.UUID], at: dt.datetime, seed: int) -> None:
    """History up to the eve of `at`, needs, contracts, wishes; the roster of two weeks from the Monday before `at`."""
    today = clock.local(at).date()
    monday = today - dt.timedelta(days=today.weekday() + 7)
    _contracts(agents, at)
    _history(today, seed)
    _needs(monday)
    _wishes(agents, today, seed)
    plans = [plan for rank, agent in enumerate(agents) for plan in _plans(rank, agent, monday)]
    with clock.frozen(clock.midnight(monday - dt.timedelta(days=4))):
        roster = roster_draft_save(actor=actor, assignments=plans, start_date=monday, days=ROSTER_DAYS,
                                   basis="standard", legal_basis=LEGAL_BASIS[Basis.STANDARD])
        roster_approve(actor=approver, roster_id=roster)
        roster_publish(actor=approver, roster_id=roster)


def arrivals_usual(channel: str, weekday: int) -> np.ndarray:
    """float64[32]: what a usual day of that weekday brings in each half hour from 08:00 to 24:00."""
    hour = np.arange(OPEN_MIN, CLOSE_MIN, 30) / 60
    # Mid-morning, mid-afternoon, a little after supper.
    shape = np.full(len(hour), 0.2)
    for at, high, wide in HUMPS:
        shape += high * np.exp(-(((hour - at) / wide) ** 2))
    a_day = (CALLS_A_DAY if channel == "call" else ORDERS_A_DAY) * (WEEKEND if weekday >= 5 else 1.0)
    return np.asarray(a_day * shape / shape.sum())


def _contracts(agents: Sequence[uuid.UUID], at: dt.datetime) -> None:
    Contract.objects.bulk_create(
        Contract(agent_id=agent, consents_emergency_at=at if rank < CONSENTING else None)
        for rank, agent in enumerate(agents))


def _history(today: dt.date, seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = []
    for back in range(HISTORY_DAYS, 0, -1):
        day = today - dt.timedelta(days=back)
        midnight = clock.midnight(day)
        for channel in ("call", "order"):
            usual = arrivals_usual(channel, day.weekday()) * draw.normal(1.0, 0.06)
            rows += [(channel, midnight + dt.timedelta(minutes=OPEN_MIN + 30 * n), float(count))
                     for n, count in enumerate(draw.poisson(np.maximum(usual, 0.0)).tolist())]
    rows_copy("workforce_arrival", ("channel", "start_at", "count"), rows)


def _needs(monday: dt.date) -> None:
    rows = []
    by_kind = {(work.channel, is_weekend): people_of(arrivals_usual(work.channel, 5 * is_weekend), work)
               for work in WORK if work.channel != "contact" for is_weekend in (False, True)}
    skill = {work.channel: work.skill for work in WORK}
    for offset in range(NEED_DAYS):
        day = monday + dt.timedelta(days=offset)
        midnight = clock.midnight(day)
        for channel in ("call", "order"):
            usual, people = arrivals_usual(channel, day.weekday()), by_kind[channel, day.weekday() >= 5]
            rows += [(uuid7(), midnight + dt.timedelta(minutes=OPEN_MIN + 30 * n), channel, skill[channel],
                      round(float(usual[n]), 2), round(float(people[n]), 2), SOURCE) for n in range(len(usual))]
        rows += [(uuid7(), midnight + dt.timedelta(minutes=minute), "night", "", 0.0, float(NIGHT_PEOPLE), SOURCE)
                 for minute in range(0, OPEN_MIN, 30)]
    rows_copy("workforce_staffneed", ("id", "start_at", "channel", "skill", "expected", "people", "source"), rows)


def _wishes(agents: Sequence[uuid.UUID], today: dt.date, seed: int) -> None:
    draw = random.Random(seed)
    found = []
    for agent in agents:
        for ahead in sorted(draw.sample(range(7, 21), 2)):
            kind = draw.choice((None, None, "early", "late"))
            found.append(Wish(agent_id=agent, work_date=today + dt.timedelta(days=ahead), kind_id=kind,
                              weight=draw.randint(1, 3), is_for=kind is not None and draw.random() < 0.5))
    Wish.objects.bulk_create(found)


def _plans(rank: int, agent: uuid.UUID, monday: dt.date) -> list[ShiftPlan]:
    if rank >= len(KIND_OF):
        turns = TURNS[rank - len(KIND_OF)]
        return [_plan(agent, monday, day, kind) for kind, days in turns for day in days]
    off = {(2 * rank) % 7, (2 * rank + 1) % 7}
    return [_plan(agent, monday, day, KIND_OF[rank]) for day in range(ROSTER_DAYS) if day % 7 not in off]


def _plan(agent: uuid.UUID, monday: dt.date, day: int, kind: str) -> ShiftPlan:
    date, (start, length) = monday + dt.timedelta(days=day), TIMES[kind]
    start_at = clock.midnight(date) + start
    return ShiftPlan(agent, date, kind, start_at, start_at + length, "on_site")
