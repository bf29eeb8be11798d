"""Who takes work now and how much they hold; which kinds somebody's skills open; the desk's own rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction

from youlu.core.audit import audit_record
from youlu.core.once import once
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.matching import Free
from youlu.domain.desk.models import OrderKind, Parameter
from youlu.domain.desk.parameters import figures_now
from youlu.domain.desk.trade import PARAMETERS

RULES = ("push_on", "push_load_max", "known_wait_min")
LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# In hand: what waits for its holder, not for an office, a customer or an answer.
FREE = """
SELECT p.agent_id, p.site, a.skills, a.staff_no, h.load, h.given_at, coalesce(nullif(u.display_name, ''), u.username)
FROM workforce_presence p
JOIN workforce_agent a ON a.id = p.agent_id AND a.is_active
JOIN access_user u ON u.id = a.user_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE o.state IN ('taken', 'verified') AND o.paused_at IS NULL) AS load,
           max(o.taken_at) AS given_at
    FROM desk_workorder o WHERE o.taken_by = p.agent_id AND NOT o.state = 'closed') h
WHERE p.until IS NULL AND p.is_taking AND p.site <> 'out'
"""


def agents_free() -> list[Free]:
    """Everybody who takes work, full hands among them."""
    with connection.cursor() as cursor:
        cursor.execute(FREE)
        return [free_of(row) for row in cursor.fetchall()]


def free_of(row: tuple) -> Free:
    """A row of FREE."""
    agent_id, site, skills, staff_no, load, given_at, name = row
    return Free(agent_id, site, frozenset(skills), load, given_at or LONG_AGO, staff_no, f"{name} {staff_no}")


def kind_skills() -> dict[str, frozenset[str]]:
    """What each kind asks of whoever does it."""
    return once("desk.kind_skills", lambda: {
        code: frozenset(skills) for code, skills in OrderKind.objects.values_list("code", "skills")})


def kinds_open_to(skills: Collection[str]) -> list[str]:
    """Kinds that ask for no skill beyond these."""
    return [code for code, asked in kind_skills().items() if asked <= set(skills)]


def rules() -> dict[str, float]:
    """The desk's rules of giving: the office's rows, else the trade's own."""
    return figures_now(*RULES)


@transaction.atomic
def push_set(*, actor: Actor, is_on: bool) -> None:
    """Give orders by itself, or leave them to who asks."""
    actor.require("desk.supervise")
    row = next(row for row in PARAMETERS if row[0] == "push_on")
    Parameter.objects.update_or_create(code="push_on", defaults={
        "name": row[1], "value": float(is_on), "unit": row[3], "source": row[4]})
    audit_record(actor=actor.id, action="desk.push", object_type="desk", object_id="", is_on=is_on)


