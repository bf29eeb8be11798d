"""Three complete plans and doing nothing, from the same facts: rosters, figures, what gives way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from youlu.core import clock
from youlu.domain.desk.emergency.assumptions import CLOSE_MIN, OPEN_MIN, PLANS, RUNNING, Levers
from youlu.domain.desk.emergency.facts import Facts, Inputs
from youlu.domain.desk.emergency.figures import figures_of
from youlu.domain.desk.emergency.rosters import (
    DUTY,
    LENT,
    OVER,
    Rostered,
    call_backs_expected,
    calls_expected,
    paid_min,
    pay_fen,
)
from youlu.domain.desk.emergency.simulating import nothing_simulate, plan_simulate
from youlu.domain.desk.emergency.solving import NoRosterError, roster_search
from youlu.domain.workforce.models import Site
from youlu.engines.queueing.simulation import Result

Tell = Callable[[int], None]
Span = tuple[dt.datetime, ...]


def plans_compute(facts: Facts, inputs: Inputs, *, tell: Tell = lambda done: None, threads: int = 2) -> dict[str, Any]:
    """Everything the page shows, as JSON. `tell` is given the number of STEPS done.

    A plan for which there is no lawful roster stands in the answer with `clashing`, the rules that cannot be kept.
    """
    base = nothing_simulate(facts, inputs, threads=threads)
    tell(1)
    plans = []
    for nth, levers in enumerate(PLANS):
        plans.append(_plan(facts, inputs, levers, base, partial(tell, 2 + 2 * nth), threads))
        tell(3 + 2 * nth)
    return {"nothing": figures_of(base, facts, inputs), "plans": plans, "best": _best(plans),
            "replications": base.replications, "seed": base.seed}


def _plan(facts: Facts, inputs: Inputs, levers: Levers, base: Result, rostered_: Callable[[], None],
          threads: int) -> dict[str, Any]:
    try:
        rostered = roster_search(facts, inputs, levers)
    except NoRosterError as error:
        return {"code": levers.code, "basis": levers.basis, "clashing": list(error.rules)}
    rostered_()
    result = plan_simulate(facts, inputs, levers, rostered, threads=threads)
    return {
        "code": levers.code, "basis": levers.basis, "clashing": [],
        "shifts": _shifts(rostered), "done": _done(rostered), "figures": figures_of(result, facts, inputs, base),
        "split": _split(rostered), **_hours(rostered, facts), "changes": _changes(facts, inputs, rostered),
        "levers": _levers(facts, inputs, levers),
    }


def _shifts(rostered: Rostered) -> list[dict[str, Any]]:
    """The roster, a row a shift: who, the date, the kind, minutes from and to, the site, what is done."""
    problem = rostered.problem
    kinds = {s.name: s for s in problem.shifts}
    site = {p.name: p.site for p in problem.people}
    return [{"who": a.person, "day": a.day, "date": problem.date_of(a.day).isoformat(), "kind": a.shift,
             "said": RUNNING if a.shift.startswith(RUNNING) else a.shift, "site": site[a.person],
             "from_min": kinds[a.shift].start_min, "to_min": kinds[a.shift].end_min,
             "activity": kinds[a.shift].activity, "paid_min": kinds[a.shift].paid,
             "pause_at_min": kinds[a.shift].break_at_min, "pause_min": kinds[a.shift].break_min}
            for a in rostered.assignments if kinds[a.shift].activity != OVER]


def _done(rostered: Rostered) -> list[dict[str, Any]]:
    """Shifts of the first day that are over: nobody's any more, but the law counts them."""
    over = {s.name for s in rostered.problem.shifts if s.activity == OVER}
    return [{"who": a.person, "day": a.day, "kind": a.shift} for a in rostered.assignments if a.shift in over]


def _split(rostered: Rostered) -> dict[str, int]:
    """People of the plan by what they do: on the lines, written work and calls back at home, duty at night, lent."""
    kinds = {s.name: s.activity for s in rostered.problem.shifts}
    usual: dict[str, Counter[str]] = {}
    for a in rostered.assignments:
        if kinds[a.shift] != OVER:
            usual.setdefault(a.person, Counter())[kinds[a.shift]] += 1
    found: Counter[str] = Counter()
    for person, activities in usual.items():
        main = next((name for name, _ in activities.most_common() if name != DUTY), DUTY)
        found["lent" if person.startswith(LENT) else main] += 1
    return dict(found)


def _hours(rostered: Rostered, facts: Facts) -> dict[str, Any]:
    over = {s.name for s in rostered.problem.shifts if s.activity == OVER}
    worked = [a for a in rostered.assignments if a.shift not in over]
    minutes = paid_min(rostered.problem, worked)
    own = {who: each for who, each in minutes.items() if not who.startswith(LENT)}
    return {
        "people": len(own), "hours": round(sum(map(sum, minutes.values())) / 60, 1),
        "hours_own": round(sum(map(sum, own.values())) / 60, 1), "pay_fen": pay_fen(rostered.problem, worked, facts),
        "overtime_h": round(sum(max(m - 480, 0) for each in own.values() for m in each) / 60, 1),
        "longest_h": round(max((m for each in own.values() for m in each), default=0) / 60, 1),
    }


def _changes(facts: Facts, inputs: Inputs, rostered: Rostered) -> dict[str, int]:
    """Person-days that differ from what was published; without a published roster every rostered day is news."""
    start = rostered.problem.start
    kinds = {s.name: s for s in rostered.problem.shifts}
    before = {(who, (clock.local(first_at).date() - start).days): (first_at, last_at)
              for who, first_at, last_at in facts.normal if last_at > facts.start_at}
    after = {(a.person, a.day): tuple(clock.midnight(start) + dt.timedelta(days=a.day, minutes=minute) for minute in
                                      (kinds[a.shift].start_min, kinds[a.shift].end_min))
             for a in rostered.assignments if not a.person.startswith(LENT) and kinds[a.shift].activity != OVER}
    changed = [cell for cell in before.keys() | after.keys() if not _same(before.get(cell), after.get(cell), facts)]
    return {"shifts": len(changed), "people": len({who for who, _ in changed})}


def _same(before: Span | None, after: Span | None, facts: Facts) -> bool:
    """A shift that has begun is the same as what is left of it."""
    if before is None or after is None:
        return before is after
    return before[1] == after[1] and max(before[0], facts.start_at) == max(after[0], facts.start_at)


def _levers(facts: Facts, inputs: Inputs, levers: Levers) -> dict[str, float]:
    """What is turned away, moved, put last or lent, a full day."""
    all_calls = sum(x * inputs.surge for x in facts.calls)
    orders = sum(facts.orders)
    deferred = sum(k.share for k in facts.kinds if k.code in levers.defers) * orders
    waiting = sum(1 for o in facts.open_orders if o.kind in levers.defers)
    contacts = sum(facts.contacts) + facts.contacts_open
    return {
        "calls_day": round(all_calls), "spoken_day": round(sum(calls_expected(facts, inputs, levers))),
        "self_service_day": round(all_calls * facts.figures["self_share"]) if levers.to_self_service else 0,
        "call_backs_day": round(sum(call_backs_expected(facts, inputs, levers))),
        "orders_day": round(orders), "deferred_day": round(deferred), "deferred_open": waiting,
        "contacts_message": round(contacts * (1 - inputs.voice_share)),
        "contacts_voice": round(contacts * inputs.voice_share),
        "lent": inputs.lent if levers.borrows else 0,
        "line_hours": (CLOSE_MIN - OPEN_MIN) // 60,
        "on_site": len(facts.at_site(Site.ON_SITE)), "at_home": len(facts.at_site(Site.AT_HOME)),
    }


def _best(plans: list[dict[str, Any]]) -> dict[str, Any]:
    """The plan that leaves least undone a day among those that need nobody else's consent, and which of all would."""
    ready = [plan for plan in plans if not plan["clashing"]]
    own = [plan for plan in ready if not plan["levers"]["lent"]]
    if not ready:
        return {"code": "", "of_all": "", "apart": False}
    chosen = sorted(own or ready, key=_unmet)
    of_all = min(ready, key=_unmet)
    apart = len(chosen) < 2 or chosen[0]["figures"]["unmet_day"][2] < chosen[1]["figures"]["unmet_day"][1]
    return {"code": chosen[0]["code"], "of_all": of_all["code"], "apart": apart}


def _unmet(plan: dict[str, Any]) -> float:
    figure = plan["figures"]["unmet_day"]
    return float("inf") if figure is None else float(figure[0])
