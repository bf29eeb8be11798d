"""Which sets of days a customer may have, and how long its mail then waits."""

from __future__ import annotations

from itertools import combinations

from youlu.engines.routing.model import Customer, Problem


def gaps(days: tuple[int, ...], period: int) -> list[int]:
    """Days from each visit to the next, round the period."""
    following = (*days[1:], days[0] + period)
    return [b - a for a, b in zip(days, following, strict=True)]


def patterns_allowed(customer: Customer, problem: Problem) -> tuple[tuple[int, ...], ...]:
    """The day sets the customer may have, in a fixed order; empty if none can be.

    Patterns that are given are taken as they are; otherwise all sets of `visits` days with neighbours
    at least `min_gap_days` apart (one visit a period has no neighbour).
    """
    if customer.patterns:
        return tuple(sorted({tuple(sorted(set(p))) for p in customer.patterns}))
    found = combinations(range(problem.n_days), customer.visits)
    if customer.visits < 2:
        return tuple(found)
    return tuple(p for p in found if min(gaps(p, problem.period)) >= customer.min_gap_days)


def mail_age(days: tuple[int, ...], period: int, mail_per_day: float) -> float:
    """Item-days that mail waits in one period when it arrives evenly: a gap of g days holds g²/2."""
    return mail_per_day * sum(g * g for g in gaps(days, period)) / 2.0


def days_changed(days: tuple[int, ...], before: tuple[int, ...] | None) -> int:
    """Visit days that the plan in force does not have (0 for a new customer)."""
    return 0 if before is None else len(set(days) - set(before))
