"""Rules about the team: cover of every need, and what is already published."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import ceil, floor

from youlu.engines.roster.model import DAY_MIN, Need, Rule, Shift
from youlu.engines.roster.rows import HARD_PRICE, Draft, Tag
from youlu.engines.roster.rules.registry import rule


@rule("Every half hour has the people it needs, with the skill it needs.", "person and half hour short or over",
      always=True)
def cover(draft: Draft, rule: Rule, rule_no: int) -> None:
    who = _coverers(draft)
    for number, need in enumerate(draft.problem.needs):
        _need_row(draft, number, need, who[number])


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
    found: dict[int, list[int]] = defaultdict(list)
    by_cell: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (p, day, s), v in draft.decision.items():
        by_cell[day, s].append((p, v))
    for number, need in enumerate(problem.needs):
        for s, shift in enumerate(problem.shifts):
            for back in (0, 1):
                later = back * DAY_MIN
                moved = replace(need, start_min=need.start_min + later, end_min=need.end_min + later)
                if counts_for(moved, shift, frozenset({need.skill})):
                    found[number] += [v for p, v in by_cell[need.day - back, s]
                                      if not need.skill or need.skill in problem.people[p].skills]
    return found


def _need_row(draft: Draft, number: int, need: Need, variables: list[int]) -> None:
    """`have + short - between - over = floor(need)`: convex cost of whole people about a fraction."""
    low, high = (ceil(need.people), ceil(need.people)) if need.hard else (floor(need.people), ceil(need.people))
    short_cost, over_cost = need.short_cost * need.half_hours, need.over_cost * need.half_hours
    fraction = need.people - low  # negative for a hard need of a fraction: the last person is partly over
    tag = Tag("cover", -1, -1, need.day, number)
    draft.constant += short_cost * fraction if fraction > 0 else -over_cost * fraction
    terms = [(v, 1.0) for v in variables]
    if low:
        short = draft.slack(HARD_PRICE if need.hard else short_cost, low, tag, initial=low)
        terms.append((short, 1.0))
        if need.hard:
            draft.elastic.append(short)
    if fraction > 0:
        step = over_cost * (high - need.people) - short_cost * fraction
        terms.append((draft.slack(step, 1, tag), -1.0))
    if len(variables) > low:
        terms.append((draft.slack(over_cost, len(variables) - low, tag), -1.0))
    draft.row(terms, low, low, tag)


@rule("What is published stays; each person and day that changes counts.", "person-day changed",
      uses=("limit", "weight", "people"))
def keep_published(draft: Draft, rule: Rule, rule_no: int) -> None:
    """Hard: at most `limit` changes, as a rule of the team."""
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
    if rule.weight is None:
        draft.team_row(changes, rule.limit - base, Tag("keep_published", rule_no), base + len(changes))
        return
    draft.constant += rule.weight * base
    for variable, sign in changes:
        draft.cost[variable] += sign * rule.weight
