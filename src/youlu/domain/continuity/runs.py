"""The record of a run: how far, how many; written with each partition, so that it is true after a kill."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from youlu.core.clock import real_now
from youlu.domain.continuity.hitting import Part
from youlu.domain.continuity.models import ApplyRun
from youlu.domain.mail.revise import Committed
from youlu.domain.promise.held import UNKNOWN_S


def run_begin(epoch: int) -> None:
    """Note that a run to this epoch begins, or goes on after another was killed."""
    _, made = ApplyRun.objects.get_or_create(epoch=epoch, defaults={"started_at": real_now()})
    if not made:
        ApplyRun.objects.filter(epoch=epoch, finished_at__isnull=True).update(takeovers=F("takeovers") + 1)


def run_count(epoch: int, part: Part, done: Committed, contacts: int) -> None:
    """Add one partition's figures, in its transaction."""
    before, after = part.items.expected_s, part.promises.arrive_by_s
    unknown = after == UNKNOWN_S
    later = ((before != UNKNOWN_S) & (unknown | (after > before))).sum()
    earlier = (~unknown & ((before == UNKNOWN_S) | (after < before))).sum()  # also who has a time again
    ApplyRun.objects.filter(epoch=epoch).update(
        partitions_done=F("partitions_done") + 1, looked_at=F("looked_at") + part.looked_at,
        hit=F("hit") + len(part.items), revised=F("revised") + done.revised, moved=F("moved") + done.moved,
        later=F("later") + int(later), earlier=F("earlier") + int(earlier),
        unknown=F("unknown") + int(unknown.sum()), contacts=F("contacts") + contacts)


def run_finish(epoch: int, *, capacity: dict[str, Any]) -> None:
    """Close the run with whether the people present can carry the work it made."""
    ApplyRun.objects.filter(epoch=epoch, finished_at__isnull=True).update(finished_at=real_now(), capacity=capacity)
