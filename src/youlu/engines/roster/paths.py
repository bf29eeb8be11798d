"""One person's cheapest roster as a shortest path: exact, a hundred times quicker than a solver, for the usual rules.

A state is (shift or rest of the day and length of the run, weekends worked, paid minutes, shifts of one kind). People
with rules beyond those of `KNOWN`, or with weighted rules of their own, are left to CP-SAT (`path_of` gives None).
Several limits on kinds: the tightest is in the state; a path that breaks another is refused, its cost is a bound still.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numba import njit

from youlu.engines.roster.model import DAY_MIN, Person, Problem, Rule
from youlu.engines.roster.rows import MARK, SLACK, Program

KNOWN = frozenset({
    "", "one_shift_a_day", "min_rest", "never_followed_by", "rest_day_in_seven", "max_consecutive_days",
    "min_consecutive_days", "min_consecutive_rest_days", "max_weekends", "max_shifts_of_kind", "max_minutes",
    "min_minutes", "pinned",
})
FAR = 1e18


@dataclass(frozen=True, eq=False)
class Path:
    """What the kernel reads of one person. Arrays by day (D), shift (S) or position of a run (see `_walk`).

    allowed : bool (D, S). off_may : bool (D,). follows : bool (S, S). units, kind : int (S,), paid time; 1 if counted.
    first, second : int (D,), number of the weekend whose first or second day it is, else -1.
    limits : int array: longest work run, 1 if runs saturate there, longest on the last day, shortest work run, shortest
        rest run, weekends, least and most units, 1 if units saturate, limit of the kind, history (0 unknown, +n worked,
        -n rested).
    """

    allowed: np.ndarray
    off_may: np.ndarray
    follows: np.ndarray
    units: np.ndarray
    kind: np.ndarray
    first: np.ndarray
    second: np.ndarray
    limits: np.ndarray
    decisions: np.ndarray
    works: np.ndarray
    weekends: np.ndarray
    marks: tuple[tuple[int, tuple[int, ...]], ...]
    others: tuple[tuple[np.ndarray, int], ...]
    size: int

    def cheapest(self, reduced: np.ndarray) -> tuple[np.ndarray | None, float]:
        """Values of the person's variables and the least sum of `reduced`; None if another kind's limit is broken."""
        days = len(self.allowed)
        padded = np.append(reduced, 0.0)
        cost = padded[self.decisions] + padded[self.works][:, None]
        cost[~self.allowed] = FAR
        choice = np.empty(days, dtype=np.int64)
        weekend_cost = padded[self.weekends] if len(self.weekends) else np.zeros(1)
        least = _walk(cost, self.off_may, weekend_cost, self.follows, self.units, self.kind, self.first, self.second,
                      self.limits, choice)
        if least >= FAR / 2:
            return None, np.inf
        for counted, limit in self.others:
            if sum(counted[s - 1] for s in choice if s) > limit:
                return None, least
        values = np.zeros(self.size)
        for day in range(days):
            if choice[day]:
                values[self.decisions[day, choice[day] - 1]] = 1
        for mark, on in self.marks:
            values[mark] = float(any(choice[day] for day in on))
        return values, least


def path_of(program: Program, p: int, rules: set[str]) -> Path | None:
    """The person's path, or None if a rule of the person's rows (`rules`) or a weighted rule does not fit one."""
    variables = np.flatnonzero(program.person_of == p)
    if not rules <= KNOWN or (program.kind[variables] == SLACK).any():
        return None
    problem = program.problem
    person = problem.people[p]
    mine = [r for r in problem.rules if r.people is None or person.name in r.people]
    follows = _follows(problem, mine)
    if follows is None:
        return None
    position = {int(v): k for k, v in enumerate(variables)}
    none = len(variables)
    decisions = np.full((problem.days, len(problem.shifts)), none)
    for day in range(problem.days):
        for s in range(len(problem.shifts)):
            v = program.decision.get((p, day, s))
            if v is not None and not _too_close(problem, person, mine, day, s):
                decisions[day, s] = position[v]
    marks, works, weekends = _marks(program, p, variables, position)
    off_may = _pins(program, p, decisions, none)
    kinds = []
    for counted, limit in _kinds(problem, mine):
        if limit:
            kinds.append((counted, limit))
        else:
            decisions[:, counted > 0] = none
    first, second = _weekend_days(problem)
    unit = gcd(*(s.paid for s in problem.shifts)) or 1
    counted, limit = kinds[0] if kinds else (np.zeros(len(problem.shifts), dtype=np.int64), 0)
    return Path(
        decisions < none, off_may, follows, np.array([s.paid // unit for s in problem.shifts]), counted, first, second,
        np.array([*_run_limits(problem, person, mine), *_unit_limits(mine, unit), limit, _history(person)]),
        decisions, works, weekends, marks, tuple(kinds[1:]), none,
    )


def _follows(problem: Problem, rules: list[Rule]) -> np.ndarray | None:
    """Which shift may follow which on the next day; None if rest reaches beyond it."""
    shifts = problem.shifts
    may = np.ones((len(shifts), len(shifts)), dtype=np.bool_)
    for rule in rules:
        for a, before in enumerate(shifts):
            for b, after in enumerate(shifts):
                if rule.name == "min_rest":
                    if 2 * DAY_MIN + after.start_min < before.end_min + rule.limit:
                        return None
                    may[a, b] &= DAY_MIN + after.start_min >= before.end_min + rule.limit
                if rule.name == "never_followed_by":
                    may[a, b] &= not (_in(before.name, rule.shifts) and _in(after.name, rule.then))
    return may


def _in(name: str, names: frozenset[str]) -> bool:
    return not names or name in names


def _too_close(problem: Problem, person: Person, rules: list[Rule], day: int, s: int) -> bool:
    """Whether there is too little rest after the last shift before the horizon, or before the first behind it."""
    ended, begins = person.carry.last_end_min, person.ahead.first_start_min
    rest = max((r.limit for r in rules if r.name == "min_rest"), default=0.0)
    start, end = (day * DAY_MIN + at for at in (problem.shifts[s].start_min, problem.shifts[s].end_min))
    return rest > 0 and ((ended is not None and start < ended + rest) or (begins is not None and begins < end + rest))


def _marks(
    program: Program, p: int, variables: np.ndarray, position: dict[int, int]
) -> tuple[tuple[tuple[int, tuple[int, ...]], ...], np.ndarray, np.ndarray]:
    """(marks with their days, mark of each day, mark of each weekend), as places among the person's variables."""
    days, none = program.problem.days, len(variables)
    works, found = np.full(days, none), []
    weekends = np.full(len(program.problem.weekends()), none)
    number = {tuple(pair): k for k, pair in enumerate(program.problem.weekends())}
    for v in variables:
        if program.kind[v] == MARK:
            row = program.owner.indices[program.owner.indptr[v] : program.owner.indptr[v + 1]]
            on = tuple(sorted(int(cell) - p * days for cell in row))
            found.append((position[int(v)], on))
            is_day = len(on) == 1 and works[on[0]] == none
            if is_day:
                works[on[0]] = position[int(v)]
            else:
                weekends[number[on]] = position[int(v)]
    return tuple(found), works, weekends


def _pins(program: Program, p: int, decisions: np.ndarray, none: int) -> np.ndarray:
    """Takes what pins forbid out of `decisions`; bool (days,): may be a day off."""
    problem = program.problem
    off_may = np.ones(problem.days, dtype=np.bool_)
    for pin in problem.pinned:
        if pin.person == problem.people[p].name:
            off_may[pin.day] = not pin.shift
            for s, shift in enumerate(problem.shifts):
                if shift.name != pin.shift:
                    decisions[pin.day, s] = none
    return off_may


def _kinds(problem: Problem, rules: list[Rule]) -> list[tuple[np.ndarray, int]]:
    """(counted shifts, limit) of every limit on kinds that can bind, tightest first."""
    found = [
        (np.array([int(_in(s.name, rule.shifts)) for s in problem.shifts], dtype=np.int64), int(rule.limit))
        for rule in rules if rule.name == "max_shifts_of_kind" and rule.limit < problem.days
    ]
    return sorted(found, key=lambda pair: pair[1])


def _weekend_days(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.full(problem.days, -1), np.full(problem.days, -1)
    for number, pair in enumerate(problem.weekends()):
        first[pair[0]] = number
        for day in pair[1:]:
            second[day] = number
    return first, second


def _run_limits(problem: Problem, person: Person, rules: list[Rule]) -> list[int]:
    def least(name: str, default: int) -> int:
        return min((int(r.limit) for r in rules if r.name == name), default=default)

    def most(name: str) -> int:
        return max((int(r.limit) for r in rules if r.name == name), default=1)

    longest = least("max_consecutive_days", problem.days + 7)
    if person.lawful_basis != "emergency" and any(r.name == "rest_day_in_seven" for r in rules):
        longest = min(longest, 6)
    shortest = max(1, most("min_consecutive_days"))
    worked, goes_on = person.carry.worked_in_row, person.ahead.worked_in_row
    saturate = int(longest >= problem.days + worked + goes_on)
    run = max(1, shortest) if saturate else max(1, longest)
    at_end = run if saturate else max(0, longest - goes_on)
    has = any(r.name == "max_weekends" for r in rules)
    weekends = least("max_weekends", 0) if has else -1
    return [run, saturate, at_end, shortest, max(1, most("min_consecutive_rest_days")), weekends]


def _unit_limits(rules: list[Rule], unit: int) -> list[int]:
    least = max((-(-int(r.limit) // unit) for r in rules if r.name == "min_minutes"), default=0)
    tops = [int(r.limit) // unit for r in rules if r.name == "max_minutes"]
    return [least, min(tops), 0] if tops else [least, least, 1]


def _history(person: Person) -> int:
    return person.carry.worked_in_row - person.carry.rested_in_row


@njit(cache=True, nogil=True)
def _walk(cost, off_may, weekend_cost, follows, units, kind, first, second, limits, choice):  # noqa: C901 (a kernel)
    """Least cost over all rosters; `choice` gets shift + 1 of each day, 0 for a day off.

    Positions: rests of 1 to `rest` days (the last stands for more), then for each shift runs of 1 to `run` days.
    A run that began before an unknown history is as long as its days plus one: on day d, `length == d`.
    """
    days, shifts = cost.shape
    run, saturate, at_end, shortest, rest = limits[0], limits[1], limits[2], limits[3], limits[4]
    weekends, least_u, most_u, units_saturate, most_k, history = limits[5:11]
    nw, nu, nk = max(weekends, 0) + 1, most_u + 1, most_k + 1
    block = nw * nu * nk
    positions = rest + shifts * run
    now = np.full(positions * block, FAR)
    parent = np.full((days, positions * block), -1, dtype=np.int32)
    for day in range(days):
        then = np.full(positions * block, FAR)
        for pos in range(positions if day else 1):
            off = pos < rest
            shift = -1 if off else (pos - rest) // run
            length = pos + 1 if off else (pos - rest) % run + 1
            if day == 0:
                off = history <= 0
                shift = -1
                length = min(-history, rest) if off else min(history, run)
            free = history == 0 and length == day
            open_start = day == 0 and history == 0
            for inner in range(block if day else 1):
                base = now[pos * block + inner] if day else 0.0
                if base >= FAR / 2:
                    continue
                source = pos * block + inner if day else 0
                # a day off; a rest that began before an unknown history is long enough
                if off or length >= shortest or free:
                    to = rest if open_start else (min(length + 1, rest) if off else 1)
                    at = (to - 1) * block + inner
                    if off_may[day] and base < then[at]:
                        then[at] = base
                        parent[day, at] = source
                if off and length < rest and not open_start:
                    continue
                if not off and length >= run and not saturate:
                    continue
                k0, rem = inner % nk, inner // nk
                u0, w0 = rem % nu, rem // nu
                for s in range(shifts):
                    if cost[day, s] >= FAR / 2 or (shift >= 0 and not follows[shift, s]):
                        continue
                    k, u, w = k0 + kind[s], u0 + units[s], w0
                    if units_saturate:
                        u = min(u, most_u)
                    price = base + cost[day, s]
                    begins = first[day] if first[day] >= 0 else (second[day] if off else -1)
                    if begins >= 0:
                        if weekends >= 0:
                            w += 1
                        price += weekend_cost[begins]
                    if u > most_u or w >= nw or (k > most_k):
                        continue
                    to = min(length + 1, run) if not off else 1
                    at = (rest + s * run + to - 1) * block + (w * nu + u) * nk + min(k, most_k)
                    if price < then[at]:
                        then[at] = price
                        parent[day, at] = source
        now = then
    best, at = FAR, -1
    for state in range(positions * block):
        pos = state // block
        if pos >= rest and (pos - rest) % run + 1 > at_end:
            continue
        if now[state] < best and (state % block) // nk % nu >= least_u:
            best, at = now[state], state
    if at < 0:
        return FAR
    for day in range(days - 1, -1, -1):
        pos = at // block
        choice[day] = 0 if pos < rest else (pos - rest) // run + 1
        at = parent[day, at]
    return best
