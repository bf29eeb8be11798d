"""An outreach out as a table: a row for each item, line or customer, with what came of it; nobody's name or number.

A campaign's rows keep the line of the list they came from, by which a supervisor finds their own people again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.sheets import line_write
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.campaigns.lists import FAULTS
from youlu.domain.desk.campaigns.models import Campaign, CampaignRow
from youlu.domain.desk.contacts import OTHER_REASONS
from youlu.domain.desk.models import Attempt, Contact, ContactItem, ContactMode, ContactState, Outreach
from youlu.domain.messages.selectors import wording_names
from youlu.engines.codes.item_key import item_number

BATCH = 2_000
HEADINGS = ("客户", "名单行号", "邮件号", "方式", "状态", "没接通次数", "原因", "列入", "期限", "告知", "口径", "版本")


def outreach_export(*, actor: Actor, outreach_id: uuid.UUID) -> Iterator[str]:
    """The lines of a CSV with its mark for Excel; the export itself is audited.

    Raises
    ------
    NotFoundError
    """
    actor.require("outreach.run")
    if not Outreach.objects.filter(id=outreach_id).exists():
        raise NotFoundError()
    audit_record(actor=actor.id, action="outreach.export", object_type="outreach", object_id=str(outreach_id))
    return _lines(outreach_id)


def faults_export(*, actor: Actor, outreach_id: uuid.UUID) -> Iterator[str]:
    """The rows of a campaign's list that could not be used: line, what is wrong, what to do.

    Raises
    ------
    NotFoundError
    """
    actor.require("outreach.run")
    campaign = Campaign.objects.filter(outreach_id=outreach_id).first()
    if campaign is None:
        raise NotFoundError()
    return iter(["\ufeff" + line_write(("行号", "哪里不对", "怎么改")),
                 *(line_write((str(line), *FAULTS[code])) for line, code in campaign.faults)])


def _lines(outreach_id: uuid.UUID) -> Iterator[str]:
    yield "\ufeff" + line_write(HEADINGS)
    after = uuid.UUID(int=0)
    while batch := list(Contact.objects.filter(outreach_id=outreach_id, id__gt=after).order_by("id")[:BATCH]):
        after = batch[-1].id
        yield _table(batch)


def _table(contacts: Sequence[Contact]) -> str:
    ids = [contact.id for contact in contacts]
    about: dict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    for contact_id, line, key in CampaignRow.objects.filter(contact_id__in=ids).order_by("id").values_list(
            "contact_id", "line", "item_key"):
        about[contact_id].append((str(line or ""), item_number(key) if key is not None else ""))
    for contact_id, key in ContactItem.objects.filter(contact_id__in=ids).order_by("item_key").values_list(
            "contact_id", "item_key"):
        about[contact_id].append(("", item_number(key)))
    why = dict(Attempt.objects.filter(contact_id__in=[c.id for c in contacts if c.state == ContactState.OTHER],
                                      result=Attempt.Result.OTHER).order_by("id").values_list("contact_id", "note"))
    names = wording_names({c.wording_id for c in contacts if c.wording_id is not None})
    return "".join(line_write(_cells(contact, line, number, why.get(contact.id, ""), names))
                   for contact in contacts for line, number in about[contact.id] or [("", "")])


def _cells(
    contact: Contact, line: str, number: str, why: str, names: dict[uuid.UUID, tuple[str, int]]
) -> tuple[str, ...]:
    code, version = names.get(contact.wording_id, ("", 0)) if contact.wording_id else ("", 0)
    is_told = contact.state == ContactState.TOLD
    return (str(contact.id), line, number, str(ContactMode(contact.mode).label), str(ContactState(contact.state).label),
            str(contact.tries), OTHER_REASONS.get(why, why), _at(contact.opened_at), _at(contact.due_at),
            _at(contact.closed_at) if is_told else "", code, str(version or ""))


def _at(instant: dt.datetime | None) -> str:
    return f"{clock.local(instant):%Y-%m-%d %H:%M}" if instant else ""
