"""Choose the candidate that erred least so far, and let it speak."""

from __future__ import annotations

import numpy as np

from youlu.engines.queueing.forecast.backtest import Score, Spread, backtest
from youlu.engines.queueing.forecast.candidates import CANDIDATES, Known
from youlu.engines.queueing.forecast.days import day_kinds
from youlu.engines.queueing.forecast.errors import HistoryError
from youlu.engines.queueing.forecast.model import Flag, Params, Problem, Result

SHORT_DAYS = 14
TESTED_DAYS = 28
GAPS_SHARE = 0.1


def forecast(problem: Problem, *, params: Params = Params()) -> Result:
    """Arrivals of the days after the history.

    Returns
    -------
    Result
        With flags where the history is short, has gaps, is nothing but zeros, or the holiday table ends.

    Raises
    ------
    HistoryError
        A candidate that does not exist.
    """
    unknown_names = [name for name in params.candidates if name not in CANDIDATES]
    if unknown_names or not params.candidates:
        raise HistoryError(f"candidate {(unknown_names or ['(none)'])[0]!r} is none of {', '.join(CANDIDATES)}")
    history = problem.history
    until = history.days + problem.days
    kinds, unknown = day_kinds(history.first_day, history.days + max(problem.days, params.leads), problem.workdays)
    chosen, scores, spread = _choose(history.counts, kinds, params)
    mean = CANDIDATES[chosen](Known(history.counts, kinds[:until]))
    factor = np.broadcast_to(np.array(problem.surge or (1.0,)), (problem.days,))
    mean = mean * factor[:, None]
    spread = _stretch(spread, problem.days)
    low, high = spread.interval(mean, params.level)
    flags = _flags(problem, bool(scores), 0 <= unknown - history.first_day < until)
    return Result(history.first_day + history.days, mean, low, high, kinds[history.days : until], chosen, scores,
                  spread, flags, params.level)


def _choose(counts: np.ndarray, kinds: np.ndarray, params: Params) -> tuple[str, tuple[Score, ...], Spread]:
    origins = origins_of(counts, params)
    if not origins:
        name = "recent_mean" if "recent_mean" in params.candidates else params.candidates[0]
        return name, (), Spread.guess(params.leads)
    tested = backtest(counts, kinds, origins=origins, leads=params.leads, names=params.candidates)
    ranked = sorted(((one.score(params.level), one) for one in tested), key=lambda pair: pair[0].wape)
    best = ranked[0][1]
    return best.name, tuple(score for score, _ in ranked), Spread.learn(best.said, best.came)


def origins_of(counts: np.ndarray, params: Params) -> list[int]:
    """Days from which to test: the latest, each with something known ahead of it and three weeks behind."""
    known = ~np.isnan(counts).all(axis=1)
    if known.sum() < TESTED_DAYS:
        return []
    first = int(np.flatnonzero(np.cumsum(known) >= TESTED_DAYS - 7)[0]) + 1
    return list(range(max(first, len(counts) - params.origins), len(counts)))


def _stretch(spread: Spread, days: int) -> Spread:
    """Leads beyond those tested are as uncertain as the last, and more so week by week."""
    cv = spread.cv
    if days <= len(cv):
        return Spread(spread.scale, cv[:days])
    beyond = cv[-1] * np.sqrt(1 + np.arange(1, days - len(cv) + 1) / 28.0)
    return Spread(spread.scale, np.concatenate((cv, beyond)))


def _flags(problem: Problem, is_tested: bool, is_calendar_unknown: bool) -> frozenset[Flag]:
    counts = problem.history.counts
    known = ~np.isnan(counts).all(axis=1)
    # A weekday that never has anything is a day off, not a gap.
    weekdays = problem.history.weekdays
    worked = np.isin(weekdays, np.unique(weekdays[known]))
    found = {
        Flag.SHORT: known.sum() < SHORT_DAYS,
        Flag.UNTESTED: not is_tested,
        Flag.GAPS: np.isnan(counts[worked]).mean() >= GAPS_SHARE,
        Flag.ZERO: np.nansum(counts) == 0,
        Flag.CALENDAR_UNKNOWN: is_calendar_unknown,
    }
    return frozenset(flag for flag, is_so in found.items() if is_so)
