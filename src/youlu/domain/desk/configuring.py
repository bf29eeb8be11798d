"""What an office sets for its own desk: the clocks of each kind of work, service hours, figures. Rows, never code.

Nothing is changed backwards: an order keeps the clocks that it began with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from django.db import transaction

from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.emergency.assumptions import FIGURES
from youlu.domain.desk.errors import (
    BadFigureError,
    BadWindowsError,
    BeyondLawError,
    FigureSourceError,
    KindFigureError,
    UnknownFigureError,
    UnknownKindError,
)
from youlu.domain.desk.models import OrderKind, Parameter, ServiceHours
from youlu.domain.desk.orders.hours import windows_read
from youlu.domain.desk.trade import HOURS, PARAMETERS, SKILL_NAMES
from youlu.domain.workforce.models import Site
from youlu.engines.calendar import ServiceCalendar

DAY_MIN = 1440
SOURCE_MAX = 200
WEEK = 7
# Days within which the law wants a kind closed; see `trade.LAW`.
LAW_DAYS = {"enquiry": 30, "complaint": 7, "regulator": 15}
# field: (what it is called, least, most)
LIMITS = {
    "first_reply_min": ("首次回复", 1, 30 * DAY_MIN), "close_min": ("办结", 1, 365 * DAY_MIN),
    "warn_min": ("临期", 0, 30 * DAY_MIN), "reopen_days": ("重开", 0, 3650), "return_min": ("没动退回", 0, 7 * DAY_MIN),
    "handling_s": ("一张处理", 1, 4 * 3600),
}
# The same of kinds that count from a letter.
LETTER_LIMITS = {
    "again_min": ("再次来文答复", 0, 30 * DAY_MIN), "pass_on_days": ("来文单位转办", 0, 30),
    "outside_days": ("来文单位答复申诉人", 0, 365),
}
SWITCHED = "push_on"  # has a switch of its own
SHARES = ("占比",)  # units of which there is no more than the whole


@dataclass(frozen=True)
class KindSetting:
    """A kind's figures as an office may set them."""

    code: str
    name: str
    figures: Mapping[str, int]  # by the names of `limits`
    reply_calendar: str
    close_calendar: str
    at_home: bool
    skills: tuple[str, ...]
    needs_call_back: bool
    needs_responsibility: bool
    source: str
    law_days: int | None = None
    has_own_clock: bool = False

    @property
    def limits(self) -> Mapping[str, tuple[str, int, int]]:
        return LIMITS | LETTER_LIMITS if self.has_own_clock else LIMITS


@dataclass(frozen=True)
class HoursSetting:
    """`week`: seven texts such as "08:30-12:00 14:30-18:00", Monday first; `day_off`, `makeup`: None as the weekday."""

    code: str
    name: str
    week: tuple[str, ...]
    day_off: str | None
    makeup: str | None
    source: str


@dataclass(frozen=True)
class FigureSetting:
    """`usual` is the trade's own where the office has written another."""

    code: str
    name: str
    value: float
    unit: str
    source: str
    usual: float | None


def kind_setting(*, actor: Actor, code: str) -> KindSetting:
    """Raises UnknownKindError."""
    actor.require("desk.supervise")
    return _setting(_kind(code))


def _kind(code: str, *, lock: bool = False) -> OrderKind:
    rows = OrderKind.objects.select_for_update() if lock else OrderKind.objects.all()
    kind = rows.filter(code=code).first()
    if kind is None:
        raise UnknownKindError(kind=code[:40])
    return kind


def _setting(kind: OrderKind) -> KindSetting:
    names = [*LIMITS, *(LETTER_LIMITS if kind.has_own_clock else ())]
    return KindSetting(
        kind.code, kind.name, {name: getattr(kind, name) for name in names}, kind.reply_calendar,
        kind.close_calendar, Site.AT_HOME.value in kind.sites, tuple(kind.skills), kind.needs_call_back,
        kind.needs_responsibility, kind.source, LAW_DAYS.get(kind.code), kind.has_own_clock)


@transaction.atomic
def kind_change(*, actor: Actor, setting: KindSetting) -> None:
    """Set a kind's figures; orders that are there keep the clocks they began with.

    Raises
    ------
    UnknownKindError, KindFigureError, BeyondLawError, FigureSourceError
    """
    actor.require("desk.supervise")
    kind = _kind(setting.code, lock=True)
    before = _setting(kind)
    setting = replace(setting, has_own_clock=kind.has_own_clock)
    _kind_check(setting)
    for name in setting.limits:
        setattr(kind, name, setting.figures[name])
    kind.reply_calendar, kind.close_calendar = setting.reply_calendar, setting.close_calendar
    kind.sites = [Site.ON_SITE.value, *([Site.AT_HOME.value] if setting.at_home else [])]
    kind.skills = list(setting.skills)
    kind.needs_call_back, kind.needs_responsibility = setting.needs_call_back, setting.needs_responsibility
    kind.source = _source(setting.source)
    kind.save()
    after = _setting(kind)
    audit_record(actor=actor.id, action="desk.kind_change", object_type="order_kind", object_id=kind.code,
                 changed={name: [before.figures[name], value] for name, value in after.figures.items()
                          if before.figures[name] != value})


def _kind_check(setting: KindSetting) -> None:
    for name, (said, least, most) in setting.limits.items():
        if not least <= setting.figures.get(name, -1) <= most:
            raise KindFigureError(field=said, least=least, most=most)
    figures = setting.figures
    for name in ("first_reply_min", "warn_min"):
        if figures[name] > figures["close_min"]:
            raise KindFigureError(field=LIMITS[name][0], least=LIMITS[name][1], most=figures["close_min"])
    if 0 < figures.get("again_min", 0) < figures["warn_min"]:
        raise KindFigureError(field=LETTER_LIMITS["again_min"][0], least=figures["warn_min"],
                              most=LETTER_LIMITS["again_min"][2])
    days = LAW_DAYS.get(setting.code)
    if days is not None and figures["close_min"] > days * DAY_MIN:
        raise BeyondLawError(days=days)
    known = {row.code for row in _hours()}
    if not {setting.reply_calendar, setting.close_calendar} <= known or not set(setting.skills) <= set(SKILL_NAMES):
        raise UnknownFigureError()


def hours_all(*, actor: Actor) -> tuple[HoursSetting, ...]:
    actor.require("desk.supervise")
    return _hours()


def _hours() -> tuple[HoursSetting, ...]:
    """The office's rows, and the trade's own that it has not written."""
    found = {code: HoursSetting(code, name, _texts(week), _text(off), _text(on), source)
             for code, name, week, off, on, source in HOURS}
    for row in ServiceHours.objects.all():
        found[row.code] = HoursSetting(row.code, row.name, _texts(row.week), _text(row.day_off), _text(row.makeup),
                                       row.source)
    return tuple(found[code] for code in sorted(found))


def _texts(week: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(" ".join(day) for day in week)


def _text(windows: Sequence[str] | None) -> str | None:
    return None if windows is None else " ".join(windows)


@transaction.atomic
def hours_set(*, actor: Actor, setting: HoursSetting) -> None:
    """Set when a clock counts, for orders that begin from now on.

    Raises
    ------
    UnknownFigureError : no hours of that code.
    BadWindowsError, FigureSourceError
    """
    actor.require("desk.supervise")
    known = {row.code: row for row in _hours()}.get(setting.code)
    if known is None:
        raise UnknownFigureError()
    week = [_windows(day) for day in setting.week]
    off, on = _maybe(setting.day_off), _maybe(setting.makeup)
    try:
        ServiceCalendar(tuple(windows_read(day) for day in week), None if off is None else windows_read(off),
                        None if on is None else windows_read(on))
    except ValueError:
        raise BadWindowsError() from None
    ServiceHours.objects.update_or_create(code=setting.code, defaults={
        "name": known.name, "week": week, "day_off": off, "makeup": on, "source": _source(setting.source)})
    audit_record(actor=actor.id, action="desk.hours_set", object_type="service_hours", object_id=setting.code)


def _windows(text: str) -> list[str]:
    return text.replace("，", " ").replace(",", " ").split()


def _maybe(text: str | None) -> list[str] | None:
    return None if text is None else _windows(text)


def figures_all(*, actor: Actor) -> tuple[FigureSetting, ...]:
    """Every figure that the desk reckons with, in the order of the trade's lists."""
    actor.require("desk.supervise")
    written = {row.code: row for row in Parameter.objects.all()}
    found = []
    for code, name, usual, unit, source in [*PARAMETERS, *FIGURES]:
        row = written.get(code)
        value, why = (row.value, row.source) if row else (float(usual), source)
        if code != SWITCHED:
            found.append(FigureSetting(code, name, value, unit, why, float(usual) if value != usual else None))
    return tuple(found)


@transaction.atomic
def figure_set(*, actor: Actor, code: str, value: float, source: str) -> None:
    """Write down the office's own figure and where it is from; it counts from the next reckoning on.

    Raises
    ------
    UnknownFigureError, BadFigureError, FigureSourceError
    """
    actor.require("desk.supervise")
    known = next((row for row in [*PARAMETERS, *FIGURES] if row[0] == code and code != SWITCHED), None)
    if known is None:
        raise UnknownFigureError()
    _, name, _, unit, _ = known
    if not isfinite(value) or value < 0 or (unit in SHARES and value > 1):
        raise BadFigureError(field=name)
    Parameter.objects.update_or_create(code=code, defaults={
        "name": name, "value": value, "unit": unit, "source": _source(source)})
    audit_record(actor=actor.id, action="desk.figure_set", object_type="desk", object_id=code, value=value)


def _source(text: str) -> str:
    text = text.strip()
    if not text or len(text) > SOURCE_MAX:
        raise FigureSourceError(most=SOURCE_MAX)
    return text
