"""A feed to its files, for other tools to check our timetable with."""

from collections.abc import Iterable, Iterator

from youlu.engines.calendar import date_of_day
from youlu.engines.gtfs.feed import Feed, GtfsTrip


def feed_write(feed: Feed, agency_name: str = "", timezone: str = "Asia/Shanghai") -> dict[str, Iterator[str]]:
    """Lines of each file, ending in a newline, by file name. `feed_read` gives the same feed back."""
    return {
        "agency.txt": _lines("agency_id,agency_name,agency_url,agency_timezone", [("0", agency_name, "", timezone)]),
        "stops.txt": _lines("stop_id,stop_name,stop_lat,stop_lon", _stops(feed)),
        "routes.txt": _lines("route_id,agency_id,route_long_name,route_type,youlu_level", _routes(feed)),
        "trips.txt": _lines("route_id,service_id,trip_id,trip_short_name", (
            (t.route_id or "0", t.service_id, t.trip_id, t.number) for t in feed.trips)),
        "calendar_dates.txt": _lines(
            "service_id,date,exception_type",
            (
                (service.service_id, date_of_day(day).strftime("%Y%m%d"), "1")
                for service in feed.services.values()
                for day in service.days
            ),
        ),
        "stop_times.txt": _lines(
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type,shape_dist_traveled",
            (row for trip in feed.trips for row in _calls(feed, trip)),
        ),
    }


def _calls(feed: Feed, trip: GtfsTrip) -> Iterator[tuple[str, ...]]:
    for k, stop in enumerate(trip.stops.tolist()):
        yield (
            trip.trip_id,
            _clock(int(trip.arr_s[k])),
            _clock(int(trip.dep_s[k])),
            feed.stop_ids[stop],
            str(int(trip.seq[k])),
            str(int(trip.no_board[k])),
            str(int(trip.no_alight[k])),
            "" if trip.km is None else repr(float(trip.km[k])),
        )


def _stops(feed: Feed) -> Iterator[tuple[str, ...]]:
    points = feed.points or ((0.0, 0.0),) * len(feed.stop_ids)
    for stop, name, (lon, lat) in zip(feed.stop_ids, feed.stop_names, points, strict=True):
        yield stop, name, repr(lat), repr(lon)


def _routes(feed: Feed) -> Iterator[tuple[str, ...]]:
    if any(not trip.route_id for trip in feed.trips) or not feed.routes:
        yield "0", "0", "0", "3", ""
    for route in feed.routes.values():
        yield route.route_id, "0", route.name, route.route_type, route.level


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _lines(header: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield header + "\n"
    for row in rows:
        yield ",".join(_quoted(field) for field in row) + "\n"


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if any(c in field for c in ',"\r\n') else field
