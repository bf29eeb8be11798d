"""The page's 56,200 work orders: 1,600 a day for 35 days, laid before the scenario's evening, all of them closed.

When those days were the page does not say; the lockdown had not lasted so long, so they stand before it. Nobody wrote
these orders: kinds, hours and how soon they were dealt with are drawn, their clocks are the product's own.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.bulk import rows_copy
from youlu.core.crypto import encrypt
from youlu.core.ids import uuid7, uuid7_floor
from youlu.domain.desk.models import OrderKind, WorkOrder
from youlu.domain.desk.orders.hours import ClockedKind, kind_clocked
from youlu.domain.desk.orders.words import grams
from youlu.domain.parties.models import Party
from youlu.domain.workforce.models import Agent

ORDERS, DAYS = 56_200, 35
OPEN_H, CLOSE_H = 8, 24
WEEKEND = 0.8  # of a working day
BATCH = 5_000
ACTOR = "system:scenario"
# Kind -> share and titles; the shares are those that the emergency's plans assume.
ASKED = {
    "pickup": (0.44, ("派揽：上门取一件", "派揽：公司每天一次", "派揽：录取档案寄学校")),
    "chase": (0.38, ("催投：已到揽投部，今天要用", "催投：药品，请先送", "催投：三天没动")),
    "enquiry": (0.12, ("查件：什么时候能送到", "查件：轨迹停在处理中心")),
    "complaint": (0.06, ("投诉：比约定的日期晚", "投诉：没有打电话就放在门口")),
}
SUBTYPES = {"投诉：比约定的日期晚": "delay", "投诉：没有打电话就放在门口": "false_sign"}
BODY, BLAME = "客户来电，按流程办结。", "投递环节"
ORDER = ("id", "kind_id", "title", "grams", "body", "channel", "state", "sites", "party_id", "customer_key",
         "opened_at", "reply_due_at", "due_at", "warn_at", "warned_at", "reply_warn_at", "reply_warned_at",
         "reply_late_at", "late_at", "taken_by", "taken_at", "answered_at", "replied_at", "closed_at",
         "responsibility", "satisfaction", "rating", "item_number", "outside_no", "priority", "level", "chases",
         "repeats", "reopened", "returns", "is_due_assumed", "subtype")
EVENT = ("id", "order_id", "at", "actor", "act", "note", "detail")


@dataclass(frozen=True)
class Past:
    """One order that was: how far each step came after the one before."""

    opened_at: dt.datetime
    kind: ClockedKind
    title: str
    customer: tuple[uuid.UUID, bytes]
    agent: tuple[uuid.UUID, str]  # and the actor that they are
    taken_after: dt.timedelta
    answered_after: dt.timedelta
    closed_after: dt.timedelta
    channel: str
    rating: int | None


def month_is_there() -> bool:
    """Whether orders of before the scenario's day are on the desk."""
    return WorkOrder.objects.filter(opened_at__lt=clock.midnight(clock.local(clock.now()).date())).exists()


@transaction.atomic
def month_make(*, seed: int, orders: int = ORDERS) -> int:
    """Store the orders of the days before today; returns how many. Customers and agents are the scenario's."""
    rng, done, pasts = np.random.default_rng(seed + 35), 0, []
    for past in _pasts(rng, orders):
        pasts.append(past)
        if len(pasts) == BATCH:
            done, pasts = done + _store(pasts), []
    done += _store(pasts)
    audit_record(actor=ACTOR, action="scenario.month", object_type="order", object_id="", orders=done)
    return done


def _pasts(rng: np.random.Generator, orders: int) -> Iterator[Past]:
    kinds = {code: kind_clocked(code) for code in ASKED}
    known = {code: kind for code, kind in kinds.items() if kind is not None}
    if len(known) < len(ASKED):
        raise LookupError(f"kinds of work that the desk does not know: {sorted(ASKED.keys() - known.keys())}")
    shares = np.array([ASKED[code][0] for code in known])
    customers = [(party_id, bytes(key) if key is not None else party_id.bytes)
                 for party_id, key in Party.objects.order_by("id").values_list("id", "phone_index")]
    agents = [(agent_id, f"user:{user_id}") for agent_id, user_id in Agent.objects.filter(is_active=True)
              .order_by("staff_no").values_list("id", "user_id")]
    for opened_at in _openings(rng, orders):
        kind = known[list(known)[int(rng.choice(len(known), p=shares / shares.sum()))]]
        titles = ASKED[kind.kind.code][1]
        yield Past(
            opened_at, kind, titles[int(rng.integers(len(titles)))], customers[int(rng.integers(len(customers)))],
            agents[int(rng.integers(len(agents)))], *_steps(rng, kind.kind),
            ("phone", "phone", "phone", "form", "counter")[int(rng.integers(5))],
            int(rng.choice([5, 5, 5, 4, 4, 3, 1])) if rng.random() < 0.12 else None)


def _openings(rng: np.random.Generator, orders: int) -> Iterator[dt.datetime]:
    """Instants in their order: fewer at weekends, most in the late morning and after four."""
    today = clock.local(clock.now()).date()
    days = [today - dt.timedelta(days=back) for back in range(DAYS, 0, -1)]
    weights = np.array([WEEKEND if day.weekday() >= 5 else 1.0 for day in days])
    counts = rng.multinomial(orders, weights / weights.sum())
    hours = np.arange(OPEN_H, CLOSE_H)
    busy = np.exp(-(((hours - 10.5) / 2.2) ** 2)) + 0.8 * np.exp(-(((hours - 16.5) / 2.5) ** 2)) + 0.12
    for day, count in zip(days, counts, strict=True):
        seconds = rng.choice(hours, count, p=busy / busy.sum()) * 3600 + rng.integers(0, 3600, count)
        for second in np.sort(seconds):
            yield clock.midnight(day) + dt.timedelta(seconds=int(second))


def _steps(rng: np.random.Generator, kind: OrderKind) -> tuple[dt.timedelta, dt.timedelta, dt.timedelta]:
    """(until taken, from there until answered, from there until closed): one in about twenty comes too late."""
    within = kind.first_reply_min * float(rng.lognormal(-1.4, 0.75))
    worked = kind.handling_s / 60 * float(rng.lognormal(0.0, 0.5))
    rest = kind.close_min * min(float(rng.lognormal(-1.8, 0.9)), 3.0)
    return (dt.timedelta(minutes=max(within - worked, 0.5)), dt.timedelta(minutes=worked), dt.timedelta(minutes=rest))


def _store(pasts: list[Past]) -> int:
    ids = [uuid7() for _ in pasts]
    rows_copy(WorkOrder._meta.db_table, ORDER, map(_order_row, ids, pasts))
    rows_copy("desk_orderevent", EVENT, (row for pair in zip(ids, pasts, strict=True) for row in _event_rows(*pair)))
    return len(pasts)


def _order_row(order_id: uuid.UUID, past: Past) -> tuple:
    kind, due = past.kind.kind, past.kind.due(past.opened_at)
    taken, answered, closed = _instants(past)
    reply_late, late = answered > due.reply.at, closed > due.close.at
    return (
        order_id, kind.code, past.title, grams(past.title), encrypt(BODY, field="desk.workorder.body"), past.channel,
        WorkOrder.State.CLOSED, list(kind.sites), past.customer[0], past.customer[1], past.opened_at, due.reply.at,
        due.close.at, due.warn_at, due.warn_at if closed > due.warn_at else None, due.reply_warn_at,
        due.reply_warn_at if answered > due.reply_warn_at else None, due.reply.at if reply_late else None,
        due.close.at if late else None, past.agent[0], taken, answered, answered, closed,
        BLAME if kind.needs_responsibility else "",
        "satisfied" if kind.needs_call_back else "", past.rating, "", "", 0, 0, int(late), 0, 0, 0,
        due.is_assumed, SUBTYPES.get(past.title, ""))


def _instants(past: Past) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    """Taken, answered, closed, all of them before the scenario's day is over."""
    taken = past.opened_at + past.taken_after
    answered = taken + past.answered_after
    return taken, answered, min(answered + past.closed_after, max(clock.now(), answered))


def _event_rows(order_id: uuid.UUID, past: Past) -> Iterator[tuple]:
    taken, answered, closed = _instants(past)
    kind, agent, left = past.kind.kind, past.agent[1], closed - answered
    steps = [("open", past.opened_at, ACTOR, ""), ("take", taken, agent, ""), ("answer", answered, agent, "")]
    steps += [("call_back", answered + left / 2, agent, "满意")] if kind.needs_call_back else []
    steps += [("fix", answered + left * 3 / 4, agent, BLAME)] if kind.needs_responsibility else []
    for act, at, actor, detail in [*steps, ("close", closed, agent, "")]:
        yield _id_of(at), order_id, at, actor, act, encrypt("", field="desk.orderevent.note"), detail


def _id_of(at: dt.datetime) -> uuid.UUID:
    """A history is read in the order of its ids: those of a made-up one are of its own instants."""
    return uuid.UUID(int=uuid7_floor(at).int | uuid7().int & ((1 << 80) - 1))
