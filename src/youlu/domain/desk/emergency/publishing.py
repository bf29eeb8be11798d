"""The one place that hands a plan's roster to the people who work it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.emergency.facts import Facts, Inputs
from youlu.domain.desk.models import EmergencyPlanning


def roster_put_in_force(*, actor: Actor, planning: EmergencyPlanning, plan: dict[str, Any]) -> uuid.UUID | None:
    """Publish the plan's roster in the caller's transaction; the roster's id, None while the plan itself is read."""
    return None


def shift_at(row: dict[str, Any]) -> tuple[dt.datetime, dt.datetime]:
    """The instants of a plan's shift."""
    midnight = clock.midnight(dt.date.fromisoformat(row["date"]))
    return midnight + dt.timedelta(minutes=row["from_min"]), midnight + dt.timedelta(minutes=row["to_min"])


def horizon_end(facts: Facts, inputs: Inputs) -> dt.datetime:
    return clock.midnight(clock.local(facts.start_at).date()) + dt.timedelta(days=inputs.days)
