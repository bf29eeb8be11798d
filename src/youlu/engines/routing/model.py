"""The words of the engine: what goes into a routing problem and what comes out.

Places are rows of the matrices (0-based). Minutes count from local midnight of the day a route
leaves home; a route that stays out overnight goes on counting beyond 1,440.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np

DAY_MIN = 1440


@dataclass(frozen=True)
class Customer:
    """Somebody who is visited `visits` times a period.

    Parameters
    ----------
    place : row of the matrices.
    demand : load of one visit, in the vehicles' unit.
    visits : visits per period; hard.
    patterns : allowed sets of days, each a sorted tuple of day indices. Empty: every set of `visits`
        days whose neighbours, counted round the period, are at least `min_gap_days` apart.
    window_min : service begins within it, minutes after midnight of the day of the visit.
    vehicles : names of the vehicle types that may come; empty: all.
    mail_per_day : items that arrive for the customer each day; weighs the age of mail.
    """

    name: str
    place: int
    demand: float = 0.0
    visits: int = 1
    patterns: tuple[tuple[int, ...], ...] = ()
    min_gap_days: int = 1
    service_min: float = 0.0
    window_min: tuple[float, float] = (0.0, inf)
    vehicles: frozenset[str] = frozenset()
    mail_per_day: float = 0.0


@dataclass(frozen=True)
class Vehicle:
    """A vehicle type at one home office.

    Parameters
    ----------
    home : place where routes start and end.
    count : vehicles of the type. `days` limits the days on which they run (empty: all).
    max_duty_min : longest duty between leaving home, or the end of a night's rest, and coming home
        or lying down to rest. Driving, service, waiting and breaks count.
    max_driving_min : longest driving in one duty.
    break_after_min, break_min : after so much driving without a break one is taken, on the road if need
        be. A crossing of at least `break_min` and a night count as a break; waiting does not.
    max_nights : nights a route may stay out; the vehicle has no other route on those days.
    rest_min : shortest rest of a night.
    shift_min : earliest departure and latest return, minutes after midnight.
    price : multiplies distance.
    fixed_cost : of each route.
    """

    name: str
    home: int
    count: int = 1
    capacity: float = inf
    days: tuple[int, ...] = ()
    shift_min: tuple[float, float] = (0.0, inf)
    max_duty_min: float = inf
    max_driving_min: float = inf
    break_after_min: float = inf
    break_min: float = 0.0
    max_nights: int = 0
    rest_min: float = 600.0
    price: float = 1.0
    fixed_cost: float = 0.0


@dataclass(frozen=True)
class Crossing:
    """The way from one place to another by a ferry or flight with fixed departures, in place of the road.

    Drive `approach_min` to the pier, leave at one of `departures_min` (minutes after midnight), be across
    `crossing_min` later, drive `onward_min`. Driving rules do not count the crossing itself. The distance of
    the way stands in the matrix as for any road.
    """

    origin: int
    destination: int
    departures_min: tuple[float, ...]
    crossing_min: float
    approach_min: float = 0.0
    onward_min: float = 0.0


@dataclass(frozen=True, eq=False)
class Day:
    """Distances and driving times of one day.

    Parameters
    ----------
    distance : float array (places, places); `inf` is a closed edge.
    time_min : float array (places, places), minutes.
    crossings : ferries and flights of the day.
    """

    distance: np.ndarray
    time_min: np.ndarray
    crossings: tuple[Crossing, ...] = ()


@dataclass(frozen=True)
class Weights:
    """What the plan is charged for. The default is distance alone.

    duty: per minute of duty. overnight: per night away. mail_age: per item and day that mail waits for
    its visit. changed_day: per visit day that is not among the customer's days of the plan in force.
    """

    distance: float = 1.0
    duty: float = 0.0
    overnight: float = 0.0
    mail_age: float = 0.0
    changed_day: float = 0.0


@dataclass(frozen=True, eq=False)
class Problem:
    """A period of service days to plan.

    Parameters
    ----------
    days : one `Day` per service day; the same object may stand for several.
    period_days : length of the period for gaps between visits (a week of six service days has 7).
        Default: the number of service days.
    asymmetric : distances may differ by direction. Without it an asymmetric matrix is an input error.
    points : (x, y) per place, for drawings only.
    """

    customers: tuple[Customer, ...]
    vehicles: tuple[Vehicle, ...]
    days: tuple[Day, ...]
    period_days: int | None = None
    weights: Weights = field(default_factory=Weights)
    asymmetric: bool = False
    points: tuple[tuple[float, float], ...] = ()
    name: str = ""

    @property
    def n_days(self) -> int:
        return len(self.days)

    @property
    def n_places(self) -> int:
        return len(self.days[0].distance)

    @property
    def period(self) -> int:
        """Days after which the plan repeats."""
        return self.period_days or self.n_days


@dataclass(frozen=True)
class Visit:
    """One stop of a route, in minutes from midnight of the day the route left.

    `night_before`: the night is spent at the stop before this one.
    """

    customer: str
    arrive_min: float
    begin_min: float
    leave_min: float
    night_before: bool = False


@dataclass(frozen=True)
class Route:
    """One vehicle's run that leaves on `day`; a visit after a night counts for that day too.

    `vehicle_no` counts the vehicles of the type from 0.
    """

    day: int
    vehicle: str
    vehicle_no: int
    start_min: float
    end_min: float
    visits: tuple[Visit, ...]
    distance: float
    load: float
    night_before_return: bool = False

    @property
    def nights(self) -> int:
        return sum(v.night_before for v in self.visits) + self.night_before_return


@dataclass(frozen=True)
class Unserved:
    """A customer (or "" for the plan as a whole) that cannot be served, and the cause."""

    customer: str
    cause: str


@dataclass(frozen=True)
class Result:
    """A plan, or the reasons why there is none.

    Attributes
    ----------
    feasible : every rule is kept; only then are there routes.
    cost : the weighed objective; `inf` without a plan. `costs` are its parts before weights.
    days_by_customer : the day pattern chosen for each customer.
    stopped_by : "seconds", "iterations", "stall", "caller" or "infeasible".
    lower_bound : no plan can cost less (0 when nothing better is known).
    """

    feasible: bool
    cost: float
    costs: Mapping[str, float]
    routes: tuple[Route, ...]
    days_by_customer: Mapping[str, tuple[int, ...]]
    unserved: tuple[Unserved, ...] = ()
    seed: int = 0
    iterations: int = 0
    stopped_by: str = ""
    method: str = ""
    lower_bound: float = 0.0


@dataclass(frozen=True)
class Progress:
    """What the call-back sees: the best cost so far (`inf`: nothing feasible yet)."""

    iterations: int
    elapsed_s: float
    best_cost: float
    method: str


@dataclass(frozen=True)
class Params:
    """When to stop, and how to search.

    Parameters
    ----------
    seconds : needs the caller's `clock`. A plan is reproduced exactly by `iterations`, not by seconds.
    iterations : ruin-and-recreate steps in all chains together.
    stall : stop after so many steps without a better plan; 0: never.
    chains : annealing runs after one another; each later one starts from the best plan.
    removed_mean, string_max, blink : as in slack induction by string removals.
    pattern_blink : chance that a better pattern is passed over.
    one_day_share : share of ruins whose strings are all of one day.
    fit_share : the prices of excess rise while fewer plans than a share keep the limits: a quarter of this
        at first, five quarters at last.
    hot, cold : temperature at first and at last, in units of the incumbent's cost per visit.
    groups_share : share of the effort for PyVRP's group model where it applies.
    polish_share : share of the effort for PyVRP on single days.
    """

    seconds: float | None = None
    iterations: int = 200_000
    stall: int = 0
    chains: int = 1
    removed_mean: float = 10.0
    string_max: int = 10
    blink: float = 0.01
    pattern_blink: float = 0.1
    one_day_share: float = 0.0
    fit_share: float = 0.6
    hot: float = 3.0
    cold: float = 0.003
    groups_share: float = 0.0
    polish_share: float = 0.0
