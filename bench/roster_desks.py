"""The desks that `bench/roster.py` plans: 21 people of a provincial desk, and 300 agents."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from math import pi, sin

from youlu.engines.roster import Need, Person, Problem, Rule, Shift, Span, Stay, Wish

MONDAY = date(2022, 7, 11)
PLAIN, DIALECT, COMPLAINT = "普通话", "云南方言", "投诉"
ON_SITE, ANYWHERE = frozenset({"on_site"}), frozenset({"on_site", "at_home"})


def _busy(minute: int) -> float:
    """Share of the peak at that minute: two humps, mid-morning and evening."""
    hour = minute / 60
    return max(0.25, 0.55 + 0.45 * sin((hour - 7) / 17 * 2 * pi * 1.2) * (1.0 if hour < 21 else 0.6))


def lanzhou(seed: int = 1) -> Problem:
    """21 people, 14 days, half hours 08:00 to 24:00 by skill, written work from home, one on night duty; wishes."""
    draw = random.Random(seed)
    shifts = (
        Shift("早", 480, 480, break_at_min=240, break_min=30), Shift("中", 600, 480, break_at_min=240, break_min=30),
        Shift("午", 720, 480, break_at_min=240, break_min=30), Shift("晚", 960, 480, break_at_min=180, break_min=30),
        Shift("居家早", 540, 480, break_at_min=180, break_min=60, activity="orders", sites=ANYWHERE),
        Shift("居家晚", 840, 480, break_at_min=240, break_min=60, activity="orders", sites=ANYWHERE),
        Shift("值守", 0, 480, activity="night_duty"),
    )
    people = tuple(_agent(draw, number) for number in range(21))
    return Problem(MONDAY, 14, shifts, people, tuple(_lanzhou_needs()), _lanzhou_rules(shifts), name="lanzhou")


def _agent(draw: random.Random, number: int) -> Person:
    skills = {PLAIN} | ({DIALECT} if number % 3 == 0 else set()) | ({COMPLAINT} if number % 2 == 0 else set())
    wishes = tuple(
        Wish(day, draw.randint(1, 3), draw.choice(["", "早", "晚"]), draw.random() < 0.3)
        for day in sorted(draw.sample(range(14), 3))
    )
    home = (Stay(Span.of_days(0, 13), "at_home"),) if number >= 16 else ()
    return Person(f"{number + 1:02d}号", frozenset(skills), stays=home, wishes=wishes, contract_min=80 * 60)


def _lanzhou_needs() -> list[Need]:
    needs = []
    for day in range(14):
        weekend = 0.75 if day % 7 >= 5 else 1.0
        for start in range(480, 1440, 30):
            want = round(5.2 * weekend * _busy(start), 1)
            needs.append(Need(day, start, start + 30, want, PLAIN, short_cost=10, over_cost=1))
            needs.append(Need(day, start, start + 30, 1, DIALECT, short_cost=8))
            if 540 <= start < 1200:
                needs.append(Need(day, start, start + 30, 1, COMPLAINT, short_cost=6))
                needs.append(Need(day, start, start + 30, 2, "", "orders", short_cost=4, over_cost=0.5))
        needs += [Need(day, start, start + 30, 1, "", "night_duty", short_cost=30) for start in range(0, 480, 30)]
    return needs


def _lanzhou_rules(shifts: tuple[Shift, ...]) -> tuple[Rule, ...]:
    nights = frozenset({"值守"})
    return (
        Rule("min_rest", 660), Rule("rest_day_in_seven"), Rule("law_hours_day"), Rule("law_overtime"),
        Rule("max_consecutive_days", 5, weight=20), Rule("min_consecutive_rest_days", 2, weight=3),
        Rule("max_shifts_of_kind", 3, shifts=nights), Rule("max_weekends", 2),
        Rule("fair_shares", weight=4, shifts=nights), Rule("fair_weekends", weight=4),
        Rule("contract_hours", weight=1), Rule("wishes", weight=2),
    )


def absent(problem: Problem, seed: int) -> Problem:
    """One to three people away for two to five days."""
    draw = random.Random(seed)
    people = list(problem.people)
    for p in draw.sample(range(len(people)), draw.randint(1, 3)):
        first = draw.randrange(problem.days - 2)
        last = min(problem.days - 1, first + draw.randint(1, 4))
        people[p] = replace(people[p], leave=(Span.of_days(first, last),))
    return replace(problem, people=tuple(people))


def three_hundred(seed: int = 1, agents: int = 300, days: int = 28) -> Problem:
    """Agents in five skill groups, six kinds of shift, needs a half hour and skill, wishes of one in two."""
    draw = random.Random(seed)
    shifts = tuple(Shift(name, start * 60, 540, break_at_min=240, break_min=60)
                   for name, start in (("七", 7), ("八", 8), ("十", 10), ("十二", 12), ("十四", 14), ("十五", 15)))
    groups = [{PLAIN}, {PLAIN}, {PLAIN}, {PLAIN, DIALECT}, {PLAIN, COMPLAINT}]
    people = tuple(
        Person(f"{k + 1:03d}", frozenset(groups[k % 5]),
               leave=(Span.of_days(*(2 * (draw.randrange(days - 2),))),) if draw.random() < 0.5 else (),
               wishes=tuple(Wish(draw.randrange(days), draw.randint(1, 3), want=False) for _ in range(k % 3)))
        for k in range(agents)
    )
    needs = []
    for day in range(days):
        scale = agents / 300 * (0.8 if day % 7 >= 5 else 1.0)
        for start in range(420, 1440, 30):
            many, few = (round(people * scale * _busy(start), 1) for people in (120, 14))
            needs.append(Need(day, start, start + 30, many, PLAIN, short_cost=10, over_cost=2))
            needs += [Need(day, start, start + 30, few, skill, short_cost=12) for skill in (DIALECT, COMPLAINT)]
    rules = (
        Rule("min_rest", 660), Rule("rest_day_in_seven"), Rule("max_consecutive_days", 6),
        Rule("min_consecutive_rest_days", 2), Rule("max_weekends", 3), Rule("max_minutes", 160 * 60),
        Rule("min_minutes", 144 * 60), Rule("wishes", weight=2),
    )
    return Problem(MONDAY, days, shifts, people, tuple(needs), rules, name="agents")
