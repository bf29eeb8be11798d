"""What is wanted, day by day: hours typed by hand as they were typed, a forecast's half hours as one line."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from youlu.core import clock
from youlu.domain.workforce.needs import NeedSpan

LINES = 3  # more spans of a channel than this are told as one


@dataclass(frozen=True)
class NeedLine:
    channel: str
    channel_label: str
    skill: str
    hours: str
    least: float
    most: float
    expected: float  # arrivals in all these hours
    is_typed: bool


@dataclass(frozen=True)
class NeedDay:
    day: dt.date
    lines: tuple[NeedLine, ...]


def need_days(spans: Mapping[dt.date, tuple[NeedSpan, ...]]) -> list[NeedDay]:
    return [NeedDay(day, tuple(_lines(found))) for day, found in spans.items()]


def _lines(spans: tuple[NeedSpan, ...]) -> list[NeedLine]:
    groups: dict[tuple[str, str, bool], list[NeedSpan]] = defaultdict(list)
    for span in spans:
        groups[span.channel, span.skill, span.is_typed].append(span)
    return [_line(part) for found in groups.values()
            for part in ([found] if len(found) > LINES else [[span] for span in found])]


def _line(spans: list[NeedSpan]) -> NeedLine:
    first, last = spans[0], spans[-1]
    return NeedLine(
        first.channel, first.channel_label, first.skill, f"{clock.hhmm(first.start_min)}–{clock.hhmm(last.end_min)}",
        min(span.people for span in spans), max(span.people for span in spans),
        sum(span.expected * (span.end_min - span.start_min) / 30 for span in spans), first.is_typed)
