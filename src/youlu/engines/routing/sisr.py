"""Slack induction by string removals over whole day patterns, compiled.

Christiaens & Vanden Berghe (2020), Transportation Science 54(2), for the string removal, the greedy
insertion with blinks and the annealing. What is ours: a removed customer leaves all its days and returns
on the cheapest allowed pattern; capacity and duty are soft during the search, at prices that adapt.
"""

from __future__ import annotations

import numpy as np

from youlu.engines.routing.kernel import njit_inlined, njit_kernel
from youlu.engines.routing.recreate import BANNED, draw, order_removed, recreate
from youlu.engines.routing.state import slot_copy, slot_update, state_copy, totals, touch

EPS = 1e-7
SMALL = 12  # customers


@njit_inlined
def remove_mark(scratch, count, c):
    scratch.removed[c] = 1
    scratch.removed_list[count] = c
    return count + 1


@njit_kernel
def ruin(data, work, scratch, removed_mean, string_max, one_day_share):  # noqa: C901 a kernel
    """Choose strings of customers around a seed customer and take them off all their days."""
    n = data.n
    near = data.near
    length = work.length
    slot_at = work.slot_at
    ruined = scratch.ruined
    random = scratch.random
    removed = scratch.removed
    removed_list = scratch.removed_list
    touched_list = scratch.touched_list
    used = 0
    stops = 0
    for slot in range(len(length)):
        ruined[slot] = 0
        if length[slot] > 0:
            used += 1
            stops += length[slot]
    longest = min(float(string_max), stops / max(1, used))
    strings = int(draw(random) * (4.0 * removed_mean / (1.0 + longest) - 1.0) + 1.0)
    seed = int(draw(random) * n)
    one_day = -1
    if draw(random) < one_day_share:  # strings of one day, else of any day of each customer
        one_day = random_day(data, work, scratch, seed)
    count = 0
    if n <= SMALL and draw(random) < 0.5:  # a plan this small is now and then built anew
        strings = 0
        for c in range(n):
            count = remove_mark(scratch, count, c)
        for slot in range(len(length)):  # with a part of the vehicles, or the same ones always come first
            if draw(random) < 0.4:
                ruined[slot] = BANNED
    for m in range(n):
        if strings <= 0:
            break
        c = near[seed, m]
        if removed[c]:
            continue
        day = one_day if one_day >= 0 else random_day(data, work, scratch, c)
        slot = slot_at[c, day]
        if slot < 0 or ruined[slot]:
            continue
        ruined[slot] = 1
        strings -= 1
        count = string_mark(work, scratch, count, slot, c, longest)
    for m in range(count):
        take_out(data, work, scratch, removed_list[m])
    for m in range(touched_list[-1]):
        compress(data, work, scratch, touched_list[m])
    return count


@njit_kernel
def random_day(data, work, scratch, c):
    pattern_bits = data.pattern_bits
    n_days = data.n_days
    pattern = work.pattern
    random = scratch.random
    bits = pattern_bits[pattern[c]]
    seen = 0
    chosen = 0
    for day in range(n_days):
        if bits >> day & 1:
            seen += 1
            if draw(random) * seen < 1.0:
                chosen = day
    return chosen


@njit_kernel
def string_mark(work, scratch, count, slot, c, longest):
    """Mark a string (or a split string) that contains customer c of the slot's row."""
    seq = work.seq
    work_length = work.length
    random = scratch.random
    removed = scratch.removed
    row = seq[slot]
    length = work_length[slot]
    most = min(float(length), longest)
    take = int(draw(random) * most + 1.0)
    take = min(take, length)
    at = 1
    while row[at] != c:
        at += 1
    keep = 0
    if take > 1 and take < length and draw(random) < 0.5:
        keep = 1
        while take + keep < length and draw(random) < 0.01:
            keep += 1
    span = take + keep
    low = max(1, at - span + 1)
    high = min(at, length - span + 1)
    first = low + int(draw(random) * (high - low + 1))
    skip_at = first + 1 + int(draw(random) * (take - 1)) if keep else first + span
    for k in range(first, first + span):
        if skip_at <= k < skip_at + keep:
            continue
        if not removed[row[k]]:
            count = remove_mark(scratch, count, row[k])
    return count


@njit_inlined
def take_out(data, work, scratch, c):
    n_days = data.n_days
    slot_at = work.slot_at
    pattern = work.pattern
    for day in range(n_days):
        slot = slot_at[c, day]
        if slot >= 0:
            touch(work, scratch, slot)
            slot_at[c, day] = -1
    pattern[c] = -1


@njit_inlined
def compress(data, work, scratch, slot):
    seq = work.seq
    work_length = work.length
    removed = scratch.removed
    row = seq[slot]
    length = work_length[slot]
    kept = 0
    for k in range(1, length + 1):
        if not removed[row[k]]:
            kept += 1
            row[kept] = row[k]
    row[kept + 1] = row[0]
    work_length[slot] = kept
    slot_update(data, work, scratch, slot)


@njit_kernel
def plan_first(data, work, scratch, load_price, time_price):
    """Insert everybody into the empty plan."""
    for c in range(data.n):
        scratch.removed[c] = 1
        scratch.removed_list[c] = c
    order_removed(data, scratch, data.n)
    recreate(data, work, scratch, data.n, load_price, time_price, 0.0, 0.0)
    for m in range(scratch.touched_list[-1]):
        scratch.touched[scratch.touched_list[m]] = 0
    scratch.touched_list[-1] = 0


@njit_kernel
def settle(data, source, target, scratch, count):
    """Make target equal to source again: touched slots, and the customers that were moved."""
    n_days = data.n_days
    touched_list = scratch.touched_list
    touched = scratch.touched
    removed_list = scratch.removed_list
    source_pattern = source.pattern
    source_slot_at = source.slot_at
    target_pattern = target.pattern
    target_slot_at = target.slot_at
    for m in range(touched_list[-1]):
        slot = touched_list[m]
        slot_copy(source, target, slot)
        touched[slot] = 0
    touched_list[-1] = 0
    for m in range(count):
        c = removed_list[m]
        target_pattern[c] = source_pattern[c]
        for day in range(n_days):
            target_slot_at[c, day] = source_slot_at[c, day]


@njit_kernel
def anneal(data, current, work, best, scratch, prices, best_cost, steps, hot, cold, tuning):
    """Run `steps` ruin-and-recreate steps, cooling from `hot` to `cold`. Returns the best feasible cost.

    `tuning` float64 [5]: mean customers removed, longest string, blink, pattern blink, share of one-day ruins.
    `prices` float64 [6]: of load and time excess, adapted here, then the least and the highest of each.
    `current` and `work` are equal on entry and on return; `best` holds the cheapest feasible plan seen.
    """
    now, new, tally = scratch.now, scratch.new, scratch.tally
    totals(data, current, now)
    tally[0] = tally[1] = 0.0
    temperature = hot
    factor = (cold / hot) ** (1.0 / steps)
    for step in range(1, steps + 1):
        count = ruin(data, work, scratch, tuning[0], tuning[1], tuning[4])
        order_removed(data, scratch, count)
        recreate(data, work, scratch, count, prices[0], prices[1], tuning[2], tuning[3])
        totals(data, work, new)
        was = now[0] + now[3] + prices[0] * now[1] + prices[1] * now[2]
        is_ = new[0] + new[3] + prices[0] * new[1] + prices[1] * new[2]
        fits = new[1] <= EPS and new[2] <= EPS and new[0] < data.shut
        if fits and new[0] + new[3] < best_cost - EPS:
            best_cost = new[0] + new[3]
            state_copy(work, best)
        if is_ < was - temperature * np.log(1.0 - draw(scratch.random)):
            settle(data, work, current, scratch, count)
            for k in range(4):
                now[k] = new[k]
        else:
            settle(data, current, work, scratch, count)
        tally[0] += now[1] <= EPS
        tally[1] += now[2] <= EPS
        if step % 100 == 0:
            for k in range(2):
                prices[k] *= 1.15 if tally[k] < tuning[5] else 0.9
                tally[k] = 0.0
            prices[0] = min(max(prices[0], prices[2]), prices[3])
            prices[1] = min(max(prices[1], prices[4]), prices[5])
        temperature *= factor
    return best_cost
