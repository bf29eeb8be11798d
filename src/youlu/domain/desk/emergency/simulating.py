"""A plan's day as a desk of the simulation: what comes, who may do it where, and what waits behind what."""

from __future__ import annotations

from youlu.domain.desk.emergency.assumptions import (
    CALL_FROM_MIN,
    CALL_TO_MIN,
    CLOSE_MIN,
    OPEN_MIN,
    SIMULATED,
    Levers,
)
from youlu.domain.desk.emergency.facts import Facts, Inputs, KindFact, Worker
from youlu.domain.desk.emergency.rosters import (
    LENT,
    Rostered,
    call_backs_expected,
    calls_expected,
    duty_of,
    normal_duty,
)
from youlu.domain.workforce.models import Site
from youlu.engines.queueing.simulation import Agent, Channel, Params, Problem, Result, Times, simulate

CALLS, CALL_BACKS, CONTACTS = "calls", "call_backs", "contacts"
ORDER = "order:"
DEFERRED_LAST = 9
SEED = 20220711


def plan_simulate(facts: Facts, inputs: Inputs, levers: Levers, rostered: Rostered, *, threads: int = 2) -> Result:
    """The plan over its horizon; replication r has the same customers in every plan."""
    duty = duty_of(rostered.problem, rostered.assignments, facts.start_min)
    agents = [_agent(worker, facts, duty.get(worker.id, []), levers) for worker in facts.workers
              if worker.site != Site.OUT]
    agents += [Agent(name=person.name, site=Site.ON_SITE.value, skills=frozenset({CALLS}),
                     duty=tuple(duty.get(person.name, [])))
               for person in rostered.problem.people if person.name.startswith(LENT)]
    return _run(facts, inputs, levers, tuple(agents), threads)


def nothing_simulate(facts: Facts, inputs: Inputs, *, threads: int = 2) -> Result:
    """Nobody does anything: those on site work the normal roster, those at home wait, nobody is told."""
    duty = normal_duty(facts, inputs.days)
    agents = tuple(_agent(worker, facts, duty.get(worker.id, []), None) for worker in facts.at_site(Site.ON_SITE))
    return _run(facts, inputs, None, agents, threads)


def _run(facts: Facts, inputs: Inputs, levers: Levers | None, agents: tuple[Agent, ...], threads: int) -> Result:
    periods = inputs.days * 48 - facts.start_min // 30
    # The simulation asks for somebody at the desk; who has no duty answers nothing.
    nobody = Agent(name="-", site=Site.ON_SITE.value, skills=frozenset({CALLS}), duty=())
    problem = Problem(channels=_channels(facts, inputs, levers), agents=agents or (nobody,), periods=periods,
                      first_s=facts.start_min * 60.0)
    return simulate(problem, seed=SEED, replications=SIMULATED, params=Params(threads=threads))


def _agent(worker: Worker, facts: Facts, duty: list[tuple[float, float]], levers: Levers | None) -> Agent:
    skills = {ORDER + k.code for k in facts.kinds if _may(worker, k)}
    if worker.site == Site.ON_SITE:
        skills |= {CALLS}
    if levers is not None:
        skills |= {CONTACTS} | ({CALL_BACKS} if levers.calls_back else set())
    return Agent(name=worker.id, site=worker.site, skills=frozenset(skills), duty=tuple(duty))


def _may(worker: Worker, kind: KindFact) -> bool:
    return worker.site in kind.sites and set(kind.skills) <= set(worker.skills)


def _channels(facts: Facts, inputs: Inputs, levers: Levers | None) -> tuple[Channel, ...]:
    found = [_calls(facts, inputs, levers)]
    if levers is not None and levers.calls_back:
        found.append(_call_backs(facts, inputs, levers))
    found += [_order(facts, inputs, kind, rank, levers) for rank, kind in
              enumerate(sorted(facts.kinds, key=lambda k: (k.close_min, k.code)), start=2)]
    found.append(_contacts(facts, inputs, levers))
    return tuple(found)


def _calls(facts: Facts, inputs: Inputs, levers: Levers | None) -> Channel:
    figures = facts.figures
    expected = over_horizon(facts, inputs, calls_expected(facts, inputs, levers))
    # Who is owed word already and is not told asks within the first hours.
    share = inputs.voice_share if levers is not None else 1.0
    halves = max(round(2 * figures["untold_call_h"]), 1)
    asking = facts.contacts_open * share * figures["untold_call_share"] / halves
    expected = [x + (asking if nth < halves and x > 0 else 0.0) for nth, x in enumerate(expected)]
    return Channel(
        name=CALLS, kind="call", handling=Times.lognormal(figures["call_service_s"], 1.0),
        wrap_up=Times.constant(figures["wrap_up_s"]), expected=expected, day_cv=figures["day_cv"],
        patience=Times.exponential(figures["call_patience_s"]), again_share=figures["again_share"],
        again=Times.exponential(figures["again_s"]), priority=0)


def _call_backs(facts: Facts, inputs: Inputs, levers: Levers) -> Channel:
    seconds = facts.figures["call_service_s"] + facts.figures["two_ended_s"]
    return Channel(
        name=CALL_BACKS, kind="order", handling=Times.lognormal(seconds, 1.0), priority=1,
        expected=over_horizon(facts, inputs, call_backs_expected(facts, inputs, levers)),
        day_cv=facts.figures["day_cv"], hours=daily(facts, inputs, CALL_FROM_MIN, CALL_TO_MIN),
        due_s=facts.figures["call_back_within_h"] * 3_600, clock=daily(facts, inputs, CALL_FROM_MIN, CALL_TO_MIN))


def _order(facts: Facts, inputs: Inputs, kind: KindFact, rank: int, levers: Levers | None) -> Channel:
    open_ = sorted(max(o.due_s, 0.0) for o in facts.open_orders if o.kind == kind.code)
    last = levers is not None and kind.code in levers.defers
    return Channel(
        name=ORDER + kind.code, kind="order", handling=Times.lognormal(kind.handling_s, 0.8),
        priority=DEFERRED_LAST if last else rank, expected=over_horizon(
            facts, inputs, [x * kind.share for x in facts.orders]), day_cv=0.1,
        given_s=[0.0] * len(open_), given_due_s=open_, due_s=kind.close_min * 60.0,
        clock=daily(facts, inputs, OPEN_MIN, CLOSE_MIN) if kind.close_min <= 240 else ())


def _contacts(facts: Facts, inputs: Inputs, levers: Levers | None) -> Channel:
    """By voice: the share that no message reaches. Of doing nothing everybody, and nobody who calls them."""
    share = inputs.voice_share if levers is not None else 1.0
    figures = facts.figures
    return Channel(
        name=CONTACTS, kind="contact", handling=Times.lognormal(figures["contact_service_s"], 0.6), priority=8,
        expected=over_horizon(facts, inputs, [x * share for x in facts.contacts]),
        given_s=[0.0] * round(facts.contacts_open * share), reached_share=figures["reached_share"],
        hours=daily(facts, inputs, CALL_FROM_MIN, CALL_TO_MIN), due_s=86_400.0)


def over_horizon(facts: Facts, inputs: Inputs, day: list[float]) -> list[float]:
    """The 48 half hours of a day laid over the horizon, which begins within the first."""
    return (list(day) * inputs.days)[facts.start_min // 30:]


def daily(facts: Facts, inputs: Inputs, from_min: int, to_min: int) -> tuple[tuple[float, float], ...]:
    """Seconds from the start of the horizon of the same hours every day."""
    spans = (((day * 1_440 + from_min - facts.start_min) * 60.0, (day * 1_440 + to_min - facts.start_min) * 60.0)
             for day in range(inputs.days))
    return tuple((max(a, 0.0), b) for a, b in spans if b > 0)


def hours_of_tonight(facts: Facts) -> float:
    """Hours of the first day that are left; the whole of the next when less than one is."""
    left = (CLOSE_MIN - max(facts.start_min, OPEN_MIN)) / 60
    return left if left >= 1 else (CLOSE_MIN - OPEN_MIN) / 60


def first_day(facts: Facts) -> int:
    """The day of the simulation that people would call tonight, or tomorrow when tonight is over."""
    return 0 if (CLOSE_MIN - max(facts.start_min, OPEN_MIN)) / 60 >= 1 else 1


