"""Lanes: which mail waits with which where there is a backlog, and what each lane waits for.

Lane 0 does not wait at all: mail that is exempt from a stop of an office is carried through by hand. Every other lane
is a line of work (a mail class of its own, or all others) and whether its mail is worked first.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.capacity import USUAL_RANK, Capacities
from youlu.domain.promise.models import BacklogRun, OfficeBacklog
from youlu.engines.promise import BIN_MIN, NEVER

FREE = 0
DAY_BINS = 1440 // BIN_MIN


@dataclass(frozen=True, eq=False)
class Draining:
    """Tables of a run against a start day: office -> int32[lanes, bins], minutes (see `Handling.drain`)."""

    lanes: tuple[tuple[str, bool], ...]
    ready_min: dict[int, NDArray[np.int32]]

    @property
    def n_lanes(self) -> int:
        """With the lane that does not wait."""
        return len(self.lanes) + 1

    def lane_of(self, capacities: Capacities, mail_class: str, programme: str) -> int:
        """The lane of a kind of mail that is exempt from nothing."""
        line = mail_class if any(mail_class == name for name, _ in self.lanes) else ""
        first = capacities.rank(mail_class, programme) < USUAL_RANK
        return self.lanes.index((line, first)) + 1

    def by_group(self, signatures: int) -> dict[int, NDArray[np.int32]]:
        """Office -> int32[groups, bins] with group = lane + n_lanes × signature."""
        return {office: np.tile(np.vstack([np.zeros_like(table[:1]), table]), (signatures, 1))
                for office, table in self.ready_min.items()}


def lanes_of(capacities: Capacities) -> tuple[tuple[str, bool], ...]:
    """Every line of work, what is worked first before the rest."""
    return tuple((line, first) for line in ("", *capacities.classes_apart) for first in (True, False))


def run_newest(epoch: int) -> int | None:
    """The epoch of the newest run up to an epoch, None before the first."""
    newest = _newest(epoch)
    return newest[0] if newest is not None else None


def _newest(epoch: int) -> tuple[int, uuid.UUID] | None:
    return BacklogRun.objects.filter(epoch__lte=epoch).order_by("-epoch").values_list("epoch", "key").first()


def draining_open(epoch: int, start_day: int) -> Draining | None:
    """The tables of the newest run up to an epoch as minutes from a day's midnight; None where there is no backlog."""
    newest = _newest(epoch)
    return _draining(*newest, start_day) if newest is not None else None


@lru_cache(maxsize=4)
def _draining(run: int, key: uuid.UUID, start_day: int) -> Draining | None:
    row = BacklogRun.objects.get(epoch=run)
    shift = start_day - row.start_day
    tables = {}
    for office, ready in OfficeBacklog.objects.filter(run=row).values_list("office_id", "ready_min"):
        table = np.array(ready, np.int64)
        moved = np.where((table > 0) & (table < NEVER), np.maximum(table - shift * 1440, 0), table)
        # What arrived before the first hour counts as arrived in it; later hours than the last wait like the last.
        cut = moved[:, min(shift * DAY_BINS, moved.shape[1] - 1):] if shift >= 0 else np.pad(
            moved, ((0, 0), (-shift * DAY_BINS, 0)))
        if (cut > 0).any():
            tables[office] = cut.astype(np.int32)
    return Draining(tuple((line, first) for line, first in row.lanes), tables) if tables else None
