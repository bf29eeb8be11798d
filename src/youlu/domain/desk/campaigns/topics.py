"""What a campaign says: one topic, two approved sentences, the message's and the voice's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from youlu.domain.access.selectors import Actor
from youlu.domain.desk.campaigns.errors import NeedsItemsError, TopicError, TopicNameError, TopicVariableError
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.messages.phrases import variables_in
from youlu.domain.messages.selectors import WordingRow, wordings_current
from youlu.domain.messages.services import wording_draft

PREFIX = "campaign."
CHANNELS = ("message", "voice")
NAME_MAX = 20
ABOUT_ITEMS = frozenset({"item", "place", "becomes"})
VARIABLES = {"message": ("branch", *sorted(ABOUT_ITEMS)), "voice": ("branch", "staff_no", *sorted(ABOUT_ITEMS))}


@dataclass(frozen=True)
class Topic:
    """A topic whose two sentences are in force. `names_items`: one of them speaks of the customer's mail."""

    name: str
    message: WordingRow
    voice: WordingRow

    @property
    def names_items(self) -> bool:
        return any(ABOUT_ITEMS & set(variables_in(row.body)) for row in (self.message, self.voice))


def code_of(topic: str, channel: str) -> str:
    return f"{PREFIX}{topic}.{channel}"


def topics_current(at: dt.datetime, names: Iterable[str] | None = None) -> dict[str, Topic]:
    """Topics that may be said at `at`, by name, in one question; of `names` or all."""
    codes = None if names is None else [code_of(name, channel) for name in names for channel in CHANNELS]
    rows = {row.code: row for row in wordings_current(at=at, codes=codes, prefix=PREFIX)}
    found = sorted({code.removeprefix(PREFIX).rsplit(".", 1)[0] for code in rows})
    return {name: Topic(name, rows[code_of(name, "message")], rows[code_of(name, "voice")]) for name in found
            if all(code_of(name, channel) in rows for channel in CHANNELS)}


def topic_check(topic: str, *, has_bare: bool, at: dt.datetime) -> Topic:
    """The topic, if it may be said to everybody of the list.

    Raises
    ------
    TopicError, NeedsItemsError
    """
    found = topics_current(at, [topic]).get(topic)
    if found is None:
        raise TopicError(topic=topic[:NAME_MAX])
    if has_bare and found.names_items:
        raise NeedsItemsError()
    return found


def unsayable(campaign: Campaign, topics: dict[str, Topic]) -> str:
    """Why a running campaign must stop now; "" where it may go on."""
    topic = topics.get(campaign.topic)
    if topic is None:
        return Campaign.Why.NO_WORDING
    return Campaign.Why.NEEDS_ITEMS if campaign.has_bare and topic.names_items else Campaign.Why.NONE


@transaction.atomic
def topic_draft(*, actor: Actor, name: str, message: str, voice: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Write both sentences of a topic as drafts; the same name again makes their next versions.

    Raises
    ------
    TopicNameError, TopicVariableError, WordingVariablesError
    """
    name, bodies = name.strip(), {"message": message.strip(), "voice": voice.strip()}
    if not 0 < len(name) <= NAME_MAX or "." in name or not all(bodies.values()):
        raise TopicNameError(most=NAME_MAX)
    for channel, body in bodies.items():
        try:
            foreign = set(variables_in(body)) - set(VARIABLES[channel])
        except ValueError:
            foreign = {body}
        if foreign:
            raise TopicVariableError(known="、".join(f"{{{one}}}" for one in VARIABLES[channel]))
    made = [wording_draft(actor=actor, code=code_of(name, channel), body=bodies[channel],
                          variables=VARIABLES[channel], emphasised=["becomes"]) for channel in CHANNELS]
    return made[0], made[1]
