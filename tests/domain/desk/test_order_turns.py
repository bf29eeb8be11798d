"""The clocks of an order through whatever is done with it, against one that walks every minute; and who is told."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from typing import Any

import numpy as np
import pytest
from django.test import Client
from tests import people
from tests.domain.desk.test_order_life import opened, taken
from tests.domain.desk.test_orders import present
from tests.domain.small_network import KANGXIAN, network_make
from tests.engines.calendar.test_service import slow_open

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.desk import selectors, services
from youlu.domain.desk.models import AgentNotice, OrderAlert, OrderKind, UnitNotice, WorkOrder
from youlu.domain.desk.orders.clocks import (
    answered_changes,
    due_left,
    granted_changes,
    reopened_changes,
    resumed_changes,
)
from youlu.domain.desk.orders.hours import calendar_of, instant_of, minute_of

pytestmark = pytest.mark.django_db
BEGIN = dt.datetime(2022, 9, 27, 0, 0, tzinfo=clock.SHANGHAI)  # National Day with its make-up days is ahead
DAYS = 60
SECOND = dt.timedelta(seconds=1)
CASES, OF_SERVICES = 4_000, 60


class Walk:
    """One clock, minute by minute: what was left at its last beginning, and every minute that it stood since."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.counts = COUNTS[code] if code in COUNTS else COUNTS.setdefault(
            code, slow_open(calendar_of(code), minute_of(BEGIN) // 1440, DAYS))

    def begin(self, at: dt.datetime, minutes: int) -> None:
        self.start, self.left, self.floor = self._minute(at), minutes, 0
        self.stood = np.zeros(len(self.counts), dtype=bool)

    def grant(self, at: dt.datetime, until: dt.datetime) -> None:
        begin, end = self._minute(at), self._minute(until)
        self.begin(at, int(self.counts[begin:end].sum()))
        self.floor = end

    def stand(self, since: dt.datetime, until: dt.datetime) -> None:
        if self._minute(since) < self.due:  # what has run out does not begin again
            before = self.due
            self.stood[self._minute(since):self._minute(until)] = True
            self.floor = max(self.floor, before)

    @property
    def due(self) -> int:
        runs = self.counts & ~self.stood
        passed = np.cumsum(runs[self.start:])
        first = int(np.searchsorted(passed, self.left)) + 1 if self.left else 0
        at = self.start + first
        while not self.left and at < len(self.stood) and self.stood[at]:
            at += 1  # nothing was left when it stopped: due when it goes on
        return max(at, self.floor)

    def _minute(self, at: dt.datetime) -> int:
        return minute_of(at) - minute_of(BEGIN)

    @property
    def due_at(self) -> dt.datetime:
        return instant_of(minute_of(BEGIN) + self.due)


COUNTS: dict[str, np.ndarray] = {}


class Oracle:
    def __init__(self, kind: OrderKind, at: dt.datetime) -> None:
        self.kind, self.reply, self.close = kind, Walk(kind.reply_calendar), Walk(kind.close_calendar)
        self.paused: dt.datetime | None = None
        self.open(at)

    def open(self, at: dt.datetime) -> None:
        self.reply.begin(at, self.kind.first_reply_min)
        self.close.begin(at, self.kind.close_min)
        self.paused = None

    def go_on(self, at: dt.datetime) -> None:
        if self.paused is not None:
            self.reply.stand(self.paused, at)
            self.close.stand(self.paused, at)
            self.paused = None

    def grant(self, at: dt.datetime, until: dt.datetime) -> None:
        was = self.paused
        self.go_on(at)
        self.close.grant(at, until)
        self.paused = at if was is not None else None


def a_kind(rng: random.Random, code: str = "x") -> OrderKind:
    return OrderKind(code=code, first_reply_min=rng.choice((1, 30, 120, 480)), close_min=rng.choice((60, 1440, 4320)),
                     warn_min=60, reply_calendar=rng.choice(("always", "desk", "office")),
                     close_calendar=rng.choice(("always", "desk", "office")))


def write(order: WorkOrder, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(order, name, value)


def test_thousands_of_random_lives_keep_the_minutes_that_a_slow_clock_counts() -> None:
    rng = random.Random(411)
    ended = dict.fromkeys(("answer", "message", "resume", "grant", "reopen"), 0)
    for nth in range(CASES):
        kind, at = a_kind(rng), BEGIN + rng.randrange(6 * 86_400) * SECOND
        order, oracle = WorkOrder(kind=kind, opened_at=at), Oracle(kind, at)
        write(order, reopened_changes(kind, at))
        for _ in range(rng.randrange(1, 9)):
            at += rng.choice((1, 59, 600, 7_200, 40_000, 90_000)) * rng.random() * SECOND
            act = rng.choice(("wait", "wait", "wait", "answer", "message", "resume", "grant", "reopen"))
            if act == "wait" and order.paused_at is None:
                order.paused_at = oracle.paused = at
            elif act == "grant":
                until = instant_of(minute_of(max(due_left(order, at), at)) + rng.randrange(1, 3_000))
                write(order, granted_changes(order, until, at))
                oracle.grant(at, until)
            elif act == "reopen":
                write(order, reopened_changes(kind, at))
                oracle.open(at)
            elif act != "wait":
                write(order, answered_changes(order, at) if act == "answer" else resumed_changes(order, at))
                oracle.go_on(at)
            ended[act] = ended.get(act, 0) + 1
            if order.paused_at is None:
                assert (order.reply_due_at, order.due_at) == (oracle.reply.due_at, oracle.close.due_at), (nth, act)
    assert min(ended.values()) > CASES // 4, "each act came often"


def test_the_services_write_what_the_slow_clock_counts_and_mark_late_by_it_alone() -> None:
    """The same through the services that people call, with the watch looking after every act."""
    rng = random.Random(412)
    li, chen = present(people.li_agent()), people.chen_supervisor()
    for nth in range(OF_SERVICES):
        OrderKind.objects.filter(code="chase").update(
            first_reply_min=rng.choice((30, 120)), close_min=rng.choice((60, 1440, 4320)),
            reply_calendar=rng.choice(("always", "desk")), close_calendar=rng.choice(("always", "office")))
        at = BEGIN + rng.randrange(6 * 86_400) * SECOND
        with clock.frozen(at):
            order_id = taken(li, "chase")
        kind = OrderKind.objects.get(code="chase")
        oracle = Oracle(kind, at)
        for _ in range(rng.randrange(2, 7)):
            at += rng.choice((600, 7_200, 40_000, 90_000)) * rng.random() * SECOND
            with clock.frozen(at):
                one_act(rng, li, chen, order_id, oracle, at)
                order = WorkOrder.objects.get(id=order_id)
                services.orders_watch()
                marked = WorkOrder.objects.get(id=order_id)
            if order.paused_at is None and order.state != "closed":
                assert (order.reply_due_at, order.due_at) == (oracle.reply.due_at, oracle.close.due_at), nth
                assert (marked.late_at is not None) == (oracle.close.due_at <= at), nth
        WorkOrder.objects.filter(id=order_id).update(state="closed")


def one_act(rng: random.Random, li: Any, chen: Any, order_id: uuid.UUID, oracle: Oracle, at: dt.datetime) -> None:
    order = WorkOrder.objects.get(id=order_id)
    if order.state == "closed":
        services.order_reopen(actor=chen, order_id=order_id, text="x")
        services.order_take(actor=li, order_id=order_id)
        return oracle.open(at)
    if order.state == "answered":
        return rng.choice((services.order_rework, services.order_close))(actor=li, order_id=order_id)
    act = rng.choice(("wait", "wait", "answer", "resume", "grant"))
    if act == "wait" and order.paused_at is None:
        services.order_wait(actor=li, order_id=order_id, text="x")
        oracle.paused = at
    elif act == "resume" and order.paused_at is not None:
        services.order_resume(actor=li, order_id=order_id)
        oracle.go_on(at)
    elif act == "answer":
        services.order_answer(actor=li, order_id=order_id, text="x")
        oracle.go_on(at)
    elif act == "grant":
        until = instant_of(minute_of(max(due_left(order, at), at)) + rng.randrange(1, 3_000))
        services.order_extend(actor=li, order_id=order_id, until=until, text="x")
        services.order_extend_grant(actor=chen, order_id=order_id)
        oracle.grant(at, until)
    return None


def test_an_answer_in_a_pause_gives_back_the_minutes_that_it_took(noon: dt.datetime) -> None:
    li = present(people.li_agent())
    order_id = taken(li, "chase")
    before = WorkOrder.objects.get().due_at
    with clock.frozen(noon + dt.timedelta(hours=2)):
        services.order_wait(actor=li, order_id=order_id, text="等照片")
    with clock.frozen(noon + dt.timedelta(days=3)):
        services.order_answer(actor=li, order_id=order_id, text="好了")
        assert (WorkOrder.objects.get().due_at - before, services.orders_watch().late) == (dt.timedelta(hours=70), 0)


def test_a_first_reply_is_warned_of_once_before_it_is_late_and_never_after_it_was_given(noon: dt.datetime) -> None:
    li = present(people.li_agent())
    order_id = taken(li, "chase")  # 30 minutes: warned of ten before
    for minutes, marked in ((19, (0, 0)), (20, (1, 0)), (21, (0, 0)), (30, (0, 1)), (31, (0, 0))):
        with clock.frozen(noon + dt.timedelta(minutes=minutes)):
            found = services.orders_watch()
        assert (found.reply_warned, found.reply_late) == marked, minutes
    other = taken(li, "chase")
    services.order_answer(actor=li, order_id=other, text="在路上")
    services.order_rework(actor=li, order_id=other)
    with clock.frozen(noon + dt.timedelta(hours=3)):
        assert services.orders_watch().reply_late == 0, "the first reply was given"
    assert list(OrderAlert.objects.order_by("at").values_list("what", flat=True)) == ["reply_warned", "reply_late"]
    assert WorkOrder.objects.get(id=order_id).priority == 1


def test_who_holds_an_order_and_the_office_asked_hear_of_its_clocks_once_each(noon: dt.datetime) -> None:
    network_make()
    li, chen, sun = present(people.li_agent()), people.chen_supervisor(), people.sun_clerk()
    order_id = taken(li, "enquiry")
    kind = OrderKind.objects.get(code="enquiry")
    services.order_dispatch(actor=li, order_id=order_id, office_id=KANGXIAN)
    services.order_chase(actor=li, order_id=order_id)  # their own: nobody tells them
    services.order_chase(actor=chen, order_id=order_id)
    services.order_supervise(actor=chen, order_id=order_id)
    due = WorkOrder.objects.get().due_at
    for at in (due - dt.timedelta(minutes=kind.warn_min), due, due, due + dt.timedelta(days=1)):
        with clock.frozen(at):
            services.orders_watch()
    mine = [row.what for row in reversed(selectors.notices_of(actor=li))]
    assert mine == ["chased", "supervised", "warned", "reply_late", "late"]
    assert [row.what for row in reversed(selectors.unit_notices_of(actor=sun))] == [
        "chased", "chased", "supervised", "warned", "late"]
    assert selectors.unit_notices_of(actor=people.sun_clerk("620102")) == ()
    waiting = opened("chase")
    services.order_chase(actor=li, order_id=waiting)
    assert AgentNotice.objects.filter(order_id=waiting).count() == 0, "nobody has it"


def test_an_office_takes_its_own_off_the_list_and_loses_what_it_gave_back(noon: dt.datetime) -> None:
    network_make()
    li, chen, sun, other = present(people.li_agent()), people.chen_supervisor(), people.sun_clerk(), people.sun_clerk(
        "620102")
    order_id = taken(li)
    services.order_dispatch(actor=li, order_id=order_id, office_id=KANGXIAN)
    services.order_chase(actor=chen, order_id=order_id)
    row = selectors.unit_notices_of(actor=sun)[0]
    assert services.unit_notices_seen(actor=other, notice_ids=[row.id]) == 0
    client = Client()
    client.force_login(User.objects.get(username="sunli621224"))
    assert "被催办" in client.get("/asked").content.decode()
    assert client.post("/asked/seen", {"notice": [str(row.id)]}).status_code == 302
    assert selectors.unit_notices_of(actor=sun) == ()
    services.order_chase(actor=chen, order_id=order_id)
    services.order_refuse(actor=sun, order_id=order_id, text="不是我们的")
    assert selectors.unit_notices_of(actor=sun) == ()
    assert UnitNotice.objects.count() == 2
