"""Seeded timetables to measure with: a national one of the post's shape and a dense one of a million legs.

Models, not data: three levels of offices (provincial centres, prefectures, counties that pass nothing on), trunks
by night, in-province runs morning and evening, county rounds by day.
"""

from dataclasses import dataclass

import numpy as np

from youlu.engines.promise import Handling, TripPattern

START_DAY = 19200


@dataclass(frozen=True, eq=False)
class Synthetic:
    patterns: list[TripPattern]
    handling: Handling
    n_offices: int


PROVINCES = 31


def national(seed: int, n_days: int, runs: int = 1) -> Synthetic:
    """About 3,200 offices and, with `runs` = 1, 115 k legs in 14 days; legs grow in proportion to `runs`."""
    rng = np.random.default_rng(seed)
    prefectures = rng.integers(7, 15, PROVINCES).tolist()
    counties = rng.integers(6, 12, sum(prefectures)).tolist()
    first_county = PROVINCES + len(counties)
    n_offices = first_county + sum(counties)
    builder = _Builder(rng, n_days, runs)
    builder.trunks()
    first = PROVINCES
    for province, count in enumerate(prefectures):
        builder.in_province(province, list(range(first, first + count)))
        first += count
    first = first_county
    for prefecture, count in enumerate(counties, start=PROVINCES):
        builder.county_rounds(prefecture, list(range(first, first + count)))
        first += count
    minutes = np.full((1, n_offices), 60, dtype=np.int32)
    minutes[0, :PROVINCES] = 120
    transit = np.ones((1, n_offices), dtype=bool)
    transit[0, first_county:] = False
    return Synthetic(builder.patterns, Handling(minutes, transit), n_offices)


class _Builder:
    def __init__(self, rng: np.random.Generator, n_days: int, runs: int) -> None:
        self.rng, self.runs = rng, runs
        self.patterns: list[TripPattern] = []
        self.first, self.last = START_DAY - 3, START_DAY + n_days

    def trunks(self) -> None:
        """Lorries to the eight nearest centres and aircraft to a few far ones, both by night."""
        places = self.rng.uniform(0, 3000, (PROVINCES, 2))
        for a in range(PROVINCES):
            apart = np.hypot(*(places - places[a]).T)
            for b in np.argsort(apart)[1:9].tolist():
                for _ in range(2 * self.runs):
                    self.add([a, b], self._by_night(), [int(apart[b] / 1.3) + 40])
            for b in set(self.rng.choice(PROVINCES, 4).tolist()) - {a}:
                for _ in range(self.runs):
                    self.add([a, b], self._by_night(), [150 + int(apart[b] / 10)])

    def in_province(self, centre: int, prefectures: list[int]) -> None:
        """Out through two prefectures at a time, and back in the evening."""
        for chain in (prefectures[i : i + 2] for i in range(0, len(prefectures), 2)):
            for _ in range(3 * self.runs):
                hops = self.rng.integers(60, 200, len(chain)).tolist()
                self.add([centre, *chain], int(self.rng.integers(120, 900)), hops)
                self.add([*chain[::-1], centre], int(self.rng.integers(1000, 1320)), hops[::-1])

    def county_rounds(self, prefecture: int, counties: list[int]) -> None:
        """Out through two counties and back the same way, by day."""
        for chain in (counties[i : i + 2] for i in range(0, len(counties), 2)):
            for _ in range(self.runs):
                hops = self.rng.integers(30, 90, len(chain)).tolist()
                stops = [prefecture, *chain, *chain[-2::-1], prefecture]
                self.add(stops, int(self.rng.integers(300, 560)), hops + hops[::-1])

    def _by_night(self) -> int:
        return int(self.rng.integers(1260, 1620))

    def add(self, stops: list[int], begin: int, hops: list[int]) -> None:
        """A trip that dwells ten minutes at each stop and rests on some days."""
        arr = begin + np.concatenate(([0], np.cumsum(np.array(hops) + 10)))
        dep = arr + 10
        days = [d for d in range(self.first, self.last) if self.rng.random() < 0.97]
        self.patterns.append(
            TripPattern(len(self.patterns), np.array(stops), arr.astype(np.int32), dep.astype(np.int32), days)
        )
