"""What places and vehicles can carry, as rows of a list: read, checked line by line, stored, looked up.

A list has the columns kind, of, mail_class, value, source:

    hourly    kind:centre | office:620100      items an hour (mail_class: a line of its own)
    sorting   office:620100                    21:00-02:00
    vehicle   provincial/road | trip:1001      items a run (* for any level or means)
    priority  programme:court_mail             rank, the lower the sooner (mail_class may stand alone)
"""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.network.epoch import epoch_raise
from youlu.domain.network.errors import CapacityListError
from youlu.domain.network.models import (
    CapacityImport,
    HourlyCapacity,
    Office,
    Route,
    SortingWindow,
    TimetableRevision,
    Trip,
    VehicleCapacity,
    WorkingOrder,
)

USUAL_RANK = 100
DEFAULTS = Path(__file__).with_name("data") / "capacity.csv"
COLUMNS = ("kind", "of", "mail_class", "value", "source")
ANY = "*"


@dataclass(frozen=True)
class CapacityLine:
    """One line of a list, by its number in the file."""

    number: int
    kind: str
    of: str
    mail_class: str
    value: str
    source: str


@dataclass(frozen=True)
class _Known:
    """What lines may name, and where rows go (a migration has models of its own time)."""

    offices: dict[str, int]
    trips: frozenset[int]
    model: Callable[[str], Any]


def capacity_lines(text: str) -> tuple[CapacityLine, ...]:
    """The lines of a comma-separated list with a heading; blank ones are skipped.

    Raises
    ------
    CapacityListError : the heading lacks a column.
    """
    reader = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise CapacityListError(lines=f"第1行：表头缺少{'、'.join(missing)}")
    return tuple(CapacityLine(reader.line_num, *((row[name] or "").strip() for name in COLUMNS))
                 for row in reader if any(row.values()))


@transaction.atomic
def capacity_import(*, actor: Actor, lines: Sequence[CapacityLine]) -> int:
    """Store a list: each line replaces what was said of the same thing; raises and returns the epoch.

    Sorting windows of an office named in the list are replaced as a whole.

    Raises
    ------
    CapacityListError : naming each line that is wrong; nothing is stored.
    """
    actor.require("network.edit")
    known = _Known(dict(Office.objects.values_list("code", "id")), frozenset(
        Trip.objects.values_list("trip_key", flat=True)), partial(apps.get_model, "network"))
    wrong = [f"第{line.number}行：{what}" for line in lines if (what := _fault(line, known))]
    if wrong or not lines:
        raise CapacityListError(lines="；".join(wrong[:10]) or "一行也没有")
    _store(lines, known)
    epoch = epoch_raise()
    CapacityImport.objects.create(epoch=epoch, imported_at=clock.now(), lines=len(lines))
    audit_record(actor=actor.id, action="network.capacity_import", object_type="epoch", object_id=str(epoch),
                 lines=len(lines))
    return epoch


def defaults_store(model: Callable[[str], Any]) -> None:
    """The defaults that ship with the product, where nothing is stored under the same name (in a migration)."""
    _store(capacity_lines(DEFAULTS.read_text("utf-8")), _Known({}, frozenset(), model), replace=False)


def _fault(line: CapacityLine, known: _Known) -> str:
    name, _, ref = line.of.partition(":")
    if line.kind not in _ROWS:
        return f"没有“{line.kind}”这种能力，写hourly、sorting、vehicle或priority"
    if not line.source:
        return "没有写来源"
    if name == "office" and ref not in known.offices:
        return f"没有代码为{ref}的网点"
    if name == "trip" and not (ref.isdigit() and int(ref) in known.trips):
        return f"没有班次{ref}"
    if line.kind == "sorting":
        return "" if name == "office" and _windows(line.value) else "分拣时段写成21:00-02:00，并指明office:代码"
    if not line.value.isdigit():
        return "数值要是整数"
    shapes = {"hourly": rf"office:.+|kind:({'|'.join(Office.Kind.values)})", "priority": r"|programme:[a-z_]+",
              "vehicle": rf"trip:\d+|({'|'.join(Route.Level.values)}|\*)/({'|'.join(Route.Means.values)}|\*)"}
    return "" if re.fullmatch(shapes[line.kind], line.of) else f"“{line.of}”不是{line.kind}能指的对象"


def _windows(text: str) -> list[tuple[int, int]]:
    """"21:00-02:00 12:00-14:00" in minutes; empty where it cannot be read."""
    found = []
    for part in text.split():
        match = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", part)
        if not match:
            return []
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        end += 1440 if end <= start else 0
        if start >= 1440 or end > start + 1440:
            return []
        found.append((start, end))
    return found


def _store(lines: Iterable[CapacityLine], known: _Known, *, replace: bool = True) -> None:
    by_kind: dict[str, list[CapacityLine]] = {}
    for line in lines:
        by_kind.setdefault(line.kind, []).append(line)
    for kind, some in by_kind.items():
        _ROWS[kind](some, known, replace)


def _hourly(lines: list[CapacityLine], known: _Known, replace: bool) -> None:
    for line in lines:
        name, _, ref = line.of.partition(":")
        key = {"kind": ref if name == "kind" else "", "office_id": known.offices[ref] if name == "office" else None,
               "mail_class": line.mail_class}
        _put(known.model("HourlyCapacity"), key, {"items_per_hour": int(line.value), "source": line.source}, replace)


def _sorting(lines: list[CapacityLine], known: _Known, replace: bool) -> None:
    offices = {line.of: known.offices[line.of.partition(":")[2]] for line in lines}
    SortingWindow.objects.filter(office_id__in=offices.values()).delete()
    SortingWindow.objects.bulk_create(
        SortingWindow(office_id=offices[line.of], start_min=start, end_min=end, source=line.source)
        for line in lines for start, end in _windows(line.value))


def _vehicle(lines: list[CapacityLine], known: _Known, replace: bool) -> None:
    for line in lines:
        name, _, ref = line.of.partition(":")
        level, _, means = ("", "", "") if name == "trip" else line.of.partition("/")
        key = {"trip_key": int(ref) if name == "trip" else None, "level": level.replace(ANY, ""),
               "means": means.replace(ANY, "")}
        _put(known.model("VehicleCapacity"), key, {"items": int(line.value), "source": line.source}, replace)


def _priority(lines: list[CapacityLine], known: _Known, replace: bool) -> None:
    for line in lines:
        key = {"programme": line.of.partition(":")[2], "mail_class": line.mail_class}
        _put(known.model("WorkingOrder"), key, {"rank": int(line.value), "source": line.source}, replace)


def _put(model: Any, key: dict[str, Any], values: dict[str, Any], replace: bool) -> None:
    if replace:
        model.objects.update_or_create(**key, defaults=values)
    else:
        model.objects.get_or_create(**key, defaults=values)


_ROWS = {"hourly": _hourly, "sorting": _sorting, "vehicle": _vehicle, "priority": _priority}


@dataclass(frozen=True, eq=False)
class Capacities:
    """Everything stored, looked up without a query."""

    by_office: dict[tuple[int, str], int]
    by_kind: dict[tuple[str, str], int]
    sorting: dict[int, tuple[tuple[int, int], ...]]
    ranks: dict[tuple[str, str], int]
    classes_apart: tuple[str, ...]
    """Mail classes that have a line of their own somewhere, in order."""

    def per_hour(self, office_id: int, kind: str, mail_class: str = "") -> int | None:
        """Items an hour of the line of a class, None where the class has no line of its own there (with "": where
        nothing is known)."""
        found = self.by_office.get((office_id, mail_class))
        return self.by_kind.get((kind, mail_class)) if found is None else found

    def rank(self, mail_class: str, programme: str) -> int:
        """The most particular row wins: programme and class, programme, class."""
        for key in ((programme, mail_class), (programme, ""), ("", mail_class)):
            if key != ("", "") and key in self.ranks:
                return self.ranks[key]
        return USUAL_RANK


def capacities() -> Capacities:
    """What is stored; one small query when it has been read since the last list."""
    return _capacities(_edit())


def capacity_edit() -> int:
    """The epoch that the last list raised, 0 before the first."""
    return _edit()[0]


def _edit() -> tuple[int, uuid.UUID | None]:
    return CapacityImport.objects.order_by("-epoch").values_list("epoch", "key").first() or (0, None)


@lru_cache(maxsize=2)
def _capacities(edit: tuple[int, uuid.UUID | None]) -> Capacities:
    rows = list(HourlyCapacity.objects.values_list("kind", "office_id", "mail_class", "items_per_hour"))
    sorting: dict[int, list[tuple[int, int]]] = {}
    for office, start, end in SortingWindow.objects.order_by("start_min").values_list(
            "office_id", "start_min", "end_min"):
        sorting.setdefault(office, []).append((start, end))
    return Capacities(
        {(office, mail_class): rate for _, office, mail_class, rate in rows if office is not None},
        {(kind, mail_class): rate for kind, office, mail_class, rate in rows if office is None},
        {office: tuple(windows) for office, windows in sorting.items()},
        {(programme, mail_class): rank for programme, mail_class, rank in
         WorkingOrder.objects.values_list("programme", "mail_class", "rank")},
        tuple(sorted({mail_class for _, _, mail_class, _ in rows if mail_class})))


def office_lines(*, office_id: int, kind: str) -> tuple[tuple[str, int, str], ...]:
    """An office's lines of work: (mail class or "", items an hour, source); its own row goes before its kind's."""
    found = {}
    for row in HourlyCapacity.objects.filter(kind=kind, office_id__isnull=True):
        found[row.mail_class] = (row.mail_class, row.items_per_hour, row.source)
    for row in HourlyCapacity.objects.filter(office_id=office_id):
        found[row.mail_class] = (row.mail_class, row.items_per_hour, row.source)
    return tuple(found[line] for line in sorted(found))


def vehicle_capacities() -> dict[int, int]:
    """Items that each trip of the timetable carries; trips of which nothing is known are absent."""
    revision = TimetableRevision.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return _vehicles(revision, _edit())


@lru_cache(maxsize=2)
def _vehicles(revision: int, edit: tuple[int, uuid.UUID | None]) -> dict[int, int]:
    own = dict(VehicleCapacity.objects.filter(trip_key__isnull=False).values_list("trip_key", "items"))
    general = {(level, means): items for level, means, items in
               VehicleCapacity.objects.filter(trip_key__isnull=True).values_list("level", "means", "items")}
    found = {}
    for trip, level, means in Trip.objects.values_list("trip_key", "route__level", "route__means"):
        names = ((level, means), (level, ""), ("", means), ("", ""))
        items = own.get(trip, next((general[name] for name in names if name in general), None))
        if items is not None:
            found[trip] = items
    return found
