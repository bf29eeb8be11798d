"""Every rule of the roster, one named function each. Importing this package fills `RULES`."""

from youlu.engines.roster.rules import hours, persons, sequences, team
from youlu.engines.roster.rules.registry import RULES, RuleSpec

__all__ = ["RULES", "RuleSpec", "hours", "persons", "sequences", "team"]
