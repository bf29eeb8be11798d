"""A route's timetable as a form: stations down, trips across. What is typed stays as typed; a fault stands at its cell.

Names of fields: `n-K` number, `w-K` weekdays, `a-K-S` and `d-K-S` arrival and departure of trip K at stop S.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.translation import gettext

from youlu.domain.network.drafts import TripInput
from youlu.domain.network.selectors import offices_all
from youlu.domain.network.timetables import RouteTimetable, calendars_all
from youlu.domain.network.trip_checks import clock_text, trip_faults
from youlu.domain.network.versions import TripRow

CLOCK = re.compile(r"(\d{1,2})[:：]?(\d{2})(?:\s*\+\s*(\d))?")
DAYS = range(7)


@dataclass
class Cell:
    """One stop of one trip; `arr` and `dep` as typed or stored, None where the trip has no such time (its ends)."""

    stop: int
    arr: str | None
    dep: str | None
    errors: list[str] = field(default_factory=list)


@dataclass
class Column:
    """One trip."""

    key: int
    number: str
    weekdays: list[int]
    cells: list[Cell]
    is_changed: bool
    is_new: bool
    errors: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.errors and not any(cell.errors for cell in self.cells)


@dataclass(frozen=True)
class Station:
    name: str
    km: float


@dataclass(frozen=True)
class Table:
    """Trips that stop at the same offices in the same order; a line of the page is a station with one cell a trip."""

    stations: tuple[Station, ...]
    columns: tuple[Column, ...]

    @property
    def lines(self) -> list[tuple[Station, list[tuple[Column, Cell]]]]:
        return [(station, [(column, column.cells[n]) for column in self.columns])
                for n, station in enumerate(self.stations)]


class TimetableForm:
    """The trips of a route, from the store or from what was posted over it."""

    def __init__(self, shown: RouteTimetable, data: QueryDict | None = None) -> None:
        self.shown = shown
        self.calendars = calendars_all()
        self.data = data
        self.columns = {row.trip_key: self._column(row) for row in shown.trips}
        self.puts: list[TripInput] = []
        if data is not None:
            self.puts = [put for row in shown.trips if (put := self._read(row)) is not None]

    @property
    def is_good(self) -> bool:
        return all(column.is_good for column in self.columns.values())

    @property
    def tables(self) -> list[Table]:
        groups: dict[tuple[int, ...], list[TripRow]] = {}
        for row in self.shown.trips:
            groups.setdefault(row.office_ids, []).append(row)
        offices = offices_all()
        return [Table(tuple(Station(offices[key].name, km) for key, km in zip(ids, rows[0].km, strict=True)),
                      tuple(self.columns[row.trip_key] for row in rows)) for ids, rows in groups.items()]

    def shifted(self, key: int, minutes: int) -> list[TripInput]:
        """What was typed, with one trip moved in time; its column says so when it cannot be."""
        moved = []
        for put in self.puts:
            if put.trip_key == key:
                put = replace(put, arr_min=tuple(m + minutes for m in put.arr_min),
                              dep_min=tuple(m + minutes for m in put.dep_min))
                self._faults(put, list(range(len(put.office_ids))), self.columns[key])
            moved.append(put)
        return moved

    def copied(self, key: int) -> TripInput | None:
        """Another trip like this one, an hour later, under the next free number of its direction."""
        source = next((put for put in self.puts if put.trip_key == key), None)
        if source is None:
            return None
        taken = {put.number for put in self.puts}
        number = source.number
        while number in taken:
            number = str(int(number) + 2) if number.isdigit() else f"{number}加"
        later = 60 if source.dep_min[0] + 60 < 1440 else -60
        return replace(source, trip_key=None, number=number, arr_min=tuple(m + later for m in source.arr_min),
                       dep_min=tuple(m + later for m in source.dep_min))

    def _column(self, row: TripRow) -> Column:
        key, last, data = row.trip_key, len(row.office_ids) - 1, self.data
        stored = self.calendars[row.calendar_id].weekdays

        def typed(name: str, value: str) -> str:
            return value if data is None or name not in data else str(data[name]).strip()

        cells = [Cell(n, typed(f"a-{key}-{n}", clock_text(row.arr_min[n])) if n else None,
                      typed(f"d-{key}-{n}", clock_text(row.dep_min[n])) if n < last else None)
                 for n in range(last + 1)]
        weekdays = [day for day in DAYS if stored >> day & 1]
        if data is not None and f"n-{key}" in data:
            weekdays = [int(day) for day in data.getlist(f"w-{key}") if day in "0123456"]
        return Column(key, typed(f"n-{key}", row.number), weekdays, cells, key in self.shown.changed,
                      key in self.shown.new)

    def _read(self, row: TripRow) -> TripInput | None:
        """The trip as typed; None when some cell cannot be read, which then says so."""
        column, kept, arr, dep = self.columns[row.trip_key], [], [], []
        if not column.number:
            column.errors.append(gettext("班次号没有填。"))
        if not column.weekdays and self.calendars[row.calendar_id].weekdays:
            column.errors.append(gettext("至少选一天；不再开行就按「停开」。"))
        for cell in column.cells:
            if not cell.arr and not cell.dep:
                continue  # it no longer stops here
            times = self._times(cell, row)
            if times is not None:
                kept.append(cell.stop)
                arr.append(times[0])
                dep.append(times[1])
        if not column.is_good:
            return None
        put = TripInput(row.route_id, row.calendar_id, column.number,
                        tuple(row.office_ids[n] for n in kept), tuple(arr), tuple(dep),
                        tuple(row.km[n] - row.km[kept[0]] for n in kept) if kept else (), row.trip_key)
        put = replace(put, weekdays=sum(1 << day for day in column.weekdays))
        if (put.office_ids, put.arr_min, put.dep_min) != (row.office_ids, row.arr_min, row.dep_min):
            self._faults(put, kept, column)
        return put

    def _times(self, cell: Cell, row: TripRow) -> tuple[int, int] | None:
        """(arrival, departure) of a stop; at the ends, where one is not shown, they keep their distance."""
        n, wait = cell.stop, row.dep_min[cell.stop] - row.arr_min[cell.stop]
        sides = (("arr", cell.arr), ("dep", cell.dep))
        found = {side: self._clock(cell, text) for side, text in sides if text is not None}
        if any(minute is None for minute in found.values()):
            return None
        arr, dep = found.get("arr"), found.get("dep")
        if arr is None and dep is not None:
            return (dep - wait if n == 0 else dep), dep
        assert arr is not None  # noqa: S101  a cell shows at least one of the two
        return arr, arr + wait if dep is None else dep

    def _clock(self, cell: Cell, text: str) -> int | None:
        match = CLOCK.fullmatch(text)
        hours, minutes = (int(match[1]), int(match[2])) if match else (99, 99)
        if match is None or hours > 23 or minutes > 59:
            cell.errors.append(gettext("“%(text)s”不是时刻。写成08:30，第二天写01:10+1。") % {"text": text}
                               if text else gettext("到和开要么都填，要么都空着（不停）。"))
            return None
        return int(match[3] or 0) * 1440 + hours * 60 + minutes

    def _faults(self, put: TripInput, stops: list[int], column: Column) -> None:
        for fault in trip_faults(office_ids=put.office_ids, arr_min=put.arr_min, dep_min=put.dep_min, km=put.km,
                                 means=self.shown.route.means):
            at = column.cells[stops[fault.stop]].errors if fault.stop >= 0 else column.errors
            at.append(fault.what)
