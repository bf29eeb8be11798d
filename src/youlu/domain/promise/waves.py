"""Customers are told the wave of a day, never a minute: the end of the first delivery wave that starts at or after
arrival + unsealing on a delivery day and that no measure stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.models import DeliverySegment, Measure, Office
from youlu.domain.promise.effects import Effect
from youlu.domain.promise.held import Held
from youlu.engines.calendar import weekday_of_day

DAY_MIN = 1440
THURSDAY = 3  # the weekday of day 0, 1970-01-01
TOLD_DAYS = 50  # beyond the longest horizon, so that a late arrival still finds its wave
NO_WAVE = np.int64(2**40)


@dataclass(frozen=True, eq=False)
class WaveTable:
    """Wave templates and who has which. Segment ids and office ids index the arrays (-1 row: none)."""

    templates: tuple[tuple[tuple[int, ...], tuple[int, ...], int], ...]  # starts, ends, weekdays
    of_office: NDArray[np.int32]
    of_segment: NDArray[np.int32]
    unsealing_min: NDArray[np.int32]
    may_transit: NDArray[np.bool_]
    pickup_cutoff_min: NDArray[np.int64]
    service_weekdays: NDArray[np.int64]  # bit 0 is Monday


def wave_table_read() -> WaveTable:
    """Read every office's and segment's waves (two queries)."""
    known: dict[tuple, int] = {}

    def template(starts: Sequence[int], ends: Sequence[int], weekdays: int) -> int:
        return known.setdefault((tuple(starts), tuple(ends), weekdays), len(known))

    offices = list(Office.objects.order_by("id").values_list(
        "id", "wave_start_min", "wave_end_min", "delivery_weekdays", "unsealing_min", "may_transit",
        "pickup_cutoff_min"))
    segments = list(DeliverySegment.objects.values_list("id", "wave_start_min", "wave_end_min", "weekdays"))
    of_office = np.zeros(len(offices), np.int32)
    for office, starts, ends, weekdays, *_ in offices:
        of_office[office] = template(starts, ends, weekdays)
    of_segment = np.full(max((row[0] for row in segments), default=-1) + 1, -1, np.int32)
    for segment, starts, ends, weekdays in segments:
        of_segment[segment] = template(starts, ends, weekdays)
    return WaveTable(tuple(known), of_office, of_segment, np.array([row[4] for row in offices], np.int32),
                     np.array([row[5] for row in offices], bool), np.array([row[6] for row in offices], np.int64),
                     np.array([row[3] for row in offices], np.int64))


def accepted_min(
    table: WaveTable, start_day: int, office: NDArray[np.int32], minute: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The minute that mail handed in counts from: after the office's cut-off (收寄截止), or on a day without service,
    the first of its next service day, so that it takes a run of that day."""
    day = minute // DAY_MIN
    service = np.where(table.service_weekdays[office] & 127, table.service_weekdays[office], 127)
    on = day + (minute % DAY_MIN > table.pickup_cutoff_min[office])
    for _ in range(7):
        on = on + (service >> (start_day + on + THURSDAY) % 7 & 1 == 0)
    return np.where(on > day, on * DAY_MIN, minute)


@dataclass(frozen=True, eq=False)
class WaveGroups:
    """Items sorted into groups that share their waves: `group[i]` indexes `starts`, `ends`, `open`."""

    group: NDArray[np.int64]
    starts: list[NDArray[np.int64]]
    ends: list[NDArray[np.int64]]
    open: list[NDArray[np.bool_]]


def waves_group(
    table: WaveTable, effects: Sequence[Effect], windows: Sequence[tuple[int, int]], held: Held, start_day: int
) -> WaveGroups:
    """The waves each item can be delivered in; `windows` are the effects' in minutes from `start_day`'s midnight."""
    stops = [(effect, window) for effect, window in zip(effects, windows, strict=True)
             if effect.act in (Measure.Act.DELIVERY, Measure.Act.DISPATCH)]
    template = table.of_office[held.dest_office].astype(np.int64)
    on_segment = held.dest_segment >= 0
    template[on_segment] = table.of_segment[held.dest_segment[on_segment]]
    stopped = np.zeros((len(held), len(stops)), bool)
    for column, (effect, _) in enumerate(stops):
        stopped[:, column] = _stopped_at(table, effect, held)
    signature, signature_no = _signatures(stopped)
    pair, group = np.unique(template * len(signature) + signature_no, return_inverse=True)
    starts, ends, is_open = [], [], []
    for code in pair:
        wave_starts, wave_ends = _waves(table.templates[code // len(signature)], start_day)
        free = np.ones(len(wave_starts), bool)
        for (_, (t0, t1)), applies in zip(stops, signature[code % len(signature)], strict=True):
            if applies:
                free &= (wave_ends <= t0) | (wave_starts >= t1)
        starts.append(wave_starts)
        ends.append(wave_ends)
        is_open.append(free)
    return WaveGroups(group.ravel(), starts, ends, is_open)


def _signatures(stopped: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """(distinct rows, which of them each row is). Up to 62 columns are compared as one number a row."""
    if stopped.shape[1] > 62:
        rows, number = np.unique(stopped, axis=0, return_inverse=True)
        return rows, number.ravel()
    code = stopped @ (1 << np.arange(stopped.shape[1], dtype=np.int64))
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return stopped[first], number.ravel()


def _stopped_at(table: WaveTable, effect: Effect, held: Held) -> NDArray[np.bool_]:
    """Items whose last mile the effect stops. Stopping dispatch towards a centre that passes mail on stops only the
    mail that ends there; towards other offices it closes the legs into them instead."""
    concerned = np.array([effect.concerns(*kind) for kind in held.kinds], bool)[held.kind]
    at_office = np.isin(held.dest_office, effect.offices)
    if effect.act == Measure.Act.DISPATCH:
        return concerned & at_office & table.may_transit[held.dest_office]
    return concerned & (at_office | np.isin(held.dest_segment, effect.segments)
                        | np.isin(held.dest_compound, effect.compounds))


def _waves(
    template: tuple[tuple[int, ...], tuple[int, ...], int], start_day: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts, ends, weekdays = template
    days = np.array([day for day in range(TOLD_DAYS) if weekdays >> weekday_of_day(start_day + day) & 1], np.int64)
    return ((days[:, None] * DAY_MIN + np.array(starts, np.int64)).ravel(),
            (days[:, None] * DAY_MIN + np.array(ends, np.int64)).ravel())


def waves_told(
    groups: WaveGroups, ready_min: NDArray[np.int64], under_way: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """End of the first open wave that starts at or after `ready_min`, in minutes; NO_WAVE where there is none.

    What is out for delivery (`under_way`) is told the first open wave that ends after `ready_min` instead.
    """
    told = np.full(len(ready_min), NO_WAVE, np.int64)
    order = np.argsort(groups.group, kind="stable")
    bounds = np.searchsorted(groups.group[order], np.arange(len(groups.starts) + 1))
    for number, (starts, ends, free) in enumerate(zip(groups.starts, groups.ends, groups.open, strict=True)):
        mine = order[bounds[number]:bounds[number + 1]]
        at = np.searchsorted(starts[free], ready_min[mine])
        if under_way is not None and under_way[mine].any():
            at = np.where(under_way[mine], np.searchsorted(ends[free], ready_min[mine], side="right"), at)
        told[mine] = np.append(ends[free], NO_WAVE)[at]
    return told


def waves_stopped(groups: WaveGroups, told_min: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the wave that ends at `told_min` is stopped by now; False where `told_min` ends no known wave."""
    stopped = np.zeros(len(told_min), bool)
    order = np.argsort(groups.group, kind="stable")
    bounds = np.searchsorted(groups.group[order], np.arange(len(groups.starts) + 1))
    for number, (ends, free) in enumerate(zip(groups.ends, groups.open, strict=True)):
        if free.all():
            continue
        mine = order[bounds[number]:bounds[number + 1]]
        at = np.minimum(np.searchsorted(ends, told_min[mine]), len(ends) - 1)
        stopped[mine] = (ends[at] == told_min[mine]) & ~free[at]
    return stopped
