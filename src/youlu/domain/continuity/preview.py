"""What a closure would do, answered without doing it: computed by the worker, stored, shown, thrown away."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from youlu.core import clock
from youlu.domain.continuity.backlogs import backlog_preview
from youlu.domain.continuity.inputs import ClosureInput
from youlu.domain.continuity.models import Preview
from youlu.domain.continuity.telling_cost import telling_cost
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.overload import Loads, legs_ahead, legs_overloaded, loads_of
from youlu.domain.mail.resident import flight_now
from youlu.domain.network.models import Office
from youlu.domain.network.selectors import MeasureRow, epoch_current
from youlu.domain.promise.backlog import Foreseen
from youlu.domain.promise.backlog_store import queue_row
from youlu.domain.promise.compute import Promises, promises_compute
from youlu.domain.promise.held import UNKNOWN_S, Held, held_join
from youlu.domain.promise.hits import items_hit
from youlu.domain.promise.world import World, world_at
from youlu.engines.codes.item_key import item_number

DESTS_SHOWN = 12
WORST_SHOWN = 10
LEGS_SHOWN = 8
BACKLOGS_SHOWN = 6
DAY_S = 86_400


def preview_answer(preview_id: str) -> None:
    """Compute one preview and store its answer, or that it failed."""
    row = Preview.objects.get(id=preview_id)
    try:
        result = closure_preview(ClosureInput.from_json(row.closure), at=clock.now())
        state = Preview.State.DONE
    except Exception:
        Preview.objects.filter(id=row.id).update(state=Preview.State.FAILED, answered_at=clock.real_now())
        raise
    Preview.objects.filter(id=row.id).update(state=state, result=result, answered_at=clock.real_now())


def closure_preview(closure: ClosureInput, *, at: dt.datetime) -> dict[str, Any]:
    """Figures of what the closure would do to the mail in flight at `at`; JSON.

    Keys: in_flight, hit, kept, later, unknown, customers (to be told), telling (what that costs, see `telling_cost`);
    by_dest, by_class, by_day_before/after, late_days, worst,
    overload (legs with more planned than their trips carry), backlogs (offices where mail would queue, by hour).
    """
    more = measure_rows(closure)
    epoch = epoch_current()
    world = world_at(at=at, epoch=epoch, more=more)
    alone = world_at(at=at, epoch=epoch, more=more, only_more=True)
    parts = flight_now()
    masks = [items_hit(alone, part.held) for part in parts]
    foreseen = backlog_preview(world, alone, lambda: held_join([part.held for part in parts]))
    if foreseen is not None:
        ends = np.cumsum([len(part) for part in parts])[:-1]
        masks = [mask | delayed for mask, delayed in zip(masks, np.split(foreseen.delayed, ends), strict=True)]
    hit_parts = [part.where(mask) for part, mask in zip(parts, masks, strict=True)]
    hit = held_join([part.held for part in hit_parts])
    addressee = np.concatenate([part.addressee for part in hit_parts])
    promises = (promises_compute(world, hit) if foreseen is None
                else foreseen.promises.where(np.concatenate(masks)))
    unknown = promises.arrive_by_s == UNKNOWN_S
    later = ~unknown & (promises.arrive_by_s > hit.expected_s)
    telling = telling_cost(addressee[promises.arrive_by_s != hit.expected_s])
    return {
        "epoch": epoch, "in_flight": sum(len(part) for part in parts), "hit": len(hit), "later": int(later.sum()),
        "unknown": int(unknown.sum()), "kept": int((~unknown & ~later).sum()),
        "customers": telling["inbox"] + telling["hook"] + telling["calls"], "telling": telling,
        "by_dest": _by_dest(hit, promises, later, unknown),
        "by_class": _by_class(hit),
        "by_day_before": _by_day(hit.expected_s), "by_day_after": _by_day(promises.arrive_by_s[~unknown]),
        "late_days": _late_days(hit, promises, later), "worst": _worst(hit, promises, later),
        "overload": _overload([part.held for part in parts], hit, promises), "backlogs": _backlogs(world, foreseen),
    }


def measure_rows(closure: ClosureInput) -> tuple[MeasureRow, ...]:
    """The measures as if they were in force."""
    epoch = epoch_current()
    return tuple(
        MeasureRow(uuid.UUID(int=nth + 1), uuid.UUID(int=0), m.act, m.zone_kind, m.zone_ref, m.mail_classes,
                   m.exempt_programmes, m.starts_at, m.ends_at, epoch, None, closure.cause, closure.title,
                   closure.authority, closure.document_no, closure.next_review_at)
        for nth, m in enumerate(closure.measures))


def _by_dest(
    hit: Held, promises: Promises, later: NDArray[np.bool_], unknown: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    offices, number = np.unique(hit.dest_office, return_inverse=True)
    counts = np.bincount(number, minlength=len(offices))
    top = np.argsort(-counts, kind="stable")[:DESTS_SHOWN]
    names = dict(Office.objects.filter(id__in=offices[top].tolist()).values_list("id", "name"))
    shift = np.where(later, promises.arrive_by_s - hit.expected_s, 0)
    rows = []
    for at in top.tolist():
        mine = number == at
        moved = int((later & mine).sum())
        rows.append({
            "office_id": int(offices[at]), "name": names[int(offices[at])], "hit": int(counts[at]), "later": moved,
            "unknown": int((unknown & mine).sum()),
            "days_later": round(float(shift[mine].sum()) / DAY_S / moved, 1) if moved else 0.0,
        })
    return rows


def _by_class(hit: Held) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for (mail_class, _), count in zip(hit.kinds, np.bincount(hit.kind, minlength=len(hit.kinds)).tolist(), strict=True):
        counts[mail_class] += count
    return {str(MailClass(name).label): count for name, count in counts.most_common() if count}


def _by_day(seconds: NDArray[np.int64]) -> list[tuple[str, int]]:
    known = seconds[seconds != UNKNOWN_S]
    days, counts = np.unique((known + 8 * 3600) // DAY_S, return_counts=True)
    first = dt.date(1970, 1, 1)
    return [((first + dt.timedelta(days=int(day))).isoformat(), int(count)) for day, count in
            zip(days.tolist(), counts.tolist(), strict=True)]


def _late_days(hit: Held, promises: Promises, later: NDArray[np.bool_]) -> dict[str, int]:
    days = np.ceil((promises.arrive_by_s[later] - hit.expected_s[later]) / DAY_S).astype(int)
    return {str(day): int(count) for day, count in zip(*np.unique(days, return_counts=True), strict=True)}


def _worst(hit: Held, promises: Promises, later: NDArray[np.bool_]) -> list[dict[str, Any]]:
    shift = np.where(later, promises.arrive_by_s - hit.expected_s, -1)
    top = [at for at in np.argsort(-shift, kind="stable")[:WORST_SHOWN].tolist() if shift[at] > 0]
    names = dict(Office.objects.filter(id__in=hit.dest_office[top].tolist()).values_list("id", "name"))
    return [{
        "number": item_number(int(hit.item_key[at])), "dest": names[int(hit.dest_office[at])],
        "was": _iso(int(hit.expected_s[at])), "becomes": _iso(int(promises.arrive_by_s[at])),
        "hours_later": int(shift[at]) // 3600,
    } for at in top]


def _overload(everyone: Sequence[Held], hit: Held, promises: Promises) -> list[dict[str, Any]]:
    """Legs on which more would be planned than their trips carry and more than now, the fullest first."""
    now = [(loads_of(held), 1) for held in everyone]
    new = Loads.of(legs_ahead(promises.legs_offset, promises.legs, promises.legs_done)[0])
    after = Loads.joined([*now, (loads_of(hit), -1), (new, 1)])
    loads = legs_overloaded(after)
    keys = [load.key for load in loads]
    more = [come - gone for come, gone in zip(new.at(keys), loads_of(hit).at(keys), strict=True)]
    full = [(load, n) for load, n in zip(loads, more, strict=True) if n > 0]
    ends = {end for load, _ in full[:LEGS_SHOWN] for end in (load.times.from_office, load.times.to_office)}
    names = dict(Office.objects.filter(id__in=ends).values_list("id", "name"))
    return [{"from": names[load.times.from_office], "to": names[load.times.to_office],
             "departs": load.times.departs_at.isoformat(), "items": load.items, "carries": load.carries,
             "more": more} for load, more in full[:LEGS_SHOWN]]


def _backlogs(world: World, foreseen: Foreseen | None) -> list[dict[str, Any]]:
    rows = [] if foreseen is None else [queue_row(world.instant(0), queue) for queue in foreseen.queues]
    return [{
        "office_id": row.office_id, "name": row.office, "per_hour": row.per_hour, "most": row.most,
        "drained": row.drained_at and row.drained_at.isoformat(),
        "hours": [(hour.at.isoformat(), hour.items) for hour in row.hours],
    } for row in sorted(rows, key=lambda row: -row.most)[:BACKLOGS_SHOWN]]


def _iso(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()
