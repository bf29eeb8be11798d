"""The plan under search: route rows per slot, kept consistent by a few compiled verbs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from youlu.engines.routing.arrays import Arrays
from youlu.engines.routing.kernel import njit_inlined, njit_kernel
from youlu.engines.routing.schedule import schedule

COST, LOAD_EXCESS, TIME_EXCESS, PATTERN_COST = 0, 1, 2, 3


class State(NamedTuple):
    """Routes by slot. All arrays are private to one search."""

    seq: np.ndarray  # int32 [slots, n + 2] home, customers, home
    edge: np.ndarray  # float64 [slots, n + 2] cost from each stop of the row to the next
    length: np.ndarray  # int32 [slots]
    load: np.ndarray  # float64 [slots]
    cost: np.ndarray  # float64 [slots] without duty and nights
    duty: np.ndarray  # float64 [slots]
    excess: np.ndarray  # float64 [slots] minutes against the rules
    extra: np.ndarray  # float64 [slots] cost of driving on another day's roads after a night
    nights: np.ndarray  # int32 [slots]
    slot_at: np.ndarray  # int32 [n, d] slot of the customer's visit, or -1
    pattern: np.ndarray  # int32 [n] row of the pattern table, or -1


class Scratch(NamedTuple):
    """Working memory, and the random state (uint64 [1])."""

    random: np.ndarray
    touched: np.ndarray  # uint8 [slots]
    touched_list: np.ndarray  # int32 [slots + 1], the count last
    ruined: np.ndarray  # uint8 [slots]
    removed: np.ndarray  # uint8 [n]
    removed_list: np.ndarray  # int32 [n]
    key: np.ndarray  # float64 [n]
    best_delta: np.ndarray  # float64 [d]
    best_slot: np.ndarray  # int32 [d]
    best_place: np.ndarray  # int32 [d]
    option_delta: np.ndarray  # float64 [2 (n + vehicles)], with the next two: insertions still to be simulated
    option_slot: np.ndarray  # int32
    option_place: np.ndarray  # int32
    buffer: np.ndarray  # int32 [n + 2]
    rec: np.ndarray  # float64 [n + 2, 4]
    now: np.ndarray  # float64 [4] totals of the current plan
    new: np.ndarray  # float64 [4] totals of the plan at work
    tally: np.ndarray  # float64 [2] plans that kept load and time of late


def state_empty(arrays: Arrays) -> State:
    """No visits yet; every row begins and ends with its home node."""
    n, slots = arrays.n, arrays.n_days * arrays.n_vehicles
    seq = np.zeros((slots, n + 2), dtype=np.int32)
    seq[:, :2] = (n + np.tile(arrays.kind_of, arrays.n_days))[:, None]
    return State(
        seq=seq,
        edge=np.zeros((slots, n + 2)),
        length=np.zeros(slots, dtype=np.int32),
        load=np.zeros(slots),
        cost=np.zeros(slots),
        duty=np.zeros(slots),
        excess=np.zeros(slots),
        extra=np.zeros(slots),
        nights=np.zeros(slots, dtype=np.int32),
        slot_at=np.full((n, arrays.n_days), -1, dtype=np.int32),
        pattern=np.full(n, -1, dtype=np.int32),
    )


def scratch_make(arrays: Arrays, seed: int) -> Scratch:
    """Working memory with its own random stream."""
    n, days, slots = arrays.n, arrays.n_days, arrays.n_days * arrays.n_vehicles
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)
    return Scratch(
        random=state | np.uint64(1),
        touched=np.zeros(slots, dtype=np.uint8),
        touched_list=np.zeros(slots + 1, dtype=np.int32),
        ruined=np.zeros(slots, dtype=np.uint8),
        removed=np.zeros(n, dtype=np.uint8),
        removed_list=np.zeros(n, dtype=np.int32),
        key=np.zeros(n),
        best_delta=np.zeros(days),
        best_slot=np.zeros(days, dtype=np.int32),
        best_place=np.zeros(days, dtype=np.int32),
        option_delta=np.zeros(2 * (n + arrays.n_vehicles)),
        option_slot=np.zeros(2 * (n + arrays.n_vehicles), dtype=np.int32),
        option_place=np.zeros(2 * (n + arrays.n_vehicles), dtype=np.int32),
        buffer=np.zeros(n + 2, dtype=np.int32),
        rec=np.zeros((n + 2, 4)),
        now=np.zeros(4),
        new=np.zeros(4),
        tally=np.zeros(2),
    )


@njit_inlined
def touch(work, scratch, slot):
    """Remember that the slot differs from the current plan, so that it can be put back."""
    touched = scratch.touched
    touched_list = scratch.touched_list
    if not touched[slot]:
        touched[slot] = 1
        touched_list[touched_list[-1]] = slot
        touched_list[-1] += 1


@njit_inlined
def slot_update(data, state, scratch, slot):
    """Recompute a slot's sums from its row: no drift."""
    n_vehicles = data.n_vehicles
    kind_of = data.kind_of
    cost = data.cost
    cost_at = data.cost_at
    fixed_cost = data.fixed_cost
    demand = data.demand
    rich = data.rich
    timed = data.timed
    time_at = data.time_at
    time_min = data.time_min
    service = data.service
    limits = data.limits
    rec = scratch.rec
    row_length = state.length
    row_load = state.load
    row_cost = state.cost
    row_duty = state.duty
    row_excess = state.excess
    row_nights = state.nights
    row_extra = state.extra
    seq = state.seq
    edge = state.edge
    day = slot // n_vehicles
    kind = kind_of[slot % n_vehicles]
    length = row_length[slot]
    if length == 0:
        row_load[slot] = 0.0
        row_cost[slot] = 0.0
        row_duty[slot] = 0.0
        row_excess[slot] = 0.0
        row_nights[slot] = 0
        row_extra[slot] = 0.0
        return
    table = cost_at[kind, day]
    total = fixed_cost[kind]
    load = 0.0
    a = seq[slot, 0]
    for k in range(length + 1):
        b = seq[slot, k + 1]
        step = cost[table, a, b]
        edge[slot, k] = step
        total += step
        if k < length:
            load += demand[b]
        a = b
    row_cost[slot] = total
    row_load[slot] = load
    if rich:
        duty, nights, excess, _, extra = schedule(data.clock, kind, day, seq[slot], length, rec)
        row_duty[slot] = duty
        row_nights[slot] = nights
        row_excess[slot] = excess
        row_extra[slot] = extra
    elif timed:
        table = time_at[day]
        duty = 0.0
        for k in range(1, length + 2):
            duty += time_min[table, seq[slot, k - 1], seq[slot, k]]
            duty += service[seq[slot, k]]
        row_duty[slot] = duty
        row_excess[slot] = max(0.0, duty - limits[kind, 2])


@njit_inlined
def slot_insert(data, state, scratch, slot, place, c):
    """Put customer c behind the row's first `place` customers."""
    n_vehicles = data.n_vehicles
    row_length = state.length
    seq = state.seq
    slot_at = state.slot_at
    length = row_length[slot]
    for k in range(length + 1, place, -1):
        seq[slot, k + 1] = seq[slot, k]
    seq[slot, place + 1] = c
    row_length[slot] = length + 1
    slot_at[c, slot // n_vehicles] = slot
    slot_update(data, state, scratch, slot)


@njit_inlined
def slot_copy(source, target, slot):
    """Copy one slot and nothing else."""
    source_length = source.length
    source_seq = source.seq
    source_edge = source.edge
    source_load = source.load
    source_cost = source.cost
    source_duty = source.duty
    source_excess = source.excess
    source_nights = source.nights
    source_extra = source.extra
    target_seq = target.seq
    target_edge = target.edge
    target_length = target.length
    target_load = target.load
    target_cost = target.cost
    target_duty = target.duty
    target_excess = target.excess
    target_nights = target.nights
    target_extra = target.extra
    for k in range(source_length[slot] + 2):
        target_seq[slot, k] = source_seq[slot, k]
        target_edge[slot, k] = source_edge[slot, k]
    target_length[slot] = source_length[slot]
    target_load[slot] = source_load[slot]
    target_cost[slot] = source_cost[slot]
    target_duty[slot] = source_duty[slot]
    target_excess[slot] = source_excess[slot]
    target_nights[slot] = source_nights[slot]
    target_extra[slot] = source_extra[slot]


@njit_kernel
def state_copy(source, target):
    """Copy everything."""
    for slot in range(len(source.length)):
        slot_copy(source, target, slot)
    for c in range(len(source.pattern)):
        target.pattern[c] = source.pattern[c]
        for day in range(source.slot_at.shape[1]):
            target.slot_at[c, day] = source.slot_at[c, day]


@njit_kernel
def nights_clash(data, state):
    """How often a vehicle that is out overnight is also sent out from home."""
    clashes = 0
    for slot in range(len(state.length)):
        for k in range(1, state.nights[slot] + 1):
            day = (slot // data.n_vehicles + k) % data.period
            if day < data.n_days and state.length[day * data.n_vehicles + slot % data.n_vehicles] > 0:
                clashes += 1
    return clashes


@njit_inlined
def totals(data, state, out):
    """Fill out = (cost, load excess, time excess, pattern cost) of the whole plan."""
    kind_of = data.kind_of
    n_vehicles = data.n_vehicles
    n = data.n
    duty_weight = data.duty_weight
    night_weight = data.night_weight
    capacity = data.capacity
    overnight = data.overnight
    pattern_cost = data.pattern_cost
    length = state.length
    row_cost = state.cost
    duty = state.duty
    nights = state.nights
    extra = state.extra
    load = state.load
    excess = state.excess
    pattern = state.pattern
    cost = 0.0
    load_excess = 0.0
    time_excess = 0.0
    for slot in range(len(length)):
        if length[slot] == 0:
            continue
        kind = kind_of[slot % n_vehicles]
        cost += row_cost[slot] + extra[slot] + duty_weight * duty[slot] + night_weight * nights[slot]
        load_excess += max(0.0, load[slot] - capacity[kind])
        time_excess += excess[slot]
    if overnight:
        time_excess += 1440.0 * nights_clash(data, state)
    patterns = 0.0
    for c in range(n):
        patterns += pattern_cost[pattern[c]]
    out[0] = cost
    out[1] = load_excess
    out[2] = time_excess
    out[3] = patterns
