"""A normal day of the desk, and the night that ends it: where the people are and how many call. Demonstrations only."""

from __future__ import annotations

import datetime as dt

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.models import Agent
from youlu.domain.workforce.services import demand_set, presence_set
from youlu.scenarios.lanzhou.cast import AT_HOME, CALLS_AN_HOUR, HOURS_A_DAY, ON_SITE, SOURCE

SURGE = 3  # the page's; CALLS_AN_HOUR is with it
DAYS = 2


def day_begin(*, actor: Actor) -> None:
    """Everybody on site, as many calls as on any day."""
    for agent_id in _agents():
        presence_set(actor=actor, agent_id=agent_id, site="on_site")
    _calls(CALLS_AN_HOUR / SURGE)


def night_begin(*, actor: Actor) -> None:
    """Overnight: the first seven live at the office, fourteen are locked down at home, two are out; calls triple."""
    for rank, agent_id in enumerate(_agents()):
        if rank < ON_SITE:
            presence_set(actor=actor, agent_id=agent_id, site="on_site", reason="duty")
        elif rank < ON_SITE + AT_HOME:
            presence_set(actor=actor, agent_id=agent_id, site="at_home", reason="locked_down")
        else:
            presence_set(actor=actor, agent_id=agent_id, site="out")
    _calls(CALLS_AN_HOUR)


def _agents() -> list:
    return list(Agent.objects.filter(is_active=True).order_by("staff_no").values_list("id", flat=True))


def _calls(an_hour: float) -> None:
    first = clock.local(clock.now()).replace(hour=24 - HOURS_A_DAY, minute=0, second=0, microsecond=0)
    for day in range(DAYS):
        for hour in range(HOURS_A_DAY):
            demand_set(channel="call", hour_at=first + dt.timedelta(days=day, hours=hour), expected=an_hour,
                       source=SOURCE)
