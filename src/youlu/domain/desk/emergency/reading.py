"""What pages ask of 应急值守: the watch in force, a planning with its plans, what changes for one person."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from youlu.core.clock import hhmm
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.emergency.adopting import chosen_plan, stale_reason
from youlu.domain.desk.emergency.assumptions import FIGURES, PLAN_NAMES, STEPS, levers_of
from youlu.domain.desk.emergency.effects import Effects, effects_of
from youlu.domain.desk.emergency.facts import agent_uuid
from youlu.domain.desk.emergency.leaving import Leaving, leaving_preview
from youlu.domain.desk.errors import EmergencyNotInForceError
from youlu.domain.desk.models import EmergencyNotice, EmergencyPlanning, EmergencyWatch
from youlu.domain.desk.selectors import FigureRow, desk_figures
from youlu.domain.workforce.selectors import agent_of, agents_named

CACHE_S = 2.0
STANDARD_DAY_MIN = 480  # labour law, article 36


@dataclass(frozen=True)
class WatchRow:
    """The watch in force. `counts`: what its adoption did."""

    id: uuid.UUID
    planning_id: uuid.UUID
    plan: str
    plan_name: str
    basis: str
    adopted_at: dt.datetime
    horizon_ends_at: dt.datetime
    counts: Mapping[str, int]


@dataclass(frozen=True)
class PlanningRow:
    """A planning. `stale`: why it no longer fits, in words; `done_pct` while it is computed."""

    id: uuid.UUID
    state: str
    stale: str
    started_at: dt.datetime
    ready_at: dt.datetime | None
    inputs: Mapping[str, Any]
    result: Mapping[str, Any] | None
    done_pct: int
    wall_ms: int | None
    start_at: dt.datetime
    surge_seen: float
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class NoticeRow:
    id: uuid.UUID
    plan: str
    plan_name: str
    is_leaving: bool
    says: Mapping[str, Any]
    made_at: dt.datetime
    is_seen: bool

    @property
    def shifts(self) -> tuple[ShiftRow, ...]:
        return tuple(_shift_row(s, "", "") for s in self.says.get("shifts", ()))

    @property
    def normal_from(self) -> dt.datetime | None:
        """When the normal roster holds again."""
        at = self.says.get("normal_from")
        return dt.datetime.fromisoformat(at) if at else None


@dataclass(frozen=True)
class ShiftRow:
    """A shift of a plan with the name of whoever works it; a lent person has none of ours."""

    name: str
    staff_no: str
    date: dt.date
    kind: str
    from_min: int
    to_min: int
    site: str
    activity: str
    paid_min: int = 0
    is_over: bool = False  # beyond eight hours that day: emergency hours, to which the person must agree

    @property
    def paid_h(self) -> str:
        """Hours worked, the pause taken off."""
        return f"{self.paid_min / 60:g}"

    @property
    def hours(self) -> str:
        return f"{hhmm(self.from_min)}–{hhmm(self.to_min)}"


_seen: tuple[float, WatchRow | None] | None = None


def emergency_now() -> WatchRow | None:
    """The watch in force, for the banner of every page: asked of the database every two seconds a process."""
    global _seen
    if _seen is None or time.monotonic() - _seen[0] > CACHE_S:
        _seen = (time.monotonic(), watch_now())
    return _seen[1]


def forget() -> None:
    """Ask anew: after a change, and between tests."""
    global _seen
    _seen = None


def watch_now() -> WatchRow | None:
    watch = EmergencyWatch.objects.filter(left_at=None).first()
    return _watch_row(watch) if watch else None


def _watch_row(watch: EmergencyWatch) -> WatchRow:
    return WatchRow(watch.id, watch.planning_id, watch.plan, PLAN_NAMES[watch.plan], watch.basis, watch.adopted_at,
                    watch.horizon_ends_at, watch.counts)


def planning_newest(*, actor: Actor) -> PlanningRow | None:
    actor.require("emergency.read")
    row = EmergencyPlanning.objects.order_by("-started_at", "-id").first()
    return _planning_row(row) if row else None


def planning_get(*, actor: Actor, planning_id: uuid.UUID) -> PlanningRow:
    """Raises NotFoundError."""
    actor.require("emergency.read")
    row = EmergencyPlanning.objects.filter(id=planning_id).first()
    if row is None:
        raise NotFoundError()
    return _planning_row(row)


def _planning_row(row: EmergencyPlanning) -> PlanningRow:
    stale = stale_reason(row) if row.state in (EmergencyPlanning.State.READY, EmergencyPlanning.State.STALE) else ""
    return PlanningRow(
        row.id, row.state, stale, row.started_at, row.ready_at, row.inputs, row.result,
        100 * row.done_steps // STEPS, row.wall_ms, dt.datetime.fromisoformat(row.facts["start_at"]),
        row.facts["surge_seen"], row.facts)


def adoption_effects(*, actor: Actor, planning_id: uuid.UUID, plan: str) -> tuple[Mapping[str, Any], Effects]:
    """The plan and what adopting it would do besides its roster.

    Raises
    ------
    NotFoundError, EmergencyNotReadyError, EmergencyStaleError
    """
    actor.require("emergency.run")
    row = EmergencyPlanning.objects.filter(id=planning_id).first()
    levers = levers_of(plan)
    if row is None or levers is None:
        raise NotFoundError()
    return chosen_plan(row, plan), effects_of(levers)


def plan_shifts(plan: Mapping[str, Any]) -> tuple[ShiftRow, ...]:
    """The plan's roster by date, beginning and staff number."""
    ids = {agent_uuid(s["who"]) for s in plan["shifts"]}
    agents = agents_named(one for one in ids if one is not None)
    rows, a_day = [], Counter[tuple[str, int]]()
    for s in plan["shifts"]:
        a_day[s["who"], s["day"]] += s["paid_min"]
    for s in plan["shifts"]:
        agent_id = agent_uuid(s["who"])
        agent = agents.get(agent_id) if agent_id else None
        row = _shift_row(s, agent.name if agent else "", agent.staff_no if agent else s["who"].rpartition("-")[2])
        rows.append(replace(row, is_over=agent_id is not None and a_day[s["who"], s["day"]] > STANDARD_DAY_MIN))
    return tuple(sorted(rows, key=lambda r: (r.date, r.from_min, r.staff_no)))


def _shift_row(s: Mapping[str, Any], name: str, staff_no: str) -> ShiftRow:
    return ShiftRow(name, staff_no, dt.date.fromisoformat(s["date"]), s["said"], s["from_min"], s["to_min"],
                    s["site"], s["activity"], s["paid_min"])


def leaving_effects(*, actor: Actor, from_at: dt.datetime | None = None) -> Leaving:
    """What leaving would do.

    Raises
    ------
    EmergencyNotInForceError
    """
    actor.require("emergency.run")
    watch = EmergencyWatch.objects.select_related("planning").filter(left_at=None).first()
    if watch is None:
        raise EmergencyNotInForceError()
    return leaving_preview(watch, from_at=from_at)


def back_by_person(leaving: Leaving) -> list[tuple[str, dt.datetime, int, int, int]]:
    """Name, when the normal roster holds again, shifts that fall away, normal ones out of reach, normal ones that the
    law does not leave them; who waits longest last."""
    names = {agent_id: row.name for agent_id, row in agents_named(leaving.normal_from).items()}
    rows = [(names.get(who, ""), at, leaving.dropped_of.get(who, 0), leaving.unable_of.get(who, 0),
             leaving.unlawful_of.get(who, 0))
            for who, at in leaving.normal_from.items()]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def nights_kept(*, actor: Actor, limit: int = 5) -> tuple[Mapping[str, Any], ...]:
    """What was left, newest first: the plan's word beside what happened."""
    actor.require("emergency.read")
    return tuple({"plan_name": PLAN_NAMES[w.plan], "adopted_at": w.adopted_at, "left_at": w.left_at,
                  "normal_from_at": w.normal_from_at, "summary": w.summary or {}}
                 for w in EmergencyWatch.objects.exclude(left_at=None).order_by("-left_at")[:limit])


def my_notice(*, actor: Actor) -> NoticeRow | None:
    """What changed last for the agent who asks: of the watch in force, or of the one just left until it is seen."""
    agent_id = agent_of(actor).id
    row = EmergencyNotice.objects.select_related("watch").filter(agent_id=agent_id).order_by("-made_at", "-id").first()
    if row is None or (row.watch.left_at is not None and (not row.is_leaving or row.seen_at is not None)):
        return None
    return NoticeRow(row.id, row.watch.plan, PLAN_NAMES[row.watch.plan], row.is_leaving, row.says, row.made_at,
                     row.seen_at is not None)


def emergency_figures() -> tuple[FigureRow, ...]:
    """What the plans rest on, with sources."""
    codes = ("call_base_per_h", "call_service_s", "call_patience_s", "contact_service_s", "agent_hour_fen",
             "untold_call_share", "untold_call_h")
    return tuple(desk_figures([*codes, *(row[0] for row in FIGURES)]).values())


