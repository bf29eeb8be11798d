"""What measures do. Measures of one act, window, classes and exemptions are one effect on the union of their zones:
a day's list of 143 compounds is one effect, not 143."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.models import Compound, Measure, Office, Trip
from youlu.domain.network.selectors import MeasureRow

Act, Zone = Measure.Act, Measure.Zone
NONE: NDArray[np.int64] = np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Effect:
    """One act on a set of places; ids are int64 arrays, `legs` is int64[n, 2] of office ids (both directions)."""

    act: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    mail_classes: frozenset[str]
    exempt_programmes: frozenset[str]
    closure_ids: tuple[uuid.UUID, ...]
    offices: NDArray[np.int64]
    segments: NDArray[np.int64]
    compounds: NDArray[np.int64]
    legs: NDArray[np.int64]
    trip_keys: NDArray[np.int64]

    def concerns(self, mail_class: str, programme: str) -> bool:
        return (not self.mail_classes or mail_class in self.mail_classes) and programme not in self.exempt_programmes


def division_prefix(code: str) -> str:
    """The part of a GB/T 2260 code that its inferiors share: 620000 → 62, 620100 → 6201, 620102 → 620102."""
    if len(code) == 6:
        return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return code


def compounds_touched(compound_ids: Iterable[int], measures: Iterable[MeasureRow]) -> frozenset[int]:
    """Those of some compounds that lie in the place of a measure: itself, its segment, the area of the office that
    serves it, a division around it. Legs and routes hold nobody's home. One question."""
    refs: dict[str, set[str]] = defaultdict(set)
    for row in measures:
        refs[row.zone_kind].add(row.zone_ref)
    prefixes = tuple(division_prefix(code) for code in refs[Zone.DIVISION])
    rows = Compound.objects.filter(id__in=set(compound_ids)).values_list(
        "id", "segment_id", "segment__office_id", "division_code")
    return frozenset(one for one, segment_id, office_id, code in rows if (
        str(one) in refs[Zone.COMPOUND] or str(segment_id) in refs[Zone.SEGMENT]
        or str(office_id) in refs[Zone.OFFICE] or code.startswith(prefixes)))


def effects_of(measures: Iterable[MeasureRow]) -> tuple[Effect, ...]:
    """Group measures into effects and resolve their zones to ids (a constant number of queries per kind of zone)."""
    groups: dict[tuple, list[MeasureRow]] = defaultdict(list)
    for row in measures:
        kinds = frozenset(row.mail_classes), frozenset(row.exempt_programmes)
        groups[row.act, row.starts_at, row.ends_at, *kinds].append(row)
    return tuple(_effect(key, rows) for key, rows in groups.items())


def _effect(key: tuple, rows: list[MeasureRow]) -> Effect:
    refs: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        refs[row.zone_kind].append(row.zone_ref)
    offices = {int(ref) for ref in refs[Zone.OFFICE]}
    compounds = {int(ref) for ref in refs[Zone.COMPOUND]}
    for code in refs[Zone.DIVISION]:
        prefix = division_prefix(code)
        offices.update(Office.objects.filter(division_code__startswith=prefix).values_list("id", flat=True))
        compounds.update(Compound.objects.filter(division_code__startswith=prefix).values_list("id", flat=True))
    trips = Trip.objects.filter(route_id__in=[int(ref) for ref in refs[Zone.ROUTE]]).values_list("trip_key", flat=True)
    pairs = [tuple(int(end) for end in ref.split("-")) for ref in refs[Zone.LEG]]
    both_ways = [*pairs, *((v, u) for u, v in pairs)]
    act, starts_at, ends_at, classes, exempt = key
    return Effect(
        act, starts_at, ends_at, classes, exempt, tuple(dict.fromkeys(row.closure_id for row in rows)),
        _ids(offices), _ids(int(ref) for ref in refs[Zone.SEGMENT]), _ids(compounds),
        np.array(both_ways, np.int64).reshape(-1, 2), _ids(trips),
    )


def _ids(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(sorted(set(values)), dtype=np.int64)


def acceptance_barred(
    effects: Iterable[Effect], *, office_id: int, segment_id: int | None, compound_id: int | None, at: dt.datetime,
    mail_class: str, programme: str,
) -> Effect | None:
    """The effect that forbids taking mail in at a place (停收, or its counter closed), if any."""
    if compound_id is not None and segment_id is None:
        segment_id = Compound.objects.values_list("segment_id", flat=True).get(id=compound_id)
    for effect in effects:
        in_time = effect.starts_at <= at and (effect.ends_at is None or at < effect.ends_at)
        if effect.act in (Act.ACCEPTANCE, Act.COUNTER) and in_time and effect.concerns(mail_class, programme) and (
            office_id in effect.offices or segment_id in effect.segments or compound_id in effect.compounds
        ):
            return effect
    return None
