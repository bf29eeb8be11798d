"""The rest of a day, seen from its hours so far.

A day's factor is one of two kinds of luck: the ordinary, as wide as the forecast's own spread, or a surge, which may
be anything. The hours so far say which is the likelier and how large the factor is (a mixture of two gamma priors on
Poisson counts); recent hours weigh more, since a surge has a beginning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from youlu.engines.queueing.forecast.backtest import count_interval
from youlu.engines.queueing.forecast.errors import HistoryError

SURGE_SHARE = 0.02  # of days, before anything is seen
SURGE_SHAPE = 0.7  # of the gamma of a surge's factor: nearly anything
CV_MIN = 0.05


@dataclass(frozen=True, eq=False)
class Nowcast:
    """`factor` on the forecast, from `low_factor` to `high_factor`; float64[P] `mean`, `low`, `high`, NaN once over.

    `surge_share`: how likely the day is none of the ordinary kind.
    """

    factor: float
    low_factor: float
    high_factor: float
    surge_share: float
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def is_surge(self) -> bool:
        return self.surge_share > 0.5


def nowcast(
    expected: np.ndarray, seen: np.ndarray, *, cv: float, level: float = 0.9, half_life_periods: float = 6.0
) -> Nowcast:
    """Forecast the rest of a day again.

    Parameters
    ----------
    expected : float64[P], the forecast of the day, a supervisor's surge factor in it or not.
    seen : float64[K], K <= P, what came in its first periods; NaN not known.
    cv : spread of an ordinary day about its forecast, `Result.spread.cv[0]`.
    half_life_periods : so many periods ago, an hour says half as much.

    Raises
    ------
    HistoryError
        More periods seen than there are, or a count that is negative or infinite.
    """
    if seen.ndim != 1 or expected.ndim != 1 or len(seen) > len(expected):
        raise HistoryError(f"{seen.shape} periods seen of a day of {expected.shape}")
    if ((seen < 0) | np.isinf(seen)).any():
        raise HistoryError(f"period {int(np.flatnonzero((seen < 0) | np.isinf(seen))[0])}: not a number of arrivals")
    weight = 0.5 ** (np.arange(len(seen))[::-1] / half_life_periods) * ~np.isnan(seen)
    came = float((np.nan_to_num(seen) * weight).sum())
    hoped = float((expected[: len(seen)] * weight).sum())
    shapes = np.array([1 / max(cv, CV_MIN) ** 2, SURGE_SHAPE])
    evidence = np.log([1 - SURGE_SHARE, SURGE_SHARE]) + _marginal(came, hoped, shapes)
    share = np.exp(evidence - evidence.max())
    share /= share.sum()
    means, variances = (shapes + came) / (shapes + hoped), (shapes + came) / (shapes + hoped) ** 2
    factor = float(share @ means)
    variance = float(share @ (variances + means**2)) - factor**2
    rest = np.where(np.arange(len(expected)) >= len(seen), expected * factor, np.nan)
    moments = np.nan_to_num(rest), np.nan_to_num(rest + expected**2 * (variance + (cv * factor) ** 2 / 4))
    low, high = (np.where(np.isnan(rest), np.nan, edge) for edge in count_interval(*moments, level))
    reach = 1.645 * variance**0.5
    return Nowcast(factor, max(factor - reach, 0.0), factor + reach, float(share[1]), rest, low, high)


def _marginal(came: float, hoped: float, shape: np.ndarray) -> np.ndarray:
    """Log likelihood of `came` where `hoped` was expected, under gamma factors of mean 1 and these shapes."""
    if hoped <= 0:
        return np.zeros(len(shape))
    return (gammaln(shape + came) - gammaln(shape) + shape * np.log(shape / (shape + hoped))
            + came * np.log(hoped / (shape + hoped)))
