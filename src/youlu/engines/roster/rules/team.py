"""Rules about the team: cover of every need, and what is already published."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from math import ceil, inf

from youlu.engines.roster.model import DAY_MIN, Need, Rule, Shift
from youlu.engines.roster.rows import HARD_PRICE, Draft, Tag
from youlu.engines.roster.rules.registry import rule


@rule("Every half hour has the people it needs, with the skill it needs.", "person and half hour short or over",
      always=True)
def cover(draft: Draft, rule: Rule, rule_no: int) -> None:
    alike: dict[tuple[int, tuple[int, ...]], list[Need]] = {}
    for number, variables in _coverers(draft).items():
        need = draft.problem.needs[number]
        if need.hard:
            _hard_row(draft, number, need, variables)
        alike.setdefault((need.day, tuple(sorted(variables))), []).append(need)
    for (day, together), needs in alike.items():
        _priced_row(draft, day, list(together), needs)


def counts_for(need: Need, shift: Shift, skills: frozenset[str]) -> bool:
    """Whether somebody with these skills on this shift counts for the need."""
    if need.activity != shift.activity or (need.shift and need.shift != shift.name):
        return False
    if need.skill and need.skill not in (skills if shift.serves is None else skills & shift.serves):
        return False
    return shift.works_during(need.start_min, need.end_min)


def _coverers(draft: Draft) -> dict[int, list[int]]:
    """Decisions that count for each need. A shift that crosses midnight covers needs of the next day too."""
    problem = draft.problem
    found: dict[int, list[int]] = {}
    by_cell: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (p, day, s), v in draft.decision.items():
        by_cell[day, s].append((p, v))
    for number, need in enumerate(problem.needs):
        found[number] = []
        for s, shift in enumerate(problem.shifts):
            for back in (0, 1):
                later = back * DAY_MIN
                moved = replace(need, start_min=need.start_min + later, end_min=need.end_min + later)
                if counts_for(moved, shift, frozenset({need.skill})):
                    found[number] += [v for p, v in by_cell[need.day - back, s]
                                      if not need.skill or need.skill in problem.people[p].skills]
    return found


def _hard_row(draft: Draft, number: int, need: Need, variables: list[int]) -> None:
    """`have >= people` as a hard rule of the team."""
    least = ceil(need.people)
    if least:
        tag = Tag("cover", -1, -1, need.day, number)
        short = draft.slack(HARD_PRICE, least, tag, initial=least)
        draft.elastic.append(short)
        draft.row([*((v, 1.0) for v in variables), (short, 1.0)], least, inf, tag)


def _priced_row(draft: Draft, day: int, variables: list[int], needs: list[Need]) -> None:
    """One row for all needs of a day that the same decisions cover: `have = sum of steps`, a step per slope.

    The cost of so many people is convex, so its slopes grow with each further one and the cheapest steps fill first.
    """
    costs = [sum(_cost(need, have) for need in needs) for have in range(len(variables) + 1)]
    draft.constant += costs[0]
    steps: list[list[float]] = []
    for before, after in itertools.pairwise(costs):
        slope = round(after - before, 9)
        if steps and steps[-1][0] == slope:
            steps[-1][1] += 1
        else:
            steps.append([slope, 1])
    tag = Tag("cover", -1, -1, day)
    if any(slope for slope, _ in steps):
        terms = [(draft.slack(slope, length, tag), -1.0) for slope, length in steps]
        draft.row([*((v, 1.0) for v in variables), *terms], 0, 0, tag)


def _cost(need: Need, have: int) -> float:
    """Price of so many people; being short of a hard need is not priced but refused."""
    short, over = max(0.0, need.people - have), max(0.0, have - need.people)
    return need.half_hours * ((0.0 if need.hard else short * need.short_cost) + over * need.over_cost)


@rule("What is published stays; each person and day that changes counts.", "person-day changed",
      uses=("limit", "weight", "people"))
def keep_published(draft: Draft, rule: Rule, rule_no: int) -> None:
    """At most `limit` changes, as a rule of the team; weighted, those beyond the limit cost."""
    people = {person.name: p for p, person in enumerate(draft.problem.people)}
    names = {shift.name: s for s, shift in enumerate(draft.problem.shifts)}
    kept = {(people[a.person], a.day): names[a.shift] for a in draft.problem.published}
    changes: list[tuple[int, float]] = []
    base = 0.0
    for (p, day), works in draft.works.items():
        if rule.people is not None and draft.problem.people[p].name not in rule.people:
            continue
        if (p, day) not in kept:
            changes.append((works, 1.0))
            continue
        base += 1
        same = draft.decision.get((p, day, kept[p, day]))
        if same is not None:
            changes.append((same, -1.0))
    tag = Tag("keep_published", rule_no)
    if rule.weight is None:
        draft.team_row(changes, rule.limit - base, tag, base + len(changes))
        return
    if rule.limit:
        over = draft.slack(rule.weight, base + len(changes), tag, initial=max(0.0, base - rule.limit))
        draft.row([*changes, (over, -1.0)], -inf, rule.limit - base, tag)
        return
    draft.constant += rule.weight * base
    for variable, sign in changes:
        draft.cost[variable] += sign * rule.weight
