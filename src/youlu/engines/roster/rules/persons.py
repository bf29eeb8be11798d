"""Rules about who may work what: they leave out the decision and remember which rule barred it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf

from youlu.engines.roster.model import DAY_MIN, Person, Rule, Shift, Wish
from youlu.engines.roster.rows import Draft, Tag
from youlu.engines.roster.rules.registry import rule


def bar(draft: Draft, rule: Rule, forbids: Callable[[Person, Shift, int], bool]) -> None:
    """Leave out every decision of the rule's people that it forbids; the first rule to bar one is remembered."""
    for p, person in enumerate(draft.problem.people):
        if rule.people is not None and person.name not in rule.people:
            continue
        for s, shift in enumerate(draft.problem.shifts):
            for day in range(draft.problem.days):
                if forbids(person, shift, day):
                    draft.barred.setdefault((p, day, s), rule.name)


def times(shift: Shift, day: int) -> tuple[int, int]:
    """Start and end of the shift of that day in minutes of the horizon."""
    return day * DAY_MIN + shift.start_min, day * DAY_MIN + shift.end_min


def sites_during(person: Person, start_min: int, end_min: int) -> Iterator[str]:
    """Every site the person is at during the time; the usual one wherever no stay says otherwise."""
    inside = [s for s in person.stays if s.span.meets(start_min, end_min)]
    yield from (s.site for s in inside)
    told = sum(min(s.span.end_min, end_min) - max(s.span.start_min, start_min) for s in inside)
    if told < end_min - start_min:
        yield person.site


@rule("Who works a shift has every skill it asks for.", always=True, bars=True)
def skill(draft: Draft, rule: Rule, rule_no: int) -> None:
    bar(draft, rule, lambda person, shift, day: not shift.skills <= person.skills)


@rule("What cannot be done at home never goes home; nobody works while unavailable.", always=True, bars=True)
def site(draft: Draft, rule: Rule, rule_no: int) -> None:
    bar(draft, rule, lambda person, shift, day: any(
        place not in shift.sites for place in sites_during(person, *times(shift, day))))


@rule("Nobody works during leave.", always=True, bars=True)
def leave(draft: Draft, rule: Rule, rule_no: int) -> None:
    bar(draft, rule, lambda person, shift, day: any(span.meets(*times(shift, day)) for span in person.leave))


@rule("A shift lies inside the hours a person is available.", always=True, bars=True)
def availability(draft: Draft, rule: Rule, rule_no: int) -> None:
    def outside(person: Person, shift: Shift, day: int) -> bool:
        start, end = times(shift, day)
        return bool(person.available) and not any(
            span.start_min <= start and end <= span.end_min for span in person.available)

    bar(draft, rule, outside)


@rule("A person works at most one shift a day.", always=True, weighable=False)
def one_shift_a_day(draft: Draft, rule: Rule, rule_no: int) -> None:
    for (p, day), works in draft.works.items():
        terms = [(v, 1.0) for _, v in draft.shifts_on(p, day)]
        draft.row([*terms, (works, -1.0)], 0, 0, Tag("one_shift_a_day", -1, p, day))


@rule("What is pinned stands.", always=True, weighable=False)
def pinned(draft: Draft, rule: Rule, rule_no: int) -> None:
    people = {person.name: p for p, person in enumerate(draft.problem.people)}
    for pin in draft.problem.pinned:
        p = people[pin.person]
        tag = Tag("pinned", -1, p, pin.day)
        if pin.shift:
            terms = [(v, 1.0) for _, v in draft.shifts_on(p, pin.day, frozenset({pin.shift}))]
            draft.row(terms, 1, inf, tag)
        else:
            draft.row([(draft.works[p, pin.day], 1.0)], -inf, 0, tag)


@rule("Wishes for or against a shift or a day are met.", "wish × its own weight", uses=("weight", "people"))
def wishes(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p, person in enumerate(draft.problem.people):
        if rule.people is not None and person.name not in rule.people:
            continue
        for wish in person.wishes:
            _wish(draft, rule, rule_no, p, wish)


def _wish(draft: Draft, rule: Rule, rule_no: int, p: int, wish: Wish) -> None:
    day = wish.day
    kinds = frozenset({wish.shift}) if wish.shift else frozenset()
    variables = [v for _, v in draft.shifts_on(p, day, kinds)] if kinds else [draft.works[p, day]]
    if rule.weight is None:
        terms = [(v, 1.0) for v in variables]
        draft.row(terms, 1 if wish.want else -inf, inf if wish.want else 0, Tag("wishes", rule_no, p, day))
        return
    price = rule.weight * wish.weight
    if wish.want:
        draft.constant += price
    for v in variables:
        draft.cost[v] += -price if wish.want else price
