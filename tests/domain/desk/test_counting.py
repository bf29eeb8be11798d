"""What came is counted by half hours that are over: once, by whomever, also after days off; a file wins over it."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection
from tests import people

from youlu.core import clock
from youlu.domain.desk.counting import arrivals_count
from youlu.domain.desk.jobs import arrivals_count_job
from youlu.domain.desk.models import Call, Contact, Outreach, WorkOrder
from youlu.domain.desk.services import order_open
from youlu.domain.workforce.history import history_take
from youlu.domain.workforce.models import Arrival, ArrivalCount

MONDAY = clock.midnight(dt.date(2022, 8, 1))
HOUR = dt.timedelta(hours=1)


def call(at: dt.datetime, direction: str = "in") -> None:
    Call.objects.create(exchange="pbx", reference=uuid.uuid4().hex, direction=direction, begun_at=at, heard_at=at)


def contact(at: dt.datetime, mode: str = "voice") -> None:
    outreach, _ = Outreach.objects.get_or_create(reason="封控", defaults={"opened_at": at})
    Contact.objects.create(id=uuid.uuid4(), outreach=outreach, customer_key=uuid.uuid4().bytes, party_id=uuid.uuid4(),
                           mode=mode, state="told", opened_at=at, due_at=at, not_before=at, revision=1)


def order(at: dt.datetime) -> None:
    with clock.frozen(at):
        order_open(actor=people.chen_supervisor(), kind="enquiry", title="问邮件")


def seen(channel: str = "call") -> dict[str, float]:
    rows = Arrival.objects.filter(channel=channel, count__gt=0).order_by("start_at")
    return {f"{clock.local(row.start_at):%d %H:%M}": row.count for row in rows}


@pytest.mark.django_db
def test_what_came_to_the_desk_is_counted_once_its_half_hour_is_over() -> None:
    for hours in (-5, 9.1, 9.4, 9.5, 10.2):  # the first is of the day on which the exchange was connected
        call(MONDAY + hours * HOUR)
    call(MONDAY + 9.2 * HOUR, "out")
    order(MONDAY - HOUR)
    order(MONDAY + 9.9 * HOUR)
    contact(MONDAY - HOUR)
    contact(MONDAY + 9.3 * HOUR)
    contact(MONDAY + 9.3 * HOUR, "message")
    with clock.frozen(MONDAY + 10.4 * HOUR):
        arrivals_count_job()
        assert (seen("call"), seen("order"), seen("contact")) == (
            {"01 09:00": 2, "01 09:30": 1}, {"01 09:30": 1}, {"01 09:00": 1})
        assert Arrival.objects.filter(channel="call").count() == 20, "also half hours in which nobody called"
        assert arrivals_count() == {"call": 0, "order": 0, "contact": 0}
    with clock.frozen(MONDAY + 10.6 * HOUR):
        arrivals_count()
    assert seen("call") == {"01 09:00": 2, "01 09:30": 1, "01 10:00": 1}


@pytest.mark.django_db
def test_days_without_a_worker_and_news_that_comes_late_are_caught_up() -> None:
    call(MONDAY - HOUR)
    with clock.frozen(MONDAY + 9 * HOUR):
        arrivals_count()
    for day in range(70):
        call(MONDAY + dt.timedelta(days=day) + 9.6 * HOUR)
    with clock.frozen(MONDAY + dt.timedelta(days=70)):
        arrivals_count()
        assert Arrival.objects.filter(channel="call", count=1).count() == 70
        assert Arrival.objects.filter(channel="call").count() == 70 * 48
        call(MONDAY + dt.timedelta(days=69) + 9.7 * HOUR)  # told only now
        call(MONDAY + dt.timedelta(days=70) + 0.1 * HOUR)
    with clock.frozen(MONDAY + dt.timedelta(days=70, hours=1)):
        arrivals_count()
    assert Arrival.objects.get(start_at=MONDAY + dt.timedelta(days=69, hours=9.5)).count == 2


@pytest.mark.django_db
def test_a_file_of_the_exchange_wins_over_what_the_desk_counted_and_is_not_counted_over() -> None:
    call(MONDAY - HOUR)
    call(MONDAY + 9.6 * HOUR)
    with clock.frozen(MONDAY + 11 * HOUR):
        arrivals_count()
        history_take(actor=people.chen_supervisor(), channel="call", lines=["时间,来量\n", "2022/8/1 9:30,41\n"])
    with clock.frozen(MONDAY + 12 * HOUR):
        arrivals_count()
    assert seen() == {"01 09:30": 41}


@pytest.mark.django_db
def test_a_channel_that_nobody_tells_of_is_not_known_to_be_silent() -> None:
    order(MONDAY - HOUR)
    with clock.frozen(MONDAY + 9 * HOUR):
        arrivals_count()
    assert not Arrival.objects.filter(channel="call").exists()
    assert Arrival.objects.filter(channel="order").count() == 18


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_each_half_hour_once() -> None:
    call(MONDAY - HOUR)
    with clock.frozen(MONDAY + 9 * HOUR):
        arrivals_count()
    for n in range(40):
        call(MONDAY + 9 * HOUR + n * dt.timedelta(minutes=3))
    barrier, faults = threading.Barrier(2), []

    def work() -> None:
        try:
            barrier.wait()
            with clock.frozen(MONDAY + 12 * HOUR):
                arrivals_count()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sum(seen().values()) == 40 == Call.objects.count() - 1
    assert Arrival.objects.filter(channel="call").count() == 24
    assert ArrivalCount.objects.get(channel="call").until_at == MONDAY + 12 * HOUR
    assert WorkOrder.objects.count() == 0
