"""Registering people, and where they report to be."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor, people_of_role
from youlu.domain.workforce.errors import AgentKnownError, StaffNoError, StaffNoTakenError, UnknownSiteError
from youlu.domain.workforce.models import Agent, Demand, Presence, Site
from youlu.domain.workforce.selectors import agent_of

STAFF_NO = re.compile(r"[0-9A-Za-z]{1,20}")
DEMAND_SQL = """
INSERT INTO workforce_demand (id, channel, hour_at, expected, source) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (channel, hour_at) DO UPDATE SET expected = excluded.expected, source = excluded.source
"""


@transaction.atomic
def agent_create(
    *, actor: Actor, user_id: uuid.UUID, staff_no: str, skills: Sequence[str] = (), home_compound_id: int | None = None
) -> uuid.UUID:
    """Give a user a staff number."""
    actor.require("workforce.edit")
    if Agent.objects.filter(staff_no=staff_no).exists():
        raise StaffNoTakenError(staff_no=staff_no)
    agent = Agent.objects.create(user_id=user_id, staff_no=staff_no, skills=list(skills),
                                 home_compound_id=home_compound_id)
    audit_record(actor=actor.id, action="agent.create", object_type="agent", object_id=str(agent.id))
    return agent.id


@transaction.atomic
def agent_register(*, actor: Actor, user_id: uuid.UUID, staff_no: str, skills: Sequence[str] = ()) -> uuid.UUID:
    """`agent_create` for an account with the post of an agent, within the supervisor's scope.

    Raises
    ------
    StaffNoError, StaffNoTakenError, AgentKnownError
    """
    actor.require("workforce.edit")
    staff_no = staff_no.strip()
    if not STAFF_NO.fullmatch(staff_no):
        raise StaffNoError()
    known = Agent.objects.filter(user_id=user_id).exists()
    if known or user_id not in dict(people_of_role("agent", scope=actor.scope)):
        raise AgentKnownError()
    try:
        with transaction.atomic():
            return agent_create(actor=actor, user_id=user_id, staff_no=staff_no, skills=skills)
    except IntegrityError as error:  # two supervisors at once
        raise AgentKnownError() from error


def presence_report(*, actor: Actor, site: str, is_taking: bool = True, reason: str = "") -> None:
    """Say where one is oneself: the button on the phone."""
    actor.require("workforce.self")
    _presence_move(actor, agent_of(actor).id, site, is_taking, reason)


def presence_set(*, actor: Actor, agent_id: uuid.UUID, site: str, is_taking: bool = True, reason: str = "") -> None:
    """Say it for somebody else, as a supervisor."""
    actor.require("workforce.edit")
    _presence_move(actor, agent_id, site, is_taking, reason)


@transaction.atomic
def presence_confirm(*, actor: Actor, agent_id: uuid.UUID) -> None:
    """Say that what somebody reported of themselves is known: the roster may rest on it."""
    actor.require("workforce.edit")
    if not Presence.objects.filter(agent_id=agent_id, until=None, confirmed_by="").update(confirmed_by=actor.id):
        raise NotFoundError()
    audit_record(actor=actor.id, action="presence.confirm", object_type="agent", object_id=str(agent_id))


@transaction.atomic
def _presence_move(actor: Actor, agent_id: uuid.UUID, site: str, is_taking: bool, reason: str) -> None:
    if site not in Site.values or reason not in Presence.Reason.values:
        raise UnknownSiteError()
    if not Agent.objects.select_for_update().filter(id=agent_id, is_active=True).exists():
        raise NotFoundError()
    is_taking = is_taking and site != Site.OUT
    at = clock.now()
    before = Presence.objects.filter(agent_id=agent_id, until=None).first()
    if before and (before.site, before.is_taking, before.reason) == (site, is_taking, reason):
        return
    if before:
        Presence.objects.filter(id=before.id).update(until=max(at, before.since))
    Presence.objects.create(agent_id=agent_id, site=site, is_taking=is_taking, reason=reason, since=at,
                            reported_by=actor.id, confirmed_by=actor.id if actor.can("workforce.edit") else "")
    audit_record(actor=actor.id, action="presence.report", object_type="agent", object_id=str(agent_id), site=site,
                 is_taking=is_taking)


def demand_set(*, channel: str, hour_at: dt.datetime, expected: float, source: str) -> None:
    """Say what is expected in an hour; called from above (the desk, the loop, a scenario)."""
    demands_set([(channel, hour_at, expected)], source=source)


def demands_set(rows: Iterable[tuple[str, dt.datetime, float]], *, source: str) -> None:
    """`demand_set` of many: channel, an instant of the hour, arrivals expected in it."""
    values = []
    for channel, hour_at, expected in rows:
        if channel not in Demand.Channel.values or expected < 0:
            raise ValueError(f"demand of {channel!r}: {expected}")
        start_at = clock.local(hour_at).replace(minute=0, second=0, microsecond=0)
        values.append((uuid7(), channel, start_at, expected, source))
    with connection.cursor() as cursor:
        cursor.executemany(DEMAND_SQL, values)
