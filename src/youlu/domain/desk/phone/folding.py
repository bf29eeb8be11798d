"""From news to a call, without a database: whatever the order in which news come, and however often, the call is the
same. Times keep the earliest (of a hang-up the latest); whose call it is, the latest news says."""

from __future__ import annotations

import datetime as dt
import uuid

from youlu.domain.desk.phone.models import Call

RINGING, ANSWERED, TRANSFERRED, ENDED, CALL_BACK = (
    "call.ringing", "call.answered", "call.transferred", "call.ended", "call.call_back")
# Of one second, what comes later in a call counts.
RANKS = {RINGING: 0, ANSWERED: 1, TRANSFERRED: 2}
TOPICS = (*RANKS, ENDED, CALL_BACK)
EARLIEST = {RINGING: "rang_at", ANSWERED: "answered_at", TRANSFERRED: "transferred_at", CALL_BACK: "asked_back_at"}
Outcome = Call.Outcome


def call_fold(call: Call, topic: str, at: dt.datetime, agent_id: uuid.UUID | None) -> None:
    """Write one piece of news into the call."""
    call.begun_at, call.heard_at = min(call.begun_at, at), max(call.heard_at, at)
    if topic in EARLIEST:
        before = getattr(call, EARLIEST[topic])
        setattr(call, EARLIEST[topic], min(before, at) if before else at)
    if topic == ENDED:
        call.ended_at = max(call.ended_at, at) if call.ended_at else at
    if topic in RANKS and agent_id is not None:
        said = agent_as(topic, at, agent_id)
        if said > call.agent_as:
            call.agent_id, call.agent_as = agent_id, said
    call.outcome = outcome_of(call)


def agent_as(topic: str, at: dt.datetime, agent_id: uuid.UUID) -> str:
    """What says whose call it is: the greater text is the later news."""
    return f"{at.astimezone(dt.UTC).isoformat(timespec='microseconds')} {RANKS[topic]} {agent_id}"


def outcome_of(call: Call) -> Outcome:
    """What came of the call, as far as it is known."""
    if call.ended_at is None:
        return Outcome.LIVE
    if call.answered_at is not None:
        return Outcome.TALKED
    if call.direction == Call.Direction.OUT:
        return Outcome.UNREACHED
    return Outcome.CALL_BACK if call.asked_back_at is not None else Outcome.ABANDONED
