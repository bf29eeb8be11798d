"""Rolling origin: what each candidate would have said on earlier days, against what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom, poisson

from youlu.engines.queueing.forecast.candidates import CANDIDATES, Known


@dataclass(frozen=True)
class Score:
    """Errors of one candidate. `wape`: sum of absolute errors over sum of arrivals, by period; `wape_day`: by day.

    `rmse` is by period, in arrivals; `covered` the share of periods inside the interval (NaN before it is reckoned).
    """

    name: str
    wape: float
    wape_day: float
    rmse: float
    covered: float = float("nan")


@dataclass(frozen=True, eq=False)
class Tested:
    """What a candidate said: float64[O, H, P] means; `came` the same shape, NaN not known; by origin, lead, period."""

    name: str
    said: np.ndarray
    came: np.ndarray

    def score(self, level: float) -> Score:
        known = ~np.isnan(self.came)
        miss = np.where(known, self.came - self.said, 0.0)
        came = np.where(known, self.came, 0.0)
        total = max(float(came.sum()), 1e-9)
        by_day = np.abs(miss.sum(axis=2)).sum()
        rmse = float(np.sqrt((miss**2).sum() / max(int(known.sum()), 1)))
        return Score(self.name, float(np.abs(miss).sum()) / total, float(by_day) / total, rmse, self._covered(level))

    def _covered(self, level: float) -> float:
        """Spread learnt on the earlier half of the origins, held against the later."""
        half = len(self.said) // 2
        if half < 2:
            return float("nan")
        spread = Spread.learn(self.said[:half], self.came[:half])
        low, high = spread.interval(self.said[half:], level)
        came = self.came[half:]
        known = ~np.isnan(came) & (self.said[half:] > 0)
        return float(((came >= low) & (came <= high))[known].mean()) if known.any() else float("nan")


@dataclass(frozen=True, eq=False)
class Spread:
    """Variance of a count about its forecast mean m: `scale` · m + (`cv`[lead] · m)²."""

    scale: float
    cv: np.ndarray

    @classmethod
    def learn(cls, said: np.ndarray, came: np.ndarray) -> Spread:
        """From float64[O, H, P] of means and what came, NaN not known; least assumption: a plain Poisson."""
        known = ~np.isnan(came) & (said > 0)
        if not known.any():
            return cls(1.0, np.full(said.shape[1], 0.3))
        square = np.where(known, (came - said) ** 2, 0.0)
        mean = np.where(known, said, 0.0)
        cv = np.empty(said.shape[1])
        for lead in range(said.shape[1]):
            excess = (square[:, lead] - mean[:, lead]).sum()
            cv[lead] = np.sqrt(max(excess, 0.0) / max((mean[:, lead] ** 2).sum(), 1e-9))
        return cls(1.0, np.maximum.accumulate(cv))

    @classmethod
    def guess(cls, leads: int) -> Spread:
        """Where nothing could be tested: a third up or down, so that nobody trusts it."""
        return cls(1.0, np.full(leads, 0.3))

    def interval(self, mean: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Low and high of shape (…, H, P) at `level`: quantiles of a negative binomial."""
        cv = self.cv[: mean.shape[-2], None]
        return count_interval(mean, self.scale * mean + (cv * mean) ** 2, level)


def count_interval(mean: np.ndarray, variance: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Low and high quantiles of counts with these moments: negative binomial, Poisson where not overdispersed."""
    lower, upper = (1 - level) / 2, (1 + level) / 2
    safe = np.maximum(mean, 1e-9)
    excess = np.maximum(variance - safe, 0.0)
    size = safe**2 / np.maximum(excess, 1e-9 * safe)
    p = size / (size + safe)
    over = excess > 1e-6 * safe
    low = np.where(over, nbinom.ppf(lower, size, p), poisson.ppf(lower, safe))
    high = np.where(over, nbinom.ppf(upper, size, p), poisson.ppf(upper, safe))
    return np.where(mean > 0, low, 0.0), np.where(mean > 0, high, 0.0)


def backtest(
    counts: np.ndarray, kinds: np.ndarray, *, origins: list[int], leads: int, names: tuple[str, ...]
) -> list[Tested]:
    """Each candidate from each origin (days known) for `leads` days; it sees nothing of what came after.

    Parameters
    ----------
    counts : float64[D, P]; kinds : int64, at least to `leads` days after the last origin.
    """
    out = []
    came = np.stack([_ahead(counts, o, leads) for o in origins])
    for name in names:
        said = np.stack([CANDIDATES[name](Known(counts[:o], kinds[: o + leads])) for o in origins])
        out.append(Tested(name, said, came))
    return out


def _ahead(counts: np.ndarray, origin: int, leads: int) -> np.ndarray:
    """float64[H, P], NaN beyond the history."""
    out = np.full((leads, counts.shape[1]), np.nan)
    rows = counts[origin : origin + leads]
    out[: len(rows)] = rows
    return out
