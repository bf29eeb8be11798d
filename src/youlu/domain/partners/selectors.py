"""Reading the exchange: what waits, what was counted on both sides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min

from youlu.domain.access.selectors import Actor
from youlu.domain.partners.models import IncomingMessage, OutgoingMessage, Partner, Statement

END_OF_TIME = dt.datetime.max.replace(tzinfo=dt.UTC)
STATEMENT_TOPIC = "reconciliation.statement"  # itself not counted: it is made after the count


@dataclass(frozen=True)
class OutboxState:
    """How the way to one partner stands. `oldest_at` is null when nothing waits."""

    partner: str
    name: str
    waiting: int
    oldest_at: dt.datetime | None
    attempts_max: int
    last_problem: str


@dataclass(frozen=True)
class ReconciliationRow:
    """One topic of one day in one direction; `theirs` is None while they have not sent a statement."""

    direction: str  # "out": from us to them; "in": from them to us
    topic: str
    ours: int
    theirs: int | None

    @property
    def differs(self) -> bool:
        return self.theirs is not None and self.ours != self.theirs


def outbox_states(*, actor: Actor) -> tuple[OutboxState, ...]:
    """All partners with what waits for them, the longest waiting first."""
    actor.require("partner.read")
    waiting: dict[str, dict[str, Any]] = {
        row["partner"]: dict(row)
        for row in OutgoingMessage.objects.filter(sent_at=None).values("partner").annotate(
            n=Count("id"), oldest=Min("made_at"), attempts_max=Max("attempts"), problem=Max("last_problem"))
    }
    states = []
    for partner in Partner.objects.order_by("code"):
        row = waiting.get(partner.code, {})
        states.append(OutboxState(partner.code, partner.name, row.get("n", 0), row.get("oldest"),
                                  row.get("attempts_max", 0), row.get("problem", "")))
    return tuple(sorted(states, key=lambda s: s.oldest_at or END_OF_TIME))


def reconciliation(*, actor: Actor, partner: str, day: dt.date) -> tuple[ReconciliationRow, ...]:
    """Both sides' counts of the business day by direction and topic. Sent means acknowledged by them."""
    actor.require("partner.read")
    statement = Statement.objects.filter(partner=partner, made_on=day).first()
    theirs = statement.counts if statement else None
    rows: list[ReconciliationRow] = []
    # What goes out from us comes in to them: the directions cross.
    for direction, mirrored, counted in (
        ("out", "in", OutgoingMessage.objects.filter(partner=partner, made_on=day, sent_at__isnull=False)),
        ("in", "out", IncomingMessage.objects.filter(partner=partner, made_on=day)),
    ):
        ours = dict(counted.order_by().values_list("topic").annotate(n=Count("id")))
        told = (theirs or {}).get(mirrored, {})
        rows += [ReconciliationRow(direction, topic, ours.get(topic, 0), None if theirs is None else told.get(topic, 0))
                 for topic in sorted({*ours, *told} - {STATEMENT_TOPIC})]
    return tuple(rows)

