"""The network, the measures and a search, as plainly as they can be written.

Minutes are counted from 1970-01-01 00:00 in Shanghai, where there has been no summer time since 1991.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass, field

from youlu.domain.network.models import (
    Compound,
    DeliverySegment,
    Measure,
    Office,
    ServiceCalendar,
    SortingWindow,
    Trip,
    WorkingOrder,
)
from youlu.domain.promise.models import BacklogRun

DAY = 1440
LEG_DAY_ZERO = 10_957  # 2000-01-01
CANCELLED, NO_BOARD, NO_ALIGHT = 1, 2, 4
HORIZON_BACK, HORIZON_DAYS, HORIZON_MIN = 2, 45, 65_535
NEVER = 10**12
BEYOND = 65_535  # a turn that does not come within the horizon


def minute_of(instant: dt.datetime) -> int:
    """Whole minutes, rounded up."""
    return -int((-instant.timestamp() - 8 * 3600) // 60)


def instant_of(minute: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(minute * 60 - 8 * 3600, dt.UTC)


@dataclass
class PlainNetwork:
    """Legs in order of departure as parallel lists, and what offices do with mail."""

    u: list[int] = field(default_factory=list)
    v: list[int] = field(default_factory=list)
    dep: list[int] = field(default_factory=list)
    arr: list[int] = field(default_factory=list)
    run: list[int] = field(default_factory=list)  # one trip on one day
    day: list[int] = field(default_factory=list)
    key: list[int] = field(default_factory=list)  # as stored on items
    by_key: dict[int, int] = field(default_factory=dict)
    handling: dict[int, int] = field(default_factory=dict)
    unsealing: dict[int, int] = field(default_factory=dict)
    transit: dict[int, bool] = field(default_factory=dict)
    division: dict[int, str] = field(default_factory=dict)
    waves: dict[tuple[str, int], tuple[list[int], list[int], int]] = field(default_factory=dict)
    compound_division: dict[int, str] = field(default_factory=dict)
    route_trips: dict[int, set[int]] = field(default_factory=dict)
    acceptance: dict[int, tuple[int, int]] = field(default_factory=dict)  # cut-off, weekdays
    sorting: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    longest: int = 0


def network_read(first_day: int, last_day: int) -> PlainNetwork:
    """Every leg of every trip on the service days first_day..last_day (days since 1970-01-01)."""
    net = PlainNetwork()
    for office in Office.objects.all().iterator():
        net.handling[office.id], net.unsealing[office.id] = office.handling_min, office.unsealing_min
        net.transit[office.id], net.division[office.id] = office.may_transit, office.division_code
        net.acceptance[office.id] = office.pickup_cutoff_min, office.delivery_weekdays or 127
        net.waves["office", office.id] = (office.wave_start_min, office.wave_end_min, office.delivery_weekdays)
    for segment in DeliverySegment.objects.all().iterator():
        net.waves["segment", segment.id] = (segment.wave_start_min, segment.wave_end_min, segment.weekdays)
    for window in SortingWindow.objects.all():
        net.sorting.setdefault(window.office_id, []).append((window.start_min, window.end_min))
    net.compound_division = dict(Compound.objects.values_list("id", "division_code"))
    calendars = {c.id: _running(c, first_day, last_day) for c in ServiceCalendar.objects.all()}
    rows = []
    for trip in Trip.objects.order_by("trip_key").iterator(chunk_size=2000):
        net.route_trips.setdefault(trip.route_id, set()).add(trip.trip_key)
        begin = (trip.from_date - dt.date(1970, 1, 1)).days
        end = (trip.until_date - dt.date(1970, 1, 1)).days if trip.until_date else NEVER
        for day in calendars[trip.calendar_id]:
            if not begin <= day < end:
                continue
            for seq in range(len(trip.office_ids) - 1):
                key = trip.trip_key << 32 | (day - LEG_DAY_ZERO) << 16 | seq
                rows.append((day * DAY + trip.dep_min[seq], day * DAY + trip.arr_min[seq + 1], key,
                             trip.office_ids[seq], trip.office_ids[seq + 1]))
    rows.sort()
    for nth, (dep, arr, key, u, v) in enumerate(rows):
        net.dep.append(dep)
        net.arr.append(arr)
        net.u.append(u)
        net.v.append(v)
        net.run.append(key >> 16)
        net.day.append((key >> 16 & 0xFFFF) + LEG_DAY_ZERO)
        net.key.append(key)
        net.by_key[key] = nth
        net.longest = max(net.longest, arr - dep)
    return net


def _running(calendar: ServiceCalendar, first_day: int, last_day: int) -> list[int]:
    zero = dt.date(1970, 1, 1)
    days = []
    for day in range(first_day, last_day + 1):
        date = zero + dt.timedelta(days=day)
        usual = calendar.first_date <= date <= calendar.last_date and calendar.weekdays & 1 << date.weekday()
        if date not in calendar.removed_dates and (usual or date in calendar.added_dates):
            days.append(day)
    return days


@dataclass
class PlainMeasures:
    """The measures in force under one epoch for one kind of mail: what they bar on legs and at doors."""

    bars: bytearray
    doors: list[tuple[int, int, set[int], set[int], set[int]]]  # t0, t1, offices, segments, compounds
    no_alight: list[tuple[int, int, set[int]]]
    turns: dict[int, tuple[int, list[int]]] = field(default_factory=dict)  # office: minute of hour 0, waits by hour


def measures_read(net: PlainNetwork, epoch: int, mail_class: str, programme: str) -> PlainMeasures:
    """Apply every measure, one after the other, to every leg it could concern."""
    bars, no_alight = bytearray(len(net.dep)), []
    doors: dict[tuple[int, int], tuple[int, int, set[int], set[int], set[int]]] = {}
    for m in Measure.objects.filter(from_epoch__lte=epoch).order_by("id").iterator():
        if m.until_epoch is not None and m.until_epoch <= epoch:
            continue
        if (m.mail_classes and mail_class not in m.mail_classes) or programme in m.exempt_programmes:
            continue
        t0, t1 = minute_of(m.starts_at), NEVER if m.ends_at is None else minute_of(m.ends_at)
        offices = _offices(net, m)
        if m.act == "transit":
            _bar_transit(net, m, t0, t1, offices, bars)
        elif m.act in ("delivery", "dispatch"):
            shut = offices if m.act == "delivery" else {o for o in offices if net.transit[o]}
            door = doors.setdefault((t0, t1), (t0, t1, set(), set(), set()))
            door[2].update(shut)
            if m.act == "delivery":
                door[3].update({int(m.zone_ref)} if m.zone_kind == "segment" else ())
                door[4].update(_compounds(net, m))
            into = offices - shut
            if m.act == "dispatch" and into:
                no_alight.append((t0, t1, into))
                for leg in range(len(net.dep)):
                    if net.v[leg] in into and t0 <= net.arr[leg] < t1:
                        bars[leg] |= NO_ALIGHT
    return PlainMeasures(bars, list(doors.values()), no_alight, turns_read(epoch, mail_class, programme))


def turns_read(epoch: int, mail_class: str, programme: str) -> dict[int, tuple[int, list[int]]]:
    """What this kind of mail waits for at offices with a backlog under an epoch: by hour of arrival, in minutes."""
    run = BacklogRun.objects.filter(epoch__lte=epoch).order_by("-epoch").first()
    if run is None or _is_carried(epoch, mail_class, programme):
        return {}
    ranks = {(o.programme, o.mail_class): o.rank for o in WorkingOrder.objects.all()}
    names = [(programme, mail_class), (programme, ""), ("", mail_class)]
    rank = next((ranks[name] for name in names if name in ranks and name != ("", "")), 100)
    lines = [line for line, _ in run.lanes]
    lane = run.lanes.index([mail_class if mail_class in lines else "", rank < 100])
    zero = run.start_day * DAY
    return {o.office_id: (zero, [NEVER if m >= BEYOND else zero + m if m else 0 for m in o.ready_min[lane]])
            for o in run.offices.all()}


def _is_carried(epoch: int, mail_class: str, programme: str) -> bool:
    """Mail that a stop of an office exempts goes through it by hand."""
    stops = Measure.objects.filter(act="transit", zone_kind__in=("office", "division"), from_epoch__lte=epoch)
    return any((m.mail_classes and mail_class not in m.mail_classes) or programme in m.exempt_programmes
               for m in stops if m.until_epoch is None or m.until_epoch > epoch)


def ready_at(net: PlainNetwork, measures: PlainMeasures, office: int, arrived: int, horizon: int) -> int:
    """When mail that came at `arrived` can leave: handled, sorted in a window, its turn come."""
    at = arrived + net.handling[office]
    while office in net.sorting and not any(
            start <= minute < end for start, end in net.sorting[office] for minute in (at % DAY, at % DAY + DAY)):
        at += 1
    return max(at, turn_at(measures, office, arrived, horizon))


def turn_at(measures: PlainMeasures, office: int, arrived: int, horizon: int) -> int:
    """When mail that came at `arrived` has its turn; 0 where nothing queues. What came before `horizon` counts as come
    then."""
    zero, hours = measures.turns.get(office, (0, [0]))
    hour = min((max(arrived, horizon) - zero) // 60, len(hours) - 1)
    return hours[hour] if hour >= 0 else 0


def _bar_transit(net: PlainNetwork, m: Measure, t0: int, t1: int, offices: set[int], bars: bytearray) -> None:
    pair = {int(end) for end in m.zone_ref.split("-")} if m.zone_kind == "leg" else set()
    trips = net.route_trips.get(int(m.zone_ref), set()) if m.zone_kind == "route" else set()
    for leg in range(bisect_left(net.dep, t0 - net.longest), len(net.dep)):
        dep, arr = net.dep[leg], net.arr[leg]
        if dep >= t1:
            break
        at_u = net.u[leg] in offices and t0 <= dep
        at_v = net.v[leg] in offices and t0 <= arr < t1
        under_way = arr > t0 and ({net.u[leg], net.v[leg]} == pair or net.key[leg] >> 32 in trips)
        if at_u or at_v or under_way:
            bars[leg] |= CANCELLED


def _prefix(code: str) -> str:
    if len(code) != 6:
        return code
    return code[:2] if code[2:] == "0000" else code[:4] if code[4:] == "00" else code


def _offices(net: PlainNetwork, m: Measure) -> set[int]:
    if m.zone_kind == "office":
        return {int(m.zone_ref)}
    if m.zone_kind == "division":
        return {office for office, code in net.division.items() if code.startswith(_prefix(m.zone_ref))}
    return set()


def _compounds(net: PlainNetwork, m: Measure) -> set[int]:
    if m.zone_kind == "compound":
        return {int(m.zone_ref)}
    if m.zone_kind == "division":
        return {c for c, code in net.compound_division.items() if code.startswith(_prefix(m.zone_ref))}
    return set()


@dataclass(frozen=True)
class PlainItem:
    """An item at the instant its promise was computed."""

    now: int
    place: int
    office: int | None
    leg: int | None
    since: int
    dest: int
    segment: int | None
    compound: int | None


def promise_search(net: PlainNetwork, measures: PlainMeasures, item: PlainItem) -> int | None:
    """The minute that the customer is to be told; None when none can be."""
    if item.place == 2:
        return wave_search(net, measures, item, item.now, is_out=True)
    if item.place != 1 and item.office == item.dest:
        return wave_search(net, measures, item, max(item.since + net.unsealing[item.dest], item.now))
    arrival = arrival_search(net, measures, item)
    if arrival is None:
        return None
    turn = turn_at(measures, item.dest, arrival, horizon_of(item.now))
    return wave_search(net, measures, item, max(arrival + net.unsealing[item.dest], turn))


def counts_from(net: PlainNetwork, office: int, accepted: int) -> int:
    """When mail handed in at `accepted` counts as handed in: after the cut-off, the next service day's first."""
    cutoff, weekdays = net.acceptance[office]
    day = accepted // DAY + (accepted % DAY > cutoff)
    while not weekdays & 1 << (day + 3) % 7:
        day += 1
    return accepted if day == accepted // DAY else day * DAY


def horizon_of(now: int) -> int:
    """The midnight at which the horizon begins."""
    return (now // DAY - HORIZON_BACK) * DAY


def arrival_search(net: PlainNetwork, measures: PlainMeasures, item: PlainItem) -> int | None:
    """Look at every leg from now on in order of departure, until none can bring the item there sooner."""
    start_day = item.now // DAY - HORIZON_BACK
    last_day, last_minute = start_day + HORIZON_DAYS, start_day * DAY + HORIZON_MIN
    ready: dict[int, int] = {}
    best, horizon = NEVER, horizon_of(item.now)
    if item.place == 1:
        best = _put_down(net, measures, item, ready)
    else:
        ready[item.office or 0] = max(item.now, ready_at(net, measures, item.office or 0,
                                                         max(item.since, horizon), horizon))
    aboard: set[int] = set()
    for leg in range(bisect_left(net.dep, item.now), len(net.dep)):
        if net.dep[leg] >= best:
            break
        if net.day[leg] >= last_day or net.arr[leg] >= last_minute:
            continue
        bar = measures.bars[leg]
        if bar & CANCELLED:
            aboard.discard(net.run[leg])
            continue
        if net.run[leg] not in aboard:
            if bar & NO_BOARD or ready.get(net.u[leg], NEVER) > net.dep[leg]:
                continue
            aboard.add(net.run[leg])
        if not bar & NO_ALIGHT:
            office, at = net.v[leg], net.arr[leg]
            if office == item.dest:
                best = min(best, at)
            elif net.transit[office]:
                ready[office] = min(ready.get(office, NEVER), ready_at(net, measures, office, at, horizon))
    return None if best == NEVER else best


def _put_down(net: PlainNetwork, measures: PlainMeasures, item: PlainItem, ready: dict[int, int]) -> int:
    """Where a vehicle's item can get off, into `ready`; returns the minute it reaches its destination, if it does."""
    leg = net.by_key[item.leg or 0]
    following = _next(net, leg)
    while following is not None and net.dep[following] <= item.now and not measures.bars[following] & CANCELLED:
        leg, following = following, _next(net, following)
    if measures.bars[leg] & CANCELLED and net.arr[leg] > item.now:
        ready[net.u[leg]] = ready_at(net, measures, net.u[leg], item.now, horizon_of(item.now))
        return NEVER
    best, at = NEVER, max(net.arr[leg], item.now)
    while True:
        following = _next(net, leg)
        is_last = following is None or bool(measures.bars[following] & CANCELLED)
        office, down = net.v[leg], at
        if measures.bars[leg] & NO_ALIGHT:
            down = _reopened(measures, office, at) if is_last else NEVER
        if down < NEVER:
            if office == item.dest:
                best = min(best, down)
            if net.transit[office] or is_last:
                ready[office] = min(ready.get(office, NEVER),
                                    ready_at(net, measures, office, down, horizon_of(item.now)))
        if is_last or following is None:
            return best
        leg, at = following, max(net.arr[following], at)


def _next(net: PlainNetwork, leg: int) -> int | None:
    return net.by_key.get(net.key[leg] + 1)


def _reopened(measures: PlainMeasures, office: int, at: int) -> int:
    moved = True
    while moved:
        moved = False
        for t0, t1, offices in measures.no_alight:
            if office in offices and t0 <= at < t1:
                at, moved = t1, True
    return at


def wave_search(
    net: PlainNetwork, measures: PlainMeasures, item: PlainItem, ready: int, *, is_out: bool = False
) -> int | None:
    """The end of the first wave that starts at or after `ready` (of one out for delivery: that ends after it) and that
    no measure stops."""
    name = ("office", item.dest) if item.segment is None else ("segment", item.segment)
    starts, ends, weekdays = net.waves[name]
    shut = [(t0, t1) for t0, t1, offices, segments, compounds in measures.doors
            if item.dest in offices or item.segment in segments or item.compound in compounds]
    start_day = item.now // DAY - HORIZON_BACK
    for day in range(ready // DAY, start_day + 50):
        if not weekdays & 1 << (day + 3) % 7:
            continue
        for start, end in zip(starts, ends, strict=True):
            begins, stops = day * DAY + start, day * DAY + end
            in_time = stops > ready if is_out else begins >= ready
            if in_time and not any(begins < t1 and stops > t0 for t0, t1 in shut):
                return stops
    return None
