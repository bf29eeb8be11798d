"""Reading the network: offices by what people call them, the epoch, the measures in force, compounds by name."""

from __future__ import annotations

import datetime as dt
import difflib
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, Subquery

from youlu.core.once import once
from youlu.domain.network.errors import AmbiguousOfficeError, OfficeNotFoundError, UnknownOfficeError
from youlu.domain.network.models import (
    Compound,
    DeliverySegment,
    EpochCounter,
    Measure,
    Office,
    Route,
    TimetableRevision,
    Trip,
)

CANDIDATES_SHOWN = 10
CENTRES = (Office.Kind.PROVINCIAL_CENTRE, Office.Kind.CENTRE)
COUNTY_ENDINGS = ("自治县", "自治旗", "县", "区", "市", "旗")


@dataclass(frozen=True)
class OfficeRow:
    """An office as stored; `kind_name` is Chinese."""

    id: int
    code: str
    name: str
    full_name: str
    kind: str
    kind_name: str
    division_code: str
    lon: float
    lat: float
    may_transit: bool
    handling_min: int
    unsealing_min: int
    wave_start_min: tuple[int, ...]
    wave_end_min: tuple[int, ...]
    delivery_weekdays: int
    pickup_cutoff_min: int


@dataclass(frozen=True)
class MeasureRow:
    """A measure in force with what its closure says of it."""

    id: uuid.UUID
    closure_id: uuid.UUID
    act: str
    zone_kind: str
    zone_ref: str
    mail_classes: tuple[str, ...]
    exempt_programmes: tuple[str, ...]
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    from_epoch: int
    until_epoch: int | None
    cause: str
    title: str
    authority: str
    document_no: str
    next_review_at: dt.datetime | None


@dataclass(frozen=True)
class CompoundRow:
    """A compound with the segment and depot that serve it."""

    id: int
    name: str
    division_code: str
    households: int
    source: str
    segment_id: int
    office_id: int


@dataclass(frozen=True)
class CompoundsFound:
    """What a pasted list came to: `ambiguous` are lines that several compounds answer to, with those compounds."""

    rows: tuple[CompoundRow, ...]
    unknown: tuple[str, ...]
    ambiguous: tuple[tuple[str, tuple[CompoundRow, ...]], ...]


def epoch_current() -> int:
    """The epoch in force; 0 before the first import."""
    return once("epoch", lambda: _number("SELECT epoch FROM network_epochcounter WHERE id = 1")) or 0


def revision_current() -> int | None:
    """The id of the newest timetable revision; None before the first import."""
    return once("revision", lambda: _number("SELECT max(id) FROM network_timetablerevision"))


def _number(statement: str) -> int | None:
    # Written out: every scan asks, and making the statement from a model would cost more than answering it.
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None


def measures_in_force(epoch: int | None = None) -> tuple[MeasureRow, ...]:
    """The measures of an epoch (the current one by default), in order of their start, then id."""
    at = epoch_current() if epoch is None else epoch
    rows = (Measure.objects.filter(Q(until_epoch__isnull=True) | Q(until_epoch__gt=at), from_epoch__lte=at)
            .select_related("closure").order_by("starts_at", "id"))
    return once(f"measures.{at}", lambda: tuple(measure_row(m) for m in rows))


@dataclass(frozen=True)
class ClosureInForce:
    """A closure with its measures counted by act. `changed_at`: when the newest of them began."""

    closure_id: uuid.UUID
    title: str
    document_no: str
    next_review_at: dt.datetime | None
    acts: tuple[tuple[str, int], ...]
    changed_at: dt.datetime


def closures_in_force() -> tuple[ClosureInForce, ...]:
    """What is closed now, the oldest first: counted by the database, however many compounds a list has."""
    at = Subquery(EpochCounter.objects.filter(id=1).values("epoch"))
    rows = (Measure.objects.filter(Q(until_epoch__isnull=True) | Q(until_epoch__gt=at), from_epoch__lte=at).order_by()
            .values("closure_id", "closure__title", "closure__document_no", "closure__next_review_at", "act")
            .annotate(n=Count("id"), since=Max("starts_at")))
    acts: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        acts[row["closure_id"]].append(row)
    found = [ClosureInForce(closure_id, each[0]["closure__title"], each[0]["closure__document_no"],
                            each[0]["closure__next_review_at"], tuple(sorted((r["act"], r["n"]) for r in each)),
                            max(r["since"] for r in each)) for closure_id, each in acts.items()]
    return tuple(sorted(found, key=lambda one: (one.changed_at, one.closure_id)))


def measure_row(m: Measure) -> MeasureRow:
    """A stored measure as a row; its closure is read with it."""
    return MeasureRow(m.id, m.closure_id, m.act, m.zone_kind, m.zone_ref, tuple(m.mail_classes),
                      tuple(m.exempt_programmes), m.starts_at, m.ends_at, m.from_epoch, m.until_epoch, m.closure.cause,
                      m.closure.title, m.closure.authority, m.closure.document_no, m.closure.next_review_at)


def offices_all() -> tuple[OfficeRow, ...]:
    """All offices by id; the row of office 7 is at index 7."""
    revision = revision_current()
    return _offices_read() if revision is None else _offices_of(revision)


@lru_cache(maxsize=2)
def _offices_of(revision: int) -> tuple[OfficeRow, ...]:
    return _offices_read()  # an import raises the revision: rows read under one never change


def _offices_read() -> tuple[OfficeRow, ...]:
    rows = []
    for values in Office.objects.order_by("id").values(*(f.name for f in fields(OfficeRow) if f.name != "kind_name")):
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        rows.append(OfficeRow(**{**values, **lists, "kind_name": str(Office.Kind(values["kind"]).label)}))
    return tuple(rows)


def office_get(office_id: int) -> OfficeRow:
    """The office of an id that is stored somewhere (IndexError on one that is not an office's)."""
    return offices_all()[office_id]


def office_row(office_id: int) -> OfficeRow:
    """The office of an id from outside.

    Raises
    ------
    OfficeNotFoundError : there is none.
    """
    offices = offices_all()
    if office_id >= len(offices):
        raise OfficeNotFoundError()
    return offices[office_id]


def offices_by_code(codes: Iterable[str]) -> dict[str, OfficeRow]:
    """The offices of these codes; unknown codes are absent."""
    table = _codes_of(offices_all())
    return {code: table[code] for code in set(codes) if code in table}


class _Codes:
    """Offices by code, of the tuple they were made from: read by every scan, made once a revision."""

    of: tuple[tuple[OfficeRow, ...], dict[str, OfficeRow]] = ((), {})


def _codes_of(offices: tuple[OfficeRow, ...]) -> dict[str, OfficeRow]:
    if _Codes.of[0] is not offices:
        _Codes.of = (offices, {office.code: office for office in offices})
    return _Codes.of[1]


def office_find(text: str) -> OfficeRow:
    """The one office that `text` names: a code, a name (康县, 兰州, 陇南康县), or a full name.

    A city's plain name is its centre: 兰州 is the provincial centre at Lanzhou.

    Raises
    ------
    AmbiguousOfficeError, UnknownOfficeError : with `details["candidates"]`, dicts of code, name and full_name.
    """
    wanted = _plain(text)
    ranked = _ranked(wanted)
    if not ranked:
        raise _unknown(text, wanted)
    best = [office for rank, office in ranked if rank == ranked[0][0]]
    if len(best) == 1:
        return best[0]
    shown = "、".join(office.full_name for office in best[:3]) + ("等" if len(best) > 3 else "")
    raise AmbiguousOfficeError(text=text, count=len(best), shown=shown, example=_example(best[0]),
                               candidates=_candidates(best))


def offices_search(text: str, limit: int = CANDIDATES_SHOWN) -> tuple[OfficeRow, ...]:
    """Offices that answer to `text`, the likeliest first: for a box that completes while one types."""
    return tuple(office for _, office in _ranked(_plain(text))[:limit])


def _plain(text: str) -> str:
    return "".join(text.split()).upper()


def _ranked(wanted: str) -> list[tuple[int, OfficeRow]]:
    """Offices with how well the text fits, best (0) first; then centres, counties, depots, branches by id."""
    if not wanted:
        return []
    found = [(rank, office) for office in offices_all() if (rank := _rank(wanted, office)) is not None]
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


def _rank(wanted: str, office: OfficeRow) -> int | None:
    name, full = office.name, office.full_name
    if wanted in (office.code, full):
        return 0
    city = office.kind in CENTRES
    if wanted == name or (city and wanted == f"{name}市"):
        return 1
    if office.kind == Office.Kind.PROVINCIAL_CENTRE and full.startswith((f"{wanted}省", f"{wanted}市", wanted)):
        return 2  # 甘肃, 甘肃省, 内蒙古
    if len(wanted) >= 2 and name.startswith(_stem(wanted)) and (city or office.kind == Office.Kind.COUNTY_CENTRE) and (
            _has_people_in(name) or name in [wanted + ending for ending in COUNTY_ENDINGS]):
        return 2  # 天祝, 天祝县 for 天祝藏族自治县; 甘南 for 甘南藏族自治州; 榆中 for 榆中县
    if _in_order(wanted, full):
        if wanted.endswith((name, _bare(name))):
            return 3  # 陇南康县, 兰州城关
        return 4 if full.find(wanted) >= 0 else 5
    return 6 if wanted in office.code else None


def _stem(wanted: str) -> str:
    for ending in ("州", "县", "旗"):
        if len(wanted) > 2 and wanted.endswith(ending):
            return wanted.removesuffix(ending)
    return wanted


def _bare(name: str) -> str:
    for ending in (*COUNTY_ENDINGS, "镇", "乡"):
        if len(name) - len(ending) >= 2 and name.endswith(ending):
            return name.removesuffix(ending)
    return name


def _has_people_in(name: str) -> bool:
    return "自治" in name or name.endswith(("地区", "盟"))


def _in_order(wanted: str, full: str) -> bool:
    letters = iter(full)
    return all(letter in letters for letter in wanted)


def _unknown(text: str, wanted: str) -> UnknownOfficeError:
    by_name: dict[str, OfficeRow] = {}
    for office in offices_all():
        by_name.setdefault(office.name, office)
    near = [by_name[name] for name in difflib.get_close_matches(wanted, by_name, n=5, cutoff=0.5)]
    hint = f"是不是：{'、'.join(o.name for o in near)}？" if near else "核对地名，或写六位区划代码。"
    if not by_name:
        hint = "网络还是空的：先运行 ./youlu network build。"
    return UnknownOfficeError(text=text, hint=hint, candidates=_candidates(near))


def _candidates(offices: Iterable[OfficeRow]) -> list[dict[str, Any]]:
    return [{"code": o.code, "name": o.name, "full_name": o.full_name} for o in offices][:CANDIDATES_SHOWN]


def _example(office: OfficeRow) -> str:
    """What tells this office from its namesakes: 兰州城关区 out of 甘肃省兰州市城关区邮政分公司."""
    above = office.full_name.partition(office.name)[0]
    for mark in ("省", "自治区"):
        above = above.rpartition(mark)[2] or above
    return above.removesuffix("市") + office.name


def compounds_find(names: Iterable[str], *, division_prefix: str = "") -> CompoundsFound:
    """The compounds of a pasted list, each once, in the list's order; blank lines are skipped.

    `division_prefix` ("620102") settles names that occur in several districts.
    """
    lines = list(dict.fromkeys(line for name in names if (line := "".join(name.split()))))
    by_name: dict[str, list[CompoundRow]] = {}
    for compound in (Compound.objects.filter(name__in=lines, division_code__startswith=division_prefix)
                     .select_related("segment").order_by("id")):
        by_name.setdefault(compound.name, []).append(CompoundRow(
            compound.id, compound.name, compound.division_code, compound.households, compound.source,
            compound.segment_id, compound.segment.office_id))
    return CompoundsFound(
        rows=tuple(by_name[line][0] for line in lines if len(by_name.get(line, ())) == 1),
        unknown=tuple(line for line in lines if line not in by_name),
        ambiguous=tuple((line, tuple(by_name[line])) for line in lines if len(by_name.get(line, ())) > 1))


def compound_name(compound_id: int) -> str:
    return Compound.objects.filter(id=compound_id).values_list("name", flat=True).first() or ""


@dataclass(frozen=True)
class NetworkSummary:
    """What is in force, counted. `offices_by_kind` is by Chinese name of the kind."""

    epoch: int
    revision: int | None
    activated_at: dt.datetime | None
    content_hash: str
    offices_by_kind: dict[str, int]
    routes: int
    trips: int
    segments: int
    compounds: int
    measures: int


def network_summary() -> NetworkSummary:
    """Counts of the network in force."""
    revision = TimetableRevision.objects.order_by("-id").first()
    kinds = [office.kind_name for office in offices_all()]
    return NetworkSummary(
        epoch_current(), revision.id if revision else None, revision.activated_at if revision else None,
        revision.content_hash if revision else "", {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)},
        Route.objects.count(), Trip.objects.filter(until_date=None).count(),
        DeliverySegment.objects.count(), Compound.objects.count(),
        len(measures_in_force()))
