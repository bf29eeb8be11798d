"""What the independent check is made of: a roster by person and day, and the list of checks by rule name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from youlu.engines.roster.model import Assignment, Person, Problem, Rule, Shift


@dataclass(frozen=True)
class Roster:
    """Assignments by person and day."""

    problem: Problem
    by_person: dict[str, dict[int, Shift]]
    doubles: tuple[Assignment, ...] = ()

    def days(self, person: Person) -> dict[int, Shift]:
        return self.by_person.get(person.name, {})

    def people(self, rule: Rule) -> Iterator[Person]:
        return (p for p in self.problem.people if rule.people is None or p.name in rule.people)


HOURS = ("max_minutes_week", "max_minutes", "min_minutes", "contract_hours", "law_overtime")
BARS = ("skill", "site", "leave", "availability", "max_minutes_day", "law_hours_day")
Found = Iterator[tuple[str, int, float]]  # person, day, amount
Check = Callable[[Roster, Rule], Found]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    CHECKS[function.__name__] = function
    return function


def among(shift: Shift, names: frozenset[str]) -> bool:
    return not names or shift.name in names
