"""What the exchange sends, believed and read: who it is, which call, which fields it got wrong."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.desk.phone.errors import CallTimeError
from youlu.domain.parties.callers import CallerParty, caller_party
from youlu.domain.parties.errors import BadPhoneError
from youlu.domain.partners.envelope import envelope_read
from youlu.domain.partners.errors import BadMessageError
from youlu.domain.partners.models import Partner
from youlu.domain.partners.services import message_believe
from youlu.domain.workforce.models import Agent

EXCHANGE = "exchange"  # the code of the partner that it is
REFERENCE = re.compile(r"[!-~]{1,100}")
STAFF_NO = re.compile(r"[0-9A-Za-z-]{1,20}")
SKILL = re.compile(r"[a-z_]{0,40}")
AHEAD = dt.timedelta(minutes=5)
BEHIND = dt.timedelta(days=30)


@dataclass(frozen=True, repr=False)  # `data` holds a number until it is read
class News:
    """A believed message. `unread`: fields that could not be understood and were left out; the call goes on."""

    message_id: str
    topic: str
    at: dt.datetime
    reference: str
    data: Mapping[str, Any]
    unread: list[str] = field(default_factory=list)


def exchange_actor() -> Actor:
    return actor_of_system("exchange")


def exchange_is_set() -> bool:
    """Whether a telephone exchange is registered and switched on."""
    return Partner.objects.filter(code=EXCHANGE, active=True).exists()


def news_read(*, headers: Mapping[str, str], body: bytes) -> News:
    """Believe and read one message of the exchange.

    Raises
    ------
    BadSignatureError, BadMessageError, CallTimeError
    """
    message_id = message_believe(partner=EXCHANGE, headers=headers, body=body)
    envelope = envelope_read(body)
    reference = envelope.data.get("call")
    if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
        raise BadMessageError(problem="call要是总机给这通电话的编号，1到100个可见的英文字符")
    now = clock.now()
    if not now - BEHIND <= envelope.made_at <= now + AHEAD:
        raise CallTimeError(ahead_min=AHEAD // dt.timedelta(minutes=1), days=BEHIND.days)
    return News(message_id, envelope.topic, envelope.made_at, reference, envelope.data)


def caller_read(news: News) -> CallerParty | None:
    """Whose number it is; None where it is withheld, or no number of the Chinese plan."""
    number = news.data.get("number")
    if number in (None, ""):
        return None
    try:
        return caller_party(actor=exchange_actor(), phone=number if isinstance(number, str) else "-")
    except BadPhoneError:
        news.unread.append("number")
        return None


def agent_read(news: News) -> uuid.UUID | None:
    """The agent of the staff number; None where it names nobody here."""
    staff_no = news.data.get("agent")
    if staff_no in (None, ""):
        return None
    known = staff_no if isinstance(staff_no, str) and STAFF_NO.fullmatch(staff_no) else ""
    found = Agent.objects.filter(staff_no=known).values_list("id", flat=True).first() if known else None
    if found is None:
        news.unread.append("agent")
    return found


def skill_read(news: News) -> str:
    """What the caller chose in the menu, "" for nothing."""
    skill = news.data.get("skill") or ""
    if isinstance(skill, str) and SKILL.fullmatch(skill):
        return skill
    news.unread.append("skill")
    return ""


def tried_read(news: News) -> frozenset[str]:
    """Staff numbers that were rung for this call and did not answer."""
    tried = news.data.get("tried") or []
    if isinstance(tried, list) and all(isinstance(one, str) and STAFF_NO.fullmatch(one) for one in tried):
        return frozenset(tried[:100])
    news.unread.append("tried")
    return frozenset()
