"""People wanted a half hour: written by the forecast, typed by a supervisor, or from above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import TruncHour
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.errors import NeedTypedError
from youlu.domain.workforce.models import Demand, StaffNeed
from youlu.domain.workforce.rostering.facts import Wanted
from youlu.domain.workforce.services import demands_set
from youlu.domain.workforce.staffing import people_of
from youlu.domain.workforce.trade import WORK

HALF_HOUR = dt.timedelta(minutes=30)
DAYS_MOST = 92
PEOPLE_MOST, EXPECTED_MOST, SKILL_MOST = 500, 10_000, 20
Channel = StaffNeed.Channel
TYPED = "user:"  # a source that is a person
NEED_SQL = """
INSERT INTO workforce_staffneed (id, start_at, channel, skill, expected, people, source)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (start_at, channel, skill) DO UPDATE
SET expected = excluded.expected, people = excluded.people, source = excluded.source
"""


@dataclass(frozen=True)
class NeedTyped:
    """What a supervisor types: the same people in each half hour of these hours on these weekdays (0: Monday).

    `people` None: as many as `expected` arrivals a half hour take. `end_min` up to 1,440; not after the start: the next
    morning's.
    """

    first: dt.date
    last: dt.date
    weekdays: tuple[int, ...]
    start_min: int
    end_min: int
    channel: str
    skill: str = ""
    people: float | None = None
    expected: float = 0.0


@dataclass(frozen=True)
class NeedSpan:
    """Half hours of a day that want the same: minutes of the day, people, and what is expected in each."""

    channel: str
    skill: str
    start_min: int
    end_min: int
    people: float
    expected: float
    source: str

    @property
    def channel_label(self) -> str:
        return str(Channel(self.channel).label)

    @property
    def is_typed(self) -> bool:
        return self.source.startswith(TYPED)

    @property
    def hours(self) -> str:
        return f"{clock.hhmm(self.start_min)}–{clock.hhmm(self.end_min)}"


@transaction.atomic
def needs_set(rows: Iterable[Wanted], *, source: str, expected: Iterable[float] = ()) -> int:
    """Write people wanted, over what was said before; returns how many half hours. Called from jobs and from above.

    Raises
    ------
    ValueError : a channel nobody knows, a start that is no half hour, people below 0.
    """
    wanted, arrivals = list(rows), list(expected)
    for row in wanted:
        local = clock.local(row.start_at)
        if row.channel not in StaffNeed.Channel.values or local.minute % 30 or local.second or not row.people >= 0:
            raise ValueError(f"need of {row.channel!r} at {local:%m-%d %H:%M}: {row.people}")
    values = [(uuid7(), row.start_at, row.channel, row.skill, arrivals[n] if arrivals else 0.0, row.people, source)
              for n, row in enumerate(wanted)]
    with connection.cursor() as cursor:
        cursor.executemany(NEED_SQL, values)
    return len(values)


def demand_follow(channel: str, starts: Iterable[dt.datetime], *, source: str) -> None:
    """Say by the hour what the half hours of these hours expect: the capacity strip and emergency plans reckon with
    hours. An hour of which nothing is expected any more is as one that nobody forecast."""
    hours = {clock.local(at).replace(minute=0) for at in starts}
    if channel not in Demand.Channel.values or not hours:
        return
    rows = StaffNeed.objects.filter(channel=channel, start_at__gte=min(hours), expected__gt=0,
                                    start_at__lt=max(hours) + 2 * HALF_HOUR)
    sums = dict(rows.annotate(hour=TruncHour("start_at", tzinfo=clock.SHANGHAI)).order_by().values("hour").annotate(
        whole=Sum("expected")).values_list("hour", "whole"))
    demands_set([(channel, at, round(sums[at], 2)) for at in sorted(hours) if at in sums], source=source)
    Demand.objects.filter(channel=channel, hour_at__in=[at for at in hours if at not in sums]).delete()


@transaction.atomic
def needs_type(*, actor: Actor, typed: NeedTyped) -> int:
    """Write what a supervisor says is needed, over what stood in these half hours; returns how many.

    Raises
    ------
    NeedTypedError : it names the field and what it may be.
    """
    actor.require("workforce.roster")
    _check(typed)
    people = typed.people
    if people is None:
        work = next(one for one in WORK if one.channel == typed.channel)
        people = round(float(people_of([typed.expected], work)[0]), 2)
    wanted = [Wanted(at, typed.channel, people, typed.skill) for at in _half_hours(typed)]
    if not wanted:
        raise NeedTypedError(what=gettext("这些日子里没有选中的星期几。改日期，或多选几天。"))
    needs_set(wanted, source=actor.id, expected=[typed.expected] * len(wanted))
    if typed.expected:
        demand_follow(typed.channel, (row.start_at for row in wanted), source=actor.id)
    audit_record(actor=actor.id, action="need.type", object_type="period", object_id=typed.first.isoformat(),
                 channel=typed.channel, people=people, half_hours=len(wanted))
    return len(wanted)


@transaction.atomic
def needs_clear(*, actor: Actor, typed: NeedTyped) -> int:
    """Take back what was said of these half hours, whoever said it; returns how many there were."""
    actor.require("workforce.roster")
    _check_when(typed)
    starts = list(_half_hours(typed))
    rows = StaffNeed.objects.filter(channel=typed.channel, skill=typed.skill, start_at__in=starts)
    foreseen = list(rows.filter(expected__gt=0).values_list("start_at", flat=True))
    gone, _ = rows.delete()
    demand_follow(typed.channel, foreseen, source=actor.id)
    audit_record(actor=actor.id, action="need.clear", object_type="period", object_id=typed.first.isoformat(),
                 channel=typed.channel, half_hours=gone)
    return gone


def typed_of(channel: str, first: dt.date, days: int) -> frozenset[dt.datetime]:
    """Half hours of a period of which a person, not the forecast, said what is wanted."""
    return frozenset(StaffNeed.objects.filter(
        channel=channel, source__startswith=TYPED, start_at__gte=clock.midnight(first),
        start_at__lt=clock.midnight(first + dt.timedelta(days=days))).values_list("start_at", flat=True))


def needs_of_days(*, actor: Actor, first: dt.date, days: int) -> dict[dt.date, tuple[NeedSpan, ...]]:
    """What is wanted on each day, half hours that want the same as one span; in one question."""
    actor.require("workforce.read")
    begin, end = clock.midnight(first), clock.midnight(first + dt.timedelta(days=days))
    rows = StaffNeed.objects.filter(start_at__gte=begin, start_at__lt=end).order_by("channel", "skill", "start_at")
    found: dict[dt.date, list[NeedSpan]] = {first + dt.timedelta(days=n): [] for n in range(days)}
    for row in rows:
        local = clock.local(row.start_at)
        minute, spans = local.hour * 60 + local.minute, found[local.date()]
        span = NeedSpan(row.channel, row.skill, minute, minute + 30, row.people, row.expected, row.source)
        if spans and _goes_on(spans[-1], span):
            span = NeedSpan(span.channel, span.skill, spans.pop().start_min, span.end_min, span.people,
                            span.expected, span.source)
        spans.append(span)
    return {day: tuple(spans) for day, spans in found.items()}


def _goes_on(before: NeedSpan, after: NeedSpan) -> bool:
    same = (before.channel, before.skill, before.people, before.source) == (
        after.channel, after.skill, after.people, after.source)
    return same and before.end_min == after.start_min and abs(before.expected - after.expected) < 0.01


def _check(typed: NeedTyped) -> None:
    _check_when(typed)
    if typed.people is None and (not typed.expected or typed.channel == Channel.NIGHT):
        raise NeedTypedError(what=gettext("写要几个人，或写每半小时预计来多少。"))
    if typed.people is not None and not 0 <= typed.people <= PEOPLE_MOST:
        raise NeedTypedError(what=gettext("人数在0到{most}之间。").format(most=PEOPLE_MOST))
    if not 0 <= typed.expected <= EXPECTED_MOST:
        raise NeedTypedError(what=gettext("每半小时预计来量在0到{most}之间。").format(most=EXPECTED_MOST))
    if len(typed.skill) > SKILL_MOST:
        raise NeedTypedError(what=gettext("技能最多{long}个字。").format(long=SKILL_MOST))


def _check_when(typed: NeedTyped) -> None:
    if typed.channel not in Channel.values:
        raise NeedTypedError(what=gettext("选做什么：来电、工单、主动联系或夜间值守。"))
    if not 0 <= (typed.last - typed.first).days < DAYS_MOST:
        raise NeedTypedError(what=gettext("从哪天到哪天要有1到{most}天。").format(most=DAYS_MOST))
    if not set(typed.weekdays) <= set(range(7)) or not typed.weekdays:
        raise NeedTypedError(what=gettext("至少选一个星期几。"))
    if typed.start_min % 30 or typed.end_min % 30 or not (0 <= typed.start_min < 1440 and 0 <= typed.end_min <= 1440):
        raise NeedTypedError(what=gettext("几点写成整点或半点，例如08:30；到半夜写24:00。"))


def _half_hours(typed: NeedTyped) -> Iterator[dt.datetime]:
    length = (typed.end_min - typed.start_min) % 1440 or 1440
    for n in range((typed.last - typed.first).days + 1):
        day = typed.first + dt.timedelta(days=n)
        if day.weekday() in typed.weekdays:
            begin = clock.midnight(day) + dt.timedelta(minutes=typed.start_min)
            yield from (begin + k * HALF_HOUR for k in range(length // 30))
