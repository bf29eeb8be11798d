"""Ways to foresee days and half hours. Each takes what is known, and gives means of the days that follow.

All work on a day's total and share it out over the periods by the profile of its kind of day, except the naive one,
which repeats what it saw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from youlu.engines.queueing.forecast.days import HOLIDAY, KINDS, MAKEUP, SATURDAY
from youlu.engines.queueing.forecast.history import WEEK

MEMORY_DAYS = 400  # what is older is not looked at
PROFILE_HALF_LIFE = 42.0  # days
PROFILE_SHRINK = 2.0  # days' worth of the common profile in that of a kind
TREND_DAMPING = 0.9  # a day


@dataclass(frozen=True, eq=False)
class Known:
    """counts : float64[D, P], NaN not known; kinds : int64[D + H], of the days known and of those to come."""

    counts: np.ndarray
    kinds: np.ndarray

    @property
    def ahead(self) -> int:
        return len(self.kinds) - len(self.counts)

    @property
    def totals(self) -> np.ndarray:
        """float64[D]; a day with a period missing is filled by its kind's profile if most of it is there, else NaN."""
        missing = np.isnan(self.counts)
        shares = period_means(self.counts)
        weight = shares / shares.sum() if shares.sum() > 0 else np.full(len(shares), 1 / len(shares))
        covered = (~missing * weight).sum(axis=1)
        known = np.nansum(self.counts, axis=1)
        return np.divide(known, covered, out=np.full(len(known), np.nan), where=covered > 0.7)


Candidate = Callable[[Known], np.ndarray]


def period_means(counts: np.ndarray) -> np.ndarray:
    """float64[P], over the days on which each period is known; 0 where it never is."""
    known = (~np.isnan(counts)).sum(axis=0)
    return np.nansum(counts, axis=0) / np.maximum(known, 1)


def seasonal_naive(known: Known) -> np.ndarray:
    """float64[H, P]: the last day of the same weekday as it was; a period not known then is that of the week before."""
    out = np.zeros((known.ahead, known.counts.shape[1]))
    days = len(known.counts)
    for h in range(known.ahead):
        left = np.full(out.shape[1], np.nan)
        for d in range(days + h - WEEK * (1 + h // WEEK), -1, -WEEK):
            left = np.where(np.isnan(left), known.counts[d], left)
            if not np.isnan(left).any():
                break
        out[h] = np.nan_to_num(left)
    return out


def recent_mean(known: Known) -> np.ndarray:
    """float64[H, P]: the mean of the last four days of the same kind."""
    totals = known.totals
    out = np.zeros(known.ahead)
    for h, kind in enumerate(known.kinds[len(totals):]):
        out[h] = _recent(totals, known.kinds, int(kind))
    return share_out(known, out)


def _recent(totals: np.ndarray, kinds: np.ndarray, kind: int) -> float:
    """Holidays are rare: until there are two they count as Sundays, and days made up for as Mondays to Fridays.

    A weekday that the history is too short to have had counts as any day.
    """
    past = kinds[: len(totals)]
    seen = np.flatnonzero(~np.isnan(totals) & (past == kind))
    if kind >= HOLIDAY and len(seen) < 2:
        like = past == SATURDAY + 1 if kind == HOLIDAY else past < SATURDAY
        seen = np.flatnonzero(~np.isnan(totals) & (like | (past == kind)))
    if not len(seen) and (past == kind).sum() < 2:
        seen = np.flatnonzero(~np.isnan(totals))
    return float(totals[seen[-4:]].mean()) if len(seen) else 0.0


def regression(known: Known) -> np.ndarray:
    """float64[H, P]: logs of totals on level, trend and kind of day, the old ones forgotten, coefficients shrunk.

    Weights are those of counts: Poisson noise plus a spread of a tenth, so that a day of five says less than one of a
    thousand. What the last days left unexplained fades out over the days to come.
    """
    totals = known.totals[-MEMORY_DAYS:]
    kinds = known.kinds[-(len(totals) + known.ahead):]
    have = np.flatnonzero(~np.isnan(totals) & _opens(totals, kinds)[: len(totals)])
    if not len(have):
        return np.zeros((known.ahead, known.counts.shape[1]))
    age = (len(totals) - 1 - np.arange(len(kinds))) / WEEK  # weeks, negative ahead
    design = _design(kinds, age)
    y = np.log(totals[have] + 0.5)
    noise = 1.0 / (totals[have] + 1.0) + 0.01
    weight = 0.5 ** (age[have] / 8.0) / noise
    ridge = np.diag([0.0, *([20.0] * 6), *([8.0] * 2), 400.0])
    x = design[have]
    solved = np.linalg.solve(x.T @ (x * weight[:, None]) + ridge, x.T @ (y * weight))
    fitted = design @ solved
    left = _fading(y - fitted[have], age[have])
    ahead = np.arange(1, known.ahead + 1)
    level = fitted[len(totals):] + left * 0.97**ahead
    return share_out(known, np.where(_opens(totals, kinds)[len(totals):], np.maximum(np.exp(level) - 0.5, 0.0), 0.0))


def _design(kinds: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Columns: level, six contrasts of weekdays, holiday, made-up day, damped trend."""
    weekday = np.where(kinds == HOLIDAY, 6, np.where(kinds == MAKEUP, 2, kinds))
    contrasts = np.eye(7)[weekday][:, 1:] - np.eye(7)[weekday][:, :1]
    ahead = np.maximum(-age * WEEK, 0.0)
    damped = TREND_DAMPING * (1 - TREND_DAMPING**ahead) / (1 - TREND_DAMPING) / WEEK
    trend = np.where(age > 0, -age, damped)
    return np.column_stack((np.ones(len(kinds)), contrasts, kinds == HOLIDAY, kinds == MAKEUP, trend))


def _fading(residuals: np.ndarray, age: np.ndarray) -> float:
    """What the last fortnight left, the newest days most, shrunk by three days of nothing."""
    weight = 0.75 ** (age * WEEK)
    return float((residuals * weight).sum() / (weight.sum() + 1.0))


def _opens(totals: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """bool, for each day: its weekday ever had anything (a desk that is shut on Sundays stays shut)."""
    ever = np.zeros(KINDS, dtype=bool)
    some = np.flatnonzero(np.nan_to_num(totals) > 0)
    ever[kinds[some]] = True
    ever |= np.bincount(kinds[: len(totals)], minlength=KINDS) < 2  # too early to say
    ever[HOLIDAY] = ever[6] or HOLIDAY in kinds[some]
    ever[MAKEUP] = ever[:SATURDAY].any() or MAKEUP in kinds[some]
    return ever[kinds]


def holt_winters(known: Known) -> np.ndarray:
    """float64[H, P]: level, damped trend and week in logs, smoothed; the speeds are those that erred least so far.

    Holt (1957) and Winters (1960), additive in logs; holidays and made-up days are taken at their mean distance.
    """
    totals = known.totals[-MEMORY_DAYS:]
    kinds = known.kinds[-(len(totals) + known.ahead):]
    have = ~np.isnan(totals) & _opens(totals, kinds)[: len(totals)]
    if not have.any():
        return np.zeros((known.ahead, known.counts.shape[1]))
    logs = np.log(np.nan_to_num(totals) + 0.5)
    alpha, beta, gamma = (grid.ravel() for grid in np.meshgrid(
        [0.05, 0.15, 0.35, 0.6, 0.9], [0.0, 0.05, 0.2], [0.02, 0.1, 0.3], indexing="ij"))
    level, trend, season, special, error = _smooth(logs, totals, have, kinds, alpha, beta, gamma)
    best = int(np.argmin(error))
    out = np.zeros(known.ahead)
    drift = 0.0
    for h, kind in enumerate(kinds[len(totals):].tolist()):
        drift += TREND_DAMPING ** (h + 1) * trend[best]
        weekday = _weekday(kinds, len(totals) + h)
        out[h] = level[best] + drift + (special[kind - HOLIDAY] if kind >= HOLIDAY else season[weekday, best])
    opens = _opens(totals, kinds)[len(totals):]
    return share_out(known, np.where(opens, np.maximum(np.exp(out) - 0.5, 0.0), 0.0))


def _weekday(kinds: np.ndarray, at: int) -> int:
    """The weekday of a day, also where a holiday hides it: counted from the next plain one."""
    for step in range(len(kinds)):
        for near in (at - step, at + step):
            if 0 <= near < len(kinds) and kinds[near] < HOLIDAY:
                return int((kinds[near] + at - near) % WEEK)
    return 0


def _smooth(
    logs: np.ndarray, totals: np.ndarray, have: np.ndarray, kinds: np.ndarray, alpha: np.ndarray, beta: np.ndarray,
    gamma: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """All speeds at once, day by day: level, trend float64[G], season [7, G], special [2], weighted errors [G]."""
    size = len(alpha)
    start = np.flatnonzero(have)[: 2 * WEEK]
    level, trend = np.full(size, logs[start].mean()), np.zeros(size)
    season = np.zeros((WEEK, size))
    for weekday in range(WEEK):
        mine = start[kinds[start] == weekday]
        if len(mine):
            season[weekday] = (logs[mine].mean() - logs[start].mean()) * len(mine) / (len(mine) + 0.5)
    special = [np.array([season[6].mean()]), np.array([season[:5].mean()])]
    error = np.zeros(size)
    for d in np.flatnonzero(have).tolist():
        kind = int(kinds[d])
        if kind >= HOLIDAY:
            special[kind - HOLIDAY] = np.append(special[kind - HOLIDAY], logs[d] - level.mean())
            continue
        before = level + TREND_DAMPING * trend
        miss = logs[d] - before - season[kind]
        trust = 1.0 / (1.0 / (totals[d] + 1.0) + 0.01)
        error += trust * miss * miss * 0.99 ** (len(logs) - d)
        # A few calls say little of the level; a jump of a hundred does.
        speed = alpha * min(1.0, 0.2 + totals[d] / 20.0)
        trend = TREND_DAMPING * trend + beta * speed * miss
        level = before + speed * miss
        season[kind] += gamma * (1 - alpha) * miss
    return level, trend, season, np.array([s.mean() for s in special]), error


def share_out(known: Known, totals: np.ndarray) -> np.ndarray:
    """float64[H, P]: days' totals over their periods, by the profile of the kind of day."""
    if known.counts.shape[1] == 1:
        return totals[:, None]
    profiles = _profiles(known)
    return totals[:, None] * profiles[known.kinds[len(known.counts):]]


def _profiles(known: Known) -> np.ndarray:
    """float64[KINDS, P], each adding up to 1: recent days most, each kind drawn towards what all have in common."""
    days = len(known.counts)
    whole = np.flatnonzero(~np.isnan(known.counts).any(axis=1) & (np.nansum(known.counts, axis=1) > 0))
    periods = known.counts.shape[1]
    if not len(whole):
        some = period_means(known.counts)
        return np.tile(some / some.sum() if some.sum() > 0 else np.full(periods, 1 / periods), (KINDS, 1))
    shares = known.counts[whole] / known.counts[whole].sum(axis=1, keepdims=True)
    weight = 0.5 ** ((days - 1 - whole) / PROFILE_HALF_LIFE) * np.sqrt(known.counts[whole].sum(axis=1))
    common = np.average(shares, axis=0, weights=weight)
    unit = weight.mean() * PROFILE_SHRINK
    out = np.empty((KINDS, periods))
    for kind in range(KINDS):
        mine = known.kinds[whole] == kind
        out[kind] = (weight[mine] @ shares[mine] + unit * common) / (weight[mine].sum() + unit)
    return out


def blend(known: Known) -> np.ndarray:
    """float64[H, P]: the mean of regression and Holt-Winters; their errors differ, so half of them cancel."""
    return (regression(known) + holt_winters(known)) / 2


CANDIDATES: dict[str, Candidate] = {
    "seasonal_naive": seasonal_naive,
    "recent_mean": recent_mean,
    "regression": regression,
    "holt_winters": holt_winters,
    "blend": blend,
}
