"""How instants, reasons and doubts are said to a customer: the wave of a day, never a minute."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Mapping
from dataclasses import dataclass

from youlu.core.clock import local


@dataclass(frozen=True)
class Segment:
    """A piece of a sentence; `is_emphasised` pieces are what the agent must not miss."""

    text: str
    is_emphasised: bool


def day_phrase(instant: dt.datetime) -> str:
    """7月31日."""
    at = _end_of(instant)
    return f"{at.month}月{at.day}日"


def until_phrase(instant: dt.datetime) -> str:
    """8月3日18时前; a wave that ends off the hour keeps its minutes: 8月3日12时30分前."""
    at = _end_of(instant)
    hour = 24 if (at.hour, at.minute) == (23, 59) else at.hour
    minutes = f"{at.minute}分" if at.minute and hour < 24 else ""
    return f"{at.month}月{at.day}日{hour}时{minutes}前"


def _end_of(instant: dt.datetime) -> dt.datetime:
    at = local(instant)
    # Midnight ends the day before: "8月3日24时前", not "8月4日0时前".
    return at - dt.timedelta(minutes=1) if (at.hour, at.minute) == (0, 0) else at


def variables_in(body: str) -> list[str]:
    """Names of the {variables} of a body; raises ValueError where it is no plain name (nothing is looked into)."""
    names = []
    for _, name, spec, conversion in string.Formatter().parse(body):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(name or "{}")
        names.append(name)
    return names


def segments(body: str, values: Mapping[str, str], emphasised: frozenset[str] = frozenset()) -> tuple[Segment, ...]:
    """Fill the body. A missing value raises KeyError: half a sentence is never said."""
    pieces = []
    for literal, name, _, _ in string.Formatter().parse(body):
        if literal:
            pieces.append(Segment(literal, False))
        if name is not None:
            pieces.append(Segment(values[name], name in emphasised))
    return tuple(pieces)
