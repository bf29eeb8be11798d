"""Periodic routes, daily rounds and pairing.

`solve` plans a period in which every customer is visited a fixed number of times on allowed days;
`plan_verify` checks any plan in plain Python.
"""

from youlu.engines.routing.bound import lower_bound
from youlu.engines.routing.cordeau import cordeau_read, cordeau_solution_read
from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import (
    Crossing,
    Customer,
    Day,
    Params,
    Problem,
    Progress,
    Result,
    Route,
    Unserved,
    Vehicle,
    Visit,
    Weights,
)
from youlu.engines.routing.pairing import Pairing, PairingProblem, pair
from youlu.engines.routing.patterns import patterns_allowed
from youlu.engines.routing.periodic import solve
from youlu.engines.routing.roads import edges_close
from youlu.engines.routing.rounds import rounds_solve
from youlu.engines.routing.verify import plan_verify
from youlu.engines.routing.vrplib_read import vrplib_read

__all__ = [
    "Crossing",
    "Customer",
    "Day",
    "Pairing",
    "PairingProblem",
    "Params",
    "Problem",
    "Progress",
    "Result",
    "Route",
    "RoutingInputError",
    "Unserved",
    "Vehicle",
    "Visit",
    "Weights",
    "cordeau_read",
    "cordeau_solution_read",
    "edges_close",
    "lower_bound",
    "pair",
    "patterns_allowed",
    "plan_verify",
    "rounds_solve",
    "solve",
    "vrplib_read",
]
