"""A card centre across a bad wire: it keeps each message once by its id; answers get lost, its own news come twice."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from random import Random

from tests.simulation.cast import PARTNER
from tests.simulation.invariants import Broken
from youlu.core.events import events_drain
from youlu.domain.partners import signing
from youlu.domain.partners.models import IncomingMessage, OutgoingMessage
from youlu.domain.partners.services import PartnerKeys, message_queue, message_receive, outbox_send

SUBSCRIBER = "applications.partner_message"


class NotNow(Exception):
    """The subscriber could not deal with an event: it stays."""


class Centre:
    def __init__(self, rng: Random, keys: PartnerKeys) -> None:
        self.rng, self.keys = rng, keys
        self.inbox: dict[str, bytes] = {}  # by message id
        self.news: list[tuple[str, bytes]] = []  # sent until acknowledged
        self.made: set[str] = set()
        self.handled: Counter[str] = Counter()
        self.queued = 0

    def queue(self) -> None:
        message_queue(partner=PARTNER, topic="application.submitted", data={"application": f"A{self.queued}"})

    def post(self, url: str, headers: dict[str, str], body: bytes) -> str:
        """The wire to the centre: lost before it, lost behind it, or through."""
        luck = self.rng.random()
        if luck < 0.25:
            return "ConnectError"
        message_id = headers["webhook-id"]
        if self.inbox.setdefault(message_id, body) != body:
            raise Broken(f"{message_id} came with two bodies")
        return "ReadTimeout" if luck < 0.5 else ""

    def send(self) -> str:
        counts = outbox_send(post=self.post)
        return f"{counts.sent} sent"

    def tell(self, at: dt.datetime) -> None:
        number = len(self.made)
        body = json.dumps({"type": "application.made", "timestamp": at.isoformat(), "data": {"n": number}}).encode()
        self.news.append((f"news_{number}", body))
        self.made.add(f"news_{number}")

    def deliver(self, at: dt.datetime) -> None:
        """Some of the news, in any order; the centre does not always hear the answer and sends again."""
        for message_id, body in self.rng.sample(self.news, min(3, len(self.news))):
            headers = signing.headers_for(self.keys.secret_in, message_id=message_id, timestamp_s=int(at.timestamp()),
                                          body=body)
            receipt = message_receive(partner=PARTNER, headers=headers, body=body)
            if receipt.message_id != message_id:
                raise Broken("another message was acknowledged")
            if self.rng.random() < 0.6:
                self.news.remove((message_id, body))

    def handle(self) -> None:
        """The subscriber takes events, and fails now and then."""
        def deal(topic: str, payload: dict) -> None:
            if self.rng.random() < 0.2:
                raise NotNow()
            took.append(payload["message_id"])

        while True:
            took: list[str] = []
            try:
                count = events_drain(SUBSCRIBER, deal, limit=1)
            except NotNow:
                continue
            self.handled.update(took)
            if not count:
                return

    def check(self, *, at_rest: bool) -> None:
        """Exactly once: nothing twice ever, nothing missing in the end."""
        kept = set(IncomingMessage.objects.values_list("message_id", flat=True))
        if max(self.handled.values(), default=1) > 1 or not set(self.handled) <= kept <= self.made:
            raise Broken("a partner's message was dealt with twice, or never came")
        sent = {f"msg_{message.id.hex}" for message in OutgoingMessage.objects.exclude(sent_at=None)}
        if not sent <= set(self.inbox):
            raise Broken("a message counts as sent that the partner does not have")
        if at_rest and (kept != self.made or set(self.handled) != self.made or len(self.inbox) != self.queued):
            raise Broken("a message was lost between us and the partner")
