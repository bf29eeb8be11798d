"""The desk simulated event by event: many skills, sites and channels, people on a roster, everything that waits.

`simulate(Problem(...), seed=…)` runs replications of a desk and gives figures with intervals; `compare` says what a
plan gains against doing nothing, customer by customer the same luck.
"""

from youlu.engines.queueing.simulation.errors import DeskError
from youlu.engines.queueing.simulation.kernel import ABANDONED, ANSWERED, GIVEN_UP, UNREACHED, WAITING
from youlu.engines.queueing.simulation.model import Agent, Channel, Params, Problem, Times, Windows
from youlu.engines.queueing.simulation.result import RATIOS, Interval, Records, Result, compare, interval_of
from youlu.engines.queueing.simulation.running import simulate
from youlu.engines.queueing.simulation.tally import FIGURES

__all__ = [
    "ABANDONED",
    "ANSWERED",
    "FIGURES",
    "GIVEN_UP",
    "RATIOS",
    "UNREACHED",
    "WAITING",
    "Agent",
    "Channel",
    "DeskError",
    "Interval",
    "Params",
    "Problem",
    "Records",
    "Result",
    "Times",
    "Windows",
    "compare",
    "interval_of",
    "simulate",
]
