"""Small desks for the roster tests, and the slow way to find the best roster: try them all."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from youlu.engines.roster import (
    Ahead,
    Assignment,
    Carry,
    Need,
    Params,
    Person,
    Problem,
    Rule,
    Shift,
    Span,
    Wish,
    roster_verify,
)

MONDAY = date(2022, 7, 11)
CALL = frozenset({"普通话"})
BOTH = frozenset({"普通话", "云南方言"})
EARLY = Shift("早", 480, 480)
LATE = Shift("晚", 960, 480, sites=frozenset({"on_site", "at_home"}))
NIGHT = Shift("值守", 1320, 600, activity="night_duty")
EXACT = Params(steps=40, step_s=None, whole_work=20.0, threads=1, workers=1)


def desk(size: int = 3, days: int = 7, **changes) -> Problem:
    names = "甲乙丙丁戊己庚辛"
    staff = tuple(Person(names[k], BOTH if k == 0 else CALL) for k in range(size))
    return replace(Problem(MONDAY, days, (EARLY, LATE), staff), **changes)


def person(name: str = "甲", **changes) -> Person:
    return replace(Person(name, CALL), **changes)


def works(name: str, **by_day: str) -> list[Assignment]:
    """`works("甲", d0="早", d3="晚")`"""
    return [Assignment(int(day[1:]), name, shift) for day, shift in by_day.items()]


def rosters(problem: Problem) -> Iterator[list[Assignment]]:
    cells = [(p.name, day) for p in problem.people for day in range(problem.days)]
    for choice in itertools.product(["", *(s.name for s in problem.shifts)], repeat=len(cells)):
        yield [Assignment(day, name, shift) for (name, day), shift in zip(cells, choice, strict=True) if shift]


def best_by_trying_all(problem: Problem) -> float:
    """Cost of the best valid roster; inf if there is none."""
    verdicts = (roster_verify(problem, roster) for roster in rosters(problem))
    return min((v.cost for v in verdicts if v.valid), default=float("inf"))


def random_rule(draw: random.Random, problem: Problem) -> Rule:
    names = ["min_rest", "never_followed_by", "rest_day_in_seven", "max_consecutive_days", "min_consecutive_days",
             "min_consecutive_rest_days", "max_weekends", "max_shifts_of_kind", "fair_shares", "fair_weekends",
             "max_minutes_week", "max_minutes", "min_minutes", "contract_hours", "law_overtime", "pay", "wishes",
             "keep_published", "max_minutes_day", "law_hours_day"]
    name = draw.choice(names)
    limits = {"min_rest": draw.choice([660, 960, 1500]), "max_minutes_day": 540, "max_minutes": 1200,
              "min_minutes": 480, "max_minutes_week": 960}
    bars = name in ("max_minutes_day", "law_hours_day")
    hard = bars or (name != "pay" and draw.random() < 0.5)
    some = frozenset(s.name for s in problem.shifts if draw.random() < 0.6)
    uses_kinds = name in ("never_followed_by", "max_shifts_of_kind", "fair_shares")
    return Rule(
        name, limits.get(name, draw.randint(1, 2)), None if hard else draw.choice([1.0, 2.5, 7.0]),
        None if draw.random() < 0.6 else frozenset({draw.choice(problem.people).name}),
        some if uses_kinds else frozenset(), some if name == "never_followed_by" else frozenset(),
    )


def random_desk(seed: int) -> Problem:
    """Two people and three or four days: few enough rosters to try them all."""
    draw = random.Random(seed)
    days = draw.choice([3, 4])
    long = replace(EARLY, length_min=draw.choice([480, 600, 720]))
    shifts = (long, LATE) if days == 3 else (draw.choice([long, NIGHT]),)
    start = date(2022, 7, draw.randint(11, 17))
    people = tuple(_random_person(draw, name, days, shifts) for name in "甲乙")
    problem = Problem(start, days, shifts, people, holidays=frozenset({1}) if draw.random() < 0.2 else frozenset())
    activity = shifts[0].activity
    needs = tuple(
        Need(draw.randrange(days), first, first + 30 * draw.choice([1, 2]), draw.choice([0, 0.5, 1, 1.4, 2]),
             skill=draw.choice(["", "云南方言"]), activity=activity, short_cost=draw.choice([1.0, 4.0, 10.0]),
             over_cost=draw.choice([0.0, 0.5]), hard=draw.random() < 0.15)
        for first in draw.sample([0, 60, 480, 600, 900, 1320, 1380], 5)
    )
    published = tuple(Assignment(day, "甲", shifts[0].name) for day in range(days) if draw.random() < 0.5)
    pinned = (Assignment(1, "乙", draw.choice(["", shifts[-1].name])),) if draw.random() < 0.15 else ()
    problem = replace(problem, needs=needs, published=published, pinned=pinned)
    return replace(problem, rules=tuple(random_rule(draw, problem) for _ in range(draw.randint(1, 4))))


def _random_person(draw: random.Random, name: str, days: int, shifts: tuple[Shift, ...]) -> Person:
    carry = draw.choice([Carry(), Carry(worked_in_row=draw.randint(1, 6), last_end_min=-draw.choice([30, 480]),
                                        week_min=draw.choice([0, 960, 2400, 3000]), week_over_min=draw.choice([0, 300]),
                                        overtime_min=draw.choice([0, 2000, 2300])),
                         Carry(rested_in_row=draw.randint(1, 2))])
    ahead = draw.choice([Ahead(), Ahead(), Ahead(
        first_start_min=1440 * days + draw.choice([0, 480, 1500]), worked_in_row=draw.randint(0, 7),
        week_min=draw.choice([0, 960, 2640, 3000]), week_over_min=draw.choice([0, 240]),
        overtime_min=draw.choice([0, 2000]), scheme_min=draw.choice([0, 500]))])
    return Person(
        name, BOTH if draw.random() < 0.7 or name == "甲" else CALL,
        leave=(Span.of_days(0, 0),) if draw.random() < 0.2 else (),
        available=(Span(300, 1440 * days + 200),) if draw.random() < 0.2 else (),
        wishes=tuple(Wish(day, draw.randint(1, 3), draw.choice(["", shifts[0].name]), draw.random() < 0.5)
                     for day in range(days) if draw.random() < 0.4),
        contract_min=draw.choice([None, 960]), basis=draw.choice(["standard", "comprehensive", "emergency"]),
        consents=draw.random() < 0.5, scheme_min=1000, carry=carry, ahead=ahead,
        scheme_starts=(1,) if days > 1 and draw.random() < 0.3 else (),
    )
