"""The world at one instant under one epoch: timetable, measures, handling, waves. From it one promise or a million
are computed, and nothing in it changes while they are."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from youlu.core import clock
from youlu.domain.network.capacity import Capacities, capacities
from youlu.domain.network.models import Measure, Office
from youlu.domain.network.selectors import MeasureRow, measures_in_force
from youlu.domain.promise.arrays import (
    BACK_DAYS,
    LONG_DAYS,
    SHORT_DAYS,
    revision_current,
    timetable_open,
    timetable_open_draft,
)
from youlu.domain.promise.effects import Effect, effects_of
from youlu.domain.promise.errors import RevisionMovedError, TooManyClassGroupsError
from youlu.domain.promise.lanes import FREE, Draining, draining_open
from youlu.domain.promise.waves import WaveTable, wave_table_read
from youlu.engines.calendar import OPEN_END, date_of_day, day_of_date
from youlu.engines.promise import Handling, LegClosure, Timetable, flags_derive

GROUPS_MAX = 4
TRIES = 5
Act = Measure.Act
NO_CAPACITIES = Capacities({}, {}, {}, {}, ())


@dataclass(frozen=True, eq=False)
class World:
    """Minutes count from local midnight of `start_day` (two days before `at`)."""

    at: dt.datetime
    epoch: int
    start_day: int
    short: Timetable
    long: Timetable
    handling: Handling
    waves: WaveTable
    effects: tuple[Effect, ...]
    measures: tuple[MeasureRow, ...]
    capacities: Capacities = NO_CAPACITIES
    draining: Draining | None = None
    _flags: dict[tuple[bool, int], NDArray[np.uint8]] = field(default_factory=dict)
    _groups: dict[tuple[bool, ...], int] = field(default_factory=dict)

    @property
    def now_min(self) -> int:
        return self.minute(self.at)

    @property
    def start_s(self) -> int:
        """Unix seconds of minute 0."""
        return int(dt.datetime.combine(date_of_day(self.start_day), dt.time(), clock.SHANGHAI).timestamp())

    def minute(self, instant: dt.datetime) -> int:
        """Whole minutes, rounded up: mail ready at 17:00:30 misses the 17:00 trip."""
        return -int((self.start_s - instant.timestamp()) // 60)

    def instant(self, minute: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.start_s + minute * 60, dt.UTC)

    def window(self, effect: Effect) -> tuple[int, int]:
        """The effect's half-open window in minutes."""
        return self.minute(effect.starts_at), OPEN_END if effect.ends_at is None else self.minute(effect.ends_at)

    def group_of(self, mail_class: str, programme: str) -> int:
        """The class group: kinds of mail that the same effects concern share flags, and where there are backlogs
        those of a lane wait alike."""
        concerned = tuple(effect.concerns(mail_class, programme) for effect in self.effects)
        if concerned not in self._groups and len(self._groups) == GROUPS_MAX:
            raise TooManyClassGroupsError(most=GROUPS_MAX)
        signature = self._groups.setdefault(concerned, len(self._groups))
        if self.draining is None:
            return signature
        free = self.is_free(mail_class, programme)
        lane = FREE if free else self.draining.lane_of(self.capacities, mail_class, programme)
        return lane + self.draining.n_lanes * signature

    @property
    def office_stops(self) -> tuple[Effect, ...]:
        """The effects that stop whole offices: nothing comes or goes, and what lies there waits."""
        return tuple(e for e in self.effects if e.act == Act.TRANSIT and len(e.offices))

    def is_free(self, mail_class: str, programme: str) -> bool:
        """Whether a stop of an office exempts this mail: it is carried through by hand and does not queue."""
        return any(not effect.concerns(mail_class, programme) for effect in self.office_stops)

    def _lanes(self) -> int:
        return 1 if self.draining is None else self.draining.n_lanes

    def flags(self, *, long: bool, group: int) -> NDArray[np.uint8]:
        """Leg flags of one class group, derived from the whole set of effects."""
        signature = group // self._lanes()
        if (long, signature) not in self._flags:
            concerned = next(key for key, number in self._groups.items() if number == signature)
            closures = [closure for effect, applies in zip(self.effects, concerned, strict=True) if applies
                        for closure in self._closures_of(effect)]
            self._flags[long, signature] = flags_derive(self.long if long else self.short, closures, 0)
        return self._flags[long, signature]

    @property
    def leg_closures(self) -> list[LegClosure]:
        """What the effects close on legs, each with the bits of the class groups it concerns."""
        closures, lanes = [], self._lanes()
        for number, effect in enumerate(self.effects):
            bits = sum(((1 << lanes) - 1) << lanes * signature for concerned, signature in self._groups.items()
                       if concerned[number])
            closures += [replace(closure, groups=bits) for closure in self._closures_of(effect)]
        return closures

    def _closures_of(self, effect: Effect) -> list[LegClosure]:
        t0, t1 = self.window(effect)
        if effect.act == Act.DISPATCH:
            ends_here = effect.offices[~self.waves.may_transit[effect.offices]]
            return [LegClosure("no_alight", t0, t1, offices=ends_here)] if len(ends_here) else []
        if effect.act != Act.TRANSIT:
            return []
        closures = []
        if len(effect.offices):
            closures.append(LegClosure("no_pass", t0, t1, offices=effect.offices))
        if len(effect.legs):
            closures.append(LegClosure("cancel", t0, t1, legs=effect.legs))
        if len(effect.trip_keys):
            closures.append(LegClosure("cancel", t0, t1, trip_keys=effect.trip_keys))
        return closures


@dataclass(frozen=True)
class DraftFrom:
    """A draft of the timetable as if it were in force from a service date on."""

    draft_id: uuid.UUID
    effective_date: dt.date


def world_at(
    *, at: dt.datetime, epoch: int, more: Sequence[MeasureRow] = (), less: frozenset = frozenset(),
    without_measures: bool = False, only_more: bool = False, draft: DraftFrom | None = None,
) -> World:
    """The world under `epoch`; a preview adds measures (`more`) or leaves some out (`less`, measure ids), or runs by a
    draft of the timetable."""
    at = at.replace(microsecond=0)  # items keep seconds
    measures = tuple(more)
    if not (without_measures or only_more):
        measures = (*(row for row in measures_in_force(epoch) if row.id not in less), *more)
    start_day = day_of_date(clock.local(at).date()) - BACK_DAYS
    revision, short, long = _timetables(start_day) if draft is None else _timetables_of(draft, start_day)
    known = capacities()
    draining = None if without_measures else draining_open(epoch, start_day)
    return World(at, epoch, start_day, short, long, _handling(revision, known, draining), _waves(revision),
                 effects_of(measures), measures, known, draining)


def _timetables_of(draft: DraftFrom, start_day: int) -> tuple[str, Timetable, Timetable]:
    short, long = (timetable_open_draft(draft.draft_id, effective_date=draft.effective_date, start_day=start_day,
                                        n_days=n_days) for n_days in (SHORT_DAYS, LONG_DAYS))
    return revision_current(), short, long


def _timetables(start_day: int) -> tuple[str, Timetable, Timetable]:
    """The newest revision with its arrays; if another is activated in between, that one."""
    for _ in range(TRIES):
        revision = revision_current()
        try:
            return (revision, timetable_open(revision, start_day, SHORT_DAYS),
                    timetable_open(revision, start_day, LONG_DAYS))
        except RevisionMovedError:
            continue
    raise RevisionMovedError()


def world_draining(world: World, draining: Draining | None) -> World:
    """The same world with other backlogs."""
    handling = handling_of(world.waves, world.capacities, draining)
    return replace(world, handling=handling, draining=draining, _flags={}, _groups={})


@lru_cache(maxsize=2)
def _waves(revision: str) -> WaveTable:
    return wave_table_read()


@lru_cache(maxsize=4)
def _handling(revision: str, known: Capacities, draining: Draining | None) -> Handling:
    return handling_of(_waves(revision), known, draining)


def handling_of(waves: WaveTable, known: Capacities, draining: Draining | None) -> Handling:
    """What offices do to mail: sorting time, sorting windows, no transit, and the turns of a backlog."""
    minutes = np.zeros(len(waves.may_transit), np.int32)
    for office, handling_min in Office.objects.values_list("id", "handling_min"):
        minutes[office] = handling_min
    groups = GROUPS_MAX * (1 if draining is None else draining.n_lanes)
    return Handling(np.repeat(minutes[None, :], groups, axis=0), np.repeat(waves.may_transit[None, :], groups, axis=0),
                    sorting=known.sorting, drain={} if draining is None else draining.by_group(GROUPS_MAX))
