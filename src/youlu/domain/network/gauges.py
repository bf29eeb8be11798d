"""Figures of the network for the operator's monitor."""

from __future__ import annotations

from youlu.core import clock
from youlu.core.gauges import one
from youlu.core.metrics import Family
from youlu.domain.network.models import Closure


def network_gauges() -> list[Family]:
    """The epoch, closures in force, those past their review."""
    open_ = Closure.objects.filter(lifted_at=None)
    return [
        one("epoch", "The integer that every timetable activation, closure and edit raises.",
            "SELECT max(epoch) FROM network_epochcounter"),
        Family("closures_open", "Closures not lifted.", "gauge", [({}, open_.count())]),
        Family("closures_past_review", "Closures not lifted whose review time has passed.", "gauge",
               [({}, open_.filter(next_review_at__lt=clock.now()).count())]),
    ]
