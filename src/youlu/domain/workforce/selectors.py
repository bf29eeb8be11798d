"""Who is where, now and before."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import FilteredRelation, Q

from youlu.core import clock
from youlu.core.once import already, once
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.models import Agent, Demand, Presence, Site


@dataclass(frozen=True)
class AgentRow:
    """A person with the presence that is open; `site` is "out" before the first report."""

    id: uuid.UUID
    staff_no: str
    name: str
    skills: tuple[str, ...]
    site: str
    is_taking: bool
    reason: str
    since: dt.datetime | None
    is_confirmed: bool = True  # a supervisor knows it too
    user_id: uuid.UUID | None = None

    @property
    def site_label(self) -> str:
        return str(Site(self.site).label)

    @property
    def reason_label(self) -> str:
        return str(Presence.Reason(self.reason).label)


@dataclass(frozen=True)
class Present:
    """How many people are where; `*_taking` of them take work now."""

    on_site: int
    at_home: int
    out: int
    on_site_taking: int
    at_home_taking: int


@dataclass(frozen=True)
class PresenceRow:
    site_label: str
    reason_label: str
    is_taking: bool
    since: dt.datetime
    until: dt.datetime | None
    reported_by: str


def agent_of(actor: Actor) -> AgentRow:
    """The agent that the actor is.

    Raises
    ------
    NotAnAgentError : the actor has no staff number.
    """
    kind, _, user_id = actor.id.partition(":")
    rows = [row for row in _rows_of(Q(user_id=user_id)) if str(row.user_id) == user_id] if kind == "user" else []
    if not rows:
        raise NotAnAgentError()
    return rows[0]


def colleagues(*, actor: Actor) -> tuple[tuple[uuid.UUID, str], ...]:
    """Everybody else at the desk, id and name: whom one may ask to swap."""
    actor.require("workforce.self")
    me = agent_of(actor).id
    return tuple((row.id, row.name) for row in _rows(Q()) if row.id != me)


def people_now(*, actor: Actor) -> tuple[AgentRow, ...]:
    """Everybody who works here, by site then number."""
    actor.require("workforce.read")
    order = {Site.ON_SITE: 0, Site.AT_HOME: 1, Site.OUT: 2}
    return tuple(sorted(_rows(Q()), key=lambda row: (order[Site(row.site)], row.staff_no)))


def agents_all() -> tuple[AgentRow, ...]:
    """Everybody who works here, by number: for rooms above that keep who was where."""
    return _rows(Q())


def agents_named(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, AgentRow]:
    """Agents by id; unknown ids are absent."""
    wanted = set(ids)
    return {row.id: row for row in _rows_of(Q(id__in=wanted)) if row.id in wanted}


def present_now() -> Present:
    """Persons present now: what the capacity strip counts on."""
    rows = _rows(Q())

    def count(site: Site, taking: bool = False) -> int:
        return sum(row.site == site and (row.is_taking or not taking) for row in rows)

    return Present(count(Site.ON_SITE), count(Site.AT_HOME), count(Site.OUT), count(Site.ON_SITE, True),
                   count(Site.AT_HOME, True))


def presence_history(*, actor: Actor, agent_id: uuid.UUID, limit: int = 50) -> tuple[PresenceRow, ...]:
    """Where a person was, newest first; one's own needs no more than being an agent."""
    if not actor.can("workforce.read") and agent_of(actor).id != agent_id:
        actor.require("workforce.read")
    rows = Presence.objects.filter(agent_id=agent_id).order_by("-since", "-id")[:limit]
    return tuple(PresenceRow(str(Site(p.site).label), str(Presence.Reason(p.reason).label), p.is_taking, p.since,
                             p.until, p.reported_by) for p in rows)


def homes_known(*, actor: Actor) -> frozenset[int]:
    """The compounds in which somebody of the desk lives."""
    actor.require("workforce.home")
    homes = Agent.objects.filter(is_active=True, home_compound_id__isnull=False)
    return frozenset(one for one in homes.values_list("home_compound_id", flat=True) if one is not None)


def agents_living_in(*, actor: Actor, compound_ids: Iterable[int]) -> tuple[AgentRow, ...]:
    """Whom to ask when compounds close."""
    actor.require("workforce.home")
    return _rows(Q(home_compound_id__in=list(compound_ids)))


def demand_of_hour(*, at: dt.datetime | None = None) -> dict[str, float]:
    """Expected arrivals of the hour around `at` by channel; a channel that nobody forecast is absent."""
    at = at or clock.now()
    rows = Demand.objects.filter(hour_at__lte=at, hour_at__gt=at - dt.timedelta(hours=1))
    return {row.channel: row.expected for row in rows}


@dataclass(frozen=True)
class HalfHour:
    """The `nth` half hour of a day: arrivals foreseen, and come (None: nobody counted)."""

    channel: str
    nth: int
    expected: float
    came: float | None


# Half hours as they were foreseen; hours that somebody wrote by hand stand in where there are none.
ARRIVALS_OF_DAY = """
SELECT channel, start_at, 'foreseen', expected FROM workforce_staffneed
WHERE start_at >= %(from)s AND start_at < %(to)s AND expected > 0
UNION ALL
SELECT channel, start_at, 'came', count FROM workforce_arrival WHERE start_at >= %(from)s AND start_at < %(to)s
UNION ALL
SELECT channel, hour_at, 'hour', expected FROM workforce_demand WHERE hour_at >= %(from)s AND hour_at < %(to)s
"""


def arrivals_of_day(since: dt.datetime) -> tuple[HalfHour, ...]:
    """Of the day that begins at `since`, by channel and half hour, in one question."""
    foreseen: dict[tuple[str, int], float] = {}
    hours: dict[tuple[str, int], float] = {}
    came: dict[tuple[str, int], float] = {}
    with connection.cursor() as cursor:
        cursor.execute(ARRIVALS_OF_DAY, {"from": since, "to": since + dt.timedelta(days=1)})
        for channel, start_at, what, number in cursor.fetchall():
            nth = int((start_at - since).total_seconds() // 1800)
            if what == "hour":
                hours |= {(channel, nth): number / 2, (channel, nth + 1): number / 2}
            elif what == "foreseen":  # a row a skill
                foreseen[channel, nth] = foreseen.get((channel, nth), 0.0) + number
            else:
                came[channel, nth] = number
    known = hours | foreseen
    return tuple(HalfHour(*key, known.get(key, 0.0), came.get(key)) for key in sorted(known.keys() | came.keys()))


def _rows(which: Q) -> tuple[AgentRow, ...]:
    return once(f"agents.{which}", lambda: _rows_read(which))


def _rows_of(some: Q) -> tuple[AgentRow, ...]:
    """These, or everybody where the request has read everybody already: for the caller to look among them."""
    everybody: tuple[AgentRow, ...] | None = already(f"agents.{Q()}")
    return everybody if everybody is not None else _rows(some)


def _rows_read(which: Q) -> tuple[AgentRow, ...]:
    """People with the presence that is open, in one question."""
    found = (Agent.objects.filter(which, is_active=True).order_by("staff_no")
             .annotate(now=FilteredRelation("presence", condition=Q(presence__until=None)))
             .values_list("id", "staff_no", "user__display_name", "user__username", "skills", "now__site",
                          "now__is_taking", "now__reason", "now__since", "now__confirmed_by", "user_id"))
    return tuple(AgentRow(agent_id, staff_no, shown or username, tuple(skills), site or Site.OUT.value, bool(taking),
                          reason or "", since, since is None or bool(confirmed), user_id)
                 for agent_id, staff_no, shown, username, skills, site, taking, reason, since, confirmed, user_id in
                 found)
