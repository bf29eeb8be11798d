"""Public tracking: a number and the last four digits of the addressee's or sender's phone. A wrong number, a wrong
phone and an unknown item get the same answer, in the same words, and after five wrong tries in an hour none."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass

from django.core import signing
from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.mail.errors import ItemNotFoundError, TooManyTriesError
from youlu.domain.mail.models import Item
from youlu.domain.mail.selectors import ItemRow, LegRow, ScanRow, item_rows, legs_of, scans_of
from youlu.domain.parties.selectors import MaskedParty, party_masked, phone_tail_matches
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact

TRIES_MAX = 5
TRIES_WINDOW = dt.timedelta(hours=1)
TICKET, TICKET_S = "mail.tracking.ticket", 1800
ADDRESSEE, SENDER = "addressee", "sender"


@dataclass(frozen=True)
class Tracking:
    """What a citizen sees; names are masked."""

    row: ItemRow
    addressee: MaskedParty | None
    scans: tuple[ScanRow, ...]
    legs: tuple[LegRow, ...]
    party_id: uuid.UUID  # whose digits they were
    ticket: str  # proves the same for half an hour, so that the digits need not be typed again


def tracking_get(*, number: str, phone_tail: str) -> Tracking:
    """The answer for a number and four digits.

    Raises
    ------
    ItemNotFoundError : wrong, unknown, or not theirs.
    TooManyTriesError : five wrong tries for this number within an hour.
    """
    tail = re.sub(r"\D", "", phone_tail)
    compact = number_compact(number)
    # Under a lock of the number: a hundred guesses at once get no more tries than one after another. The count of a
    # wrong one has to outlive the error, so that it is raised after the transaction.
    with transaction.atomic():
        _throttle(compact)
        item = _item(compact)
        side = _side(item, tail)
        if len(tail) != 4:
            side = ""
        if not side:
            _count_wrong(compact)
    if item is None or not side:
        raise ItemNotFoundError()
    return _tracked(item, side)


def tracking_again(*, ticket: str) -> Tracking:
    """The same once more, by the ticket.

    Raises
    ------
    ItemNotFoundError : it is old or not ours, or its person was erased.
    """
    try:
        compact, side = signing.TimestampSigner(salt=TICKET).unsign(ticket, max_age=TICKET_S).split("/")
    except signing.BadSignature:
        raise ItemNotFoundError() from None
    item = _item(compact)
    if item is None:
        raise ItemNotFoundError()
    return _tracked(item, side)


def _tracked(item: Item, side: str) -> Tracking:
    party_id = item.addressee_id if side == ADDRESSEE else item.sender_id
    if party_id is None:
        raise ItemNotFoundError()
    row = item_rows(keys=[item.item_key])[item.item_key]
    ticket = signing.TimestampSigner(salt=TICKET).sign(f"{row.number}/{side}")
    return Tracking(row, party_masked(item.addressee_id) if item.addressee_id else None, scans_of(item.item_key),
                    legs_of(item), party_id, ticket)


def _item(compact: str) -> Item | None:
    try:
        return Item.objects.filter(item_key=item_key(compact), shadow_source="").first()
    except ItemNumberError:
        return None


def _side(item: Item | None, tail: str) -> str:
    """At which end of the item the digits are, "" at none. An item that is not there is compared too, with nobody: it
    costs what a wrong phone costs."""
    parties = (item.addressee_id, item.sender_id) if item else (None, None)
    matches = [phone_tail_matches(party, tail) for party in parties]
    return ADDRESSEE if matches[0] else SENDER if matches[1] else ""


def _throttle(compact: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4417))", [compact[:40]])
        cursor.execute("SELECT count(*) FROM mail_wrong_try WHERE number = %s AND tried_at > %s",
                       [compact[:40], clock.real_now() - TRIES_WINDOW])
        if cursor.fetchone()[0] >= TRIES_MAX:
            raise TooManyTriesError()


def _count_wrong(compact: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO mail_wrong_try (number, tried_at) VALUES (%s, %s)",
                       [compact[:40], clock.real_now()])


def wrong_tries_forget() -> int:
    """Drop wrong tries that no longer count; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mail_wrong_try WHERE tried_at < %s", [clock.real_now() - TRIES_WINDOW])
        return cursor.rowcount
