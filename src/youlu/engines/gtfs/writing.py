"""A feed to its files, for other tools to check our timetable with."""

from collections.abc import Iterable, Iterator

from youlu.engines.calendar import date_of_day
from youlu.engines.gtfs.feed import Feed, GtfsTrip


def feed_write(feed: Feed, agency_name: str = "", timezone: str = "Asia/Shanghai") -> dict[str, Iterator[str]]:
    """Lines of each file, ending in a newline, by file name. `feed_read` gives the same feed back."""
    return {
        "agency.txt": _lines("agency_id,agency_name,agency_url,agency_timezone", [("0", agency_name, "", timezone)]),
        "stops.txt": _lines("stop_id,stop_name", zip(feed.stop_ids, feed.stop_names, strict=True)),
        "routes.txt": _lines("route_id,agency_id,route_short_name,route_type", [("0", "0", "0", "3")]),
        "trips.txt": _lines("route_id,service_id,trip_id", (("0", t.service_id, t.trip_id) for t in feed.trips)),
        "calendar_dates.txt": _lines(
            "service_id,date,exception_type",
            (
                (service.service_id, date_of_day(day).strftime("%Y%m%d"), "1")
                for service in feed.services.values()
                for day in service.days
            ),
        ),
        "stop_times.txt": _lines(
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type",
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
        )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _lines(header: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield header + "\n"
    for row in rows:
        yield ",".join(_quoted(field) for field in row) + "\n"


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if any(c in field for c in ',"\r\n') else field
