"""Where a call goes: who may and is free, in the order callers came; else how long it takes; else a promised time."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import people
from tests.domain.desk.exchange import asked, exchange_register, signed, told

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_user
from youlu.domain.desk import services
from youlu.domain.desk.handover.owed import owed_counts
from youlu.domain.desk.models import Call, CallBack, OrderAlert, Parameter, WorkOrder
from youlu.domain.desk.phone.promising import call_back_time
from youlu.domain.desk.phone.reading import call_counts, calls_page
from youlu.domain.partners.services import PartnerKeys
from youlu.domain.workforce.models import Agent, Roster, RosterHold, RosterShift
from youlu.domain.workforce.services import agent_create, presence_report
from youlu.engines.queueing import wait_expected_s

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
PHONE = "13893104417"


@pytest.fixture
def keys(noon: dt.datetime) -> PartnerKeys:
    return exchange_register()


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def both_on_site() -> None:
    for actor in (people.li_agent(), people.ma_agent()):
        presence_report(actor=actor, site="on_site")


def agents(count: int, site: str = "on_site") -> None:
    for nth in range(count):
        user = User.objects.create(username=f"a{nth}", roles=["agent"], scope="62", password="!")
        agent_create(actor=people.chen_supervisor(), user_id=user.id, staff_no=f"3{nth:03}")
        presence_report(actor=actor_of_user(user), site=site)


def rostered(count: int, start: dt.datetime, hours: int) -> None:
    """A roster in force in which so many people work from `start`."""
    from youlu.domain.workforce.models import ShiftKind

    kind = ShiftKind.objects.create(code="t", name="测试班", start_min=0, length_min=hours * 60, sites=["on_site"],
                                    source="测试")
    roster = Roster.objects.create(start_date=start.date(), days=2, state="published", basis="standard",
                                   made_by="t", made_at=start)
    RosterHold.objects.create(roster=roster, start_at=start - dt.timedelta(days=1),
                              end_at=start + dt.timedelta(days=2))
    for nth in range(count):
        user = User.objects.create(username=f"r{nth}", roles=["agent"], scope="62", password="!")
        agent = Agent.objects.create(user=user, staff_no=f"4{nth:03}")
        RosterShift.objects.create(roster=roster, agent=agent, work_date=start.date(), kind=kind, start_at=start,
                                   end_at=start + dt.timedelta(hours=hours), site="on_site")


def test_a_call_goes_to_who_holds_least_and_says_why(keys: PartnerKeys) -> None:
    both_on_site()
    services.order_open(actor=people.li_agent(), kind="chase", title="催投")
    services.order_take_next(actor=people.li_agent())
    way = asked(keys, call="1", number=PHONE)
    assert (way.to, way.staff_no, way.why.code, way.why.load, way.why.able) == ("agent", "2208", "least", 0, 2)


def test_a_call_goes_first_to_who_knows_the_customer(keys: PartnerKeys) -> None:
    both_on_site()
    party = people.customer(phone=PHONE)
    services.order_open(actor=people.li_agent(), kind="chase", title="催投", party_id=party)
    services.order_take_next(actor=people.li_agent())
    way = asked(keys, call="1", number=PHONE)
    assert (way.staff_no, way.why.code, way.why.load) == ("2207", "known", 1)


def test_recorded_calls_do_not_go_home_and_skills_are_asked_for(keys: PartnerKeys) -> None:
    presence_report(actor=people.li_agent(), site="at_home")
    agents(1)
    assert asked(keys, call="1").staff_no == "3000"
    assert asked(keys, call="2", skill="complaint").to != "agent"
    presence_report(actor=people.li_agent(), site="on_site")
    assert asked(keys, call="3", skill="complaint").to != "agent", "another came before"
    assert asked(keys, call="2", skill="complaint").staff_no == "2207"


def test_two_calls_are_not_given_one_agent_and_asking_again_says_the_same(keys: PartnerKeys) -> None:
    both_on_site()
    first, second = asked(keys, call="1"), asked(keys, call="2")
    assert {first.staff_no, second.staff_no} == {"2207", "2208"}
    assert asked(keys, call="1").staff_no == first.staff_no
    assert asked(keys, call="3").to == "queue"


def test_who_does_not_answer_is_passed_over_and_who_is_on_the_telephone_is_not_free(keys: PartnerKeys) -> None:
    both_on_site()
    told(keys, "call.ringing", call="1", agent="2207")
    told(keys, "call.answered", call="1", agent="2207")
    assert asked(keys, call="2").staff_no == "2208"
    told(keys, "call.ringing", call="2", agent="2208")
    assert asked(keys, call="2", tried=["2208"]).to == "call_back"
    told(keys, "call.ended", call="1")
    with clock.frozen(after(10)):
        assert asked(keys, call="2", tried=["2208"]).to == "call_back", "writes down the last call"
    with clock.frozen(after(30)):
        assert asked(keys, call="2", tried=["2208"]).staff_no == "2207"


def test_callers_are_served_in_the_order_they_came(keys: PartnerKeys) -> None:
    presence_report(actor=people.li_agent(), site="on_site")
    told(keys, "call.answered", call="0", agent="2207")
    Parameter.objects.update_or_create(code="call_wait_most_s", defaults={"value": 9_999, "name": "", "unit": "",
                                                                          "source": ""})
    ways = [asked(keys, call=str(nth)) for nth in (1, 2, 3)]
    assert [(way.to, way.ahead) for way in ways] == [("queue", 0), ("queue", 1), ("queue", 2)]
    told(keys, "call.ended", call="0")
    with clock.frozen(after(60)):
        assert asked(keys, call="2").to == "queue", "one came before"
        assert asked(keys, call="1").staff_no == "2207"
    with clock.frozen(after(600)):
        told(keys, "call.ended", call="1")
    with clock.frozen(after(700)):  # nobody has asked for 2 and 3 in minutes: they are gone
        assert asked(keys, call="9").staff_no == "2207"


def test_a_wait_longer_than_callers_wait_offers_a_time_to_be_called_back(keys: PartnerKeys) -> None:
    presence_report(actor=people.li_agent(), site="on_site")
    told(keys, "call.answered", call="0", agent="2207")
    way = asked(keys, call="1", number=PHONE)
    assert (way.to, way.ahead, way.wait_s, way.why.code) == ("call_back", 0, 210, "busy")
    assert way.call_back_at == NOON + dt.timedelta(minutes=30)
    presence_report(actor=people.li_agent(), site="out")
    way = asked(keys, call="2")
    assert (way.to, way.wait_s, way.ahead, way.why.code) == ("nobody", None, None, "nobody")


def test_the_expected_wait_is_that_of_who_stays() -> None:
    # One server, nobody ahead: the rest of one service. Patience without end: Erlang C's (k + 1) / cµ.
    assert wait_expected_s(ahead=0, agents=1, service_s=210, patience_s=120) == pytest.approx(210)
    assert wait_expected_s(ahead=4, agents=10, service_s=200, patience_s=1e12) == pytest.approx(100)
    # Two ahead with patience: 1/µ + 1/(µ + θ) + 1/(µ + 2θ).
    assert wait_expected_s(ahead=2, agents=1, service_s=100, patience_s=100) == pytest.approx(100 + 50 + 100 / 3)


def test_a_half_hour_takes_no_more_promises_than_its_people_can_make(keys: PartnerKeys) -> None:
    rostered(2, NOON.replace(hour=13), hours=2)  # 2 people, a third of their time, 150 s a call: 7 in a half hour
    promised = []
    for nth in range(30):
        heard = told(keys, "call.call_back", call=str(nth), number=f"138931{nth:05}")
        promised.append(heard.call_back_at and heard.call_back_at[11:16])
    assert promised == ["13:00"] * 7 + ["13:30"] * 7 + ["14:00"] * 7 + ["14:30"] * 7 + [None] * 2
    assert CallBack.objects.count() == 28
    assert asked(keys, call="99").to == "nobody"


def test_no_call_is_promised_for_the_night(keys: PartnerKeys) -> None:
    rostered(9, NOON.replace(hour=20), hours=14)  # through the night
    with clock.frozen(NOON.replace(hour=23, minute=40)):
        assert call_back_time(clock.now()) == NOON.replace(hour=8) + dt.timedelta(days=1)


def test_a_promised_call_waits_for_its_time_and_is_chased_when_late(keys: PartnerKeys) -> None:
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    told(keys, "call.ended", call="1")
    heard = told(keys, "call.call_back", call="1", number=PHONE)
    assert Call.objects.get().outcome == "call_back"
    order, promise = WorkOrder.objects.get(), CallBack.objects.get()
    assert heard.call_back_at == "2022-07-29T12:30:00+08:00"
    assert (order.kind_id, order.not_before, order.due_at) == ("call_back", after(1800), after(3600))
    assert (promise.promised_at, promise.until_at, promise.call.order_id) == (after(1800), after(3600), order.id)
    assert owed_counts(last=None, until=after(60), now=NOON)["call_back"].n == 1
    assert services.order_take_next(actor=li) is None, "not before its time"
    with clock.frozen(after(1805)):
        assert services.order_take_next(actor=li) == order.id
    with clock.frozen(after(3700)):
        services.orders_watch()
        assert set(OrderAlert.objects.values_list("what", flat=True)) >= {"late"}
        (row,) = calls_page(actor=people.chen_supervisor()).promises
        assert (row.state, call_counts().broken) == ("broken", 1)
        told(keys, "call.ringing", call=str(uuid.uuid4()), agent="2207")  # some other call changes nothing
        services.order_answer(actor=li, order_id=order.id, text="已回电")
        (row,) = calls_page(actor=people.chen_supervisor()).promises
        assert row.state == "late"
    assert "call_back" not in owed_counts(last=None, until=after(60), now=NOON)


def test_who_asks_twice_has_one_promise(keys: PartnerKeys) -> None:
    presence_report(actor=people.li_agent(), site="at_home")
    first = told(keys, "call.call_back", call="1", number=PHONE).call_back_at
    assert told(keys, "call.call_back", call="1", number=PHONE).call_back_at == first
    assert told(keys, "call.call_back", call="2", number=PHONE).call_back_at == first
    assert (CallBack.objects.count(), WorkOrder.objects.count(), WorkOrder.objects.get().repeats) == (1, 1, 1)


def test_a_promise_that_was_kept_is_answered_with_a_new_one_and_an_order_of_the_desk_s_is_none(
    keys: PartnerKeys
) -> None:
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    told(keys, "call.ended", call="1")
    first = told(keys, "call.call_back", call="1", number=PHONE).call_back_at
    with clock.frozen(after(1805)):
        order_id = services.order_take_next(actor=li)
        assert order_id is not None
        services.order_answer(actor=li, order_id=order_id, text="已回电")
    with clock.frozen(after(3 * 3600)):
        again = told(keys, "call.call_back", call="2", number=PHONE).call_back_at
        assert again > first
        assert CallBack.objects.count() == 2
        assert told(keys, "call.call_back", call="2", number=PHONE).call_back_at == again
    CallBack.objects.all().delete()
    with clock.frozen(after(4 * 3600)):
        assert told(keys, "call.call_back", call="3", number=PHONE).call_back_at


def test_a_decision_asks_the_database_as_often_for_three_hundred_agents(keys: PartnerKeys) -> None:
    agents(3)
    with CaptureQueriesContext(connection) as few:
        asked(keys, call="1", number=PHONE)
    for nth in range(3, 60):
        user = User.objects.create(username=f"a{nth}", roles=["agent"], scope="62", password="!")
        agent_create(actor=people.chen_supervisor(), user_id=user.id, staff_no=f"3{nth:03}")
        presence_report(actor=actor_of_user(user), site="on_site")
    with CaptureQueriesContext(connection) as many:
        asked(keys, call="2", number=PHONE)
    assert len(many) <= len(few) <= 24


@pytest.mark.django_db(transaction=True)
def test_many_calls_at_once_never_ring_one_agent_twice() -> None:
    with clock.frozen(NOON):
        keys = exchange_register()
        agents(5)
        messages = [signed(keys, "call.route", {"call": str(nth)}) for nth in range(8)]
    ways: list[services.CallWay] = []
    ready = threading.Barrier(len(messages))

    def ask(headers: dict, body: bytes) -> None:
        ready.wait()
        with clock.frozen(NOON):
            ways.append(services.call_route(headers=headers, body=body))
        connection.close()

    threads = [threading.Thread(target=ask, args=message) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rung = [way.staff_no for way in ways if way.to == "agent"]
    assert (len(ways), len(rung), len(set(rung))) == (8, 5, 5)
