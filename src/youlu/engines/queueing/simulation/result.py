"""What a desk did: figures by period, day and in all, with intervals over the replications."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.special import stdtrit

from youlu.engines.queueing.simulation.errors import DeskError
from youlu.engines.queueing.simulation.model import Problem
from youlu.engines.queueing.simulation.tally import FIGURES, quantile

RATIOS = {
    "answered_share": ("answered", "offered"),
    "within_share": ("within", "offered"),
    "abandoned_share": ("abandoned", "offered"),
    "on_time_share": ("on_time", "due"),
    "called_back_kept_share": ("called_back_kept", "called_back"),
}
_AT = {name: i for i, name in enumerate(FIGURES)}


@dataclass(frozen=True)
class Interval:
    """A mean over `count` replications and `half` the width of its Student interval (NaN of fewer than two)."""

    mean: float
    half: float
    count: int

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half


def interval_of(values: np.ndarray, share: float = 0.95) -> Interval:
    """Student's interval of float64[R], one value a replication; values that are not finite are left out."""
    kept = values[np.isfinite(values)]
    if not kept.size:
        return Interval(math.nan, math.nan, 0)
    if kept.size == 1:
        return Interval(float(kept[0]), math.nan, 1)
    half = stdtrit(kept.size - 1, (1 + share) / 2) * kept.std(ddof=1) / math.sqrt(kept.size)
    return Interval(float(kept.mean()), float(half), int(kept.size))


@dataclass(frozen=True, eq=False)
class Records:
    """Every attempt of one replication, in the order of arrival: arrays of one length.

    Attributes
    ----------
    channel : int16, place in Problem.channels
    customer : int32, number within channel and within given or drawn arrivals
    given : bool, came from `given_s`
    attempt : int8, 0 the first
    status : int8, WAITING, ANSWERED, ABANDONED, UNREACHED (tried again later) or GIVEN_UP
    called_back : bool, took the offer of a call back
    agent : int32, place in Problem.agents, -1 nobody
    arrive_s, begin_s, end_s, due_s : float64; NaN where it did not happen, inf due never
    """

    channel: np.ndarray
    customer: np.ndarray
    given: np.ndarray
    attempt: np.ndarray
    status: np.ndarray
    called_back: np.ndarray
    agent: np.ndarray
    arrive_s: np.ndarray
    begin_s: np.ndarray
    end_s: np.ndarray
    due_s: np.ndarray


@dataclass(frozen=True, eq=False)
class Result:
    """R replications of C channels, N agents, P periods, D days, M = len(FIGURES) figures, B bins of waits.

    Attributes
    ----------
    numbers : int64[R], which replications; the same number is the same luck in every plan
    totals : float64[R, C, M]; the backlog is that at the end of the horizon
    days : float64[R, D, C, M]; the backlog is that at the end of the day
    mean, deviation : float64[P, C, M], over replications
    waits : int64[P, C, B], answers by wait over all replications, see `tally.bin_edges`
    busy_s, over_s : float64[R, N]; seconds worked within the horizon, and of them after duty ended
    duty_s : float64[N]
    finished_s : float64[R, C]; when the last of a channel's work was done, inf where some is left
    records : of the first replications, as many as Params.records
    is_stopped : the caller ended it before all replications were done
    """

    problem: Problem
    seed: int
    numbers: np.ndarray
    totals: np.ndarray
    days: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    waits: np.ndarray
    busy_s: np.ndarray
    over_s: np.ndarray
    duty_s: np.ndarray
    finished_s: np.ndarray
    records: tuple[Records, ...] = ()
    is_stopped: bool = False
    share: float = field(default=0.95)

    @property
    def replications(self) -> int:
        return len(self.numbers)

    def values(self, figure: str, channel: str, day: int | None = None) -> np.ndarray:
        """float64[R] of a name in FIGURES or RATIOS, or `wait_mean_s`; NaN where nothing is to be divided by."""
        c = self.problem.channel_index(channel)
        table = (self.totals if day is None else self.days[:, day])[:, c]
        if figure in _AT:
            return table[:, _AT[figure]]
        if figure == "wait_mean_s":
            above = table[:, _AT["wait_s"]]
            below = table[:, _AT["answered"]] - table[:, _AT["called_back_answered"]]
        elif figure in RATIOS:
            above, below = (table[:, _AT[name]] for name in RATIOS[figure])
        else:
            raise DeskError(f"figure {figure!r}: is none of {', '.join((*FIGURES, *RATIOS, 'wait_mean_s'))}")
        return np.divide(above, below, out=np.full(len(table), np.nan), where=below > 0)

    def interval(self, figure: str, channel: str, day: int | None = None) -> Interval:
        """The figure with its interval at `share`, of the horizon or of one day."""
        return interval_of(self.values(figure, channel, day), self.share)

    def period_interval(self, figure: str, channel: str) -> tuple[np.ndarray, np.ndarray]:
        """float64[P] mean and half width, of a name in FIGURES."""
        c, m, r = self.problem.channel_index(channel), _AT[figure], self.replications
        half = stdtrit(r - 1, (1 + self.share) / 2) / math.sqrt(r) if r > 1 else math.nan
        return self.mean[:, c, m], self.deviation[:, c, m] * half

    def wait_quantile(self, channel: str, share: float, period: int | None = None) -> float:
        """Seconds that `share` of the answered did not wait longer than, within nine per cent; NaN if none was."""
        counts = self.waits[:, self.problem.channel_index(channel)]
        return quantile(counts.sum(axis=0) if period is None else counts[period], share)

    def occupancy(self, agent: str) -> Interval:
        """Share of duty that a person is busy; above 1 if they work long after it. Nobody on duty: count 0."""
        return self._occupied(np.array([a.name == agent for a in self.problem.agents]), f"agent {agent!r}")

    def site_occupancy(self, site: str) -> Interval:
        return self._occupied(np.array([a.site == site for a in self.problem.agents]), f"site {site!r}")

    def _occupied(self, chosen: np.ndarray, whose: str) -> Interval:
        if not chosen.any():
            raise DeskError(f"{whose}: not at this desk")
        duty = self.duty_s[chosen].sum()
        busy = self.busy_s[:, chosen].sum(axis=1)
        return interval_of(busy / duty if duty > 0 else np.full(len(busy), np.nan), self.share)

    def finished_by(self, channel: str, share: float = 0.5) -> float:
        """Instant by which the channel's work is all done in `share` of the replications; inf if it is not."""
        at = np.sort(self.finished_s[:, self.problem.channel_index(channel)])
        return float(at[max(0, math.ceil(share * len(at)) - 1)])


def compare(plan: Result, base: Result, figure: str, channel: str, day: int | None = None) -> Interval:
    """Plan minus base, paired by replication: with one seed both had the same customers.

    Raises
    ------
    DeskError
        The two were run with different seeds, or share no replication.
    """
    if plan.seed != base.seed:
        raise DeskError(f"plans are compared on one seed, these are {plan.seed} and {base.seed}")
    both, left, right = np.intersect1d(plan.numbers, base.numbers, return_indices=True)
    if not both.size:
        raise DeskError("the two plans share no replication")
    return interval_of(plan.values(figure, channel, day)[left] - base.values(figure, channel, day)[right], plan.share)
