"""Rosters as they are read: the list, what is in force, who works when, how a search goes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.core.pages import PAGE_ROWS, Page, cursor_number
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce import errors
from youlu.domain.workforce.models import Activity, Basis, Roster, RosterHold, RosterRun, RosterShift, ShiftKind, Site
from youlu.domain.workforce.rostering.facts import HeldShift, shifts_held
from youlu.domain.workforce.rostering.sentences import clash_sentence, clashes_lead
from youlu.domain.workforce.selectors import agent_of

State = Roster.State
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class RosterRow:
    """A roster's head. `version` 0: never published."""

    id: uuid.UUID
    start_date: dt.date
    days: int
    state: str
    basis: str
    legal_basis: str
    version: int
    edits: int
    made_by: str
    made_at: dt.datetime
    approved_by: str
    published_at: dt.datetime | None
    parent_id: uuid.UUID | None
    figures: dict[str, Any]

    @property
    def last_date(self) -> dt.date:
        return self.start_date + (self.days - 1) * DAY

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    @property
    def basis_label(self) -> str:
        return str(Basis(self.basis).label)


@dataclass(frozen=True)
class MyDay:
    """A day of one's own: the shift that begins on it, or none; `is_held`: some roster is in force then."""

    work_date: dt.date
    kind_name: str
    start_at: dt.datetime | None
    end_at: dt.datetime | None
    site_label: str
    is_held: bool

    @property
    def hours(self) -> str:
        """Empty on a day off."""
        if self.start_at is None or self.end_at is None:
            return ""
        midnight = clock.midnight(self.work_date)
        return hours_words(*(int((at - midnight).total_seconds() // 60) for at in (self.start_at, self.end_at)))


@dataclass(frozen=True)
class RunRow:
    """A search. `sentences`: what clashes, in the reader's words, under `lead`; empty unless infeasible."""

    id: uuid.UUID
    kind: str
    state: str
    start_date: dt.date
    days: int
    progress_pct: int
    limit_s: float
    roster_id: uuid.UUID | None
    error: str
    lead: str
    sentences: tuple[str, ...]

    @property
    def progress(self) -> str:
        return f"{self.progress_pct}%"

    @property
    def error_sentence(self) -> str:
        """Why nothing came of it."""
        known = {error.code: error for error in vars(errors).values()
                 if isinstance(error, type) and issubclass(error, YouluError)}
        if self.error in known and "{" not in str(known[self.error].sentence):
            return known[self.error]().message
        return gettext("排到一半停了，没有留下草稿。再排一次；还不行就找值班工程师。")

    @property
    def lacks_history(self) -> bool:
        """Nothing came of it because nobody said what is needed, and there is nothing to foresee it from."""
        return self.error == errors.NoHistoryError.code

    @property
    def is_going(self) -> bool:
        return self.state in (RosterRun.State.WAITING, RosterRun.State.RUNNING)

    @property
    def state_label(self) -> str:
        return str(RosterRun.State(self.state).label)


def roster_list(*, actor: Actor, cursor: str | None = None) -> Page[RosterRow]:
    """All rosters, the newest first."""
    actor.require("workforce.read")
    after = cursor_number(cursor)
    rows = list(Roster.objects.order_by("-id")[after : after + PAGE_ROWS + 1])
    more = str(after + PAGE_ROWS) if len(rows) > PAGE_ROWS else None
    return Page(tuple(roster_row(row) for row in rows[:PAGE_ROWS]), more)


def roster_published_at(at: dt.datetime | None = None) -> RosterRow | None:
    """The roster that holds the instant (now unless said); None: no roster is in force then."""
    at = at or clock.now()
    hold = RosterHold.objects.filter(start_at__lte=at, end_at__gt=at).select_related("roster").first()
    return roster_row(hold.roster) if hold else None


def shifts_between(
    start_at: dt.datetime, end_at: dt.datetime, *, agent_id: uuid.UUID | None = None
) -> tuple[HeldShift, ...]:
    """Shifts in force that touch the span, also those begun before it, oldest first; of everybody, or of one."""
    begun = shifts_held(start_at - DAY, end_at, agent_id=agent_id)
    return tuple(shift for shift in begun if shift.end_at > start_at)


def roster_spans(start_at: dt.datetime, end_at: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    """Spans that published rosters hold and that touch this one."""
    return list(RosterHold.objects.filter(start_at__lt=end_at, end_at__gt=start_at).order_by("start_at")
                .values_list("start_at", "end_at"))


def writers_between(start_at: dt.datetime, end_at: dt.datetime) -> list[tuple[dt.datetime, dt.datetime, float]]:
    """Shifts in force that do orders and calls out: begin, end, and the share of the time that is not their break."""
    rows = RosterShift.objects.filter(
        roster__rosterhold__start_at__lte=F("start_at"), roster__rosterhold__end_at__gt=F("start_at"),
        kind__activity=Activity.WRITTEN, start_at__gte=start_at - DAY, start_at__lt=end_at, end_at__gt=start_at)
    return [(begin, end, 1 - pause / ((end - begin).total_seconds() / 60)) for begin, end, pause in
            rows.order_by("start_at", "id").values_list("start_at", "end_at", "kind__break_min")]


def hours_words(start_min: int, end_min: int) -> str:
    """15:30–24:00; the morning after is said as the hour it is."""
    end_min -= 1440 * (end_min > 1440)
    return f"{clock.hhmm(start_min)}–{clock.hhmm(end_min)}"


def my_shifts(*, actor: Actor, first: dt.date, days: int) -> tuple[MyDay, ...]:
    """The agent's own days from `first` on."""
    actor.require("workforce.self")
    me = agent_of(actor).id
    start_at, end_at = clock.midnight(first), clock.midnight(first + days * DAY)
    names = dict(ShiftKind.objects.values_list("code", "name"))
    mine = {shift.work_date: shift for shift in shifts_between(start_at, end_at, agent_id=me)}
    held = roster_spans(start_at, end_at)
    found = []
    for day in (first + n * DAY for n in range(days)):
        shift, noon = mine.get(day), clock.midnight(day) + DAY / 2
        is_held = any(begins <= noon < ends for begins, ends in held)
        found.append(MyDay(day, names.get(shift.kind, shift.kind), shift.start_at, shift.end_at,
                           str(Site(shift.site).label), is_held) if shift
                     else MyDay(day, "", None, None, "", is_held))
    return tuple(found)


def shift_kinds() -> tuple[tuple[str, str], ...]:
    """Kinds in use: code and name."""
    return tuple(ShiftKind.objects.filter(is_used=True).order_by("start_min", "code").values_list("code", "name"))


def roster_progress(*, actor: Actor, run_id: uuid.UUID) -> RunRow:
    """How a search goes, or what came of it."""
    actor.require("workforce.read")
    row = RosterRun.objects.filter(id=run_id).first()
    if row is None:
        raise NotFoundError()
    return run_row(row)


def run_newest(*, actor: Actor) -> RunRow | None:
    """The search asked for last."""
    actor.require("workforce.read")
    row = RosterRun.objects.order_by("-id").first()
    return run_row(row) if row else None


def run_row(row: RosterRun) -> RunRow:
    return RunRow(row.id, row.kind, row.state, row.start_date, row.days, row.progress_pct, row.limit_s, row.roster_id,
                  row.error, clashes_lead(row.clashes) if row.clashes else "",
                  tuple(clash_sentence(fact) for fact in row.clashes))


def roster_row(row: Roster) -> RosterRow:
    return RosterRow(row.id, row.start_date, row.days, row.state, row.basis, row.legal_basis, row.version, row.edits,
                     row.made_by, row.made_at, row.approved_by, row.published_at, row.parent_id, row.figures)
