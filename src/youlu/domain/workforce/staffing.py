"""How many people arrivals take, by the trade's figures of a channel."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from youlu.domain.workforce.trade import Work
from youlu.engines.queueing import people_by_period


def people_of(arrivals: Sequence[float] | np.ndarray, work: Work, *, period_s: float = 1_800.0) -> np.ndarray:
    """People for float64[P] arrivals a period: Erlang A for who hangs up, the time it takes for what can wait."""
    if math.isinf(work.patience_s):
        return np.asarray(arrivals, dtype=float) * work.service_s / period_s / work.busy_share
    return people_by_period(arrivals, period_s=period_s, service_s=work.service_s, patience_s=work.patience_s,
                            within_share=work.within_share).astype(float)
