"""Leaving 应急值守: back to the normal roster from a chosen time with lawful rest, everybody told, the night kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.emergency.adopting import emergency_lock, tell_defer
from youlu.domain.desk.emergency.assumptions import RUNNING
from youlu.domain.desk.emergency.displacing import Normal, normal_again, normal_restore
from youlu.domain.desk.emergency.effects import misplaced_move
from youlu.domain.desk.emergency.facts import agent_uuid
from youlu.domain.desk.emergency.publishing import shift_at
from youlu.domain.desk.errors import EmergencyInputsError, EmergencyNotInForceError
from youlu.domain.desk.models import (
    Attempt,
    ContactMode,
    EmergencyNotice,
    EmergencyWatch,
    WorkOrder,
)
from youlu.domain.workforce.trade import REST_MIN

USUAL_START = dt.timedelta(hours=8)


@dataclass(frozen=True)
class Leaving:
    """What leaving at `from_at` would do. `resting`: people whose normal roster begins later, for their eleven hours.

    `normal_from` : by agent, when the normal roster holds for them; `dropped_of`: shifts of theirs that fall away;
    `normal`: what is in force then; None where the plan has no roster, or its days are over.
    """

    from_at: dt.datetime
    shifts_dropped: int
    people: int
    resting: int
    normal_from: dict[uuid.UUID, dt.datetime]
    dropped_of: Mapping[uuid.UUID, int]
    normal: Normal | None

    @property
    def unable_of(self) -> Mapping[uuid.UUID, int]:
        """By agent, normal shifts that cannot be worked from where they are now."""
        return self.normal.unable_of if self.normal else {}

    @property
    def unlawful_of(self) -> Mapping[uuid.UUID, int]:
        """By agent, normal shifts that the law's rest and hours do not leave them."""
        return self.normal.unlawful_of if self.normal else {}

    @property
    def unable(self) -> int:
        return sum(self.unable_of.values())

    @property
    def unlawful(self) -> int:
        return sum(self.unlawful_of.values())


def leaving_preview(watch: EmergencyWatch, *, from_at: dt.datetime | None = None) -> Leaving:
    """Count what a leave would do; by default at eight the next morning.

    A shift that begins before `from_at` is worked to its end; whoever works it rests eleven hours after it.

    Raises
    ------
    EmergencyInputsError : the time has passed.
    """
    now = clock.now()
    chosen = from_at or clock.midnight(clock.local(now).date() + dt.timedelta(days=1)) + USUAL_START
    if chosen < now:
        raise EmergencyInputsError(what="恢复时间", why="不能早于现在")
    normal_from: dict[uuid.UUID, dt.datetime] = {}
    dropped: Counter[uuid.UUID] = Counter()
    for shift in _shifts(watch):
        who = agent_uuid(shift["who"])
        if who is None:
            continue
        begins_at, ends_at = shift_at(shift)
        is_kept = begins_at < chosen or shift["kind"].startswith(RUNNING)  # as published, begun before the plan
        dropped[who] += not is_kept
        rested_at = ends_at + dt.timedelta(minutes=REST_MIN) if is_kept else chosen
        normal_from[who] = max(chosen, rested_at, normal_from.get(who, chosen))
    resting = sum(at > chosen for at in normal_from.values())
    normal = normal_again(watch, from_at=chosen, rested_at=normal_from)
    if normal:  # who is in no shift of the plan hears it too when a shift of theirs falls away
        normal_from = dict.fromkeys((*normal.unlawful_of, *normal.unable_of), chosen) | normal_from
    return Leaving(chosen, dropped.total(), len(normal_from), resting, normal_from, dropped, normal)


def _shifts(watch: EmergencyWatch) -> list[dict[str, Any]]:
    return list(_plan(watch).get("shifts", ()))


def _plan(watch: EmergencyWatch) -> dict[str, Any]:
    """The plan that was adopted; empty where its planning kept no answer."""
    plans = (watch.planning.result or {}).get("plans", ())
    return next((plan for plan in plans if plan["code"] == watch.plan), {})


@transaction.atomic
def emergency_leave(*, actor: Actor, from_at: dt.datetime | None = None) -> uuid.UUID:
    """Leave: the plan's shifts from `from_at` on fall away, the normal roster holds again, the night is summed up.

    Raises
    ------
    EmergencyNotInForceError, EmergencyInputsError
    """
    from youlu.domain.workforce.rostering.publishing import publish_lock

    actor.require("emergency.run")
    emergency_lock()
    publish_lock()  # what others hold of the days is what the preview says
    watch = EmergencyWatch.objects.select_for_update().filter(left_at=None).first()
    if watch is None:
        raise EmergencyNotInForceError()
    preview = leaving_preview(watch, from_at=from_at)
    at = clock.now()
    watch.left_at, watch.left_by, watch.normal_from_at = at, actor.id, preview.from_at
    watch.summary = night_summary(watch, until=at)
    watch.save()
    if preview.normal:
        normal_restore(actor=actor, watch=watch, normal=preview.normal)
    _tell(watch, preview, at)
    # The night put work where people were then; customers were told "later".
    moved = misplaced_move(actor=actor, why="应急值守解除")
    tell_defer()
    audit_record(actor=actor.id, action="emergency.leave", object_type="watch", object_id=str(watch.id),
                 people=preview.people, shifts=preview.shifts_dropped, orders=moved.orders, given=moved.given)
    return watch.id


def _tell(watch: EmergencyWatch, preview: Leaving, at: dt.datetime) -> None:
    """Each person hears when their own normal roster begins."""
    EmergencyNotice.objects.bulk_create([EmergencyNotice(
        watch=watch, agent_id=who, is_leaving=True, made_at=at,
        says={"normal_from": from_at.isoformat(), "unable": preview.unable_of.get(who, 0),
              "unlawful": preview.unlawful_of.get(who, 0)})
        for who, from_at in preview.normal_from.items()], ignore_conflicts=True)


def night_summary(watch: EmergencyWatch, *, until: dt.datetime) -> dict[str, Any]:
    """What happened from the adoption to `until`, beside what the plan said. Calls are counted by the exchange, not
    here: of them the plan's word stands alone."""
    during = {"closed_at__gte": watch.adopted_at, "closed_at__lt": until}
    closed = WorkOrder.objects.filter(**during)
    due = WorkOrder.objects.filter(due_at__gte=watch.adopted_at, due_at__lt=until)
    late = due.exclude(closed_at__lte=F("due_at"))
    told = Attempt.objects.filter(result=Attempt.Result.TOLD, result_at__gte=watch.adopted_at, result_at__lt=until)
    figures = _plan(watch).get("figures", {})
    return {
        "hours": round((until - watch.adopted_at).total_seconds() / 3_600, 1),
        "orders_opened": WorkOrder.objects.filter(opened_at__gte=watch.adopted_at, opened_at__lt=until).count(),
        "orders_closed": closed.count(), "orders_due": due.count(), "orders_late": late.count(),
        "told_message": told.filter(mode=ContactMode.MESSAGE).count(),
        "told_voice": told.filter(mode=ContactMode.VOICE).count(),
        "said": {name: figures.get(name) for name in ("lost_tonight_h", "orders_on_time", "contacts_share")},
    }
