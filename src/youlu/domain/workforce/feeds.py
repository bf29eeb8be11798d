"""An agent's shifts for a calendar: an address with a secret, and RFC 5545 text without anything personal."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.models import CalendarFeed, ShiftKind, Site
from youlu.domain.workforce.rostering.facts import HeldShift
from youlu.domain.workforce.rostering.reading import shifts_between
from youlu.domain.workforce.selectors import agent_of

BEFORE, AHEAD = dt.timedelta(days=14), dt.timedelta(days=62)
LINE_BYTES = 75  # RFC 5545, 3.1
NAMES = uuid.UUID("6d1c8a52-5f0e-4d0a-9a58-5a1b7a0c2f11")  # of shifts, so that a moved one keeps its identity


@transaction.atomic
def feed_make(*, actor: Actor) -> str:
    """A new secret, told once; an older address stops working."""
    actor.require("workforce.self")
    agent_id, secret = agent_of(actor).id, secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(agent_id=agent_id, defaults={
        "secret_hash": _hash(secret), "made_at": clock.real_now()})
    audit_record(actor=actor.id, action="feed.make", object_type="agent", object_id=str(agent_id))
    return secret


@transaction.atomic
def feed_revoke(*, actor: Actor) -> None:
    actor.require("workforce.self")
    agent_id = agent_of(actor).id
    if not CalendarFeed.objects.filter(agent_id=agent_id).delete()[0]:
        raise NotFoundError()
    audit_record(actor=actor.id, action="feed.revoke", object_type="agent", object_id=str(agent_id))


def feed_made_at(*, actor: Actor) -> dt.datetime | None:
    """When the address in use was made; None: there is none."""
    actor.require("workforce.self")
    return CalendarFeed.objects.filter(agent_id=agent_of(actor).id).values_list("made_at", flat=True).first()


def feed_read(secret: str) -> str:
    """The calendar of whoever's secret it is.

    Raises
    ------
    NotFoundError : no such address, or one that was revoked; told alike.
    """
    feed = CalendarFeed.objects.filter(secret_hash=_hash(secret), agent__is_active=True).first()
    if feed is None:
        raise NotFoundError()
    now = clock.now()
    shifts = shifts_between(now - BEFORE, now + AHEAD, agent_id=feed.agent_id)
    return calendar_text(shifts, dict(ShiftKind.objects.values_list("code", "name")), now)


def calendar_text(shifts: Iterable[HeldShift], kinds: Mapping[str, str], now: dt.datetime) -> str:
    """RFC 5545: one event a shift, with its kind and whether at home; no name, no number, no address."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Youlu//rosters//ZH", "CALSCALE:GREGORIAN",
             "METHOD:PUBLISH", "X-WR-CALNAME:班表", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for shift in shifts:
        where = str(Site(shift.site).label)
        lines += ["BEGIN:VEVENT", f"UID:{uuid.uuid5(NAMES, f'{shift.agent_id} {shift.work_date}')}@youlu",
                  f"DTSTAMP:{_utc(now)}", f"DTSTART:{_utc(shift.start_at)}", f"DTEND:{_utc(shift.end_at)}",
                  f"SUMMARY:{_escaped(f'{kinds.get(shift.kind, shift.kind)}（{where}）')}", "END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _utc(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 bytes a line, never through a character; what goes on begins with a space."""
    parts, room = [""], LINE_BYTES
    for char in line:
        size = len(char.encode())
        if size > room:
            parts.append(" ")
            room = LINE_BYTES - 1
        parts[-1] += char
        room -= size
    return "\r\n".join(parts)
