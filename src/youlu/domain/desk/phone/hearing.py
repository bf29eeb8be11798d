"""News of calls, each once: kept as a call, whatever order it comes in. A caller who asks to be called back is promised
a time here. Also the end of calls whose hang-up was never told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from youlu.core import clock
from youlu.core.crypto import blind_index
from youlu.core.idempotency import answer_once
from youlu.domain.desk.phone.exchange import EXCHANGE, News, agent_read, caller_read, news_read, skill_read
from youlu.domain.desk.phone.folding import CALL_BACK, TOPICS, call_fold
from youlu.domain.desk.phone.models import Call
from youlu.domain.desk.phone.promising import call_back_promise
from youlu.domain.partners.errors import BadMessageError

CALLER = f"partner:{EXCHANGE}"
SILENT_AFTER = dt.timedelta(hours=2)
# A two-ended call that the exchange has not begun by then is not begun any more: nobody waits for it.
DIAL_WITHIN = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Heard:
    """`again`: this message had come before and changed nothing. `call_back_at`: the time promised, where it asked."""

    message_id: str
    call_id: uuid.UUID
    again: bool
    call_back_at: str | None
    unread: tuple[str, ...]


def call_hear(*, headers: Mapping[str, str], body: bytes) -> Heard:
    """Take one piece of news of a call, once a message id.

    Raises
    ------
    BadSignatureError, BadMessageError, CallTimeError, KeyReusedError, KeyBusyError
    """
    news = news_read(headers=headers, body=body)
    if news.topic not in TOPICS:
        raise BadMessageError(problem=f"type要是{'、'.join(TOPICS)}之一")
    fresh = False

    def work() -> tuple[int, dict[str, Any]]:
        nonlocal fresh
        fresh = True
        call, promised_at = _heard(news)
        back_at = clock.local(promised_at).isoformat() if promised_at else None
        return 200, {"call": str(call.id), "call_back_at": back_at, "unread": news.unread}

    # What is kept of the body cannot be guessed from a number: it is made with a key.
    sealed = blind_index(body.decode("latin-1"), field="desk.call_news")
    _, answer = answer_once(caller=CALLER, key=news.message_id, body=sealed, work=work)
    return Heard(news.message_id, uuid.UUID(answer["call"]), not fresh, answer["call_back_at"], tuple(answer["unread"]))


def _heard(news: News) -> tuple[Call, dt.datetime | None]:
    call = call_locked(news)
    call_fold(call, news.topic, news.at, agent_read(news))
    promised_at = call_back_promise(call) if news.topic == CALL_BACK else None
    call.save()
    return call, promised_at


def call_locked(news: News) -> Call:
    """The call that the news is about, made if this is the first of it, with its caller; under lock."""
    caller = caller_read(news)
    Call.objects.bulk_create([Call(
        exchange=EXCHANGE, reference=news.reference, direction=Call.Direction.IN, begun_at=news.at,
        heard_at=news.at)], ignore_conflicts=True)
    call = Call.objects.select_for_update().get(exchange=EXCHANGE, reference=news.reference)
    if call.party_id is None and caller is not None:
        call.party_id, call.customer_key = caller.id, caller.key
    call.skill = call.skill or skill_read(news)
    return call


@transaction.atomic
def calls_forget() -> int:
    """Close what was heard of last hours ago, and two-ended calls that were never begun; returns how many. News that
    come after all count."""
    now = clock.now()
    live = Q(outcome=Call.Outcome.LIVE)
    lost = Q(heard_at__lt=now - SILENT_AFTER) | Q(
        direction=Call.Direction.OUT, rang_at=None, agent_id__isnull=False, heard_at__lt=now - DIAL_WITHIN)
    return Call.objects.filter(live & lost).update(outcome=Call.Outcome.SILENT)


