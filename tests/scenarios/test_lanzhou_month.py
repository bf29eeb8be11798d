"""The 35 days before the scenario's evening: as many orders as the page says, with the product's clocks and life."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest
from django.test import Client
from tests import people

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk.counting import arrivals_count
from youlu.domain.desk.models import OrderEvent, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.orders.hours import order_due
from youlu.domain.desk.orders.life import life_of
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.workforce.models import Arrival
from youlu.scenarios.lanzhou.cast import cast_make
from youlu.scenarios.lanzhou.month import DAYS, month_is_there, month_make

EVENING = dt.datetime(2022, 7, 11, 18, 45, tzinfo=clock.SHANGHAI)
ORDERS = 700


@pytest.fixture
def month(db: None) -> None:
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(EVENING):
        cast_make(actor=actor_of_system("tests"), home_compounds=[1], at=EVENING)
        for number in range(30):
            people.customer(phone=f"1389310{number:04d}")
        assert not month_is_there()
        assert month_make(seed=1, orders=ORDERS) == ORDERS
        yield


@pytest.mark.usefixtures("month")
def test_they_lie_in_the_days_before_between_eight_and_midnight_and_are_closed() -> None:
    assert month_is_there()
    opened = [clock.local(at) for at in WorkOrder.objects.values_list("opened_at", flat=True)]
    days = Counter(at.date() for at in opened)
    assert set(days) == {EVENING.date() - dt.timedelta(days=back) for back in range(1, DAYS + 1)}
    assert min(at.hour for at in opened) >= 8
    usual = [n for day, n in days.items() if day.weekday() < 5]
    weekend = [n for day, n in days.items() if day.weekday() >= 5]
    assert sum(weekend) / len(weekend) < sum(usual) / len(usual)
    assert not WorkOrder.objects.exclude(state=WorkOrder.State.CLOSED).exists()


@pytest.mark.usefixtures("month")
def test_their_clocks_are_the_products_and_late_is_who_was_late() -> None:
    late = 0
    for order in WorkOrder.objects.select_related("kind"):
        due = order_due(order.kind, order.opened_at)
        assert (order.reply_due_at, order.due_at) == (due.reply.at, due.close.at)
        assert (order.late_at is not None) == (order.closed_at > order.due_at)
        assert (order.reply_late_at is not None) == (order.replied_at > order.reply_due_at)
        late += order.late_at is not None
    assert 0 < late < ORDERS / 8


@pytest.mark.usefixtures("month")
def test_each_walked_the_life_of_its_kind() -> None:
    for order in WorkOrder.objects.select_related("kind")[:200]:
        events = list(OrderEvent.objects.filter(order=order).order_by("id"))
        assert all(before.at <= after.at for before, after in pairwise(events))
        life, state = life_of(order.kind), WorkOrder.State.OPEN
        for event in events[1:]:
            act = next(act for act in life.acts if act.code == event.act)
            assert state in act.froms, (order.kind_id, event.act, state)
            state = act.to or state
        assert state == WorkOrder.State.CLOSED


@pytest.mark.usefixtures("month")
def test_the_desk_counts_them_for_its_forecast_and_opens_one() -> None:
    Arrival.objects.all().delete()  # the scenario's own, which would stand over what is counted
    arrivals_count()
    first = min(clock.local(at).date() for at in WorkOrder.objects.values_list("opened_at", flat=True))
    since = clock.midnight(first + dt.timedelta(days=1))
    counted = sum(Arrival.objects.filter(channel="order").values_list("count", flat=True))
    assert counted == WorkOrder.objects.filter(opened_at__gte=since).count()
    staff = Client()
    people.chen_supervisor()
    staff.force_login(User.objects.get(username="chenjing"))
    complaint = WorkOrder.objects.filter(kind_id="complaint")[0]
    page = staff.get(f"/desk/{complaint.id}?view=closed").content.decode()
    assert "投递环节" in page
