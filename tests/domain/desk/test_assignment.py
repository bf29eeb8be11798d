"""Who gets which order, asked for or given: never against place or skills, the one who knows first, and it says why."""

from __future__ import annotations

import datetime as dt
import random
import threading
import uuid

import pytest
from django.db import connection
from tests import people

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import selectors, services
from youlu.domain.desk.assignment import pushing
from youlu.domain.desk.assignment.matching import Free, Waiting, able, match
from youlu.domain.desk.models import AgentNotice, OrderAlert, OrderEvent, OrderKind, Parameter, WorkOrder
from youlu.domain.workforce.models import Agent
from youlu.domain.workforce.selectors import agent_of
from youlu.domain.workforce.services import presence_report

MINUTE = dt.timedelta(minutes=1)


def present(actor: Actor, site: str = "on_site") -> Actor:
    presence_report(actor=actor, site=site)
    return actor


def opened(kind: str = "chase", **more: object) -> uuid.UUID:
    return services.order_open(actor=people.chen_supervisor(), kind=kind, title="催投", **more)


def unskilled(actor: Actor) -> Actor:
    Agent.objects.filter(id=agent_of(actor).id).update(skills=[])
    return actor


@pytest.fixture
def push(noon: dt.datetime) -> None:
    services.push_set(actor=people.chen_supervisor(), is_on=True)


# -- the rules, without a database

SITES, SKILLS = ("on_site", "at_home"), ("complaint", "claim")


def case(luck: random.Random) -> tuple[list[Waiting], list[Free], dt.datetime, int]:
    at = dt.datetime(2022, 7, 29, 4, 0, tzinfo=dt.UTC)
    agents = [Free(uuid.UUID(int=n + 1), luck.choice(SITES), frozenset(s for s in SKILLS if luck.random() < 0.5),
                   luck.randrange(4), at - luck.randrange(60) * MINUTE, str(n)) for n in range(luck.randrange(5))]
    ids = [agent.id for agent in agents] + [None, uuid.UUID(int=99)]
    orders = [Waiting(uuid.UUID(int=n), tuple(s for s in SITES if s == "on_site" or luck.random() < 0.5),
                      frozenset(s for s in SKILLS if luck.random() < 0.3), luck.randrange(3), at - MINUTE,
                      luck.choice(ids), luck.choice((None, at - MINUTE, at + MINUTE)), luck.choice(ids))
              for n in range(luck.randrange(6))]
    return orders, agents, at, luck.randrange(1, 4)


def by_the_book(orders: list[Waiting], agents: list[Free], at: dt.datetime, load_max: int) -> dict:
    """The rules written down slowly, one order after the other, over everybody."""
    held = {a.id: [a.load, a.given_at] for a in agents}
    found = {}
    for order in orders:
        ranked = []
        for a in agents:
            may = a.site in order.sites and order.skills <= a.skills and a.id != order.returned_from
            if may and held[a.id][0] < load_max:
                ranked.append((a.id != order.known_by, *held[a.id], a.staff_no, a.id))
            elif may and a.id == order.known_by and order.priority < 2 and (order.known_until or at) > at:
                ranked = None
                break
        if ranked:
            chosen = min(ranked)[-1]
            found[order.id] = chosen
            held[chosen] = [held[chosen][0] + 1, at]
    return found


def test_giving_is_as_the_rules_say_on_a_thousand_small_desks() -> None:
    luck = random.Random(7)
    for _ in range(1_000):
        orders, agents, at, load_max = case(luck)
        given = match(orders, agents, at=at, load_max=load_max)
        assert {one.order.id: one.agent.id for one in given} == by_the_book(orders, agents, at, load_max)
        assert all(able(one.order, one.agent) and one.why.load < load_max for one in given)


# -- push

@pytest.mark.django_db
def test_orders_go_to_who_holds_least_and_say_so(push: None) -> None:
    li, ma = present(people.li_agent()), present(people.ma_agent())
    busy = opened()
    services.order_take(actor=li, order_id=busy)
    order_id = opened()
    assert services.orders_push() == 1
    order = WorkOrder.objects.get(id=order_id)
    assert order.taken_by == agent_of(ma).id
    why = selectors.order_page(actor=ma, order_id=order_id).why
    assert why is not None
    assert (why.code, why.load, why.able) == ("least", 0, 2)
    assert [n.what for n in selectors.notices_of(actor=ma)] == ["pushed"]
    assert selectors.notices_of(actor=li) == ()


@pytest.mark.django_db
def test_nothing_is_given_where_push_is_switched_off_and_only_a_supervisor_switches(noon: dt.datetime) -> None:
    li = present(people.li_agent())
    opened()
    assert services.orders_push() == 0
    with pytest.raises(NotAllowedError):
        services.push_set(actor=li, is_on=True)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["hotline", "claim", "regulator"])
def test_what_cannot_be_done_at_home_is_not_given_to_somebody_at_home(push: None, kind: str) -> None:
    present(people.li_agent(), "at_home")
    order_id = opened(kind)
    assert services.orders_push() == 0
    ma = present(people.ma_agent())
    assert services.orders_push() == 1
    assert WorkOrder.objects.get(id=order_id).taken_by == agent_of(ma).id


@pytest.mark.django_db
def test_who_went_home_between_the_choice_and_the_giving_gets_nothing(
    push: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = present(people.li_agent())
    there = pushing.agents_free()
    monkeypatch.setattr(pushing, "agents_free", lambda: there)
    opened("claim")
    presence_report(actor=li, site="at_home")
    assert services.orders_push() == 0
    assert WorkOrder.objects.get().state == "open"


@pytest.mark.django_db
def test_who_asks_at_home_passes_by_what_is_for_the_office(noon: dt.datetime) -> None:
    li = present(people.li_agent(), "at_home")
    hotline = opened("hotline")
    WorkOrder.objects.filter(id=hotline).update(priority=2)
    chase = opened("chase")
    assert services.order_take_next(actor=li) == chase


@pytest.mark.django_db
def test_who_lacks_the_skill_is_given_nothing_and_the_order_says_who_is_missing(push: None) -> None:
    ma = unskilled(present(people.ma_agent()))
    order_id = opened("claim")
    assert services.orders_push() == 0
    assert services.order_take_next(actor=ma) is None
    place = selectors.order_page(actor=ma, order_id=order_id).queue
    assert place is not None
    assert (place.ahead, place.able, place.skills) == (0, 0, ("理赔",))
    services.order_take(actor=ma, order_id=order_id)  # by their own choice
    why = selectors.order_page(actor=ma, order_id=order_id).why
    assert why is not None
    assert (why.code, why.lacks) == ("chosen", ("claim",))


@pytest.mark.django_db
def test_when_all_hands_are_full_orders_queue_and_go_as_hands_come_free(push: None) -> None:
    li = present(people.li_agent())
    orders = [opened() for _ in range(5)]
    assert services.orders_push() == 3  # push_load_max
    last = selectors.order_page(actor=li, order_id=orders[-1]).queue
    assert last is not None
    assert (last.ahead, last.able, last.full) == (1, 1, 1)
    services.order_answer(actor=li, order_id=orders[0], text="在路上")
    assert services.orders_push() == 1
    assert list(WorkOrder.objects.filter(state="open").values_list("id", flat=True)) == [orders[-1]]


@pytest.mark.django_db
def test_an_order_that_nobody_can_do_stops_no_other(push: None) -> None:
    present(people.li_agent(), "at_home")
    for _ in range(3):
        opened("hotline")
    opened("chase")
    assert services.orders_push() == 1


@pytest.mark.django_db
def test_who_knows_the_case_gets_it_also_when_they_ask(push: None) -> None:
    li, ma = present(people.li_agent()), present(people.ma_agent())
    customer = people.customer()
    first = opened("chase", party_id=customer)
    services.order_take(actor=ma, order_id=first)
    again = opened("enquiry", party_id=customer)
    stranger = opened("chase")
    assert services.order_take_next(actor=li) == stranger  # the customer's waits for 马强
    assert services.order_take_next(actor=li) is None
    assert services.order_take_next(actor=ma) == again
    why = selectors.order_page(actor=ma, order_id=again).why
    assert why is not None
    assert why.code == "known"


@pytest.mark.django_db
def test_nobody_waits_for_who_is_out_or_longer_than_the_rule(noon: dt.datetime) -> None:
    li, ma = present(people.li_agent()), present(people.ma_agent())
    customer = people.customer()
    services.order_take(actor=ma, order_id=opened("chase", party_id=customer))
    again = opened("enquiry", party_id=customer)
    with clock.frozen(noon + 16 * MINUTE):
        assert services.order_take_next(actor=li) == again
    third = opened("coordination", party_id=customer)
    WorkOrder.objects.filter(id=third).update(known_by=agent_of(ma).id)
    presence_report(actor=ma, site="out")
    assert services.order_take_next(actor=li) == third


@pytest.mark.django_db(transaction=True)
def test_pushing_and_pulling_at_once_never_gives_an_order_twice() -> None:
    services.push_set(actor=people.chen_supervisor(), is_on=True)
    Parameter.objects.filter(code="push_load_max").update(value=100)
    li, ma = present(people.li_agent()), present(people.ma_agent())
    orders = [opened() for _ in range(30)]
    barrier = threading.Barrier(4)

    def race(work: object) -> None:
        try:
            barrier.wait()
            while work():  # type: ignore[operator]
                pass
        finally:
            connection.close()

    works = [services.orders_push, services.orders_push, lambda: services.order_take_next(actor=li),
             lambda: services.order_take_next(actor=ma)]
    threads = [threading.Thread(target=race, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OrderEvent.objects.filter(act__in=["take", "push"]).count() == len(orders)
    assert not WorkOrder.objects.filter(taken_by=None).exists()


# -- the return timer

@pytest.mark.django_db
def test_what_lies_untouched_goes_back_once_with_a_line_and_a_notice(noon: dt.datetime) -> None:
    li = present(people.li_agent())
    order_id = opened("chase")
    services.order_take(actor=li, order_id=order_id)
    with clock.frozen(noon + 19 * MINUTE):
        assert services.orders_return() == 0
    with clock.frozen(noon + 20 * MINUTE):
        assert services.orders_return() == 1
        assert services.orders_return() == 0
    order = WorkOrder.objects.get()
    assert (order.state, order.taken_by, order.returns) == ("open", None, 1)
    assert [e.act for e in OrderEvent.objects.order_by("id")] == ["open", "take", "returned"]
    assert [n.what for n in selectors.notices_of(actor=li)] == ["returned"]
    services.notices_seen(actor=people.ma_agent(), notice_ids=[AgentNotice.objects.get().id])
    assert len(selectors.notices_of(actor=li)) == 1  # somebody else's press takes nothing off
    services.notices_seen(actor=li, notice_ids=[AgentNotice.objects.get().id])
    assert selectors.notices_of(actor=li) == ()


@pytest.mark.django_db
def test_a_touched_order_stays_and_minutes_are_the_kind_s(noon: dt.datetime) -> None:
    li = present(people.li_agent())
    touched, claim, paused, never = (opened(kind) for kind in ("chase", "claim", "chase", "praise"))
    OrderKind.objects.filter(code="praise").update(return_min=0)
    for order_id in (touched, claim, paused, never):
        services.order_take(actor=li, order_id=order_id)
    services.order_note(actor=li, order_id=touched, text="问了揽投部")
    services.order_wait(actor=li, order_id=paused, text="等客户发照片")
    with clock.frozen(noon + 60 * MINUTE):
        assert services.orders_return() == 0
    with clock.frozen(noon + dt.timedelta(hours=5)):
        assert services.orders_return() == 1
    assert WorkOrder.objects.get(state="open").id == claim


@pytest.mark.django_db
def test_somebody_else_s_note_is_no_touch_of_the_holder_s(noon: dt.datetime) -> None:
    li, ma = present(people.li_agent()), present(people.ma_agent())
    order_id = opened("chase")
    services.order_take(actor=li, order_id=order_id)
    services.order_chase(actor=ma, order_id=order_id)
    with clock.frozen(noon + 30 * MINUTE):
        assert services.orders_return() == 1


@pytest.mark.django_db
def test_who_let_it_lie_gets_it_last_and_the_second_time_the_supervisor_sees_it(push: None, noon: dt.datetime) -> None:
    li = present(people.li_agent())
    order_id = opened("chase")
    services.order_take(actor=li, order_id=order_id)
    with clock.frozen(noon + 30 * MINUTE):
        services.orders_return()
        assert services.orders_push() == 0  # only 李敏 is there
        other = opened("praise")
        assert services.order_take_next(actor=li) == other
        assert services.order_take_next(actor=li) == order_id
    assert not OrderAlert.objects.filter(what="returned").exists()
    with clock.frozen(noon + 60 * MINUTE):
        assert services.orders_return() == 1
    assert OrderAlert.objects.filter(what="returned").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_an_order_back_once() -> None:
    at = dt.datetime(2022, 7, 29, 4, 0, tzinfo=dt.UTC)
    with clock.frozen(at):
        li = present(people.li_agent())
        for _ in range(20):
            services.order_take(actor=li, order_id=opened("chase"))
    barrier, counts = threading.Barrier(2), []

    def back() -> None:
        try:
            with clock.frozen(at + 60 * MINUTE):
                barrier.wait()
                counts.append(services.orders_return())
        finally:
            connection.close()

    threads = [threading.Thread(target=back) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 20 == OrderEvent.objects.filter(act="returned").count()
