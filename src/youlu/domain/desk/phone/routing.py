"""Where a call goes now, by the rules of assignment: who may take it where they are, has its skill and is not on the
telephone; first who knows the case, then who holds least. All busy: its place and how long it takes. Longer than a
caller waits, or nobody there: a time to be called back that the roster can hold.

One decision at a time: two calls are not given one agent. What was decided holds until the telephone has rung long
enough; whoever asks again before is told the same.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.desk.assignment.knowing import known_agent
from youlu.domain.desk.assignment.matching import Free, Waiting, able, match
from youlu.domain.desk.assignment.people import agents_free
from youlu.domain.desk.assignment.reasons import Why
from youlu.domain.desk.models import OrderKind
from youlu.domain.desk.parameters import figures_now
from youlu.domain.desk.phone.exchange import News, news_read, tried_read
from youlu.domain.desk.phone.hearing import call_locked
from youlu.domain.desk.phone.models import Call
from youlu.domain.desk.phone.promising import call_back_time
from youlu.domain.partners.errors import BadMessageError
from youlu.engines.queueing import wait_expected_s

TOPIC = "call.route"
KIND = "hotline"  # where it may be answered stands with this kind of work
ANY_LOAD = 1_000_000  # a call does not wait for orders in hand
PLACE_KEPT = dt.timedelta(minutes=2)  # a waiting call that the exchange has not asked for since lost its place
Way = Literal["agent", "queue", "call_back", "nobody"]
ON_PHONE = """
SELECT agent_id FROM desk_call
WHERE outcome = 'live' AND agent_id IS NOT NULL AND id <> %(call)s AND heard_at > %(now)s - interval '2 hours'
UNION SELECT offered_to FROM desk_call
WHERE outcome = 'live' AND offered_to IS NOT NULL AND offered_at > %(rang)s AND agent_id IS NULL AND id <> %(call)s
UNION SELECT agent_id FROM desk_call WHERE ended_at > %(wrapped)s AND agent_id IS NOT NULL
"""
AHEAD = """
SELECT count(*) FROM desk_call
WHERE outcome = 'live' AND queued_at IS NOT NULL AND agent_id IS NULL AND answered_at IS NULL AND offered_to IS NULL
  AND skill = %(skill)s AND id <> %(call)s AND heard_at > %(kept)s AND (queued_at, id) < (%(queued)s, %(call)s)
"""


@dataclass(frozen=True)
class CallWay:
    """`to`: agent, queue, call_back or nobody. `wait_s`: expected until somebody is free, `ahead`: callers before this
    one; both None where nobody could ever answer. `call_back_at`: the time to offer."""

    call_id: uuid.UUID
    at: dt.datetime
    to: Way
    why: Why
    staff_no: str = ""
    wait_s: int | None = None
    ahead: int | None = None
    call_back_at: dt.datetime | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Desk:
    """The desk as one call finds it."""

    fit: Sequence[Free]  # who could take it, on the telephone or not
    free: Sequence[Free]
    ahead: int
    figures: Mapping[str, float]


@transaction.atomic
def call_route(*, headers: Mapping[str, str], body: bytes) -> CallWay:
    """Decide where the call goes now.

    Raises
    ------
    BadSignatureError, BadMessageError, CallTimeError
    """
    news = news_read(headers=headers, body=body)
    if news.topic != TOPIC:
        raise BadMessageError(problem=f"type要是{TOPIC}")
    call, tried, now = call_locked(news), tried_read(news), clock.now()
    call.heard_at, call.queued_at = max(call.heard_at, now), call.queued_at or now
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(413)")  # one decision after another
    way = _decided(call, news, tried, now)
    call.save()
    return way


def _decided(call: Call, news: News, tried: frozenset[str], now: dt.datetime) -> CallWay:
    figures = figures_now("call_service_s", "call_patience_s", "call_wrap_s", "call_ring_s", "call_wait_most_s")
    kind = OrderKind.objects.get(code=KIND)
    waiting = Waiting(call.id, tuple(kind.sites), frozenset({*kind.skills, *([call.skill] if call.skill else ())}), 0,
                      call.queued_at or now, known_agent(item_key=None, customer_key=call.customer_key))
    agents = agents_free()
    fit = [one for one in agents if able(waiting, one) and one.staff_no not in tried]
    ring = dt.timedelta(seconds=figures["call_ring_s"])
    if any(one.id == call.agent_id and one.staff_no in tried for one in agents):
        call.agent_id = None  # rung in vain
    held = next((one for one in fit if one.id == call.offered_to), None)
    if held is not None and call.offered_at is not None and call.offered_at > now - ring and call.why:
        return CallWay(call.id, now, "agent", Why(**call.why), held.staff_no, unread=tuple(news.unread))
    desk = _Desk(fit, _free(call, fit, figures, now), _ahead(call, now), figures)
    return _given(call, waiting, desk, news, now) or _later(call, desk, news, now)


def _free(call: Call, fit: Sequence[Free], figures: Mapping[str, float], now: dt.datetime) -> list[Free]:
    """Who is not on the telephone, being rung, or writing down the last call."""
    rang, wrapped = (now - dt.timedelta(seconds=figures[name]) for name in ("call_ring_s", "call_wrap_s"))
    with connection.cursor() as cursor:
        cursor.execute(ON_PHONE, {"call": call.id, "now": now, "rang": rang, "wrapped": wrapped})
        busy = {row[0] for row in cursor.fetchall()}
    return [one for one in fit if one.id not in busy]


def _ahead(call: Call, now: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(AHEAD, {"call": call.id, "skill": call.skill, "queued": call.queued_at,
                               "kept": now - PLACE_KEPT})
        return int(cursor.fetchone()[0])


def _given(call: Call, waiting: Waiting, desk: _Desk, news: News, now: dt.datetime) -> CallWay | None:
    """An agent, where there are more of them free than callers who came before."""
    if len(desk.free) <= desk.ahead:
        call.offered_to = call.offered_at = None
        return None
    given = match([waiting], desk.free, at=now, load_max=ANY_LOAD)[0]
    call.offered_to, call.offered_at, call.why = given.agent.id, now, given.why.row()
    return CallWay(call.id, now, "agent", given.why, given.agent.staff_no, unread=tuple(news.unread))


def _later(call: Call, desk: _Desk, news: News, now: dt.datetime) -> CallWay:
    """The queue, or a call back where that takes longer than a caller waits."""
    unread, count = tuple(news.unread), len(desk.fit)
    wait_s = round(wait_expected_s(
        ahead=desk.ahead, agents=count, service_s=desk.figures["call_service_s"],
        patience_s=desk.figures["call_patience_s"])) if count else None
    is_long = wait_s is None or wait_s > desk.figures["call_wait_most_s"]
    back_at = call_back_time(now) if is_long else None
    code = "busy" if count else "nobody"
    why = Why(code, able=count)
    call.why = why.row()
    to: Way = "call_back" if back_at else "queue" if count else "nobody"
    return CallWay(call.id, now, to, why, "", wait_s, desk.ahead if count else None, back_at, unread)
