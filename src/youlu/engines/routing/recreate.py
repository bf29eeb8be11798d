"""How removed customers come back: each on its cheapest allowed pattern, limits at a price. Compiled."""

from __future__ import annotations

import numpy as np

from youlu.engines.routing.kernel import njit_inlined, njit_kernel
from youlu.engines.routing.schedule import schedule
from youlu.engines.routing.state import slot_insert, touch

BANNED = 2  # mark of a slot that a rebuilt plan does without if it can
TYPE_BLINK = 0.2  # share of passed-over empty vehicles where there are several types


@njit_kernel
def draw(random):
    """Uniform in [0, 1): xorshift64*."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return ((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit_kernel
def order_removed(data, scratch, count):
    """Sort the removed customers by a rule drawn anew each time."""
    pattern_start = data.pattern_start
    demand = data.demand
    home_cost = data.home_cost
    random = scratch.random
    removed_list = scratch.removed_list
    my_key = scratch.key
    rule = draw(random) * 13.0
    for m in range(count):
        c = removed_list[m]
        tie = draw(random)
        first, last = pattern_start[c], pattern_start[c + 1]
        if rule < 4.0:
            my_key[m] = tie
        elif rule < 8.0:
            my_key[m] = -demand[c] + 1e-6 * tie
        elif rule < 10.0:
            my_key[m] = -home_cost[c] + 1e-9 * tie
        elif rule < 11.0:
            my_key[m] = home_cost[c] + 1e-9 * tie
        else:  # the customer with the least choice first
            my_key[m] = last - first + tie
    for m in range(1, count):
        key = my_key[m]
        c = removed_list[m]
        k = m - 1
        while k >= 0 and my_key[k] > key:
            my_key[k + 1] = my_key[k]
            removed_list[k + 1] = removed_list[k]
            k -= 1
        my_key[k + 1] = key
        removed_list[k + 1] = c


@njit_inlined
def days_best(data, work, scratch, c, wanted, load_price, time_price, blink):  # noqa: C901 a kernel
    """Cheapest insertion of c on each wanted day, penalties included; into best_delta, best_slot, best_place.

    Rows are indexed, never sliced: a slice costs more than the few positions it holds.
    """
    the_demand = data.demand
    the_service = data.service
    n_days = data.n_days
    n_vehicles = data.n_vehicles
    kind_of = data.kind_of
    runs = data.runs
    may_serve = data.may_serve
    the_overnight = data.overnight
    fixed_cost = data.fixed_cost
    capacity = data.capacity
    cost = data.cost
    cost_at = data.cost_at
    rich = data.rich
    duty_weight = data.duty_weight
    night_weight = data.night_weight
    cost_to = data.cost_to
    timed = data.timed
    time_at = data.time_at
    limits = data.limits
    time_min = data.time_min
    work_length = work.length
    load = work.load
    duty = work.duty
    nights = work.nights
    excess = work.excess
    seq = work.seq
    edge = work.edge
    random = scratch.random
    best_delta = scratch.best_delta
    my_best_slot = scratch.best_slot
    my_best_place = scratch.best_place
    extra = work.extra
    my_ruined = scratch.ruined
    option_delta = scratch.option_delta
    option_slot = scratch.option_slot
    option_place = scratch.option_place
    mixed = len(capacity) > 1
    demand = the_demand[c]
    service = the_service[c]
    for day in range(n_days):
        if not wanted >> day & 1:
            continue
        best = np.inf
        best_slot = -1
        best_place = -1
        empty_kind = -1
        options = 0
        for visit in range(2 * n_vehicles):
            v = visit % n_vehicles
            if visit == n_vehicles and (best_slot >= 0 or options):
                break
            kind = kind_of[v]
            if not runs[kind, day] or not may_serve[c, kind]:
                continue
            slot = day * n_vehicles + v
            length = work_length[slot]
            if visit < n_vehicles and my_ruined[slot] == BANNED:
                continue
            base = 0.0
            if length == 0:
                # now and then another type must start the day, or the first one always does
                if mixed and visit < n_vehicles and draw(random) < TYPE_BLINK:
                    continue
                # empty vehicles of a type are alike, unless some are out overnight
                if visit < n_vehicles and empty_kind == kind and not the_overnight:
                    continue
                empty_kind = kind
                base = fixed_cost[kind]
            over = load[slot] - capacity[kind]
            base += load_price * (max(0.0, over + demand) - max(0.0, over))
            if base >= best:
                continue
            table = cost_at[kind, day]
            if rich:  # collect by cost alone; simulated below, cheapest first, while cost leaves hope
                for k in range(length + 1):
                    a, b = seq[slot, k], seq[slot, k + 1]
                    delta = base + cost_to[table, c, a] + cost[table, c, b] - edge[slot, k]
                    if delta < best:
                        option_delta[options] = delta
                        option_slot[options] = slot
                        option_place[options] = k
                        options += 1
            elif timed:
                table_t = time_at[day]
                spare = limits[kind, 2] - duty[slot]
                for k in range(length + 1):
                    a, b = seq[slot, k], seq[slot, k + 1]
                    delta = base + cost_to[table, c, a] + cost[table, c, b] - edge[slot, k]
                    if delta >= best:
                        continue
                    longer = service - time_min[table_t, a, b]
                    longer += time_min[table_t, a, c] + time_min[table_t, c, b]
                    delta += duty_weight * longer
                    delta += time_price * (max(0.0, longer - spare) - max(0.0, -spare))
                    if delta < best and (best == np.inf or draw(random) > blink):
                        best, best_slot, best_place = delta, slot, k
            else:
                a = seq[slot, 0]
                for k in range(length + 1):
                    b = seq[slot, k + 1]
                    delta = base + cost_to[table, c, a] + cost[table, c, b] - edge[slot, k]
                    a = b
                    if delta < best and (best == np.inf or draw(random) > blink):
                        best, best_slot, best_place = delta, slot, k
        while options:
            pick = 0
            for m in range(1, options):
                if option_delta[m] < option_delta[pick]:
                    pick = m
            delta, slot, k = option_delta[pick], option_slot[pick], option_place[pick]
            if delta >= best:
                break
            options -= 1
            option_delta[pick] = option_delta[options]
            option_slot[pick] = option_slot[options]
            option_place[pick] = option_place[options]
            old = extra[slot] + duty_weight * duty[slot] + night_weight * nights[slot]
            old += time_price * (excess[slot] + 1440.0 * clash_of(data, work, slot, nights[slot], 0))
            kind = kind_of[slot % n_vehicles]
            delta += rich_part(data, work, scratch, slot, kind, day, k, c, time_price) - old
            if delta < best and (best == np.inf or draw(random) > blink):
                best, best_slot, best_place = delta, slot, k
        best_delta[day] = best
        my_best_slot[day] = best_slot
        my_best_place[day] = best_place


@njit_kernel
def clash_of(data, work, slot, nights, newly_used):
    """Clashes the slot's own nights cause, and, if it was empty so far, those of earlier routes with it."""
    if not data.overnight:
        return 0
    clashes = 0
    v = slot % data.n_vehicles
    day = slot // data.n_vehicles
    for k in range(1, nights + 1):
        other = (day + k) % data.period
        if other < data.n_days and work.length[other * data.n_vehicles + v] > 0:
            clashes += 1
    if newly_used:
        for k in range(1, data.max_nights[data.kind_of[v]] + 1):
            other = (day - k) % data.period
            if other < data.n_days and work.nights[other * data.n_vehicles + v] >= k:
                clashes += 1
    return clashes


@njit_kernel
def rich_part(data, work, scratch, slot, kind, day, place, c, time_price):
    """Duty, nights and excess, priced, of the slot with c behind its first `place` customers."""
    row = work.seq[slot]
    buffer = scratch.buffer
    length = work.length[slot]
    for m in range(place + 1):
        buffer[m] = row[m]
    buffer[place + 1] = c
    for m in range(place + 1, length + 2):
        buffer[m + 1] = row[m]
    duty, nights, excess, _, extra = schedule(data.clock, kind, day, buffer, length + 1, scratch.rec)
    excess += 1440.0 * clash_of(data, work, slot, nights, length == 0)
    return extra + data.duty_weight * duty + data.night_weight * nights + time_price * excess


@njit_kernel
def recreate(data, work, scratch, count, load_price, time_price, blink, pattern_blink):
    """Bring each removed customer back on its cheapest pattern."""
    pattern_start = data.pattern_start
    pattern_bits = data.pattern_bits
    pattern_cost = data.pattern_cost
    n_days = data.n_days
    pattern = work.pattern
    removed = scratch.removed
    removed_list = scratch.removed_list
    best_delta = scratch.best_delta
    best_slot = scratch.best_slot
    best_place = scratch.best_place
    random = scratch.random
    for m in range(count):
        c = removed_list[m]
        first, last = pattern_start[c], pattern_start[c + 1]
        wanted = np.int64(0)
        for p in range(first, last):
            wanted |= pattern_bits[p]
        days_best(data, work, scratch, c, wanted, load_price, time_price, blink)
        best = np.inf
        chosen = first
        for p in range(first, last):
            total = pattern_cost[p]
            for day in range(n_days):
                if pattern_bits[p] >> day & 1:
                    total += best_delta[day]
            if total < best and (best == np.inf or draw(random) > pattern_blink):
                best, chosen = total, p
        pattern[c] = chosen
        for day in range(n_days):
            if pattern_bits[chosen] >> day & 1:
                slot = best_slot[day]
                touch(work, scratch, slot)
                slot_insert(data, work, scratch, slot, best_place[day], c)
        removed[c] = 0
