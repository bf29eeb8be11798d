"""Why an agent has an order: a code and the figures of the moment, kept with the line of the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

CODES = ("known", "least", "first", "chosen", "given", "busy", "nobody")


@dataclass(frozen=True)
class Why:
    """`code`: known (had the case before), least (held least of those able), first (the most urgent they could do),
    chosen (took it by their own choice), given (a supervisor's choice); of a call also busy (all who could are on the
    telephone), nobody (none who could is there).

    `load`: orders in hand before; `able`: agents present who could do it, 0 where nobody counted; `waited_min`: minutes
    in the pool; `lacks`: skills of the kind that they have not.
    """

    code: str
    load: int = 0
    able: int = 0
    waited_min: int = 0
    lacks: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """As it is stored; figures that say nothing are left out."""
        kept = {name: value for name, value in asdict(self).items() if value or name in ("code", "load")}
        return kept | ({"lacks": list(self.lacks)} if self.lacks else {})


def why_of(row: Mapping[str, Any] | None) -> Why | None:
    """What was stored; None for a line that is no decision, or of a code that there is not."""
    if not row or row.get("code") not in CODES:
        return None
    return Why(row["code"], int(row.get("load", 0)), int(row.get("able", 0)), int(row.get("waited_min", 0)),
               tuple(row.get("lacks", ())))
