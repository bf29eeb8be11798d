"""A letter as an order's page shows it: its subject on top, quotation and signature folded away."""

from __future__ import annotations

from dataclasses import dataclass

from youlu.domain.desk.channels.mail.words import folded
from youlu.domain.desk.models import WorkOrder

CHANNEL = "mail"
WRITER = "system:mail"  # who wrote a message down that came by letter


@dataclass(frozen=True)
class Shown:
    subject: str
    said: str
    tail: str


def words_shown(order: WorkOrder) -> Shown:
    """What whoever asked said; of an order that came otherwise, the whole and no more."""
    if order.channel != CHANNEL:
        return Shown("", order.body, "")
    subject, _, text = order.body.partition("\n\n")
    return Shown(subject, *folded(text))
