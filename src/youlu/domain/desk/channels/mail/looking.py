"""A look into an inbox: letters one by one, the heading before the body, each marked on the server when it is in the
database. Killed in between, the next look meets the letter again and knows it."""

from __future__ import annotations

import imaplib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.db import InterfaceError, OperationalError

from youlu.core import clock
from youlu.core.crypto import blind_index
from youlu.core.errors import YouluError
from youlu.core.idempotency import KeyBusyError
from youlu.domain.desk.channels.mail.errors import InboxError, UnreadableLetterError
from youlu.domain.desk.channels.mail.inboxes import InboxSetup, inboxes_set
from youlu.domain.desk.channels.mail.letters import Letter, letter_read
from youlu.domain.desk.channels.mail.models import Inbox, InboxLetter
from youlu.domain.desk.channels.mail.server import Mailbox, Sheet, mailbox_open
from youlu.domain.desk.channels.mail.structure import FETCHED, Part, files_of, html_of, words_of
from youlu.domain.desk.channels.mail.taking import (
    TEXT_MAX,
    Content,
    Left,
    Place,
    letter_is_known,
    letter_is_unfetchable,
    letter_note,
    letter_take,
    sender_is_flooding,
)
from youlu.domain.desk.channels.mail.words import html_text, text_clean, text_decoded, transfer_decoded
from youlu.domain.desk.errors import AttachmentError
from youlu.domain.desk.models import OrderKind
from youlu.domain.desk.orders.attachments import PER_ORDER, SIZE_MAX, cleaned

log = logging.getLogger(__name__)
BATCH = 50
WORDS_MAX = 400_000  # bytes of text that are fetched: TEXT_MAX characters, as wastefully as they may be written
FILES_MAX = 30_000_000  # bytes of all files of one letter
Outcome = InboxLetter.Outcome


@dataclass(frozen=True)
class Looked:
    """What one look did: letters by outcome, and how many are left unread."""

    outcomes: dict[str, int]
    waiting: int


def inboxes_look(*, limit: int = BATCH) -> bool:
    """Look into every inbox; one that cannot be read holds up no other. Returns whether some have more."""
    more = False
    for setup in inboxes_set():
        try:
            more = inbox_look(setup, limit=limit).waiting > 0 or more
        except InboxError as error:
            log.warning("inbox %s: %s", setup.name, error.fault)
    return more


def inbox_look(setup: InboxSetup, *, limit: int = BATCH) -> Looked:
    """Take up to `limit` unread letters, oldest first.

    Raises
    ------
    InboxError : written down with the inbox as well.
    """
    inbox, _ = Inbox.objects.get_or_create(name=setup.name)
    try:
        if not OrderKind.objects.filter(code=setup.kind).exists():
            raise InboxError(name=setup.name, fault="kind")
        with mailbox_open(setup) as mailbox:
            if inbox.uidvalidity not in (0, mailbox.uidvalidity):
                log.warning("inbox %s: its letters are numbered anew", setup.name)
            outcomes = _taken(mailbox, limit)
            waiting = mailbox.unread()
            oldest_at = mailbox.arrived_at(waiting[0]) if waiting else None
    except InboxError as error:
        Inbox.objects.filter(name=setup.name).update(fault=error.fault, failed_at=clock.real_now())
        raise
    Inbox.objects.filter(name=setup.name).update(
        uidvalidity=mailbox.uidvalidity, looked_at=clock.real_now(), waiting=len(waiting), oldest_at=oldest_at,
        fault="")
    return Looked(outcomes, len(waiting) if outcomes else 0)  # what nothing could be done with waits a minute


def _taken(mailbox: Mailbox, limit: int) -> dict[str, int]:
    outcomes: dict[str, int] = {}
    for uid in mailbox.unread()[:limit]:
        outcome = _one(mailbox, Place(mailbox.setup, mailbox.uidvalidity, uid))
        outcomes[outcome] = outcomes.get(outcome, 0) + bool(outcome)
    return {outcome: count for outcome, count in outcomes.items() if outcome}


def _one(mailbox: Mailbox, place: Place) -> str:
    """Deal with one letter and mark it; "" where it is gone, or another worker is at it."""
    letter: Letter | None = None
    if letter_is_unfetchable(_place_key(place)):
        mailbox.aside(place.uid)
        return ""
    try:
        sheet = mailbox.sheet(place.uid)
        if sheet is None:
            return ""
        letter = letter_read(sheet.header)
        outcome = _dealt(mailbox, sheet, letter, place)
    except KeyBusyError:
        return ""
    except (imaplib.IMAP4.abort, OSError, OperationalError, InterfaceError):
        raise
    except Exception as error:  # whatever one letter brings about, the next one is read
        why = error.why if isinstance(error, UnreadableLetterError) else _code(error)
        log.warning("inbox %s: a letter is put aside: %s", place.inbox.name, why)
        letter_note(letter, place, Outcome.ASIDE, key=_place_key(place), why=why)
        outcome = Outcome.ASIDE
    if outcome in (Outcome.ASIDE, Outcome.FLOOD):
        mailbox.aside(place.uid)
    else:
        mailbox.done(place.uid)
    return str(outcome)


def _code(error: Exception) -> str:
    return error.code if isinstance(error, YouluError) else type(error).__name__


def _place_key(place: Place) -> bytes:
    return blind_index(f"{place.inbox.name} {place.uidvalidity} {place.uid}", field="desk.mail.place")


def _dealt(mailbox: Mailbox, sheet: Sheet, letter: Letter, place: Place) -> Outcome:
    if letter_is_known(letter.key):
        return Outcome.ORDER
    if letter.is_by_machine or letter.sender in _ours(place.inbox):
        letter_note(letter, place, Outcome.MACHINE)
        return Outcome.MACHINE
    if sender_is_flooding(letter.sender):
        letter_note(letter, place, Outcome.FLOOD, why="flood")
        return Outcome.FLOOD
    letter_take(letter, _content(mailbox, sheet), place)
    return Outcome.ORDER


def _ours(setup: InboxSetup) -> tuple[str, str]:
    """The addresses of ours: what comes from them goes in a circle."""
    return setup.user.lower(), parseaddr(settings.MAIL_FROM)[1].lower()


def _content(mailbox: Mailbox, sheet: Sheet) -> Content:
    text, is_cut = _text(mailbox, sheet)
    files, left = _files(mailbox, sheet)
    return Content(text, files, Left(left["large"], left["odd"], left["many"], is_cut))


def _text(mailbox: Mailbox, sheet: Sheet) -> tuple[str, bool]:
    text, is_cut = _read(mailbox, sheet, words_of(sheet.parts))
    return (text, is_cut) if text else _read(mailbox, sheet, html_of(sheet.parts))


def _read(mailbox: Mailbox, sheet: Sheet, parts: Sequence[Part]) -> tuple[str, bool]:
    pieces, is_cut = [], False
    for part in parts:
        content = mailbox.part(sheet.uid, part, WORDS_MAX)
        text = text_decoded(transfer_decoded(content, part.encoding), part.charset)
        pieces.append(html_text(text) if part.type == "text/html" else text_clean(text))
        is_cut = is_cut or part.size > WORDS_MAX
    whole = "\n\n".join(piece for piece in pieces if piece)
    return whole[:TEXT_MAX], is_cut or len(whole) > TEXT_MAX


def _files(mailbox: Mailbox, sheet: Sheet) -> tuple[list[tuple[bytes, tuple[str, str]]], dict[str, int]]:
    """The files that are taken; of the others nothing is fetched, unless their content is what they do not say."""
    found: list[tuple[bytes, tuple[str, str]]] = []
    left, room = {"large": 0, "odd": 0, "many": 0}, FILES_MAX
    for part in files_of(sheet.parts):
        why = _not_wanted(part, room, len(found))
        if not why:
            content = transfer_decoded(mailbox.part(sheet.uid, part, part.size), part.encoding)
            try:
                found.append(cleaned(content))
                room -= len(content)
            except AttachmentError:
                why = "large" if len(content) > SIZE_MAX else "odd"
        if why:
            left[why] += 1
    return found, left


def _not_wanted(part: Part, room: int, taken: int) -> str:
    if part.type not in FETCHED:
        return "odd"
    if part.decoded_size > min(SIZE_MAX, room):
        return "large"
    return "many" if taken == PER_ORDER else ""


def inbox_check(setup: InboxSetup) -> None:
    """Log in and select, and change nothing. Raises InboxError."""
    with mailbox_open(setup):
        return
