"""When a route is where: waiting, breaks, crossings, nights. Compiled; `verify` re-does it in plain Python."""

from __future__ import annotations

import numpy as np

from youlu.engines.routing.kernel import njit_inlined, njit_kernel

DAY_MIN = 1440.0
ARRIVE, BEGIN, LEAVE, NIGHT = 0, 1, 2, 3


@njit_inlined
def drive(clock, kind, minutes, since_break):
    """(minutes on the road with breaks, driving since the last break). A break falls due when the limit is full."""
    limits = clock.limits
    after = limits[kind, 4]
    left = since_break + minutes
    if left <= after + 1e-9:
        return minutes, left
    breaks = np.ceil((left - 1e-9) / after) - 1.0
    return minutes + breaks * limits[kind, 5], left - breaks * after


@njit_inlined
def ride(clock, kind, day, i, j, t, since_break):
    """Travel i → j on service day `day`, leaving at minute t of that day.

    Returns (arrival, driving, driving since the break, minutes waited before a crossing, latest departure
    that catches the same crossing, missed 0/1).
    """
    time_at = clock.time_at
    crossing_at = clock.crossing_at
    time_min = clock.time_min
    crossing_min = clock.crossing_min
    crossing_start = clock.crossing_start
    departures = clock.departures
    limits = clock.limits
    matrix = time_at[day]
    crossing = crossing_at[matrix, i, j]
    if crossing < 0:
        driving = time_min[matrix, i, j]
        road, since_break = drive(clock, kind, driving, since_break)
        return t + road, driving, since_break, 0.0, np.inf, 0
    approach, across, onward = crossing_min[crossing]
    road, since_break = drive(clock, kind, approach, since_break)
    sails = -1.0
    for k in range(crossing_start[crossing], crossing_start[crossing + 1]):
        if departures[k] >= t + road - 1e-9:
            sails = departures[k]
            break
    if across >= limits[kind, 5]:
        since_break = 0.0
    after, since_break = drive(clock, kind, onward, since_break)
    if sails < 0.0:
        return t + road + across + after, approach + onward, since_break, 0.0, t, 1
    wait = max(0.0, sails - t - road)
    return sails + across + after, approach + onward, since_break, wait, sails - road, 0


@njit_kernel
def simulate(clock, kind, day, seq, length, nights_allowed, leave_at, rec):  # noqa: C901 a kernel
    """Run the route home, seq[1..length], home (seq[0] and seq[length + 1] are the home node).

    Leaves at `leave_at`; the start returned is the latest that still brings the vehicle home (or to its
    first night) at the same minute, and duty counts from there.
    Fills rec[k] = (arrive, begin, leave, night before) for k in 0..length + 1.
    Returns (duty, nights, excess minutes over all rules, latest start, extra cost of the legs after a night,
    which are driven on the roads of another day).
    """
    period = clock.period
    n_days = clock.n_days
    the_opens = clock.opens
    the_closes = clock.closes
    service = clock.service
    cost = clock.cost
    cost_at = clock.cost_at
    shift_start = clock.limits[kind, 0]
    shift_end = clock.limits[kind, 1]
    max_duty = clock.limits[kind, 2]
    max_driving = clock.limits[kind, 3]
    rest = clock.limits[kind, 6]
    t = leave_at
    segment = t
    nights = 0
    waited = 0.0
    slack = np.inf
    driven = 0.0
    since_break = 0.0
    excess = 0.0
    duty = 0.0
    extra = 0.0
    rec[0, LEAVE] = t
    for k in range(1, length + 2):
        i, j = seq[k - 1], seq[k]
        on_day = min((day + nights) % period, n_days - 1) if nights else day
        base = nights * DAY_MIN
        got, drove, since, wait, catch, missed = ride(clock, kind, on_day, i, j, t - base, since_break)
        got += base
        catch += base
        rec[k, NIGHT] = 0.0
        if nights < nights_allowed and k > 1:
            begin = max(got, the_opens[j] + base)
            late = begin > the_closes[j] + base + 1e-9 or missed
            done = begin + (service[j] if k <= length else 0.0)
            over = (
                done - (segment + min(slack, waited) if nights == 0 else segment) > max_duty + 1e-9
                or driven + drove > max_driving + 1e-9
                or done > shift_end + base + 1e-9
            )
            if late or over:
                # lie down where we are: this duty ends here, the next begins with the next shift
                if nights == 0:
                    slack = max(0.0, min(slack, waited))
                    segment += slack
                duty += t - segment
                excess += max(0.0, t - segment - max_duty)
                nights += 1
                base = nights * DAY_MIN
                t = max(t + rest, base + shift_start)
                segment = t
                driven = 0.0
                since_break = 0.0
                on_day = min((day + nights) % period, n_days - 1)
                got, drove, since, wait, catch, missed = ride(clock, kind, on_day, i, j, t - base, 0.0)
                got += base
                catch += base
                rec[k, NIGHT] = 1.0
        if nights:
            extra += cost[cost_at[kind, on_day], i, j] - cost[cost_at[kind, day], i, j]
        if missed:
            excess += DAY_MIN
        driven += drove
        since_break = since
        if driven > max_driving + 1e-9:
            excess += driven - max_driving
            driven = max_driving  # charge each minute once
        if nights == 0:
            waited += wait
            if catch < np.inf:
                slack = min(slack, waited)
        rec[k, ARRIVE] = got
        begin = got
        if k <= length:
            opens = the_opens[j] + base
            closes = the_closes[j] + base
            if begin < opens:
                if nights == 0:
                    waited += opens - begin
                begin = opens
            if begin > closes + 1e-9:
                excess += begin - closes
            elif nights == 0:
                slack = min(slack, waited + closes - begin)
            rec[k, BEGIN] = begin
            t = begin + service[j]
        else:
            rec[k, BEGIN] = begin
            t = begin
        rec[k, LEAVE] = t
        if t > shift_end + base + 1e-9:
            excess += t - shift_end - base
    start = leave_at
    if nights == 0:
        slack = max(0.0, min(slack, waited))
        segment += slack
    if length > 0:
        start = leave_at + max(0.0, min(slack, waited))
    duty += t - segment
    excess += max(0.0, t - segment - max_duty)
    return duty, nights, excess, start, extra


@njit_kernel
def schedule(clock, kind, day, seq, length, rec):
    """The better of the route without nights and with them; returns what `simulate` returns."""
    leave_at = clock.limits[kind, 0]
    plain = simulate(clock, kind, day, seq, length, 0, leave_at, rec)
    most = clock.max_nights[kind]
    if plain[2] <= 1e-9 or most == 0:
        return plain
    nightly = simulate(clock, kind, day, seq, length, most, leave_at, rec)
    if nightly[2] < plain[2] - 1e-9:
        return nightly
    return simulate(clock, kind, day, seq, length, 0, leave_at, rec)
