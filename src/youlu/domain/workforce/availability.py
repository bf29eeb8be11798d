"""Hours of the week in which somebody can be rostered: their own word, or a supervisor's. None at all: any hour."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.errors import AvailabilityError
from youlu.domain.workforce.models import Agent, Availability, ShiftKind
from youlu.domain.workforce.rostering.facts import HeldShift
from youlu.domain.workforce.rostering.reading import hours_words, shifts_between
from youlu.domain.workforce.selectors import agent_of
from youlu.engines.calendar import windows_merge

WEEK, DAY_MIN = 7, 1_440
WINDOWS_MOST = 4  # of a day
AHEAD = dt.timedelta(days=62)
HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
BETWEEN = re.compile(r"[,，、;；\s]+")
DASHES = str.maketrans({"：": ":", "－": "-", "–": "-", "—": "-", "~": "-", "～": "-", "至": "-", "到": "-"})


@dataclass(frozen=True)
class Outside:
    """A shift in force that does not lie in the hours its person can be rostered."""

    work_date: dt.date
    kind_name: str
    hours: str


def weekday_names() -> tuple[str, ...]:
    return (gettext("周一"), gettext("周二"), gettext("周三"), gettext("周四"), gettext("周五"), gettext("周六"),
            gettext("周日"))


def availability_of(*, actor: Actor, agent_id: uuid.UUID) -> tuple[str, ...]:
    """Seven texts "08:00-12:00，14:00-18:00", Monday first; all empty: any hour. One's own needs no more than being an
    agent."""
    if not actor.can("workforce.read") and agent_of(actor).id != agent_id:
        actor.require("workforce.read")
    week: list[list[str]] = [[] for _ in range(WEEK)]
    for row in Availability.objects.filter(agent_id=agent_id).order_by("weekday", "start_min"):
        end = row.end_min - DAY_MIN if row.end_min > DAY_MIN else row.end_min
        week[row.weekday].append(f"{clock.hhmm(row.start_min)}-{clock.hhmm(end)}")
    return tuple("，".join(day) for day in week)


@transaction.atomic
def availability_set(*, actor: Actor, week: Sequence[str], agent_id: uuid.UUID | None = None) -> None:
    """Say one's hours of the week; a supervisor may for somebody else. They replace what was said before.

    Parameters
    ----------
    week : seven texts as in `availability_of`; hours that end no later than they begin go on into the next morning.

    Raises
    ------
    AvailabilityError : it names the day, and the two that overlap. NotFoundError
    """
    if agent_id is None:
        actor.require("workforce.self")
        agent_id = agent_of(actor).id
    else:
        actor.require("workforce.edit")
    windows = _week_read(week)
    if not Agent.objects.select_for_update().filter(id=agent_id, is_active=True).exists():
        raise NotFoundError()
    Availability.objects.filter(agent_id=agent_id).delete()
    Availability.objects.bulk_create(Availability(agent_id=agent_id, weekday=day, start_min=start, end_min=end)
                                     for day, start, end in windows)
    audit_record(actor=actor.id, action="availability.set", object_type="agent", object_id=str(agent_id),
                 windows=len(windows))


def availability_clashes(*, actor: Actor, agent_id: uuid.UUID) -> tuple[Outside, ...]:
    """Published shifts from now on that do not lie in these hours: nothing of them changes by itself."""
    if not actor.can("workforce.read") and agent_of(actor).id != agent_id:
        actor.require("workforce.read")
    rows = list(Availability.objects.filter(agent_id=agent_id).values_list("weekday", "start_min", "end_min"))
    if not rows:
        return ()
    now = clock.now()
    names = dict(ShiftKind.objects.values_list("code", "name"))
    return tuple(Outside(shift.work_date, names.get(shift.kind, shift.kind), hours_words(*_minutes(shift)))
                 for shift in shifts_between(now, now + AHEAD, agent_id=agent_id) if not _lies_in(shift, rows))


def _minutes(shift: HeldShift) -> tuple[int, int]:
    midnight = clock.midnight(shift.work_date)
    start, end = (int((at - midnight).total_seconds() // 60) for at in (shift.start_at, shift.end_at))
    return start, end


def _lies_in(shift: HeldShift, rows: Sequence[tuple[int, int, int]]) -> bool:
    """As the rule of rosters has it: inside one stretch, into which hours that touch are joined."""
    start, end = _minutes(shift)
    spans = [(n * DAY_MIN + first, n * DAY_MIN + last) for n in (-1, 0, 1) for day, first, last in rows
             if (shift.work_date + dt.timedelta(days=n)).weekday() == day]
    return any(first <= start and end <= last for first, last in windows_merge(spans))


def _week_read(week: Sequence[str]) -> list[tuple[int, int, int]]:
    names = weekday_names()
    if len(week) != WEEK:
        raise AvailabilityError(what=gettext("一周要写七天。"))
    found = [(day, start, end) for day, text in enumerate(week) for start, end in _day_read(text, names[day])]
    for nth, (one, start, end) in enumerate(found):
        for other_nth, (other, first, last) in enumerate(found):
            shift = (other - one) % WEEK * DAY_MIN  # the next day's; Sunday's night meets Monday
            if nth != other_nth and shift <= DAY_MIN and start < last + shift and first + shift < end:
                raise AvailabilityError(what=gettext("{one}{hours}和{other}{more}重叠。合成一段，或改短一段。").format(
                    one=names[one], hours=hours_words(start, end), other=names[other], more=hours_words(first, last)))
    return found


def _day_read(text: str, name: str) -> list[tuple[int, int]]:
    parts = [part for part in BETWEEN.split(text.translate(DASHES).strip()) if part]
    if len(parts) > WINDOWS_MOST:
        raise AvailabilityError(what=gettext("{day}最多写{n}段。").format(day=name, n=WINDOWS_MOST))
    return sorted(_window_read(part, name) for part in parts)


def _window_read(part: str, name: str) -> tuple[int, int]:
    found = HOURS.fullmatch(part)
    hours = [int(one) for one in found.groups()] if found else []
    if not hours or hours[1] > 59 or hours[3] > 59:
        raise AvailabilityError(what=gettext("{day}的“{text}”看不懂，写成08:00-12:00。").format(
            day=name, text=part[:20]))
    start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if start >= DAY_MIN or end > DAY_MIN or start == end:
        raise AvailabilityError(what=gettext("{day}的“{text}”不在一天里，写成08:00-12:00；到半夜写24:00。").format(
            day=name, text=part[:20]))
    return start, end + DAY_MIN * (end < start)
