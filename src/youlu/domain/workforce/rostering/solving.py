"""The search for a roster: asked for, run by the worker outside any transaction, stopped on request, then a draft."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import YouluError
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.workforce.errors import (
    BasisError,
    NoHistoryError,
    NoTimeError,
    NotPublishedError,
    PeriodError,
    RunGoneError,
)
from youlu.domain.workforce.forecasting import demand_forecast
from youlu.domain.workforce.models import Basis, RosterRun, StaffNeed
from youlu.domain.workforce.rostering.checking import figures_of, plans_verify
from youlu.domain.workforce.rostering.drafts import holders_of, roster_draft_save
from youlu.domain.workforce.rostering.problem import DAYS_MOST, RosterInput, plans_held, roster_problem
from youlu.domain.workforce.rostering.sentences import clash_facts
from youlu.engines.roster import Params, Result, RosterInputError, repair, solve

LIMIT_S, REPAIR_S, LIMIT_MOST_S = 5.0, 2.0, 300.0
LOOK_S = 0.3  # how often the worker writes how far it is and looks whether to stop
FEW_SHARE = 0.1  # of the shifts in force: above it a repair looks for one that changes fewer
CHANGE_COST = 8.0  # of a person-day that changes, in the price of a person short for a half hour
QUICK = Params(steps=30, stall=24, whole_work=0.0, step_work=0.3, step_s=None)
LONG = Params(steps=10**6, stall=150, whole_work=0.5, step_work=0.5, step_s=1.0)
MEND = Params(steps=10, stall=6, whole_work=0.0, step_work=0.2, step_s=None)
State, Kind = RosterRun.State, RosterRun.Kind
SOLVE_JOB = "workforce.solve"  # by name: jobs stand above and call this module


def roster_solve_start(
    *, actor: Actor, start_date: dt.date, days: int, basis: str = Basis.STANDARD, legal_basis: str,
    limit_s: float = LIMIT_S, sites_override: Mapping[uuid.UUID, str | None] | None = None, must_cover: bool = False,
) -> uuid.UUID:
    """Ask the worker for a new roster of a period; it comes as a draft. Returns the run."""
    return _start(actor, Kind.SOLVE, start_date, days, basis, legal_basis, limit_s, sites_override, must_cover)


def roster_repair(
    *, actor: Actor, start_date: dt.date, days: int, basis: str = Basis.STANDARD, legal_basis: str,
    limit_s: float = REPAIR_S, sites_override: Mapping[uuid.UUID, str | None] | None = None,
) -> uuid.UUID:
    """Ask for a draft that changes little of what is in force. Returns the run.

    Raises
    ------
    NotPublishedError : nothing is in force in the period.
    """
    if not holders_of(start_date, days):
        raise NotPublishedError()
    return _start(actor, Kind.REPAIR, start_date, days, basis, legal_basis, limit_s, sites_override, False)


def roster_stop(*, actor: Actor, run_id: uuid.UUID) -> None:
    """Ask the worker to leave off; the best roster so far is kept."""
    actor.require("workforce.roster")
    with transaction.atomic():
        done = RosterRun.objects.filter(id=run_id, state__in=(State.WAITING, State.RUNNING)).update(is_stop_asked=True)
        if not done:
            raise RunGoneError()
        audit_record(actor=actor.id, action="roster.stop", object_type="roster_run", object_id=str(run_id))


def run_answer(run_id: uuid.UUID) -> None:
    """The worker's part: search, keep the draft, say what clashes. A run that ended is left alone."""
    claimed = RosterRun.objects.filter(id=run_id, state__in=(State.WAITING, State.RUNNING)).update(state=State.RUNNING)
    if not claimed:
        return
    run = RosterRun.objects.get(id=run_id)
    try:
        _answer(run)
    except YouluError as error:
        _end(run, State.FAILED, error=error.code)
    except RosterInputError:
        _end(run, State.FAILED, error="workforce.roster_input")
        raise
    except BaseException:
        _end(run, State.FAILED, error="core.error")
        raise


def _start(
    actor: Actor, kind: str, start_date: dt.date, days: int, basis: str, legal_basis: str, limit_s: float,
    sites_override: Mapping[uuid.UUID, str | None] | None, must_cover: bool,
) -> uuid.UUID:
    actor.require("workforce.roster")
    if not 1 <= days <= DAYS_MOST:
        raise PeriodError(days=DAYS_MOST)
    if basis not in Basis.values or not legal_basis.strip():
        raise BasisError()
    sites = {str(key): value for key, value in (sites_override or {}).items()}
    with transaction.atomic():
        run = RosterRun.objects.create(
            kind=kind, start_date=start_date, days=days, basis=basis, legal_basis=legal_basis.strip(), sites=sites,
            limit_s=min(max(limit_s, 1.0), LIMIT_MOST_S), must_cover=must_cover, asked_by=actor.id,
            asked_at=clock.real_now())
        audit_record(actor=actor.id, action="roster.solve", object_type="roster_run", object_id=str(run.id),
                     kind=kind, days=days)
        app.configure_task(SOLVE_JOB, priority=5).defer(run_id=str(run.id))
    return run.id


def _answer(run: RosterRun) -> None:
    sites = {uuid.UUID(key): value for key, value in run.sites.items()}
    period: dict[str, Any] = {"start_date": run.start_date, "days": run.days, "basis": run.basis}
    plans = plans_held(run.start_date, run.days) if run.kind == Kind.REPAIR else ()
    _needs_ensure(run)
    asked = roster_problem(**period, sites_override=sites, must_cover=run.must_cover, plans=plans)
    result, was_stopped = _searched(asked, run)
    found = result.assignments or result.least_relaxed
    if result.status == "unknown":
        _end(run, State.STOPPED, error="" if was_stopped else NoTimeError.code)
        return
    shifts = asked.shifts_of(found)
    checked = plans_verify(shifts, **period, sites_override=sites)
    keeps = checked.is_lawful  # what gives way to law is told, never kept as a draft that nobody could approve
    figures = figures_of(checked, found) | {"changes": result.changes, "gap_pct": round(100 * min(result.gap, 10), 1)}
    with transaction.atomic():
        roster_id = _draft(run, shifts, figures, sites) if keeps else None
        _end(run, State.INFEASIBLE if result.status == "infeasible" else State.DONE, roster_id=roster_id,
             clashes=clash_facts(result.clashes, asked))


def _needs_ensure(run: RosterRun) -> None:
    """Foresee a period of which nothing is wanted on the first day; what somebody typed of it stands.

    Raises
    ------
    NoHistoryError : nothing is wanted in the whole period, and there is nothing to foresee it from.
    """
    if _wanted(run.start_date, 1).exclude(channel=StaffNeed.Channel.NIGHT).exists():
        return
    try:
        demand_forecast(actor=actor_of_system("rosters"), start_date=run.start_date, days=run.days, over_typed=False)
    except NoHistoryError:
        if not _wanted(run.start_date, run.days).exists():
            raise


def _wanted(first: dt.date, days: int) -> QuerySet[StaffNeed]:
    return StaffNeed.objects.filter(start_at__gte=clock.midnight(first), people__gt=0,
                                    start_at__lt=clock.midnight(first + dt.timedelta(days=days)))


def _draft(run: RosterRun, shifts: tuple, figures: dict, sites: dict[uuid.UUID, str | None]) -> uuid.UUID:
    """In the name of who asked: somebody else must approve."""
    system = actor_of_system("rosters")
    asker = Actor(id=run.asked_by, name="", permissions=system.permissions)
    parent = holders_of(run.start_date, run.days) if run.kind == Kind.REPAIR else []
    return roster_draft_save(
        actor=asker, assignments=shifts, start_date=run.start_date, days=run.days, basis=run.basis,
        legal_basis=run.legal_basis, figures=figures, parent=parent[0] if parent else None, sites_override=sites)


def _searched(asked: RosterInput, run: RosterRun) -> tuple[Result, bool]:
    """The search in a thread of its own; this one writes how far it is and hears whether to stop."""
    from ortools.sat.python import cp_model  # noqa: F401  # seconds, once a worker: not of the search's time

    is_over = threading.Event()
    begun = time.monotonic()

    def stop() -> bool:
        return is_over.is_set() or time.monotonic() - begun > run.limit_s

    with ThreadPoolExecutor(1) as pool:
        future: Future[Result] = pool.submit(_search(asked, run), stop)
        while True:
            try:
                return future.result(timeout=LOOK_S), is_over.is_set()
            except NotYet:
                pct = min(99, round(100 * (time.monotonic() - begun) / run.limit_s))
                RosterRun.objects.filter(id=run.id).update(progress_pct=pct)
                if RosterRun.objects.filter(id=run.id, is_stop_asked=True).exists():
                    is_over.set()


def _search(asked: RosterInput, run: RosterRun) -> Callable[[Callable[[], bool]], Result]:
    """The search with what it reads read already: its thread has no database."""
    if run.kind == Kind.REPAIR:
        published = asked.assignments_of(plans_held(run.start_date, run.days))
        return lambda stop: repair(asked.problem, published, change_cost=CHANGE_COST, few_share=FEW_SHARE, seed=1,
                                   stop=stop, params=MEND)
    params = QUICK if run.limit_s <= LIMIT_S else LONG
    return lambda stop: solve(asked.problem, seed=1, stop=stop, params=params)


def _end(run: RosterRun, state: str, **values: object) -> None:
    RosterRun.objects.filter(id=run.id).update(state=state, progress_pct=100, ended_at=clock.real_now(), **values)
