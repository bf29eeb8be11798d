"""Who works when under a plan: as a problem for the roster engine, and the checked answer.

Days count from the day in which the horizon begins. What of that day is over is nobody's shift any more; what is left
of it is the shift 小晚班. The horizon's rules are the plan's legal basis; eleven hours of rest bind every plan.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from youlu.core import clock
from youlu.domain.desk.emergency.assumptions import (
    CLOSE_MIN,
    EMERGENCY,
    OPEN_MIN,
    RUNNING,
    WITHIN_SHARE,
    Levers,
)
from youlu.domain.desk.emergency.facts import Facts, Inputs, Worker
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.trade import REST_MIN
from youlu.engines.queueing import people_needed
from youlu.engines.roster.model import Ahead, Assignment, Carry, Need, Person, Problem, Rule, Shift, Span
from youlu.engines.roster.verify import Verdict, roster_verify

CALLS, WRITTEN, DUTY = "queue", "written", "night_duty"
TONIGHT, NIGHT = "小晚班", "值守"
OVER = "已下班"
ANYWHERE = frozenset({"on_site", "at_home"})
HOME_PREFIX = "居家"
LENT = "lent-"
TONIGHT_LEAST_MIN = 120
SIX_DAYS = 6  # in a row, before the law's day of rest
# Share of the people wanted -> price of one missing for half an hour: the first missing hurts most.
LAYERS = ((0.35, 9.0), (0.3, 5.0), (0.35, 2.0))


@dataclass(frozen=True)
class Rostered:
    """A checked roster: who works which kind of shift on which day, and the problem it answers."""

    problem: Problem
    assignments: tuple[Assignment, ...]


def roster_problem(facts: Facts, inputs: Inputs, levers: Levers) -> Problem:
    """The plan's roster as the engine is asked for it; the same facts give the same problem."""
    start = clock.local(facts.start_at).date()
    shifts = _shifts(facts, levers)
    people = _people(facts, inputs, levers)
    begun = {worker.id: found for worker in here(facts) if (found := _begun(facts, worker)) is not None}
    return Problem(start, inputs.days, (*shifts, *dict.fromkeys(begun.values())), people,
                   tuple(_needs(facts, inputs, levers, shifts)),
                   (*_rules(facts, levers), *_begun_once(facts, begun)),
                   pinned=tuple(Assignment(0, who, shift.name) for who, shift in begun.items()),
                   name=f"emergency {levers.code}")


def here(facts: Facts) -> list[Worker]:
    """Who can be rostered: known and not out."""
    return [worker for worker in facts.workers if worker.site != Site.OUT and worker.is_known]


def _begun(facts: Facts, worker: Worker) -> Shift | None:
    """What the first day already has of a person, as a shift that stands: over, or going on as published. Its minutes
    are among those carried over."""
    if worker.running_until_min is not None:
        length = worker.running_until_min - facts.start_min
        activity = CALLS if worker.site == Site.ON_SITE else WRITTEN
        return Shift(f"{RUNNING}{activity}{worker.running_until_min}", facts.start_min, length, paid_min=0,
                     activity=activity, sites=ANYWHERE)
    if worker.over_at_min is not None:
        return Shift(f"{OVER}{worker.over_at_min}", max(worker.over_at_min - 30, 0), 30, paid_min=0, activity=OVER,
                     sites=ANYWHERE)
    return None


def _shifts(facts: Facts, levers: Levers) -> tuple[Shift, ...]:
    kinds = list(levers.shifts)
    tonight = CLOSE_MIN - facts.start_min
    if tonight >= TONIGHT_LEAST_MIN and facts.start_min >= OPEN_MIN:
        pause = (tonight // 60 * 30, 30) if tonight > 360 else (0, 0)
        if tonight <= 660:
            kinds.append((TONIGHT, facts.start_min, tonight, *pause))
    found = []
    for name, start, length, after, rest in kinds:
        found.append(Shift(name, start, length, break_at_min=after, break_min=rest, activity=CALLS))
        found.append(Shift(HOME_PREFIX + name, start, length, break_at_min=after, break_min=rest, activity=WRITTEN,
                           sites=frozenset({"at_home"})))
    # One awake or on call, from home where that can be: nobody sleeps at work for it.
    found.append(Shift(NIGHT, 0, 480, activity=DUTY, sites=frozenset({"on_site", "at_home"}),
                       skills=frozenset({"own"})))
    return tuple(found)


def _people(facts: Facts, inputs: Inputs, levers: Levers) -> tuple[Person, ...]:
    basis = "emergency" if levers.basis == EMERGENCY else "standard"
    ahead = (Span(facts.start_min, inputs.days * 1_440 + 480),)  # nobody is given a shift that has begun
    own = tuple(_person(facts, inputs, worker, basis) for worker in here(facts))
    lent = inputs.lent if levers.borrows else 0
    # They come for the next morning: nobody is there within the hour.
    there = (Span.of_days(1, inputs.days - 1),) if inputs.days > 1 else ahead
    return own + tuple(Person(f"{LENT}{nth + 1}", frozenset({"call"}), available=there) for nth in range(lent))


def _person(facts: Facts, inputs: Inputs, worker: Worker, basis: str) -> Person:
    first, last = facts.start_min, inputs.days * 1_440 + 480
    hours = [(max(a, first), min(b, last)) for a, b in worker.available or ((first, last),)]
    begun = _begun(facts, worker)
    hours += [(begun.start_min, begun.end_min)] if begun else []
    spans = tuple(Span(a, b) for a, b in hours if a < b) or (Span(-2, -1),)  # none left: no shift fits
    carry, leave = Carry(**worker.carry), tuple(Span(a, b) for a, b in worker.leave)
    if begun:
        carry, leave = _stands(carry, leave, begun)
    return Person(worker.id, frozenset({*worker.skills, "own"}), site=worker.site, basis=basis,
                  consents=worker.consents, available=spans, leave=leave, carry=carry, ahead=Ahead(**worker.ahead))


def _stands(carry: Carry, leave: tuple[Span, ...], begun: Shift) -> tuple[Carry, tuple[Span, ...]]:
    """What has begun is no plan's to judge: neither the rest before it, nor its being a seventh day, nor a leave that
    came later. What it does to the days after it counts."""
    cut = [span for one in leave for span in (
        Span(one.start_min, min(one.end_min, begun.start_min)), Span(max(one.start_min, begun.end_min), one.end_min))]
    return (replace(carry, last_end_min=None, worked_in_row=min(carry.worked_in_row, SIX_DAYS - 1)),
            tuple(span for span in cut if span.start_min < span.end_min))


def _needs(facts: Facts, inputs: Inputs, levers: Levers, shifts: Sequence[Shift]) -> list[Need]:
    calls = calls_expected(facts, inputs, levers)
    written = written_people(facts, inputs, levers)
    needs = []
    for day in range(inputs.days):
        first = facts.start_min if day == 0 else 0
        for half in range(OPEN_MIN // 30, CLOSE_MIN // 30):
            if half * 30 < first:
                continue
            wanted = calls_people(round(2 * calls[half], 1), facts.figures["call_service_s"]
                                  + facts.figures["wrap_up_s"], facts.figures["call_patience_s"])
            needs += _layers(day, half * 30, wanted, CALLS)
            if facts.at_site(Site.AT_HOME):
                needs += _layers(day, half * 30, written[half], WRITTEN)
        if day > 0:
            needs.append(Need(day, 0, 480, 1, "", DUTY, short_cost=60))
    return needs


def _layers(day: int, start_min: int, people: float, activity: str) -> list[Need]:
    """People counted in every layer up to theirs: with n there, layers up to n are full."""
    found, below = [], 0.0
    for share, cost in LAYERS:
        below += share * people
        found.append(Need(day, start_min, start_min + 30, round(below, 2), "", activity, short_cost=cost,
                          over_cost=0.2 if cost == LAYERS[-1][1] else 0.0))
    return found


@cache
def calls_people(per_h: float, service_s: float, patience_s: float) -> int:
    """People who answer WITHIN_SHARE of so many calls an hour within twenty seconds."""
    return people_needed(arrivals_per_h=per_h, service_s=service_s, patience_s=patience_s,
                         within_share=WITHIN_SHARE) if per_h > 0 else 0


def calls_expected(facts: Facts, inputs: Inputs, levers: Levers | None) -> list[float]:
    """Calls to be spoken with at once, by half hour of a day; `levers` None: by doing nothing."""
    calls = [x * inputs.surge for x in facts.calls]
    untold = [x * facts.figures["untold_call_share"] * (inputs.voice_share if levers else 1.0) for x in facts.contacts]
    calls = [a + b for a, b in zip(calls, untold, strict=True)]
    if levers is None:
        return calls
    kept = 1 - levers.to_self_service * facts.figures["self_share"]
    return [x * kept * (1 - levers.calls_back * facts.figures["call_back_wanted_share"]) for x in calls]


def call_backs_expected(facts: Facts, inputs: Inputs, levers: Levers) -> list[float]:
    """Callers who leave their number, by half hour."""
    if not levers.calls_back:
        return [0.0] * len(facts.calls)
    share = facts.figures["call_back_wanted_share"]
    return [x * share / (1 - share) for x in calls_expected(facts, inputs, levers)]


def written_people(facts: Facts, inputs: Inputs, levers: Levers) -> list[float]:
    """People whom orders, calls back and contacts by voice keep busy, by half hour."""
    seconds = sum(k.share * k.handling_s for k in facts.kinds)
    back_s = facts.figures["call_service_s"] + facts.figures["two_ended_s"]
    backs = call_backs_expected(facts, inputs, levers)
    return [(orders * seconds + contacts * inputs.voice_share * facts.figures["contact_service_s"] + back * back_s)
            / 1_800 for orders, contacts, back in zip(facts.orders, facts.contacts, backs, strict=True)]


def _rules(facts: Facts, levers: Levers) -> tuple[Rule, ...]:
    able = here(facts)
    rest = [Rule("min_rest", REST_MIN), Rule("law_hours_day"), Rule("law_overtime"), Rule("rest_day_in_seven")]
    rest += [Rule("max_minutes_week", worker.week_most_min, people=frozenset({worker.id})) for worker in able
             if worker.week_most_min is not None]
    if levers.basis != EMERGENCY:
        return (*rest, Rule("max_minutes_week", 2_640))
    # Who has not agreed works eight hours and 44 a week, whatever the plan.
    not_agreed = frozenset(worker.id for worker in able if not worker.consents)
    if not_agreed:
        rest += [Rule("max_minutes_day", 480, people=not_agreed), Rule("max_minutes_week", 2_640, people=not_agreed)]
    return (*rest, Rule("max_minutes_day", 660), Rule("max_consecutive_days", 6))


def _begun_once(facts: Facts, begun: Mapping[str, Shift]) -> tuple[Rule, ...]:
    """What stands of the first day is nobody else's and no other day's: it is paid already, and would pass for free."""
    names = frozenset(shift.name for shift in begun.values())
    others = frozenset(worker.id for worker in here(facts)) - begun.keys()
    found = [Rule("max_shifts_of_kind", 1, people=frozenset(begun), shifts=names)] if begun else []
    return (*found, Rule("max_shifts_of_kind", 0, people=others, shifts=names)) if begun and others else tuple(found)


def roster_of(problem: Problem, assignments: Sequence[Assignment]) -> Rostered:
    """The roster, checked by the independent verifier.

    Raises
    ------
    UnlawfulError : it breaks a rule of the plan's basis.
    """
    lawful_check(problem, assignments)
    return Rostered(problem, tuple(sorted(assignments)))


class UnlawfulError(Exception):
    """A roster that may not be worked; `rule` is the first rule it breaks."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def lawful_check(problem: Problem, assignments: Sequence[Assignment]) -> Verdict:
    verdict = roster_verify(problem, assignments)
    broken = next((b for b in verdict.breaches if b.hard), None)
    if broken is not None:
        raise UnlawfulError(broken.rule)
    return verdict


def duty_of(
    problem: Problem, assignments: Sequence[Assignment], start_min: int
) -> dict[str, list[tuple[float, float]]]:
    """Seconds from the start of the horizon in which each person works a queue, breaks left out."""
    shifts = {s.name: s for s in problem.shifts}
    found: dict[str, list[tuple[float, float]]] = {}
    for a in assignments:
        shift = shifts[a.shift]
        if shift.activity in (DUTY, OVER):
            continue
        for first, last in spans_of(shift):
            begin, end = (a.day * 1_440 + first - start_min) * 60.0, (a.day * 1_440 + last - start_min) * 60.0
            if end > 0:
                found.setdefault(a.person, []).append((max(begin, 0.0), end))
    return {person: sorted(spans) for person, spans in found.items()}


def spans_of(shift: Shift) -> list[tuple[int, int]]:
    """Minutes of its day that are worked."""
    pause = shift.start_min + shift.break_at_min
    if not shift.break_min:
        return [(shift.start_min, shift.end_min)]
    return [(shift.start_min, pause), (pause + shift.break_min, shift.end_min)]


def normal_duty(facts: Facts, days: int) -> dict[str, list[tuple[float, float]]]:
    """What those on site work if nobody does anything: the published shifts, else early and late in turn."""
    if facts.normal:
        return _published_duty(facts)
    spans = (((480, 720), (750, 990)), ((930, 1_170), (1_200, 1_440)))
    found: dict[str, list[tuple[float, float]]] = {}
    for nth, worker in enumerate(facts.at_site(Site.ON_SITE)):
        for day in range(days):
            for first, last in spans[nth % 2]:
                begin, end = day * 1_440 + first - facts.start_min, day * 1_440 + last - facts.start_min
                if end > 0:
                    found.setdefault(worker.id, []).append((max(begin, 0) * 60.0, end * 60.0))
    return found


def _published_duty(facts: Facts) -> dict[str, list[tuple[float, float]]]:
    there = {worker.id for worker in facts.at_site(Site.ON_SITE)}
    found: dict[str, list[tuple[float, float]]] = {}
    for who, first_at, last_at in facts.normal:
        begin, end = ((x - facts.start_at).total_seconds() for x in (first_at, last_at))
        if who in there and end > 0:
            found.setdefault(who, []).append((max(begin, 0.0), end))
    return {who: sorted(spans) for who, spans in found.items()}


def paid_min(problem: Problem, assignments: Sequence[Assignment]) -> dict[str, list[int]]:
    """Paid minutes of each person's shifts."""
    paid = {s.name: s.paid for s in problem.shifts}
    found: dict[str, list[int]] = {}
    for a in assignments:
        found.setdefault(a.person, []).append(paid[a.shift])
    return found


def pay_fen(problem: Problem, assignments: Sequence[Assignment], facts: Facts) -> int:
    """What the hours cost: at the law's factors beyond eight a day, on a rest day and on a holiday.

    A holiday pays every hour alike, and so does a day that the person was to be free: no factor is paid on another.
    """
    paid = {s.name: s.paid for s in problem.shifts}
    free = {worker.id: frozenset(worker.free_days) for worker in facts.workers}
    figures, weighed = facts.figures, 0.0
    for a in assignments:
        minutes = paid[a.shift]
        if a.day in facts.holidays:
            weighed += figures["holiday_factor"] * minutes
        elif a.day in free.get(a.person, frozenset()):
            weighed += figures["rest_day_factor"] * minutes
        else:
            weighed += min(minutes, 480) + figures["overtime_factor"] * max(minutes - 480, 0)
    return math.ceil(figures["agent_hour_fen"] / 60 * weighed)


def date_of(problem: Problem, day: int) -> dt.date:
    return problem.start + dt.timedelta(days=day)
