"""客服大屏: counts that add up, alarms only where somebody must act, and no table read whole."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.db import connection
from tests import people
from tests.domain.desk.campaign_people import TOPIC, campaign, customers, topic_make
from tests.domain.desk.conftest import NOON

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.campaigns import running
from youlu.domain.desk.campaigns.report import COUNTED as REPORT
from youlu.domain.desk.campaigns.report import CURVE
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.phone.models import Call, CallBack
from youlu.domain.desk.wall.alarms import alarms_of
from youlu.domain.desk.wall.facts import COUNTED, ORDERS, Wall, wall_read
from youlu.domain.messages.models import Wording
from youlu.domain.messages.services import wording_withdraw
from youlu.domain.workforce.history import arrivals_add
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.facts import Wanted
from youlu.domain.workforce.services import presence_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
HOUR = dt.timedelta(hours=1)


def order(due_at: dt.datetime, **more: object) -> uuid.UUID:
    made = services.order_open(actor=people.chen_supervisor(), key=str(uuid.uuid4()), kind="chase", title="催投")
    WorkOrder.objects.filter(id=made).update(due_at=due_at, **more)
    return made


def wall() -> Wall:
    return wall_read(actor=people.chen_supervisor())


def codes() -> list[tuple[str, str]]:
    return [(alarm.state, alarm.code) for alarm in alarms_of(wall())]


def on_site() -> Actor:
    li = people.li_agent()
    presence_report(actor=li, site="on_site")
    return li


def test_every_open_order_stands_in_one_bar_and_a_closed_one_in_none() -> None:
    ages = {"very_late": -5, "late": -1, "hour": 0.5, "four": 3, "day": 20, "later": 30}
    for hours in ages.values():
        order(NOON + hours * HOUR)
    order(NOON - 9 * HOUR, paused_at=NOON)
    order(NOON - 9 * HOUR, state="closed", closed_at=NOON)
    order(NOON + HOUR / 2, state="taken")
    found = wall()
    assert found.due == {**dict.fromkeys(ages, 1), "hour": 2, "paused": 1}
    assert (found.waiting, found.taken, found.late) == (7, 1, 2)


def test_people_stand_by_site_and_by_whether_they_take_work() -> None:
    on_site()
    presence_report(actor=people.ma_agent(), site="at_home", is_taking=False)
    assert [(s.site, s.taking, s.paused) for s in wall().seats] == [("on_site", 1, 0), ("at_home", 0, 1), ("out", 0, 0)]


def test_what_came_is_held_against_the_forecast_by_half_hour() -> None:
    on_site()
    midnight = clock.midnight(NOON.date())
    needs_set([Wanted(midnight + 20 * HOUR / 2, "call", 2, "enquiry"), Wanted(midnight + 20 * HOUR / 2, "order", 1)],
              source="tests", expected=[30.0, 8.0])
    arrivals_add([("call", midnight + 20 * HOUR / 2, 41)])
    order(NOON + 9 * HOUR, opened_at=NOON - HOUR / 2 - dt.timedelta(minutes=5))
    order(NOON + 9 * HOUR, opened_at=midnight - HOUR)
    calls, orders = wall().arrivals
    assert (calls.channel, calls.expected[20], calls.came and calls.came[20]) == ("call", 30.0, 41.0)
    assert (orders.expected[20], orders.came and orders.came[22], orders.came and sum(orders.came)) == (8.0, 1.0, 1.0)
    assert codes() == []


def test_half_as_much_again_as_foreseen_is_an_alarm() -> None:
    on_site()
    midnight = clock.midnight(NOON.date())
    halves = [midnight + n * HOUR / 2 for n in (22, 23)]
    needs_set([Wanted(at, "call", 2, "enquiry") for at in halves], source="tests", expected=[20.0, 20.0])
    arrivals_add([("call", at, 29) for at in halves])
    assert codes() == []
    arrivals_add([("call", at, 30) for at in halves])
    assert codes() == [("risk", "call_surge")]


def test_calls_that_an_exchange_told_of_are_counted_and_a_promise_not_kept_is_an_alarm() -> None:
    on_site()
    assert wall().calls is None
    for n in range(4):
        Call.objects.create(exchange="x", reference=str(n), direction="in", begun_at=NOON - HOUR, heard_at=NOON - HOUR,
                            queued_at=NOON - HOUR, answered_at=NOON if n == 3 else None)
    promised = order(NOON + 9 * HOUR)
    CallBack.objects.create(order_id=promised, promised_at=NOON - 2 * HOUR, until_at=NOON - HOUR,
                            made_at=NOON - 3 * HOUR)
    found = wall()
    assert found.calls is not None
    assert (found.calls.came, found.calls.answered, found.calls.waiting, found.calls.broken) == (4, 1, 3, 1)
    (calls, _) = found.arrivals
    assert calls.came is not None
    assert (calls.channel, calls.came[22]) == ("call", 4.0)
    assert codes() == [("late", "broken"), ("risk", "queue")]


def test_an_empty_desk_at_noon_says_that_nobody_is_there_and_at_night_nothing() -> None:
    assert codes() == [("late", "nobody_on_site")]
    with clock.frozen(NOON.replace(hour=3)):
        assert codes() == []


def test_outreaches_stand_with_their_end_and_one_that_stopped_by_itself_is_an_alarm() -> None:
    li = on_site()
    topic_make()
    stopped = campaign(customers(3))
    late = campaign(customers(5, first=50, channel="", consents=False), due_at=NOON + HOUR)
    campaign(customers(1, first=90), start=False)
    found = {one.id: one for one in wall().outreaches}
    assert set(found) == {stopped, late}
    assert found[late].pace.ends_at is None
    assert found[stopped].pace.is_in_time
    assert codes() == [("risk", "outreach_late")]
    presence_report(actor=li, site="at_home")
    needs_set([Wanted(NOON + n * HOUR / 2, "order", 0) for n in range(18)], source="tests")
    assert {one.id: one.pace.is_in_time for one in wall().outreaches}[late]
    wording_withdraw(actor=people.chen_supervisor(), reason="说错了",
                     wording_id=Wording.objects.get(code=f"campaign.{TOPIC}.voice").id)
    running.campaigns_watch()
    assert ("late", "outreach_stopped") in codes()
    for outreach_id in (stopped, late):
        running.campaign_drop(actor=people.chen_supervisor(), outreach_id=outreach_id)
    assert wall().outreaches == ()


def test_no_name_of_a_person_is_on_it() -> None:
    on_site()
    topic_make()
    campaign(customers(2))
    assert "李敏" not in repr(wall())
    assert "客户0" not in repr(wall())


def plans(sql: str, values: object) -> set[tuple[str, str]]:
    """(kind of node, table or index) of a plan made where tables are too large to be read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql, values)  # type: ignore[arg-type]
        answer = cursor.fetchone()[0]
    nodes, found = [(json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]], set()
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        found.add((node["Node Type"], node.get("Index Name") or node.get("Relation Name", "")))
    return found


def test_each_question_has_an_index_that_answers_it() -> None:
    values = {"now": NOON, "from": NOON, "most": 10, "outreach": uuid.uuid4(), "since": NOON, "at": NOON,
              "step": "1 minute"}
    orders = plans(ORDERS, values)
    assert {name for _, name in orders} >= {"desk_order_opened", "desk_alert_unseen", "desk_call_newest"}
    assert any(name.startswith("desk_order_") and name != "desk_order_opened" for _, name in orders)
    found = plans(COUNTED, [[uuid.uuid4()]]) | plans(REPORT, values) | plans(CURVE, values)
    assert not [node for node in orders | found if node[0] == "Seq Scan"]
    assert any(name == "desk_contact_report" for _, name in found)
