"""The network while it is being drawn: routes and trips are added, numbered and timed here."""

from __future__ import annotations

import datetime as dt
import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from youlu.domain.network.plan import CalendarPlan, OfficePlan, RoutePlan, TripPlan
from youlu.scenarios.national.facts import Link, links

FIRST_DATE = dt.date(2020, 1, 1)
LAST_DATE = dt.date(2031, 12, 31)
WEEKDAY_NAMES = "一二三四五六日"
MEANS_NAMES = {"air": "航空", "rail": "铁路", "road": "汽车", "boat": "船舶"}
LEVEL_NAMES = {"trunk": "一级干线", "provincial": "二级干线", "city": "市趟", "county": "县内"}
LEVEL_LETTERS = {"trunk": "G", "provincial": "S", "city": "C", "county": "X"}


@dataclass
class Draft:
    """What has been drawn so far. Equal seeds and calls in equal order give equal drafts."""

    seed: int
    offices: list[OfficePlan] = field(default_factory=list)
    calendars: dict[int, CalendarPlan] = field(default_factory=dict)  # by weekday bits
    routes: list[RoutePlan] = field(default_factory=list)
    trips: list[TripPlan] = field(default_factory=list)
    _trip_keys: set[int] = field(default_factory=set)

    def chance(self, *about: object) -> random.Random:
        """A generator of its own for one thing, so that adding another leaves it as it is."""
        return random.Random(f"{self.seed}:{about}")

    def calendar_for(self, weekdays: int) -> int:
        if weekdays not in self.calendars:
            days = "每天" if weekdays == 127 else "周" + "".join(
                WEEKDAY_NAMES[day] for day in range(7) if weekdays >> day & 1)
            self.calendars[weekdays] = CalendarPlan(len(self.calendars) + 1, days, weekdays, FIRST_DATE, LAST_DATE)
        return self.calendars[weekdays].id

    def route_add(self, link_name: str, stops: Sequence[OfficePlan], *, label: str = "") -> Drawn:
        """A new route over `stops`, the office it starts from first. Its code is stable: letter, ends, link; a ring
        is told from its sisters by its first call."""
        link = links()[link_name]
        route_id = len(self.routes) + 1
        far_end = stops[-1] if stops[-1] is not stops[0] else stops[1]
        code = f"{LEVEL_LETTERS[link.level]}{stops[0].code}-{far_end.code}-{link_name}"
        ways = "—".join(stop.name for stop in stops)
        name = f"{ways}{LEVEL_NAMES[link.level]}{MEANS_NAMES[link.means]}邮路{label}"
        self.routes.append(RoutePlan(route_id, code, name, link.level, link.means, link.source))
        return Drawn(self, self.routes[-1], link, tuple(stops))

    def office_change(self, office: OfficePlan, **columns: object) -> None:
        self.offices[office.id] = replace(self.offices[office.id], **columns)  # type: ignore[arg-type]

    def trip_key_for(self, route_code: str, number: str) -> int:
        """A key below 2**31 made of the names alone: another build, or another revision, gives the same."""
        salt = 0
        while True:
            key = zlib.crc32(f"{route_code}/{number}/{salt}".encode()) & 0x7FFFFFFF
            if key and key not in self._trip_keys:
                self._trip_keys.add(key)
                return key
            salt += 1


@dataclass(frozen=True)
class Drawn:
    """A route just drawn, ready for its trips."""

    draft: Draft
    route: RoutePlan
    link: Link
    stops: tuple[OfficePlan, ...]

    def legs_km(self, stops: Sequence[OfficePlan]) -> list[float]:
        return [self.link.km(a, b) for a, b in pairwise(stops)]

    def duration_min(self, stops: Sequence[OfficePlan] | None = None) -> int:
        """Minutes from the first departure to the last arrival."""
        stops = stops or self.stops
        return sum(self.link.minutes(km) for km in self.legs_km(stops)) + self.link.dwell_min * max(0, len(stops) - 2)

    def trip_add(self, order: int, stops: Sequence[OfficePlan], *, leaves_min: int) -> TripPlan:
        """A trip over `stops` leaving at `leaves_min`; its number is 1000 + order (odd away from the centre)."""
        arrivals, departures, road = [leaves_min], [leaves_min], [0.0]
        for km in self.legs_km(stops):
            arrivals.append(departures[-1] + self.link.minutes(km))
            departures.append(arrivals[-1] + self.link.dwell_min)
            road.append(round(road[-1] + km, 1))
        departures[-1] = arrivals[-1]
        number = str(1000 + order)
        trip = TripPlan(self.draft.trip_key_for(self.route.code, number), self.route.id,
                        self.draft.calendar_for(self.link.weekdays), number, tuple(stop.id for stop in stops),
                        tuple(arrivals), tuple(departures), tuple(road))
        self.draft.trips.append(trip)
        return trip
