"""Timetables from and to GTFS, over line iterators: the caller opens the files, this package reads lines."""

from youlu.engines.gtfs.errors import Faults, GtfsError
from youlu.engines.gtfs.feed import Feed, GtfsTrip, ServiceDays
from youlu.engines.gtfs.reading import feed_read
from youlu.engines.gtfs.writing import feed_write

__all__ = ["Faults", "Feed", "GtfsError", "GtfsTrip", "ServiceDays", "feed_read", "feed_write"]
