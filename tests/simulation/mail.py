"""Where mail really is, and what devices note of it: truth that the product learns of late, twice, out of order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from tests.domain.small_network import CHENGGUAN, TRIPS
from youlu.core.clock import SHANGHAI
from youlu.domain.mail.models import ScanKind
from youlu.domain.mail.scan_store import ScanInput
from youlu.domain.network.trips import leg_key

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class Ride:
    """One leg that really runs."""

    trip: int
    date: dt.date
    stop: int
    from_office: int
    to_office: int
    departs_at: dt.datetime
    arrives_at: dt.datetime

    @property
    def key(self) -> int:
        return leg_key(self.trip, self.date, self.stop)


def rides_from(office: int, after: dt.datetime, before: dt.datetime) -> list[Ride]:
    """Every leg that leaves an office in a time, by departure."""
    found = []
    for trip, offices, arr, dep in TRIPS:
        for stop, start in enumerate(offices[:-1]):
            date = after.astimezone(SHANGHAI).date() - DAY * 2
            while start == office and date <= before.astimezone(SHANGHAI).date():
                midnight = dt.datetime.combine(date, dt.time(), SHANGHAI)
                ride = Ride(trip, date, stop, start, offices[stop + 1], midnight + dep[stop] * MINUTE,
                            midnight + arr[stop + 1] * MINUTE)
                if after < ride.departs_at <= before:
                    found.append(ride)
                date += DAY
    return sorted(found, key=lambda ride: (ride.departs_at, ride.trip))


@dataclass
class Piece:
    """One item as it really is: at an office or on a ride, since when; `scans` are what devices noted of it."""

    number: str
    origin: int
    dest: int
    office: int | None
    since: dt.datetime
    ride: Ride | None = None
    out: bool = False
    over: bool = False


@dataclass
class Devices:
    """Five hand-helds. `waiting` has not been acknowledged yet, `noted` is everything ever noted by number."""

    waiting: list[ScanInput]
    noted: list[ScanInput]
    sequences: dict[str, int]

    @classmethod
    def make(cls) -> Devices:
        return cls([], [], {f"d{n}": 0 for n in range(5)})

    def note(self, rng: Random, piece: Piece, kind: ScanKind, at: dt.datetime, *, office: int | None = None,
             ride: Ride | None = None, corrects: tuple[str, int] | None = None, cause: int | None = None) -> None:
        device = rng.choice(sorted(self.sequences))
        self.sequences[device] += 1
        scan = ScanInput(piece.number, device, self.sequences[device], kind, at, office_id=office,
                         trip_key=ride and ride.trip, service_date=ride and ride.date, stop_seq=ride and ride.stop,
                         corrects=corrects, cause=cause)
        self.waiting.append(scan)
        self.noted.append(scan)


def moves(rng: Random, devices: Devices, piece: Piece, planned: list[int], now: dt.datetime) -> str:
    """One thing that happens to a piece before `now`; "" when nothing can."""
    if piece.over:
        return ""
    if piece.ride is not None:
        return _arrives(rng, devices, piece, now)
    if piece.out:
        return _doorstep(rng, devices, piece, now)
    if piece.office == piece.dest and rng.random() < 0.8:
        return _goes_out(rng, devices, piece, now)
    return _departs(rng, devices, piece, planned, now)


def _arrives(rng: Random, devices: Devices, piece: Piece, now: dt.datetime) -> str:
    ride = piece.ride
    assert ride is not None
    at = ride.arrives_at + rng.randrange(-10, 45) * MINUTE
    if not piece.since < at <= now:
        return ""
    piece.office, piece.ride, piece.since = ride.to_office, None, at
    onward = [r for r in rides_from(ride.to_office, ride.arrives_at - MINUTE, ride.arrives_at + DAY / 2)
              if (r.trip, r.date) == (ride.trip, ride.date)]
    if rng.random() < 0.9:  # some arrivals are never scanned
        devices.note(rng, piece, ScanKind.ARRIVED, at, office=ride.to_office)
    if onward and piece.office != piece.dest and rng.random() < 0.5:  # stays aboard
        piece.office, piece.ride = None, onward[0]
        piece.since = max(at, onward[0].departs_at)
    return "arrives"


def _goes_out(rng: Random, devices: Devices, piece: Piece, now: dt.datetime) -> str:
    at = piece.since + rng.randrange(20, 600) * MINUTE
    if at > now:
        return ""
    piece.out, piece.since = True, at
    devices.note(rng, piece, ScanKind.OUT, at, office=piece.dest)
    return "goes out"


def _doorstep(rng: Random, devices: Devices, piece: Piece, now: dt.datetime) -> str:
    at = piece.since + rng.randrange(5, 300) * MINUTE
    if at > now:
        return ""
    piece.since, piece.out = at, False
    if rng.random() < 0.7:
        piece.over = True
        devices.note(rng, piece, ScanKind.DELIVERED, at, office=piece.dest)
        return "delivered"
    devices.note(rng, piece, ScanKind.UNDELIVERED, at, office=piece.dest, cause=103)
    return "undelivered"


def _departs(rng: Random, devices: Devices, piece: Piece, planned: list[int], now: dt.datetime) -> str:
    assert piece.office is not None
    rides = rides_from(piece.office, piece.since, now)
    if not rides:
        return ""
    wanted = [ride for ride in rides if ride.key in planned]
    ride = rng.choice(wanted) if wanted and rng.random() < 0.85 else rng.choice(rides)  # or on the wrong vehicle
    if not wanted and rng.random() < 0.7:
        return ""
    piece.office, piece.ride, piece.since = None, ride, ride.departs_at
    if rng.random() < 0.9:
        devices.note(rng, piece, ScanKind.DEPARTED, ride.departs_at, ride=ride)
    return "departs"


def is_depot(office: int) -> bool:
    return office == CHENGGUAN
