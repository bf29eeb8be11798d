"""The cast: a resident who applies with a voucher, a unit that sends a letter, the day on which they do."""

from __future__ import annotations

import datetime as dt
import uuid

from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.applications.drafts import draft_answer, draft_start
from youlu.domain.applications.vouchers import voucher_issue

NOW = dt.datetime(2022, 7, 29, 9, 0, tzinfo=dt.UTC)
SYSTEM = actor_of_system("test")
UNIT = Actor("token:unit", "某部", frozenset({"application.submit"}))
ANSWERS = {
    "name": "王建民", "id_number": "62010219900307123X", "applicant": "self", "phone": "199 0000 1234",
    "division": "621224", "address": "城关镇东街12号院3号楼2单元502室", "old_card": "door", "consent": "yes",
}
LETTER = {
    "family_name": "李秀英", "family_phone": "19900005678", "division": "621224", "address": "阳坝镇宋沟村12号",
    "honour": "third", "visit_date": "2022-08-01",
}


def issue(serial: str = "S1") -> str:
    return voucher_issue(actor=SYSTEM, programme="id_card_mail", serial=serial)


def filled(voucher_text: str, **changes: str) -> uuid.UUID:
    """A draft with every question answered."""
    draft = draft_start(programme="id_card_mail", voucher_text=voucher_text)
    for key, typed in {**ANSWERS, **changes}.items():
        draft_answer(application_id=draft, key=key, typed=typed)
    return draft
