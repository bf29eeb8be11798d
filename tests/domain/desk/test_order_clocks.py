"""Clocks of orders: service hours, pauses, the end of the known holidays, and what happens when they run out."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from tests import people
from tests.domain.desk.test_order_life import taken
from tests.domain.desk.test_orders import present

from youlu.core import clock
from youlu.domain.desk import services
from youlu.domain.desk.errors import OrderStateError
from youlu.domain.desk.models import OrderAlert, OrderEvent, OrderKind, ServiceHours, WorkOrder
from youlu.domain.desk.orders.hours import due_after, due_resumed

pytestmark = pytest.mark.django_db


def at(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=clock.SHANGHAI)


def order(kind: str = "chase", title: str = "催投") -> WorkOrder:
    return WorkOrder.objects.get(id=services.order_open(actor=people.chen_supervisor(), kind=kind, title=title))


@pytest.mark.parametrize(("hours", "start", "minutes", "due"), [
    ("always", "2022-07-29 23:10", 120, "2022-07-30 01:10"),
    ("desk", "2022-07-29 22:00", 120, "2022-07-30 00:00"),
    ("desk", "2022-07-29 22:00", 121, "2022-07-30 08:01"),
    ("desk", "2022-07-30 02:30", 30, "2022-07-30 08:30"),
    ("office", "2022-09-30 17:30", 60, "2022-10-08 09:00"),  # National Day; Saturday the 8th is worked
    ("office", "2022-07-29 17:30", 60, "2022-08-01 09:00"),
    ("gossip", "2022-07-29 23:10", 120, "2022-07-30 01:10"),
])
def test_service_hours_count_to_the_minute(hours: str, start: str, minutes: int, due: str) -> None:
    assert due_after(hours, at(start), minutes).at == at(due)


def test_a_year_that_nobody_has_announced_is_counted_by_the_week_and_says_so() -> None:
    known, unknown = due_after("office", at("2022-12-30 17:30"), 60), due_after("office", at("2035-12-28 17:30"), 60)
    assert (known.is_assumed, unknown.is_assumed) == (False, True)
    assert unknown.at == at("2035-12-31 09:00"), "a Monday by the calendar"


def test_an_office_s_own_hours_hold_over_the_trade_s() -> None:
    ServiceHours.objects.filter(code="desk").update(week=[["09:00-18:00"]] * 7)
    assert due_after("desk", at("2022-07-29 17:30"), 60).at == at("2022-07-30 09:30")


def test_while_the_customer_is_asked_the_clocks_stand(noon: dt.datetime) -> None:
    li = present(people.li_agent())
    order_id = taken(li, "chase")
    with clock.frozen(noon + dt.timedelta(hours=2)):
        services.order_wait(actor=li, order_id=order_id, text="等客户补照片")
        with pytest.raises(OrderStateError):
            services.order_close(actor=li, order_id=order_id)
    with clock.frozen(noon + dt.timedelta(days=3)):
        assert services.orders_watch().late == 0
        services.order_resume(actor=li, order_id=order_id)
    assert WorkOrder.objects.get().due_at == noon + dt.timedelta(days=3, hours=22)


def test_time_that_is_granted_after_a_pause_takes_none_away(noon: dt.datetime) -> None:
    li, chen = present(people.li_agent()), people.chen_supervisor()
    order_id = taken(li, "chase")
    services.order_extend(actor=li, order_id=order_id, until=noon + dt.timedelta(hours=30), text="等回单")
    with clock.frozen(noon + dt.timedelta(hours=2)):
        services.order_wait(actor=li, order_id=order_id, text="等客户补照片")
    with clock.frozen(noon + dt.timedelta(days=3)):
        services.order_resume(actor=li, order_id=order_id)
        services.order_extend_grant(actor=chen, order_id=order_id)
        assert WorkOrder.objects.get().due_at == noon + dt.timedelta(days=3, hours=22)
        assert services.orders_watch().late == 0


def test_a_pause_after_the_due_time_saves_nobody() -> None:
    due = due_resumed("desk", due=at("2022-07-29 12:00"), paused_at=at("2022-07-29 13:00"),
                      resumed_at=at("2022-07-30 13:00"))
    assert due.at == at("2022-07-29 12:00")
    night = due_resumed("desk", due=at("2022-07-30 00:00"), paused_at=at("2022-07-29 23:00"),
                        resumed_at=at("2022-07-30 03:00"))
    assert night.at == at("2022-07-30 09:00"), "the night between does not count"


def test_clocks_act_before_and_at_the_end_once(noon: dt.datetime) -> None:
    first = order()
    assert first.warn_at == noon + dt.timedelta(hours=22)
    with clock.frozen(noon + dt.timedelta(minutes=31)):
        assert services.orders_watch() == services.Marked(0, 0, 1)
    for hours, marked, priority in ((22, (1, 0, 0), 1), (23, (0, 0, 0), 1), (24, (0, 1, 0), 2), (30, (0, 0, 0), 2)):
        with clock.frozen(noon + dt.timedelta(hours=hours)):
            assert services.orders_watch() == services.Marked(*marked)
        assert WorkOrder.objects.get().priority == priority
    assert [a.what for a in OrderAlert.objects.order_by("at")] == ["reply_late", "warned", "late"]
    assert [e.act for e in OrderEvent.objects.order_by("id")] == ["open", "reply_late", "warned", "late"]


def test_more_time_is_warned_of_anew(noon: dt.datetime) -> None:
    li, chen = present(people.li_agent()), people.chen_supervisor()
    order_id = taken(li, "chase")
    with clock.frozen(noon + dt.timedelta(hours=25)):
        services.orders_watch()
        services.order_extend(actor=li, order_id=order_id, until=noon + dt.timedelta(hours=48), text="等回单")
        services.order_extend_grant(actor=chen, order_id=order_id)
        assert WorkOrder.objects.get().late_at is None
        assert services.orders_watch() == services.Marked(0, 0, 0)
    with clock.frozen(noon + dt.timedelta(hours=49)):
        assert services.orders_watch().late == 1
    assert OrderAlert.objects.filter(what="late").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_mark_each_order_once(noon: dt.datetime) -> None:
    for number in range(40):
        order(title=f"催投{number}")
    marked, barrier = [], threading.Barrier(4)

    def work() -> None:
        try:
            with clock.frozen(noon + dt.timedelta(hours=25)):
                barrier.wait()
                marked.append(services.orders_watch())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(m.late for m in marked) == 40
    assert OrderEvent.objects.filter(act="late").count() == OrderAlert.objects.filter(what="late").count() == 40


def test_every_kind_s_hours_are_there() -> None:
    hours = set(ServiceHours.objects.values_list("code", flat=True))
    used = {code for row in OrderKind.objects.values_list("reply_calendar", "close_calendar") for code in row}
    assert used <= hours
