"""Closures as other programs read them: CAP 1.2 messages of every state, GTFS-Realtime alerts of what is open.

Only places, acts and times leave the house. A compound of fewer than ten households is told as its township. Programmes
that a measure exempts are not told: they would say who goes on receiving mail.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.conf import settings

from youlu.core import clock
from youlu.core.pages import LEAST_TOLD, PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.continuity.errors import ClosureNotFoundError
from youlu.domain.continuity.models import Notice
from youlu.domain.network.drafts import trips_newest
from youlu.domain.network.models import Closure, Compound, DeliverySegment, Measure, Route
from youlu.domain.network.selectors import offices_all
from youlu.domain.network.versions import TripRow
from youlu.engines.alerts import Alert, Area, CapMessage, Entity, Info, cap_write, feed_bytes

Act, Zone, Cause = Measure.Act, Measure.Zone, Closure.Cause
CATEGORY = {Cause.LOCKDOWN: "Health", Cause.LANDSLIDE: "Geo", Cause.FLOOD: "Met", Cause.SNOW: "Met",
            Cause.OTHER: "Transport"}
ENGLISH_CAUSE = {Cause.LOCKDOWN: "Lockdown", Cause.LANDSLIDE: "Landslide", Cause.FLOOD: "Flood", Cause.SNOW: "Snow",
                 Cause.OTHER: "Disruption"}
ENGLISH_ACT = {Act.ACCEPTANCE: "no mail accepted", Act.DISPATCH: "no mail sent there",
               Act.TRANSIT: "no mail transport", Act.DELIVERY: "no mail delivered", Act.COUNTER: "counter closed"}
REALTIME_CAUSE = {Cause.LOCKDOWN: "medical_emergency", Cause.FLOOD: "weather", Cause.SNOW: "weather"}
GTFS_TRIP = "youlu-"  # as `network.gtfs` writes them


@dataclass(frozen=True)
class CapEntry:
    """One message in the list: the newest of its closure."""

    closure_id: uuid.UUID
    epoch: int
    identifier: str
    kind: str
    sent: str
    headline: str


def cap_list(*, actor: Actor, cursor: str | None = None) -> Page[CapEntry]:
    """The newest message of each closure of the actor's scope, newest closure first."""
    actor.require("closure.read")
    rows = Closure.objects.filter(scope__startswith=actor.scope).order_by("-id")
    if cursor:
        rows = rows.filter(id__lt=uuid.UUID(cursor))
    found = list(rows[:PAGE_ROWS + 1])
    notices: dict[uuid.UUID, list[Notice]] = defaultdict(list)
    for notice in Notice.objects.filter(closure_id__in=[row.id for row in found]).order_by("epoch"):
        notices[notice.closure_id].append(notice)
    page = tuple(
        CapEntry(row.id, mine[-1].epoch, _identifier(mine[-1]), _kind(row, mine, mine[-1]),
                 clock.local(mine[-1].at).replace(microsecond=0).isoformat(), row.title)
        for row in found[:PAGE_ROWS] if (mine := notices[row.id]))
    return Page(page, str(found[PAGE_ROWS - 1].id) if len(found) > PAGE_ROWS else None)


def cap_message(*, actor: Actor, closure_id: uuid.UUID, epoch: int | None = None) -> str:
    """The message of one state of a closure (None: the newest) as XML; an older one reads as it did.

    Raises
    ------
    ClosureNotFoundError : not there, not in the actor's scope, or no state of that epoch.
    """
    actor.require("closure.read")
    row = Closure.objects.filter(id=closure_id, scope__startswith=actor.scope).first()
    notices = list(Notice.objects.filter(closure_id=closure_id).order_by("epoch"))
    chosen = next((n for n in reversed(notices) if epoch is None or n.epoch == epoch), None)
    if row is None or chosen is None:
        raise ClosureNotFoundError()
    before = [notice for notice in notices if notice.epoch < chosen.epoch]
    kind = _kind(row, notices, chosen)
    # What ends is told of the places that it was in force for.
    measures = _measures(closure_id, chosen.epoch if kind != "Cancel" else before[-1].epoch)
    return cap_write(CapMessage(
        _identifier(chosen), settings.ALERTS_SENDER, clock.local(chosen.at), kind, settings.ALERTS_PUBLIC,
        tuple((settings.ALERTS_SENDER, _identifier(one), clock.local(one.at)) for one in before[-1:]),
        tuple(_info(language, row, chosen, kind, measures) for language in ("zh-CN", "en-US"))))


def _identifier(notice: Notice) -> str:
    return f"youlu.{notice.closure_id}.{notice.epoch}"


def _kind(row: Closure, notices: Sequence[Notice], chosen: Notice) -> str:
    if chosen.epoch == notices[0].epoch:
        return "Alert"
    return "Cancel" if row.lifted_at is not None and chosen.epoch == notices[-1].epoch else "Update"


def _measures(closure_id: uuid.UUID, epoch: int) -> list[Measure]:
    rows = Measure.objects.filter(closure_id=closure_id, from_epoch__lte=epoch).order_by("id")
    return [row for row in rows if row.until_epoch is None or row.until_epoch > epoch]


def _info(language: str, row: Closure, notice: Notice, kind: str, measures: list[Measure]) -> Info:
    chinese, cause = language == "zh-CN", Cause(row.cause)
    acts = [Act(act) for act in dict.fromkeys(measure.act for measure in measures)]
    words = "、".join(str(act.label) for act in acts) if chinese else ", ".join(ENGLISH_ACT[act] for act in acts)
    ends = [measure.ends_at for measure in measures]
    end = max((one for one in ends if one), default=None) if all(ends) else notice.next_review_at
    onset = min((measure.starts_at for measure in measures), default=notice.at)
    over, begun = kind == "Cancel", onset <= notice.at
    headline = f"{row.title}：{'解除' if over else words}" if chinese else (
        f"{ENGLISH_CAUSE[cause]}: {'lifted' if over else words}")
    source = f"{row.authority}，{row.document_no}" if chinese else f"By {row.authority}, {row.document_no}"
    return Info(
        language, CATEGORY[cause], str(cause.label) if chinese else ENGLISH_CAUSE[cause],
        "AllClear" if over else "Monitor", "Past" if over else "Immediate" if begun else "Future",
        "Minor" if over else "Moderate", "Observed" if begun else "Likely", clock.local(notice.at),
        clock.local(onset), clock.local(end) if end else None, row.authority, headline, f"{headline}。{source}。"
        if chinese else f"{headline}. {source}.", _areas(measures))


def _areas(measures: Sequence[Measure]) -> tuple[Area, ...]:
    """One area a place, in the order of the measures, each once."""
    places = _Places(measures)
    areas = dict.fromkeys(places.area(measure.zone_kind, measure.zone_ref) for measure in measures)
    return tuple(areas)


class _Places:
    """Offices, compounds, segments and routes that some measures name, read once."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        refs: dict[str, set[str]] = defaultdict(set)
        for measure in measures:
            refs[measure.zone_kind].add(measure.zone_ref)
        self.offices = offices_all()
        self.compounds = {str(row.id): row for row in
                          Compound.objects.filter(id__in=_ids(refs[Zone.COMPOUND])).select_related("segment")}
        self.segments = {str(row.id): row for row in DeliverySegment.objects.filter(id__in=_ids(refs[Zone.SEGMENT]))}
        self.routes = {str(row.id): row for row in Route.objects.filter(id__in=_ids(refs[Zone.ROUTE]))}

    @cached_property
    def trips(self) -> dict[int, TripRow]:
        """Every trip of the newest revision, for whoever speaks of routes, legs or stops: read once."""
        return trips_newest()

    def area(self, kind: str, ref: str) -> Area:
        if kind == Zone.DIVISION:
            return Area(ref, (ref,))
        if kind == Zone.COMPOUND:
            compound = self.compounds[ref]
            few = compound.households < LEAST_TOLD
            return Area(compound.division_code if few else compound.name, (compound.division_code,))
        if kind == Zone.SEGMENT:
            office = self.offices[self.segments[ref].office_id]
            return Area(f"{office.name}{self.segments[ref].name}", (office.division_code,))
        if kind == Zone.ROUTE:
            stops = {key for trip in self.trips.values() if trip.route_id == int(ref) for key in trip.office_ids}
            return Area(self.routes[ref].name, tuple(sorted({self.offices[key].division_code for key in stops})))
        ends = [self.offices[int(key)] for key in ref.split("-")]
        return Area("—".join(office.name for office in ends), tuple(dict.fromkeys(o.division_code for o in ends)))

    def entities(self, kind: str, ref: str) -> tuple[Entity, ...]:
        """The place in the ids of the exported timetable."""
        if kind == Zone.ROUTE:
            return (Entity(route_id=self.routes[ref].code),)
        if kind == Zone.LEG:
            u, v = (int(key) for key in ref.split("-"))
            return tuple(Entity(trip_id=f"{GTFS_TRIP}{key}") for key, trip in sorted(self.trips.items())
                         if (u, v) in pairwise(trip.office_ids))
        return tuple(Entity(stop_id=self.offices[key].code) for key in self._office_ids(kind, ref))

    def _office_ids(self, kind: str, ref: str) -> list[int]:
        if kind == Zone.OFFICE:
            return [int(ref)]
        if kind == Zone.SEGMENT:
            return [self.segments[ref].office_id]
        if kind == Zone.COMPOUND:
            return [self.compounds[ref].segment.office_id]
        prefix = ref.rstrip("0") if len(ref) == 9 else ref[:2] if ref.endswith("0000") else (
            ref[:4] if ref.endswith("00") else ref)
        return [office.id for office in self.offices if office.division_code.startswith(prefix)]


def _ids(refs: Iterable[str]) -> list[int]:
    return [int(ref) for ref in refs]


def realtime_feed(*, actor: Actor) -> bytes:
    """Open closures of the actor's scope as GTFS-Realtime; its ids are those of the timetable's GTFS export.

    A place that no trip calls at is no stop of the timetable and is left to CAP.
    """
    actor.require("closure.read")
    measures = list(Measure.objects.filter(until_epoch__isnull=True, closure__scope__startswith=actor.scope)
                    .select_related("closure").order_by("closure_id", "id"))
    places = _Places(measures)
    stops = {places.offices[key].code for trip in places.trips.values() for key in trip.office_ids}
    groups: dict[tuple, list[Measure]] = defaultdict(list)
    for measure in measures:
        groups[measure.closure_id, measure.act, measure.starts_at, measure.ends_at].append(measure)
    alerts = []
    for mine in groups.values():
        entities = tuple(dict.fromkeys(
            entity for measure in mine for entity in places.entities(measure.zone_kind, measure.zone_ref)
            if not entity.stop_id or entity.stop_id in stops))
        if entities:
            alerts.append(_alert(mine[0], entities))
    return feed_bytes(alerts, made_at=clock.now())


def _alert(measure: Measure, entities: tuple[Entity, ...]) -> Alert:
    closure, act = measure.closure, Act(measure.act)
    english = f"{ENGLISH_CAUSE[Cause(closure.cause)]}: {ENGLISH_ACT[act]}"
    return Alert(
        str(measure.id), measure.starts_at, measure.ends_at, entities,
        REALTIME_CAUSE.get(Cause(closure.cause), "other"), "no_service" if act == Act.TRANSIT else "other_effect",
        (("zh-Hans", f"{closure.title}：{act.label}", f"{closure.authority}，{closure.document_no}"),
         ("en", english, f"By {closure.authority}, {closure.document_no}")))
