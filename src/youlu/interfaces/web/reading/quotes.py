"""问时限 from the domain: the wave, the way, the reasons."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from youlu.core import clock
from youlu.domain.network.selectors import OfficeRow
from youlu.domain.promise import selectors as domain
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.figures.yxt import Station, Stop, TripLine
from youlu.interfaces.web.reading.clocks import clocks_of_quote
from youlu.interfaces.web.reading.places import short_name

MEANS = {"air": "航空", "rail": "铁路", "road": "汽车"}


def quote_read(*, start: OfficeRow, end: OfficeRow, ready_at: dt.datetime, mail_class: str) -> rows.QuotePage:
    quote = domain.quote_make(origin_office_id=start.id, dest=domain.Place(end.id), at=ready_at, mail_class=mail_class)
    rides = [step for step in quote.steps if step.kind == "ride"]
    last, legs = ready_at, []
    for ride in rides:
        legs.append(
            rows.LegRow(
                short_name(ride.office),
                short_name(ride.to_office),
                ride.from_at,
                ride.to_at,
                ride.trip_number,
                gettext(MEANS.get(ride.means, "")) if ride.means else "",
                (ride.from_at - last).total_seconds() / 60,
            )
        )
        last = ride.to_at
    reasons = tuple(_reason(reason) for reason in quote.reasons)
    return rows.QuotePage(
        short_name(start.name),
        short_name(end.name),
        ready_at,
        quote.arrive_by,
        quote.arrival_at,
        tuple(legs),
        reasons,
        quote.undisturbed_arrive_by,
        quote.next_review_at,
        way_diagram(legs, ready_at),
        clocks_of_quote(quote),
    )


def _reason(reason: domain.Reason) -> str:
    if reason.next_review_at is None:
        return reason.title
    return gettext("%(title)s（%(day)s再研判）") % {
        "title": reason.title,
        "day": wording.day_short(reason.next_review_at),
    }


def lead_of_quote(page: rows.QuotePage) -> str:
    """The answer as one sentence."""
    places = {"start": page.start, "end": page.end}
    if page.promised_at is None:
        return gettext("从%(start)s到%(end)s，现在没有路。") % places
    said = {**places, "wave": wording.wave(page.promised_at)}
    if page.usual_at and page.usual_at < page.promised_at:
        later = wording.days_later((page.promised_at - page.usual_at).total_seconds() / 60)
        return gettext("从%(start)s到%(end)s，%(wave)s送到，比平时晚%(later)s。") % {**said, "later": later}
    return gettext("从%(start)s到%(end)s，%(wave)s送到。") % said


def way_diagram(legs: list[rows.LegRow], ready_at: dt.datetime) -> rows.Diagram | None:
    """The way of one item as a time-distance diagram: stations as it meets them, spaced by running time."""
    if not legs:
        return None
    start_at = clock.local(ready_at).replace(minute=0, second=0, microsecond=0)
    hours = max(12, int((legs[-1].arr_at - start_at).total_seconds() // 3600) + 2)
    stations, km = [Station(legs[0].start, 0.0)], 0.0
    stops, arrived = [], _minute(ready_at, start_at)
    for i, leg in enumerate(legs):
        dep = _minute(leg.dep_at, start_at)
        stops.append(Stop(i, arrived, dep, arrived, dep))
        km += max((leg.arr_at - leg.dep_at).total_seconds() / 60, 30)
        stations.append(Station(leg.end, km))
        arrived = _minute(leg.arr_at, start_at)
    stops.append(Stop(len(legs), arrived, arrived, arrived, arrived))
    trips = (TripLine("", tuple(stops), has_label=False),)
    return rows.Diagram(f"{legs[0].start}—{legs[-1].end}", tuple(stations), trips, (), start_at, hours, None)


def _minute(at: dt.datetime, start_at: dt.datetime) -> float:
    return (at - start_at).total_seconds() / 60
