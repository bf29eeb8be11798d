"""The question and the answer of a forecast."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from youlu.engines.calendar import Workdays
from youlu.engines.queueing.forecast.backtest import Score, Spread
from youlu.engines.queueing.forecast.candidates import CANDIDATES
from youlu.engines.queueing.forecast.errors import HistoryError
from youlu.engines.queueing.forecast.history import History


class Flag(StrEnum):
    """Why to trust a forecast less."""

    SHORT = "short"  # fewer than two weeks known: kinds of days cannot be told apart
    UNTESTED = "untested"  # too short for a backtest: the plainest candidate, intervals guessed
    GAPS = "gaps"  # a tenth of the days or more is not known
    ZERO = "zero"  # nothing ever came
    CALENDAR_UNKNOWN = "calendar_unknown"  # the holiday table ends before the forecast: weekday pattern from there


@dataclass(frozen=True, eq=False)
class Problem:
    """`days` to foresee after the history. `surge`: a factor for each of them, or one for all, by whom it is known."""

    history: History
    days: int
    workdays: Workdays | None = None
    surge: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.days < 1:
            raise HistoryError(f"a forecast is of at least one day, not {self.days}")
        if len(self.surge) not in (0, 1, self.days):
            raise HistoryError(f"{len(self.surge)} surge factors for {self.days} days")
        for factor in self.surge:
            if not 0 <= factor < float("inf"):
                raise HistoryError(f"a surge factor is 0 or more, not {factor}")


@dataclass(frozen=True)
class Params:
    """`level` of the intervals; `candidates` by name; `origins` of the backtest; `leads` days tested from each."""

    level: float = 0.9
    candidates: tuple[str, ...] = tuple(CANDIDATES)
    origins: int = 28
    leads: int = 7


@dataclass(frozen=True, eq=False)
class Result:
    """Arrivals to expect, H days of P periods.

    Attributes
    ----------
    first_day : days since 1970-01-01.
    mean, low, high : float64[H, P]; between low and high with Params.level.
    kinds : int64[H], 0 Monday … 6 Sunday, 7 holiday, 8 made up.
    chosen : the candidate that erred least; `scores` of all, best first, empty if nothing could be tested.
    flags : why to trust it less.
    """

    first_day: int
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kinds: np.ndarray
    chosen: str
    scores: tuple[Score, ...]
    spread: Spread
    flags: frozenset[Flag]
    level: float = field(default=0.9)

    def table(self) -> str:
        """The backtest, a line a candidate."""
        lines = [f"{'candidate':16} {'wape':>7} {'by day':>7} {'rmse':>9} {'covered':>8}"]
        lines += [f"{s.name:16} {s.wape:7.3f} {s.wape_day:7.3f} {s.rmse:9.2f} {s.covered:8.3f}" for s in self.scores]
        return "\n".join(lines)
