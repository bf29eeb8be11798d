"""What is known when a plan is asked for, as plain data that a worker computes with: no query is made after it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.db.models import Count

from youlu.core import clock
from youlu.domain.desk.emergency.assumptions import CLOSE_MIN, FIGURES, KINDS_COUNTED_FROM, OPEN_MIN, USUAL_KINDS
from youlu.domain.desk.models import OPEN_STATES, Contact, OrderKind, WorkOrder
from youlu.domain.desk.parameters import figures_now
from youlu.domain.workforce.models import Agent, Demand, Presence, Site

HALF_HOUR = dt.timedelta(minutes=30)
HALF_HOURS = 48
KINDS_OVER = dt.timedelta(days=7)


@dataclass(frozen=True)
class Inputs:
    """What the supervisor sets. `surge`: calls against a usual day; `lent`: people another city would lend;
    `voice_share`: of the customers owed word, who are told by voice."""

    surge: float
    days: int = 3
    lent: int = 6
    voice_share: float = 0.125


@dataclass(frozen=True)
class Worker:
    """A person of the desk. `site` is where they are now; minutes count from 00:00 of the plan's first day.

    `is_known`: the roster may count on them. `over_at_min`, `running_until_min`: end of the first day's shift, over or
    begun. `leave` and `available`: spans of minutes, no span of `available` meaning any hour. `carry`, `ahead`: what
    is in force before and after the plan's days, as `engines.roster.Carry` and `Ahead`.
    """

    id: str
    staff_no: str
    skills: tuple[str, ...]
    site: str
    is_known: bool = True
    consents: bool = False
    over_at_min: int | None = None
    running_until_min: int | None = None
    leave: tuple[tuple[int, int], ...] = ()
    available: tuple[tuple[int, int], ...] = ()
    week_most_min: int | None = None
    free_days: tuple[int, ...] = ()  # of the plan, on which they were to rest
    carry: dict[str, Any] = field(default_factory=dict)
    ahead: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_json(cls, row: dict[str, Any]) -> Worker:
        spans = {name: tuple((a, b) for a, b in row[name]) for name in ("leave", "available")}
        known = {one.name for one in fields(cls)}  # what an older release kept besides is passed over
        return cls(**{name: value for name, value in row.items() if name in known} | spans
                   | {"skills": tuple(row["skills"]), "free_days": tuple(row.get("free_days", ()))})


@dataclass(frozen=True)
class KindFact:
    """A kind of order: seconds of work, minutes until it is due, where it may be done, and its share of what comes."""

    code: str
    name: str
    handling_s: int
    close_min: int
    sites: tuple[str, ...]
    skills: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class OpenOrder:
    """Seconds from the start of the horizon until it is due; negative: late already."""

    kind: str
    due_s: float


@dataclass(frozen=True)
class Facts:
    """The desk at an instant. Expected arrivals are of the 48 half hours of a usual day, before any surge.

    `start_at` begins the horizon: the next half hour. `normal`: shifts of the normal roster as (person, first instant,
    last instant), empty where none is published.
    """

    at: dt.datetime
    start_at: dt.datetime
    workers: tuple[Worker, ...]
    calls: tuple[float, ...]
    orders: tuple[float, ...]
    contacts: tuple[float, ...]
    surge_seen: float
    kinds: tuple[KindFact, ...]
    open_orders: tuple[OpenOrder, ...]
    contacts_open: int
    figures: dict[str, float]
    normal: tuple[tuple[str, dt.datetime, dt.datetime], ...] = ()
    holidays: tuple[int, ...] = ()  # days of the plan that the announced lists name

    @property
    def start_min(self) -> int:
        """Minutes after the midnight before the horizon."""
        local = clock.local(self.start_at)
        return local.hour * 60 + local.minute

    def at_site(self, site: str) -> tuple[Worker, ...]:
        return tuple(worker for worker in self.workers if worker.site == site)

    def to_json(self) -> dict[str, Any]:
        row = asdict(self)
        for name in ("at", "start_at"):
            row[name] = row[name].isoformat()
        row["normal"] = [(who, a.isoformat(), b.isoformat()) for who, a, b in self.normal]
        return row

    @classmethod
    def of_json(cls, row: dict[str, Any]) -> Facts:
        def instant(text: str) -> dt.datetime:
            return dt.datetime.fromisoformat(text)

        return cls(
            at=instant(row["at"]), start_at=instant(row["start_at"]), surge_seen=row["surge_seen"],
            workers=tuple(Worker.of_json(w) for w in row["workers"]),
            calls=tuple(row["calls"]), orders=tuple(row["orders"]), contacts=tuple(row["contacts"]),
            kinds=tuple(KindFact(**k | {"sites": tuple(k["sites"]), "skills": tuple(k["skills"])})
                        for k in row["kinds"]),
            open_orders=tuple(OpenOrder(**o) for o in row["open_orders"]), contacts_open=row["contacts_open"],
            figures=row["figures"], normal=tuple((who, instant(a), instant(b)) for who, a, b in row["normal"]),
            holidays=tuple(row.get("holidays", ())))


def facts_now(*, at: dt.datetime | None = None) -> Facts:
    """Everything a plan needs, in seven queries."""
    at = at or clock.now()
    start_at = half_hour_after(at)
    figures = {row[0]: float(row[2]) for row in FIGURES} | figures_now()
    seen, surge = _usual_day(at, figures)
    return Facts(
        at=at, start_at=start_at, workers=workers_now(), calls=seen[Demand.Channel.CALL],
        orders=seen[Demand.Channel.ORDER], contacts=seen[Demand.Channel.CONTACT], surge_seen=surge,
        kinds=_kinds(at), open_orders=_open_orders(start_at),
        contacts_open=Contact.objects.filter(state__in=OPEN_STATES).count(), figures=figures)


def half_hour_after(at: dt.datetime) -> dt.datetime:
    """The next full half hour, in local time."""
    local = clock.local(at)
    floor = local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)
    return floor if floor == local else floor + HALF_HOUR


def workers_now() -> tuple[Worker, ...]:
    """Everybody on the books with where they are, by staff number."""
    open_ = Presence.objects.filter(until=None).exclude(reason=Presence.Reason.ILL)
    site = dict(open_.values_list("agent_id", "site"))
    return tuple(Worker(str(a.id), a.staff_no, tuple(sorted(a.skills)), site.get(a.id, Site.OUT.value))
                 for a in Agent.objects.filter(is_active=True).order_by("staff_no"))


def presence_mark(workers: tuple[Worker, ...]) -> str:
    """The same as long as everybody is where they were."""
    said = json.dumps([(worker.id, worker.site) for worker in workers])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def agent_uuid(worker_id: str) -> uuid.UUID | None:
    """None of a person lent, who has no staff number here."""
    try:
        return uuid.UUID(worker_id)
    except ValueError:
        return None


def _usual_day(at: dt.datetime, figures: dict[str, float]) -> tuple[dict[str, tuple[float, ...]], float]:
    """Arrivals by half hour of a usual day, by channel, and how many times that calls are expected from now on.

    The forecast of the coming 24 hours says how a day runs; how much of it is usual the desk's base figure says.
    """
    ahead = Demand.objects.filter(hour_at__gt=at - dt.timedelta(hours=1), hour_at__lte=at + dt.timedelta(hours=23))
    rows: dict[str, list[float]] = {channel: [0.0] * HALF_HOURS for channel in Demand.Channel.values}
    for channel, hour_at, expected in ahead.values_list("channel", "hour_at", "expected"):
        half = clock.local(hour_at).hour * 2
        rows[channel][half] = rows[channel][half + 1] = expected / 2
    for channel, code in ((Demand.Channel.CALL, "call_base_per_h"), (Demand.Channel.ORDER, "order_base_per_h")):
        if not any(rows[channel]):
            rows[channel] = _flat(figures[code])
    base = sum(_flat(figures["call_base_per_h"]))
    surge = sum(rows[Demand.Channel.CALL]) / base if base else 1.0
    if surge > 0:
        rows[Demand.Channel.CALL] = [x / surge for x in rows[Demand.Channel.CALL]]
    return {channel: tuple(row) for channel, row in rows.items()}, round(surge, 2)


def _flat(per_h: float) -> list[float]:
    return [per_h / 2 if OPEN_MIN <= half * 30 < CLOSE_MIN else 0.0 for half in range(HALF_HOURS)]


def _kinds(at: dt.datetime) -> tuple[KindFact, ...]:
    counted = dict(WorkOrder.objects.filter(opened_at__gt=at - KINDS_OVER).order_by().values_list("kind_id").annotate(
        n=Count("id")))
    total = sum(counted.values())
    shares = {code: n / total for code, n in counted.items()} if total >= KINDS_COUNTED_FROM else USUAL_KINDS
    waiting = set(WorkOrder.objects.filter(state=WorkOrder.State.OPEN).values_list("kind_id", flat=True).distinct())
    wanted = {*shares, *waiting}
    return tuple(KindFact(k.code, k.name, k.handling_s, k.close_min, tuple(k.sites), tuple(k.skills),
                          shares.get(k.code, 0.0)) for k in OrderKind.objects.order_by("code") if k.code in wanted)


def _open_orders(start_at: dt.datetime) -> tuple[OpenOrder, ...]:
    waiting = WorkOrder.objects.filter(state__in=(WorkOrder.State.OPEN, WorkOrder.State.TAKEN))
    return tuple(OpenOrder(kind, (due_at - start_at).total_seconds())
                 for kind, due_at in waiting.order_by("due_at", "id").values_list("kind_id", "due_at"))
