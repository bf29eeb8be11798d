"""When it is done with the people there are: work left against hours that are left, with how sure that is.

A customer is tried until reached, `tries_most` times at most. Handling times vary, and so does what share answers:
both widen the interval, results narrow the second. Pure arithmetic; tests hold it against a simulation.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

VARIATION = 0.6  # of a call's length, standard deviation over mean; trade practice, unverified
SURE = 1.645  # nine times in ten
PRIOR_CALLS = 10  # how many results the assumed share of who answers is worth


@dataclass(frozen=True)
class Slot:
    """Half an hour (or what is left of it) with so many people free for calls; fractions count."""

    start_at: dt.datetime
    end_at: dt.datetime
    people: float

    @property
    def hours_s(self) -> float:
        return self.people * (self.end_at - self.start_at).total_seconds()


@dataclass(frozen=True)
class Work:
    """What is left: customers to call, `ahead` of them others that are due earlier; messages still to go out."""

    voice: int
    ahead: int
    messages: int
    messages_from_at: dt.datetime
    messages_per_s: float
    service_s: float
    tries_most: int
    reach_share: float  # assumed, before any result
    reached: int = 0
    tried: int = 0


@dataclass(frozen=True)
class Pace:
    """`ends_at` None: not with these people, as far as can be seen. `people_short`: more, all the time, to be in
    time; `free_h`: hours of people until it is due; `needs_h`: hours of calls."""

    ends_at: dt.datetime | None
    earliest_at: dt.datetime | None
    latest_at: dt.datetime | None
    is_in_time: bool
    people_short: int
    needs_h: float
    free_h: float
    curve: tuple[tuple[dt.datetime, float], ...]  # share of the work left that is done by then


def tries_expected(share: float, most: int) -> tuple[float, float]:
    """(mean, variance) of how often a customer is tried."""
    miss = 1 - share
    chances = [miss ** n * share for n in range(most - 1)] + [miss ** (most - 1)]
    mean = sum(n * p for n, p in enumerate(chances, 1))
    return mean, sum(n * n * p for n, p in enumerate(chances, 1)) - mean ** 2


def pace(slots: Sequence[Slot], work: Work, *, due_at: dt.datetime) -> Pace:
    """The end of `work` in `slots` (in order, without overlap), and whether that is by `due_at`."""
    mean_s, spread_s = _load(work)
    messages_at = work.messages_from_at + dt.timedelta(seconds=work.messages / work.messages_per_s)
    free_s = sum(_until(slot, due_at).hours_s for slot in slots)
    if not work.voice:
        done = messages_at if work.messages else (slots[0].start_at if slots else work.messages_from_at)
        return Pace(done, done, done, done <= due_at, 0, 0.0, free_s / 3600, ((done, 1.0),))
    ends, first, last = (_reached(slots, amount) for amount in (
        mean_s, max(mean_s - SURE * spread_s, 0.0), mean_s + SURE * spread_s))
    ends, first, last = (None if at is None else max(at, messages_at) if work.messages else at
                         for at in (ends, first, last))
    short_s = mean_s - free_s
    hours_s = sum((_until(slot, due_at).end_at - slot.start_at).total_seconds() for slot in slots
                  if slot.start_at < due_at)
    short = math.ceil(short_s / hours_s) if short_s > 0 and hours_s else 0
    return Pace(ends, first, last, ends is not None and ends <= due_at, short, mean_s / 3600, free_s / 3600,
                _curve(slots, mean_s))


def _load(work: Work) -> tuple[float, float]:
    """Seconds of calling left: mean and standard deviation. What answers is a share known from `tried` results."""
    known, calls = PRIOR_CALLS + work.tried, work.voice + work.ahead
    share = (PRIOR_CALLS * work.reach_share + work.reached) / known
    mean, variance = tries_expected(share, work.tries_most)
    step = 1e-4
    slope = (tries_expected(min(share + step, 1.0), work.tries_most)[0] - mean) / step
    doubt = calls * work.service_s * slope
    own = calls * work.service_s ** 2 * (mean * VARIATION ** 2 + variance)
    return calls * work.service_s * mean, math.sqrt(own + doubt ** 2 * share * (1 - share) / (known + 1))


def _reached(slots: Sequence[Slot], amount_s: float) -> dt.datetime | None:
    """When the slots have given so many seconds of work."""
    for slot in slots:
        if slot.people > 0 and slot.hours_s >= amount_s:
            return slot.start_at + dt.timedelta(seconds=amount_s / slot.people)
        amount_s -= slot.hours_s
    return None


def _curve(slots: Sequence[Slot], whole_s: float) -> tuple[tuple[dt.datetime, float], ...]:
    points, done_s = [], 0.0
    for slot in slots:
        if done_s >= whole_s:
            break
        if not slot.people:
            continue
        points.append((slot.start_at, done_s / whole_s))
        done_s += slot.hours_s
        points.append((min(slot.end_at, _reached([slot], max(whole_s - done_s + slot.hours_s, 0)) or slot.end_at),
                       min(done_s / whole_s, 1.0)))
    return tuple(points)


def _until(slot: Slot, at: dt.datetime) -> Slot:
    return Slot(slot.start_at, max(min(slot.end_at, at), slot.start_at), slot.people)
