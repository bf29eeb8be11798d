"""From what a contact owes to the approved sentence that says it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from youlu.domain.desk.item_facts import ItemFact
from youlu.domain.messages.phrases import day_phrase, until_phrase

BRANCH = "甘肃邮政"
NO_DATE = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Owed:
    """One item of a contact."""

    item_key: int
    was_at: dt.datetime | None
    becomes_at: dt.datetime | None


def worst(items: Sequence[Owed]) -> Owed:
    """The item that the sentence is about: unknown before late, late before early; its bound holds for the others."""
    return max(items, key=lambda item: (item.becomes_at or NO_DATE, item.item_key))


def wording_code(item: Owed, channel: str) -> str:
    """`channel` is voice or message."""
    if item.becomes_at is None:
        return f"unknown.{channel}"
    sooner = item.was_at is not None and item.becomes_at < item.was_at
    return f"{'sooner' if sooner else 'moved'}.{channel}"


def values(
    *, items: Sequence[Owed], facts: Mapping[int, ItemFact], party_id: uuid.UUID, reason: str,
    next_review_at: dt.datetime | None, staff_no: str = "",
) -> dict[str, str]:
    """The variables of the sentence about the worst item."""
    head = worst(items)
    fact = facts[head.item_key]
    more = f"等{len(items)}件" if len(items) > 1 else ""
    return {
        **fact.whose(party_id), "branch": BRANCH, "staff_no": staff_no, "item": fact.number + more, "reason": reason,
        "was": day_phrase(head.was_at) if head.was_at else "未定",
        "becomes": until_phrase(head.becomes_at) if head.becomes_at else _doubt(next_review_at),
    }


def _doubt(next_review_at: dt.datetime | None) -> str:
    if next_review_at is None:
        return "恢复时间还不确定，一有消息就告诉您"
    return f"恢复时间还不确定，我们会在{day_phrase(next_review_at)}前再告诉您"


def shift_days(item: Owed) -> int | None:
    """Days between the time last told and the new one; None when either is unknown."""
    if item.was_at is None or item.becomes_at is None:
        return None
    seconds = (item.becomes_at - item.was_at).total_seconds()
    return round(seconds / 86_400)
