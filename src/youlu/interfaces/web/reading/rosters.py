"""Rosters for pages: the lead sentences, the coverage band, a day's bars on a grid of half hours."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.domain.workforce.rostering.board import Board, Cell, HalfHour, PersonRow
from youlu.domain.workforce.rostering.reading import RosterRow
from youlu.interfaces.web import wording
from youlu.interfaces.web.figures.cover import Step, cover_band

COLUMNS = 48
LAYERS = ("queue", "written")
STATES = {"draft": "risk", "approved": "risk", "published": "kept", "replaced": "unknown", "withdrawn": "unknown"}


@dataclass(frozen=True)
class Bar:
    """A shift on the grid of a day: column of its start (0 to 47), columns it takes."""

    cell: Cell
    column: int
    columns: int
    comes_over: bool  # begun the day before


@dataclass(frozen=True)
class Lane:
    person: PersonRow
    bars: tuple[Bar, ...]
    is_away: bool
    is_free: bool  # no shift begins on the day


def lead_of_rosters(now: RosterRow | None) -> str:
    if now is None:
        return gettext("现在没有已发布的班表。先预测需求，再排一份。")
    said = gettext("现在是第%(version)s版：%(first)s至%(last)s，%(people)s人%(shifts)s个班，人手够到%(covered)s%%。")
    return said % {
        "version": now.version, "first": wording.day_short(now.start_date), "last": wording.day_short(now.last_date),
        "people": now.figures.get("people", 0), "shifts": now.figures.get("shifts", 0),
        "covered": now.figures.get("covered_pct", 0)}


def lead_of_roster(board: Board) -> str:
    """What a colleague would say of it: when, whose, what it lacks."""
    head = board.head
    said = gettext("%(first)s至%(last)s的班表：%(people)s人%(shifts)s个班，") % {
        "first": wording.day_short(head.start_date), "last": wording.day_short(head.last_date),
        "people": sum(bool(row.cells) for row in board.people), "shifts": sum(len(row.cells) for row in board.people)}
    said += numbered("%(n)s处不合规则。", len(board.clashes)) % {
        "n": len(board.clashes)} if board.clashes else gettext("合规则。")
    ahead = [row for row in board.cover if row.work_date >= clock.today()] or board.cover
    worst = max(ahead, key=lambda row: row.need - row.have, default=None)
    if worst is not None and worst.need - worst.have >= 1:
        said += gettext("最缺人是%(day)s %(time)s，差%(n)s人。") % {
            "day": wording.day_short(worst.work_date), "time": clock.hhmm(worst.start_min),
            "n": f"{worst.need - worst.have:.0f}"}
    return said


def lanes_of(board: Board, day: dt.date) -> list[Lane]:
    """Everybody's bars of a day, those who begin first on top, the free and the absent below."""
    lanes = []
    for person in board.people:
        bars = [bar for n in (0, 1) if (cell := person.cells.get(day - dt.timedelta(days=n)))
                if (bar := _bar(cell, n)) is not None]
        lanes.append(Lane(person, tuple(bars), day in person.away, day not in person.cells))
    return sorted(lanes, key=lambda lane: (lane.is_free, lane.is_away,
                                           lane.person.cells[day].start_min if not lane.is_free else 0,
                                           lane.person.staff_no))


def _bar(cell: Cell, days_ago: int) -> Bar | None:
    start, end = cell.start_min - 1440 * days_ago, cell.end_min - 1440 * days_ago
    first, last = max(0, start // 30), min(COLUMNS, -(-end // 30))
    return Bar(cell, first, last - first, days_ago > 0) if last > first else None


def band_of_day(board: Board, day: dt.date) -> SafeString:
    """Half hours of a day."""
    found: dict[int, dict[str, tuple[float, int]]] = defaultdict(dict)
    for row in board.cover:
        if row.work_date == day and row.activity in LAYERS:
            before = found[row.start_min].get(row.activity, (0.0, 0))
            found[row.start_min][row.activity] = (max(before[0], row.need), max(before[1], row.have))
    steps = [Step(sum(need for need, _ in found[30 * n].values()),
                  tuple(float(found[30 * n].get(name, (0, 0))[1]) for name in LAYERS)) for n in range(COLUMNS)]
    return cover_band(steps, title=gettext("人手和需求"), desc=_worst(board.cover, day))


def band_of_days(board: Board) -> SafeString:
    """Person hours of each day."""
    steps = []
    for day in board.dates:
        rows = [row for row in board.cover if row.work_date == day and row.activity in LAYERS]
        steps.append(Step(sum(row.need for row in rows) / 2,
                          tuple(sum(row.have for row in rows if row.activity == name) / 2 for name in LAYERS)))
    return cover_band(steps, title=gettext("每天的人时"), desc=_worst(board.cover, None))


def table_of_day(board: Board, day: dt.date) -> list[dict[str, Any]]:
    """The band as a table: half hours that fall short."""
    return [{"time": clock.hhmm(row.start_min), "activity": row.activity, "need": row.need, "have": row.have}
            for row in board.cover if row.work_date == day and row.need - row.have >= 0.5]


def day_of(board: Board, asked: str) -> dt.date:
    """The day that the address names, or today, or the first."""
    try:
        day = dt.date.fromisoformat(asked)
    except ValueError:
        day = board.head.start_date
    return day if day in board.dates else board.head.start_date


def person_of(board: Board, asked: str) -> PersonRow | None:
    try:
        wanted = uuid.UUID(asked)
    except ValueError:
        return None
    return next((row for row in board.people if row.agent_id == wanted), None)


def _worst(cover: tuple[HalfHour, ...], day: dt.date | None) -> str:
    rows = [row for row in cover if row.need - row.have >= 0.5 and (day is None or row.work_date == day)]
    if not rows:
        return gettext("每个半小时人手都够。")
    hours = sum(row.need - row.have for row in rows) / 2
    return numbered("%(n)s个半小时人手不够，共差%(hours)s人时。", len(rows)) % {"n": len(rows), "hours": f"{hours:.0f}"}
