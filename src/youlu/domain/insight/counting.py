"""Counting the mail in flight by state, for the whole and by prefecture of destination."""

from __future__ import annotations

from collections import Counter, defaultdict

from youlu.domain.continuity.selectors import closures_open
from youlu.domain.desk.models import WorkOrder
from youlu.domain.insight.models import Indicator
from youlu.domain.mail.selectors import DestCount, items_counted
from youlu.domain.network.selectors import offices_all

WHOLE = ""
COUNTED = {Indicator.RISK: "risk", Indicator.LATE: "late", Indicator.NO_WAY: "noway", Indicator.SILENT: "none"}
HELD = ("kept", "none")  # silence is doubt, not yet a broken promise


def kept_pct(states: Counter[str]) -> float | None:
    """Share of the items in flight whose promise holds, in per cent; None without items."""
    items = sum(states.values())
    return 100 * sum(states[state] for state in HELD) / items if items else None


def states_by_scope(counts: tuple[DestCount, ...]) -> dict[str, Counter[str]]:
    """Items by state: of everything, and of each prefecture."""
    codes = [office.division_code[:4] for office in offices_all()]
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in counts:
        for scope in (WHOLE, codes[row.office_id]):
            found[scope][row.state] += row.items
    return dict(found)


def values_now() -> dict[tuple[str, str], float]:
    """(indicator, scope) -> value."""
    values: dict[tuple[str, str], float] = {}
    for scope, states in states_by_scope(items_counted()).items():
        pct = kept_pct(states)
        if pct is not None:
            values[Indicator.KEPT_PCT, scope] = pct
        if scope == WHOLE:
            values |= {(indicator, WHOLE): float(states[state]) for indicator, state in COUNTED.items()}
    values[Indicator.CLOSURES, WHOLE] = float(closures_open())
    values[Indicator.ORDERS, WHOLE] = float(WorkOrder.objects.filter(state=WorkOrder.State.OPEN).count())
    return values
