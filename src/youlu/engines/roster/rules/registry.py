"""The list of roster rules: each is one named function that writes rows, with the sentence planners say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from youlu.engines.roster.model import Rule
from youlu.engines.roster.rows import Draft

Writer = Callable[[Draft, Rule, int], None]


@dataclass(frozen=True)
class RuleSpec:
    """A rule in words. `uses` names the fields of `Rule` it reads; `source` the law or paper; `always` needs no entry;
    `bars` leaves decisions out before any row is written."""

    name: str
    sentence: str
    unit: str
    uses: tuple[str, ...] = ()
    always: bool = False
    weighable: bool = True
    source: str = ""
    bars: bool = False
    write: Writer | None = None


RULES: dict[str, RuleSpec] = {}


def rule(sentence: str, unit: str = "", *, uses: tuple[str, ...] = (), weighable: bool = True, always: bool = False,
         bars: bool = False, source: str = "") -> Callable[[Writer], Writer]:
    """Register the decorated function under its own name."""

    def register(function: Writer) -> Writer:
        name = function.__name__
        RULES[name] = RuleSpec(name, sentence, unit, uses, always, weighable and not bars, source, bars, function)
        return function

    return register
