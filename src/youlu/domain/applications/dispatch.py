"""Handing made documents to the post: each becomes an item with a promise, once, even over a kill.

The item's number is chosen and kept first. If we are killed between acceptance and our own note, the next try finds
the number taken, by us, and only notes it. A document that cannot be accepted now (acceptance stopped, no way
through) waits and is tried again; staff read why.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.applications.drafts import SYSTEM_NAME
from youlu.domain.applications.models import Application, State
from youlu.domain.applications.moves import application_move
from youlu.domain.applications.offices import destination, origin_office_id
from youlu.domain.catalogue.registry import programme_get
from youlu.domain.catalogue.spec import ADDRESSEE
from youlu.domain.mail.errors import ItemNumberTakenError
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.services import ItemInput, item_accept, numbers_allocate
from youlu.domain.parties.selectors import party_masked
from youlu.engines.codes.item_key import item_key, item_number

RETRY_S = 60


def documents_dispatch(*, limit: int = 50) -> int:
    """Hand over what is made and due; returns how many became mail."""
    handed = 0
    for application_id in _claim(limit):
        try:
            _hand_over(application_id)
            handed += 1
        except YouluError as error:
            Application.objects.filter(id=application_id, state=State.MADE).update(held_because=error.message)
    return handed


def _claim(limit: int) -> list[uuid.UUID]:
    """Due documents, each with its number, left alone by others for a minute: that is also the pause between tries."""
    now = clock.real_now()
    with transaction.atomic():
        due = list(Application.objects.select_for_update(skip_locked=True).filter(
            Q(next_try_at=None) | Q(next_try_at__lte=now), state=State.MADE).order_by("id")[:limit])
        fresh = [row for row in due if row.item_key is None]
        for row, key in zip(fresh, numbers_allocate(count=len(fresh)), strict=True):
            row.item_key = key
        for row in due:
            row.next_try_at = now + dt.timedelta(seconds=RETRY_S)
        Application.objects.bulk_update(due, ["item_key", "next_try_at"])
    return [row.id for row in due]


def _hand_over(application_id: uuid.UUID) -> None:
    row = Application.objects.get(id=application_id)
    spec, system = programme_get(row.programme), actor_of_system(SYSTEM_NAME)
    assert row.item_key is not None  # noqa: S101  (claimed above)
    addressee = party_masked(uuid.UUID(row.parties[ADDRESSEE]))
    to = destination(row.division_code, addressee.compound_id)
    with contextlib.suppress(ItemNumberTakenError):  # accepted by an earlier try that was killed before its note
        item_accept(actor=system, item=ItemInput(
            origin_office_id=origin_office_id(spec, row.division_code), dest_office_id=to.office_id,
            dest_compound_id=to.compound_id, mail_class=MailClass(spec.mail_class),
            number=item_number(row.item_key), programme=row.programme, addressee_id=addressee.id))
    with transaction.atomic():
        application_move(application_id=row.id, to=State.ITEM, at=clock.now(), cause=system.id)
        Application.objects.filter(id=row.id).update(held_because="", next_try_at=None)


def item_delivered(*, number: str, at: dt.datetime) -> None:
    """The post has delivered an item; if an application made it, the application is delivered too."""
    row = Application.objects.filter(item_key=item_key(number)).values_list("id", flat=True).first()
    if row is not None:
        application_move(application_id=row, to=State.DELIVERED, at=at, cause=f"item {number}")
