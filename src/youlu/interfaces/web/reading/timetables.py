"""Timetables for pages: the lead sentences, a route's diagram, what a draft would do as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from youlu.core.numbered import numbered
from youlu.domain.continuity.models import TimetableEffect
from youlu.domain.network.selectors import offices_all
from youlu.domain.network.timetables import DraftRow, RevisionRow, RouteTimetable
from youlu.domain.network.versions import TripRow
from youlu.interfaces.web import wording
from youlu.interfaces.web.figures.yxt import TRIPS_MAX, Station, Stop, TripLine, yxt

DAY_MIN = 1440
ALL_DAY = 1e6  # no now: every line is drawn solid


def lead_of_routes(revisions: Sequence[RevisionRow], drafts: Sequence[DraftRow]) -> str:
    if not revisions:
        return gettext("还没有班期。先导入一份GTFS，或运行 ./youlu network build。")
    said = gettext("现行班期是第%(id)s版，%(day)s启用。") % {
        "id": revisions[0].id, "day": wording.day_short(revisions[0].activated_at)}
    if drafts:
        said += numbered("有%(n)s份草稿还没启用。", len(drafts)) % {"n": len(drafts)}
    return said


def lead_of_route(shown: RouteTimetable, draft: DraftRow | None) -> str:
    changed = len(shown.changed) + len(shown.dropped)
    n = {"name": shown.route.name, "trips": len(shown.trips), "changed": changed}
    if draft is None:
        return numbered("%(name)s：%(trips)s个班次。", len(shown.trips)) % n
    return numbered("%(name)s：草稿里改了%(changed)s个班次，还没有生效。", changed) % n


def lead_of_draft(draft: DraftRow) -> str:
    n = {"title": draft.title, "n": draft.changes}
    if draft.state == "activated":
        return numbered("“%(title)s”已启用，改了%(n)s个班次。", draft.changes) % n
    if draft.state == "discarded":
        return gettext("“%(title)s”已作废，没有影响任何邮件。") % n
    return numbered("“%(title)s”改了%(n)s个班次，还没有生效。", draft.changes) % n


def weekday_names() -> list[tuple[int, str]]:
    return list(enumerate(gettext(name) for name in ("一", "二", "三", "四", "五", "六", "日")))


def route_diagram(shown: RouteTimetable, *, draggable: bool) -> SafeString | None:
    """The route's trips of one service day; None where there is none to draw."""
    if not shown.trips:
        return None
    longest = max(shown.trips, key=lambda row: len(row.office_ids))
    offices, has_km = offices_all(), longest.km[-1] > 0
    km = longest.km if has_km else tuple(float(n) for n in range(len(longest.office_ids)))
    stations = [Station(offices[key].name, at) for key, at in zip(longest.office_ids, km, strict=True)]
    lines = [line for row in shown.trips[:TRIPS_MAX] if (line := _trip_line(row, longest.office_ids))]
    hours = 24 if max(row.arr_min[-1] for row in shown.trips) <= DAY_MIN else 48
    return yxt(
        stations=stations, trips=lines, now_min=ALL_DAY, start_hour=0, hours=hours, show_km=has_km,
        title=gettext("运行图%(line)s") % {"line": shown.route.name}, height=244,
        desc=numbered("%(n)s个班次，按一个服务日画。", len(lines)) % {"n": len(lines)}, is_draggable=draggable)


def _trip_line(row: TripRow, base: tuple[int, ...]) -> TripLine | None:
    places = list(range(len(base))) if row.office_ids == base else [
        base.index(key) if key in base else -1 for key in row.office_ids]
    stops = tuple(Stop(place, row.arr_min[n], row.dep_min[n], row.arr_min[n], row.dep_min[n])
                  for n, place in enumerate(places) if place >= 0)
    return TripLine(row.number, stops, key=row.trip_key) if len(stops) > 1 else None


def effect_rows(effect: TimetableEffect, draft: DraftRow) -> dict[str, Any]:
    """A stored effect with its instants as instants; `is_old` when the draft was changed since."""
    found: dict[str, Any] = {
        "state": effect.state, "date": effect.effective_date, "done": effect.steps_done, "steps": effect.steps,
        "is_old": effect.version != draft.version, "is_open": effect.state in ("asked", "running"),
        "is_stopping": effect.is_stop_asked}
    if effect.result is None:
        return found
    pairs, items = effect.result["pairs"], effect.result["items"]
    found |= {"pairs": pairs, "items": items, "lead": _effect_lead(pairs, items),
              "lists": [(gettext("变晚最多的十对"), "worse", [_instants(row) for row in pairs["worst"]]),
                        (gettext("变早最多的十对"), "better", [_instants(row) for row in pairs["best"]])],
              "mail": [_instants(row) for row in items["worst"]]}
    return found


def _effect_lead(pairs: dict[str, Any], items: dict[str, Any]) -> str:
    n = {key: wording.count(pairs[key]) for key in ("looked_at", "better", "worse", "lost")}
    n |= {key: wording.count(items[key]) for key in ("later", "earlier", "unknown")}
    standard = gettext("标准寄递%(looked_at)s次里：%(better)s次变早，%(worse)s次变晚，%(lost)s次无路可达。")
    flight = gettext("在途邮件%(earlier)s件提前，%(later)s件推后，%(unknown)s件无路可达。")
    return (standard + (" " if wording.is_english() else "") + flight) % n


def _instants(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, **{key: dt.datetime.fromisoformat(row[key]) if row.get(key) else None
                      for key in ("handed_in", "was", "becomes")}}
