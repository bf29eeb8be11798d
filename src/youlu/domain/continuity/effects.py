"""What a draft of a timetable would do: to a standard set of pairs of places, and to the mail in flight.

Computed by the worker step by step, stored, shown; it stops between two steps when asked to."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import numpy as np
from numpy.typing import NDArray

from youlu.core import clock
from youlu.domain.continuity.models import TimetableEffect
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.resident import flight_now
from youlu.domain.network.models import Office, TimetableDraft
from youlu.domain.network.selectors import epoch_current, offices_all
from youlu.domain.promise.compute import Promises, promises_compute
from youlu.domain.promise.held import AT_OFFICE, UNKNOWN_S, Held, held_join
from youlu.domain.promise.world import DraftFrom, world_at
from youlu.engines.codes.item_key import item_number

State = TimetableEffect.State
HAND_IN_HOURS = (9, 17)  # a morning's counter and the last of the afternoon
HAND_IN_DAYS = 7
WORST = 10
STEPS = 5
CENTRES = (Office.Kind.PROVINCIAL_CENTRE, Office.Kind.CENTRE)


class EffectStopped(Exception):
    """Somebody asked the worker to leave off."""


def effect_answer(effect_id: uuid.UUID) -> None:
    """Compute one effect and store its answer, or that it was stopped or failed."""
    row = TimetableEffect.objects.get(id=effect_id)
    TimetableEffect.objects.filter(id=row.id).update(state=State.RUNNING, steps=STEPS, steps_done=0)
    result, state = None, State.FAILED
    try:
        result, state = effect_compute(row, at=clock.now()), State.DONE
    except EffectStopped:
        state = State.STOPPED
    finally:
        TimetableEffect.objects.filter(id=row.id).update(state=state, result=result, answered_at=clock.real_now())


def effect_compute(row: TimetableEffect, *, at: dt.datetime) -> dict[str, Any]:
    """Figures of what the draft would do; JSON.

    `pairs`: looked_at, better, worse, lost, found, median_better_min, median_worse_min, worst, best (rows of from, to,
    handed_in, was, becomes, minutes). `items`: in_flight, later, earlier, unknown, kept, worst.
    """
    steps = _Steps(row.id)
    scope = TimetableDraft.objects.values_list("scope", flat=True).get(id=row.draft_id)
    draft, epoch = DraftFrom(row.draft_id, row.effective_date), epoch_current()
    begins = max(at, clock.midnight(row.effective_date))
    standard = pairs_standard(scope, begins)
    before = promises_compute(world_at(at=begins, epoch=epoch), standard)
    steps.one_done()
    after = promises_compute(world_at(at=begins, epoch=epoch, draft=draft), standard)
    steps.one_done()
    held = held_join([part.held for part in flight_now()])
    steps.one_done()
    # Against what each would be promised now, not against what it was promised: mail that drifted is not the draft's.
    as_is = promises_compute(world_at(at=at, epoch=epoch), held)
    steps.one_done()
    by_draft = promises_compute(world_at(at=at, epoch=epoch, draft=draft), held)
    steps.one_done()
    return {"epoch": epoch, "pairs": _pairs(standard, before, after), "items": _items(held, as_is, by_draft)}


class _Steps:
    """Notes each step that is done and looks whether to leave off."""

    def __init__(self, effect_id: uuid.UUID) -> None:
        self.effect_id, self.done = effect_id, 0

    def one_done(self) -> None:
        self.done += 1
        TimetableEffect.objects.filter(id=self.effect_id).update(steps_done=self.done)
        if TimetableEffect.objects.filter(id=self.effect_id, is_stop_asked=True).exists():
            raise EffectStopped


def pairs_standard(scope: str, begins: dt.datetime) -> Held:
    """Mail that would be handed in at every centre for every county of the scope, and the other way, twice a day for a
    week from `begins` on (aware)."""
    offices = offices_all()
    counties = [o.id for o in offices if o.division_code.startswith(scope)
                and o.kind in (Office.Kind.COUNTY_CENTRE, Office.Kind.DEPOT)]
    ends = [o.id for o in offices if o.kind == Office.Kind.PROVINCIAL_CENTRE
            or (o.kind in CENTRES and o.division_code.startswith(scope))]
    if not scope:  # the whole country: its centres with one another
        counties = []
    pairs = sorted({pair for a in ends for b in (*counties, *ends) for pair in ((a, b), (b, a)) if a != b})
    day = clock.local(begins).date()
    times = [int(dt.datetime.combine(day + dt.timedelta(days=n), dt.time(hour), clock.SHANGHAI).timestamp())
             for n in range(HAND_IN_DAYS) for hour in HAND_IN_HOURS]
    origin, dest = np.array(pairs, np.int32).reshape(-1, 2).T
    n = len(pairs) * len(times)
    return Held(
        item_key=np.arange(n, dtype=np.int64), position_no=np.zeros(n, np.int32), place=np.full(n, AT_OFFICE, np.int16),
        place_office=np.repeat(origin, len(times)), place_leg=np.full(n, -1, np.int64),
        since_s=np.tile(np.array(times, np.int64), len(pairs)), dest_office=np.repeat(dest, len(times)),
        dest_segment=np.full(n, -1, np.int32), dest_compound=np.full(n, -1, np.int32), kind=np.zeros(n, np.int16),
        expected_s=np.full(n, UNKNOWN_S), arrival_s=np.full(n, UNKNOWN_S), legs_done=np.zeros(n, np.int16),
        legs_offset=np.zeros(n + 1, np.int64), legs=np.empty(0, np.int64), kinds=((str(MailClass.EXPRESS), ""),))


def _pairs(standard: Held, before: Promises, after: Promises) -> dict[str, Any]:
    was, becomes = before.arrive_by_s, after.arrive_by_s
    known, possible = was != UNKNOWN_S, becomes != UNKNOWN_S
    shift = np.where(known & possible, becomes - was, 0) // 60
    better, worse = shift < 0, shift > 0
    return {
        "looked_at": len(standard), "better": int(better.sum()), "worse": int(worse.sum()),
        "lost": int((known & ~possible).sum()), "found": int((~known & possible).sum()),
        "median_better_min": _median(-shift[better]), "median_worse_min": _median(shift[worse]),
        "worst": _pair_rows(standard, was, becomes, shift, known & ~possible, 1),
        "best": _pair_rows(standard, was, becomes, -shift, ~known & possible, 1),
    }


def _median(minutes: NDArray[np.int64]) -> int:
    return int(np.median(minutes)) if len(minutes) else 0


def _pair_rows(
    standard: Held, was: NDArray[np.int64], becomes: NDArray[np.int64], gain: NDArray[np.int64],
    first: NDArray[np.bool_], least: int,
) -> list[dict[str, Any]]:
    """One row a pair of places, the greatest `gain` (minutes) of it; pairs that lose or find a way come first."""
    weight = np.where(first, np.int64(2**40), gain)
    rows: list[dict[str, Any]] = []
    seen: set[tuple[int, int]] = set()
    offices = offices_all()
    for at in np.argsort(-weight, kind="stable").tolist():
        pair = int(standard.place_office[at]), int(standard.dest_office[at])
        if weight[at] < least or len(rows) == WORST:
            break
        if pair not in seen:
            seen.add(pair)
            rows.append({
                "from": offices[pair[0]].name, "to": offices[pair[1]].name,
                "handed_in": _iso(int(standard.since_s[at])), "was": _iso(int(was[at])),
                "becomes": _iso(int(becomes[at])),
                "minutes": None if first[at] else abs(int(becomes[at] - was[at])) // 60})
    return rows


def _items(held: Held, before: Promises, after: Promises) -> dict[str, Any]:
    was, becomes = before.arrive_by_s, after.arrive_by_s
    unknown = (becomes == UNKNOWN_S) & (was != UNKNOWN_S)
    both = (becomes != UNKNOWN_S) & (was != UNKNOWN_S)
    shift = np.where(both, becomes - was, 0)
    order = [at for at in np.argsort(-np.where(unknown, np.int64(2**40), shift), kind="stable")[:WORST].tolist()
             if unknown[at] or shift[at] > 0]
    offices = offices_all()
    return {
        "in_flight": len(held), "later": int((shift > 0).sum()), "earlier": int((shift < 0).sum()),
        "unknown": int(unknown.sum()), "kept": int((both & (shift == 0)).sum()),
        "worst": [{"number": item_number(int(held.item_key[at])), "to": offices[int(held.dest_office[at])].name,
                   "was": _iso(int(was[at])), "becomes": _iso(int(becomes[at]))}
                  for at in order],
    }


def _iso(seconds: int) -> str | None:
    return None if seconds == UNKNOWN_S else dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()
