"""Figures of the inboxes for the operator's monitor and `./youlu doctor`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from youlu.core.clock import real_now
from youlu.core.metrics import Family
from youlu.domain.desk.channels.mail.errors import InboxSetupError
from youlu.domain.desk.channels.mail.inboxes import inboxes_set
from youlu.domain.desk.channels.mail.models import Inbox, InboxLetter

Outcome = InboxLetter.Outcome
DAY = dt.timedelta(hours=24)


@dataclass(frozen=True)
class InboxState:
    """Seconds are None where it was never read, or nothing waits."""

    name: str
    waiting: int
    looked_s: float | None
    oldest_s: float | None
    fault: str
    aside: int  # letters of the last 24 hours that were put aside


def inbox_states() -> tuple[InboxState, ...]:
    """Every inbox of the settings as it was at its last look.

    Raises
    ------
    InboxSetupError
    """
    now = real_now()
    known = {row.name: row for row in Inbox.objects.all()}
    aside = dict(InboxLetter.objects.filter(at__gt=now - DAY, outcome__in=(Outcome.ASIDE, Outcome.FLOOD))
                 .values_list("inbox_id").annotate(n=Count("id")))

    def ago(at: dt.datetime | None) -> float | None:
        return (now - at).total_seconds() if at else None

    rows = [known.get(setup.name, Inbox(name=setup.name)) for setup in inboxes_set()]
    return tuple(InboxState(row.name, row.waiting, ago(row.looked_at), ago(row.oldest_at), row.fault,
                            aside.get(row.name, 0)) for row in rows)


def inbox_gauges() -> list[Family]:
    """Nothing where the settings name no inbox, or name one wrongly: the doctor says so."""
    try:
        states = inbox_states()
    except InboxSetupError:
        states = ()
    if not states:
        return []
    letters = InboxLetter.objects.filter(at__gt=real_now() - DAY).values_list("outcome").annotate(n=Count("id"))
    return [
        Family("inbox_look_age_seconds", "Since an inbox was last read without a fault.", "gauge",
               [({"inbox": one.name}, one.looked_s) for one in states if one.looked_s is not None]),
        Family("inbox_unread", "Unread letters that the last look left.", "gauge",
               [({"inbox": one.name}, one.waiting) for one in states]),
        Family("inbox_oldest_seconds", "Age of the oldest of them; 0: none.", "gauge",
               [({"inbox": one.name}, one.oldest_s or 0.0) for one in states]),
        Family("inbox_failing", "1 where the last look failed.", "gauge",
               [({"inbox": one.name}, float(bool(one.fault))) for one in states]),
        Family("inbox_letters_day", "Letters of the last 24 hours, by what became of them.", "gauge",
               [({"outcome": outcome}, float(count)) for outcome, count in letters]),
    ]
