"""Rosters: demand, staff and rules become shifts; a published roster is repaired with few changes.

`solve` and `repair` give the best roster so far, or say which rules, people and half hours clash; `roster_verify`
checks any roster in plain Python. `RULES` lists every rule in planners' words.
"""

from youlu.engines.roster.curtois import curtois_read
from youlu.engines.roster.errors import RosterInputError
from youlu.engines.roster.model import (
    Ahead,
    Assignment,
    Carry,
    Need,
    Person,
    Problem,
    Rule,
    Shift,
    Span,
    Stay,
    Wish,
)
from youlu.engines.roster.outcome import Breach, Clash, Cover, Params, Result
from youlu.engines.roster.rules import RULES, RuleSpec
from youlu.engines.roster.solve import repair, solve
from youlu.engines.roster.verify import Verdict, roster_verify

__all__ = [
    "RULES",
    "Ahead",
    "Assignment",
    "Breach",
    "Carry",
    "Clash",
    "Cover",
    "Need",
    "Params",
    "Person",
    "Problem",
    "Result",
    "RosterInputError",
    "Rule",
    "RuleSpec",
    "Shift",
    "Span",
    "Stay",
    "Verdict",
    "Wish",
    "curtois_read",
    "repair",
    "roster_verify",
    "solve",
]
