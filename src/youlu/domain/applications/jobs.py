"""Events of partners and of the mail, hand-over of made documents, drafts that nobody sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from procrastinate.contrib.django import app

from youlu.core.events import events_drain
from youlu.domain.applications.dispatch import documents_dispatch, item_delivered
from youlu.domain.applications.drafts import drafts_forget
from youlu.domain.applications.services import partner_message_apply


def events_take() -> int:
    """Deal with what waits for this app; returns how many events were taken."""
    return (events_drain("applications.partner_message", lambda _, payload: partner_message_apply(payload))
            + events_drain("applications.item_delivered", _delivered))


def _delivered(topic: str, payload: dict[str, Any]) -> None:
    item_delivered(number=payload["number"], at=dt.datetime.fromisoformat(payload["at"]))


@app.periodic(cron="* * * * * */2")
@app.task(name="applications.move_on", queueing_lock="applications.move_on", pass_context=False)
def applications_move_on(timestamp: int = 0) -> None:
    events_take()
    documents_dispatch()


@app.periodic(cron="17 * * * *")
@app.task(name="applications.drafts_forget", queueing_lock="applications.drafts_forget", pass_context=False)
def applications_drafts_forget(timestamp: int = 0) -> None:
    drafts_forget()
