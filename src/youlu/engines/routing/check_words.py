"""The kind of every value a caller hands in, so that a word where a number belongs is named, not met halfway."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any


def _whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _real(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _all(kind: Callable[[Any], bool], value: Any) -> bool:
    return isinstance(value, tuple) and all(map(kind, value))


def _pair(value: Any) -> bool:
    return _all(_real, value) and len(value) == 2


def _days(value: Any) -> bool:
    return _all(_whole, value)


# word: (test, what is needed); `days` and the like of customers, vehicles, crossings and weights
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda value: isinstance(value, str), "a text"),
    "patterns": (lambda value: _all(_days, value), "a tuple of tuples of whole numbers"),
    "days": (_days, "a tuple of whole numbers"),
    "departures_min": (lambda value: _all(_real, value), "a tuple of numbers"),
    "vehicles": (lambda value: isinstance(value, frozenset) and all(isinstance(v, str) for v in value), "a frozenset"),
    **dict.fromkeys(("window_min", "shift_min"), (_pair, "a tuple of two numbers")),
    **dict.fromkeys(
        ("place", "visits", "min_gap_days", "home", "count", "max_nights", "origin", "destination"),
        (_whole, "a whole number"),
    ),
}


def kind_fault(entry: object) -> str:
    """What is wrong with the kind of one of the entry's values, or ""."""
    for word, value in vars(entry).items():
        test, needed = KINDS.get(word, (_real, "a number"))
        if not test(value):
            return f"{word} is {value!r}: {needed} is needed"
    return ""
