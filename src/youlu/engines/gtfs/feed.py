"""What a feed says, in memory."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class ServiceDays:
    """The service days of one service_id: sorted days since 1970-01-01."""

    service_id: str
    days: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class GtfsTrip:
    """One trip; k stops with a time, in the order of stop_sequence.

    Attributes
    ----------
    stops : int32[k]
        Position in `Feed.stop_ids`.
    arr_s, dep_s : int32[k]
        Seconds after midnight of the service day; may exceed 86,400.
    seq : int64[k]
        stop_sequence as written.
    no_board, no_alight : bool[k]
        pickup_type and drop_off_type other than 0.
    route_id, number : str
        route_id and trip_short_name; "" where there is none.
    line, lines : int, int64[k]
        Where the trip and its stops stand in trips.txt and stop_times.txt.
    km : float64[k], optional
        shape_dist_traveled, in kilometres from the first stop.
    """

    trip_id: str
    service_id: str
    stops: np.ndarray
    arr_s: np.ndarray
    dep_s: np.ndarray
    seq: np.ndarray
    no_board: np.ndarray
    no_alight: np.ndarray
    route_id: str = ""
    number: str = ""
    line: int = 0
    lines: np.ndarray | None = None
    km: np.ndarray | None = None


@dataclass(frozen=True)
class GtfsRoute:
    """`level` is the column youlu_level of our own feeds, "" in others."""

    route_id: str
    name: str
    route_type: str
    level: str = ""


@dataclass(frozen=True, eq=False)
class Feed:
    """A feed and what in it was ignored (`warnings`, sentences for people)."""

    stop_ids: tuple[str, ...]
    stop_names: tuple[str, ...]
    trips: tuple[GtfsTrip, ...]
    services: dict[str, ServiceDays]
    warnings: tuple[str, ...] = ()
    routes: dict[str, GtfsRoute] = field(default_factory=dict)
    points: tuple[tuple[float, float], ...] = ()  # longitude, latitude of each stop; (0, 0) where unknown
    stop_lines: tuple[int, ...] = ()  # where each stop stands in stops.txt

    @property
    def stop_index(self) -> dict[str, int]:
        """Position of each stop_id in `stop_ids`."""
        return {stop: i for i, stop in enumerate(self.stop_ids)}
