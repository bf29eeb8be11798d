"""Small random networks in two forms: arrays for the engine, plain data for the slow oracle."""

import random
from dataclasses import dataclass

import numpy as np

from youlu.engines.promise import Handling, LegClosure, Timetable, TripPattern, timetable_build
from youlu.engines.promise.slow import SlowClosure, SlowHandling, SlowSearch, SlowTrip

START_DAY = 19000


@dataclass
class Network:
    n_offices: int
    n_days: int
    trips: list[SlowTrip]
    plain: SlowHandling
    timetable: Timetable
    handling: Handling

    def slow(self, closures: list[SlowClosure]) -> SlowSearch:
        return SlowSearch(self.trips, closures, self.plain.ready, START_DAY, self.n_days)


def pattern_of(trip: SlowTrip) -> TripPattern:
    def flags(some):
        return None if some is None else np.array(some, dtype=bool)

    return TripPattern(
        trip_key=trip.key,
        stops=np.array(trip.stops, dtype=np.int32),
        arr_min=np.array(trip.arr, dtype=np.int32),
        dep_min=np.array(trip.dep, dtype=np.int32),
        days=trip.days,
        seq=None if trip.seq is None else np.array(trip.seq, dtype=np.uint16),
        no_board=flags(trip.no_board),
        no_alight=flags(trip.no_alight),
    )


def random_trip(rng: random.Random, key: int, n_offices: int, n_days: int, quick: bool) -> SlowTrip:
    """Overnight, overtaking and looping trips; zero-minute legs, often when `quick`."""
    k = rng.randint(2, 6)
    now = rng.randrange(0, 1440, 30)
    arr, dep = [], []
    for _ in range(k):
        arr.append(now)
        now += rng.choice((0, 0, 5) if quick else (0, 10, 60))
        dep.append(now)
        now += rng.choice((0, 0, 0, 5) if quick else (0, 20, 60, 200, 700))
    first = START_DAY - 3
    return SlowTrip(
        key=key,
        stops=[rng.randrange(n_offices) for _ in range(k)],
        arr=arr,
        dep=dep,
        days=[d for d in range(first, START_DAY + n_days) if rng.random() < 0.6],
        seq=sorted(rng.sample(range(40), k)),
        no_board=[rng.random() < 0.1 for _ in range(k)],
        no_alight=[rng.random() < 0.1 for _ in range(k)],
    )


def random_handling(rng: random.Random, n_offices: int, n_days: int, plain: bool) -> SlowHandling:
    minutes = [rng.choice((0, 0, 5, 30, 90)) for _ in range(n_offices)]
    if plain:
        return SlowHandling(minutes)
    sorting, backlog, drain = {}, {}, {}
    for office in range(n_offices):
        if rng.random() < 0.3:
            opening = rng.randrange(0, 1440, 60)
            sorting[office] = [(opening, opening + rng.choice((60, 300, 1000)))]
        if rng.random() < 0.3:
            begin = rng.randrange(0, n_days * 1440)
            backlog[office] = [(begin, begin + 700), (begin + 500, begin + 900)]
        if rng.random() < 0.3:
            turns = sorted(rng.choice((0, 0, rng.randrange(n_days * 24) * 60)) for _ in range(n_days * 24))
            drain[office] = turns
    closed = frozenset(o for o in range(n_offices) if rng.random() < 0.3)
    return SlowHandling(minutes, closed, sorting, backlog, drain)


def random_network(seed: int, *, quick: bool = False, plain: bool = False, n_days: int = 4) -> Network:
    rng = random.Random(seed)
    n_offices = rng.randint(2, 8)
    trips = [random_trip(rng, 100 + i, n_offices, n_days, quick) for i in range(rng.randint(1, 14))]
    slow = random_handling(rng, n_offices, n_days, plain)
    transit = np.array([[o not in slow.no_transit for o in range(n_offices)]])
    drain = {office: np.array([turns]) for office, turns in slow.drain.items()}
    handling = Handling(np.array([slow.minutes], dtype=np.int32), transit, slow.sorting, slow.backlog, drain)
    timetable = timetable_build([pattern_of(t) for t in trips], n_offices, START_DAY, n_days)
    return Network(n_offices, n_days, trips, slow, timetable, handling)


def random_closure(rng: random.Random, network: Network) -> tuple[LegClosure, SlowClosure]:
    act = rng.choice(("cancel", "no_board", "no_alight", "no_pass"))
    t0 = rng.randrange(0, network.n_days * 1440, 10)
    t1 = rng.choice((t0, t0 + 200, t0 + 1500, 2**31 - 1))
    offices = legs = keys = None
    kind = rng.randrange(4)
    if kind in (0, 3):
        offices = frozenset(rng.sample(range(network.n_offices), rng.randint(1, 2)))
    if kind == 1:
        trip = rng.choice(network.trips)
        legs = frozenset({(trip.stops[0], trip.stops[1])})
    if kind in (2, 3):
        keys = frozenset({rng.choice(network.trips).key})
    fast = LegClosure(
        act,
        t0,
        t1,
        None if offices is None else np.array(sorted(offices)),
        None if legs is None else np.array(sorted(legs)),
        None if keys is None else np.array(sorted(keys)),
    )
    return fast, SlowClosure(act, t0, t1, offices, legs, keys)


def random_closures(seed: int, network: Network, most: int = 3) -> tuple[list[LegClosure], list[SlowClosure]]:
    rng = random.Random(seed)
    pairs = [random_closure(rng, network) for _ in range(rng.randint(0, most))]
    return [fast for fast, _ in pairs], [slow for _, slow in pairs]
