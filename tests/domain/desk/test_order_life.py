"""The life of an order: who may do what when, dispatched to offices and answered there, nothing closed half done."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from tests import people
from tests.domain.desk.test_orders import present
from tests.domain.small_network import CHENGGUAN, KANGXIAN, network_make

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError, StaleError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import selectors, services
from youlu.domain.desk.errors import (
    AgentNotHereError,
    EmptyNoteError,
    ExtensionError,
    OrderNotHeldError,
    OrderStateError,
    OrderTakenError,
    OrderUnfinishedError,
    OutsideNumberError,
    ReopenLateError,
    ResponsibilityError,
    SatisfactionError,
    TitleError,
    UnknownKindError,
    UnknownUnitError,
)
from youlu.domain.desk.models import AgentNotice, OrderAlert, OrderEvent, OrderKind, WorkOrder
from youlu.domain.desk.orders.life import ACTS, Who, life_of
from youlu.domain.desk.services import Asked
from youlu.domain.workforce.selectors import agent_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(noon: dt.datetime) -> Actor:
    network_make()
    return present(people.li_agent())


def opened(kind: str = "enquiry", **more: object) -> uuid.UUID:
    return services.order_open(actor=people.chen_supervisor(), kind=kind, title="查件：轨迹停了", **more)  # type: ignore[arg-type]


def taken(li: Actor, kind: str = "enquiry") -> uuid.UUID:
    order_id = opened(kind)
    services.order_take(actor=li, order_id=order_id)
    return order_id


def state(order_id: uuid.UUID) -> str:
    return WorkOrder.objects.get(id=order_id).state


def history(order_id: uuid.UUID) -> list[str]:
    return list(OrderEvent.objects.filter(order_id=order_id).order_by("id").values_list("act", flat=True))


def test_a_complaint_goes_the_whole_way_and_its_history_is_complete(li: Actor) -> None:
    order_id, sun = taken(li, "complaint"), people.sun_clerk()
    services.order_classify(actor=li, order_id=order_id, subtype="delay")
    services.order_dispatch(actor=li, order_id=order_id, office_id=KANGXIAN, note="请核查是否放在门口")
    services.order_report(actor=sun, order_id=order_id, text="投递员已道歉，邮件找到")
    services.order_answer(actor=li, order_id=order_id, text="已找到，今天送到")
    services.order_call_back(actor=li, order_id=order_id, satisfaction="satisfied")
    services.order_fix(actor=li, order_id=order_id, responsibility="投递")
    services.order_close(actor=li, order_id=order_id)
    assert history(order_id) == [
        "open", "take", "classify", "dispatch", "report", "answer", "call_back", "fix", "close"]
    page = selectors.order_page(actor=li, order_id=order_id)
    assert [(e.who, e.detail) for e in page.events if e.code in ("dispatch", "report", "fix")] == [
        ("李敏", "投递"), ("孙丽", ""), ("李敏", "康县邮政")]
    assert (page.row.responsibility, page.row.satisfaction) == ("投递", "satisfied")


def test_an_office_refuses_passes_on_and_sees_only_what_is_with_it(li: Actor) -> None:
    order_id, sun, other = taken(li), people.sun_clerk(), people.sun_clerk("620102")
    with pytest.raises(NotFoundError):
        selectors.order_page(actor=sun, order_id=order_id)
    services.order_dispatch(actor=li, order_id=order_id, office_id=KANGXIAN)
    assert [row.id for row in selectors.order_list(actor=sun, view="unit").rows] == [order_id]
    assert {act.code for act in selectors.order_page(actor=sun, order_id=order_id).acts} == {
        "pass_on", "refuse", "report", "extend", "note"}
    services.order_pass_on(actor=sun, order_id=order_id, office_id=CHENGGUAN)
    with pytest.raises(NotFoundError):
        services.order_report(actor=sun, order_id=order_id, text="x")
    assert selectors.order_list(actor=sun, view="all").rows == ()
    services.order_refuse(actor=other, order_id=order_id, text="不是我们的段道")
    assert (state(order_id), WorkOrder.objects.get().taken_by) == ("taken", agent_of(li).id)
    with pytest.raises(NotFoundError):
        selectors.order_page(actor=other, order_id=order_id)


@pytest.mark.parametrize("act", ["order_refuse", "order_report", "order_verify", "order_note"])
def test_an_act_without_its_words_changes_nothing(li: Actor, act: str) -> None:
    order_id = taken(li)
    with pytest.raises(EmptyNoteError):
        getattr(services, act)(actor=li, order_id=order_id, text=" ")
    assert state(order_id) == "taken"


def test_who_may_act_is_said_in_words(li: Actor) -> None:
    ma, chen, order_id = present(people.ma_agent()), people.chen_supervisor(), opened()
    with pytest.raises(OrderNotHeldError):
        services.order_verify(actor=li, order_id=order_id, text="看过轨迹")
    services.order_take(actor=li, order_id=order_id)
    with pytest.raises(OrderTakenError):
        services.order_dispatch(actor=ma, order_id=order_id, office_id=KANGXIAN)
    with pytest.raises(NotAllowedError):
        services.order_supervise(actor=li, order_id=order_id)
    with pytest.raises(NotAllowedError):
        services.order_assign(actor=ma, order_id=order_id, agent_id=agent_of(ma).id)
    with pytest.raises(UnknownUnitError):
        services.order_dispatch(actor=li, order_id=order_id, office_id=999)
    services.order_supervise(actor=chen, order_id=order_id)
    assert WorkOrder.objects.get().priority == 2


def test_every_act_outside_its_states_is_refused_and_leaves_no_line(li: Actor) -> None:
    """The table against the services: whatever state an order is in, what the table does not know is not done."""
    chen = people.chen_supervisor()
    until = clock.now() + dt.timedelta(days=4)
    calls: dict[str, Callable[[uuid.UUID], None]] = {
        "verify": lambda i: services.order_verify(actor=li, order_id=i, text="x"),
        "dispatch": lambda i: services.order_dispatch(actor=li, order_id=i, office_id=KANGXIAN),
        "answer": lambda i: services.order_answer(actor=li, order_id=i, text="x"),
        "call_back": lambda i: services.order_call_back(actor=li, order_id=i),
        "fix": lambda i: services.order_fix(actor=li, order_id=i, responsibility="运输"),
        "close": lambda i: services.order_close(actor=li, order_id=i),
        "rework": lambda i: services.order_rework(actor=li, order_id=i),
        "reopen": lambda i: services.order_reopen(actor=chen, order_id=i, text="x"),
        "extend": lambda i: services.order_extend(actor=li, order_id=i, until=until, text="x"),
        "wait": lambda i: services.order_wait(actor=li, order_id=i, text="x"),
        "supervise": lambda i: services.order_supervise(actor=chen, order_id=i),
        "give_back": lambda i: services.order_give_back(actor=li, order_id=i),
    }
    for kind in ("complaint", "chase"):
        life = life_of(OrderKind.objects.get(code=kind))
        for begin in WorkOrder.State.values:
            for code, call in calls.items():
                order_id = taken(li, kind)
                WorkOrder.objects.filter(id=order_id).update(
                    state=begin, closed_at=clock.now(), subtype="delay" if kind == "complaint" else "")
                lines = len(history(order_id))
                if begin in life.froms(code):
                    call(order_id)
                    assert len(history(order_id)) == lines + 1, (kind, begin, code)
                else:
                    with pytest.raises((OrderStateError, OrderUnfinishedError)):
                        call(order_id)
                    assert (state(order_id), len(history(order_id))) == (begin, lines), (kind, begin, code)
                for rows in (OrderEvent, OrderAlert, AgentNotice, WorkOrder):
                    rows.objects.all().delete()


def test_the_life_of_every_kind_can_be_walked_to_its_end() -> None:
    for kind in OrderKind.objects.all():
        life = life_of(kind)
        reached = {"open"}
        while more := {end for _, start, end in life.moves() if start in reached} - reached:
            reached |= more
        assert reached == {str(s) for s in life.states}, kind.code
        assert kind.source
    assert {who for act in ACTS for who in act.who} == set(Who)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_act_at_once_one_acts(noon: dt.datetime) -> None:
    network_make()
    li = present(people.li_agent())
    order_ids = [taken(li) for _ in range(8)]
    done, lost, barrier = [], [], threading.Barrier(4)

    def race(answer: bool) -> None:
        try:
            barrier.wait()
            for order_id in order_ids:
                try:
                    if answer:
                        services.order_answer(actor=li, order_id=order_id, text="在路上")
                    else:
                        services.order_give_back(actor=li, order_id=order_id)
                    done.append(order_id)
                except (StaleError, OrderStateError, OrderNotHeldError) as error:
                    lost.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(order_ids)
    assert len(lost) == 3 * len(order_ids)
    assert OrderEvent.objects.filter(act__in=["answer", "give_back"]).count() == len(order_ids)


def test_who_asks_again_about_the_same_is_counted_and_opens_no_second_order(li: Actor) -> None:
    party = people.customer()
    first = opened("chase", item_key=7, party_id=party)
    again = services.order_receive(actor=li, asked=Asked("chase", "又来催", "还没到", item_key=7, party_id=party))
    assert (again.order_id, again.is_repeat) == (first, True)
    order = WorkOrder.objects.get()
    assert (order.repeats, order.priority) == (1, 1)
    opened("chase", item_key=7)
    assert WorkOrder.objects.get().priority == 2
    assert opened("complaint", item_key=7) != first, "another kind of matter is another order"
    assert opened("chase", item_key=8) != first
    related = selectors.order_page(actor=li, order_id=first).related
    assert [row.kind for row in related] == ["complaint"], "of the same item; the other item's customer is nobody's"


@pytest.mark.django_db(transaction=True)
def test_ten_calls_at_once_about_one_item_are_one_order(noon: dt.datetime) -> None:
    chen, barrier, got = people.chen_supervisor(), threading.Barrier(10), []

    def call(number: int) -> None:
        try:
            barrier.wait()
            got.append(services.order_receive(actor=chen, asked=Asked("chase", "催投", item_key=9), key=str(number)))
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len({o.order_id for o in got}), sum(o.is_repeat for o in got)) == (1, 9)
    assert WorkOrder.objects.get().repeats == 9


def test_more_time_is_asked_once_and_granted_or_refused_by_a_supervisor(li: Actor, noon: dt.datetime) -> None:
    chen, order_id = people.chen_supervisor(), taken(li)
    due = WorkOrder.objects.get().due_at
    for bad in (None, due, noon + dt.timedelta(days=90)):
        with pytest.raises(ExtensionError):
            services.order_extend(actor=li, order_id=order_id, until=bad, text="等外省回单")
    until = due + dt.timedelta(days=2)
    services.order_extend(actor=li, order_id=order_id, until=until, text="等外省回单")
    with pytest.raises(StaleError):
        services.order_extend(actor=li, order_id=order_id, until=until, text="再申请")
    services.order_extend_refuse(actor=chen, order_id=order_id, note="先回客户")
    assert WorkOrder.objects.get().due_at == due
    services.order_extend(actor=li, order_id=order_id, until=until, text="等外省回单")
    OrderAlert.objects.update(seen_at=noon, seen_by="user:x")
    services.order_extend_refuse(actor=chen, order_id=order_id, note="先回客户")
    services.order_extend(actor=li, order_id=order_id, until=until, text="还是要等")
    assert (OrderAlert.objects.get().seen_at, OrderAlert.objects.get().seen_by) == (None, ""), "news again"
    services.order_extend_grant(actor=chen, order_id=order_id)
    assert (WorkOrder.objects.get().due_at, WorkOrder.objects.get().extend_to) == (until, None)
    assert OrderAlert.objects.filter(what="extend").count() == 1, "the same asking stands on the list once"


def test_an_unhappy_customer_stands_on_the_supervisor_s_list_and_the_order_begins_again(li: Actor) -> None:
    order_id = taken(li, "complaint")
    services.order_answer(actor=li, order_id=order_id, text="已查")
    services.order_call_back(actor=li, order_id=order_id, satisfaction="unreached")
    assert state(order_id) == "answered"
    with pytest.raises(SatisfactionError):
        services.order_call_back(actor=li, order_id=order_id, satisfaction="great")
    services.order_call_back(actor=li, order_id=order_id, satisfaction="unsatisfied", note="还要赔偿")
    assert OrderAlert.objects.get().what == "unsatisfied"
    with pytest.raises(ResponsibilityError):
        services.order_fix(actor=li, order_id=order_id, responsibility=" ")
    services.order_rework(actor=li, order_id=order_id)
    assert state(order_id) == "taken"


def test_a_supervisor_assigns_only_to_who_is_there(li: Actor) -> None:
    chen, order_id, ma = people.chen_supervisor(), opened("claim"), people.ma_agent()
    with pytest.raises(AgentNotHereError):
        services.order_assign(actor=chen, order_id=order_id, agent_id=agent_of(ma).id)
    present(ma, "at_home")
    with pytest.raises(AgentNotHereError):
        services.order_assign(actor=chen, order_id=order_id, agent_id=agent_of(ma).id)
    present(ma, "on_site")
    services.order_assign(actor=chen, order_id=order_id, agent_id=agent_of(ma).id)
    assert WorkOrder.objects.get().taken_by == agent_of(ma).id
    with pytest.raises(NotAllowedError):
        services.order_assign(actor=li, order_id=order_id, agent_id=agent_of(li).id)


def test_a_closed_order_is_reopened_with_fresh_clocks_but_not_for_ever(li: Actor, noon: dt.datetime) -> None:
    order_id = taken(li, "chase")
    services.order_answer(actor=li, order_id=order_id, text="明天到")
    services.order_close(actor=li, order_id=order_id)
    with clock.frozen(noon + dt.timedelta(days=2)):
        services.order_reopen(actor=li, order_id=order_id, text="还是没到")
        order = WorkOrder.objects.get()
        assert (order.state, order.reopened, order.due_at) == ("open", 1, noon + dt.timedelta(days=3))
    WorkOrder.objects.update(state="closed", closed_at=noon)
    with clock.frozen(noon + dt.timedelta(days=29)):
        assert "reopen" in [act.code for act in selectors.order_page(actor=li, order_id=order_id).acts]
    with clock.frozen(noon + dt.timedelta(days=31)):
        assert "reopen" not in [act.code for act in selectors.order_page(actor=li, order_id=order_id).acts]
        with pytest.raises(ReopenLateError, match="30天"):
            services.order_reopen(actor=li, order_id=order_id, text="还是没到")


def test_a_regulator_s_case_counts_from_its_letter_under_its_number(li: Actor, noon: dt.datetime) -> None:
    letter = noon - dt.timedelta(days=3)
    for bad in ({"outside_no": "SS2022-1"}, {"clock_from": letter},
                {"outside_no": "SS2022-1", "clock_from": noon + dt.timedelta(days=1)}):
        with pytest.raises(OutsideNumberError):
            services.order_receive(actor=li, asked=Asked("regulator", "申诉", **bad))  # type: ignore[arg-type]
    order_id = services.order_receive(actor=li, asked=Asked(
        "regulator", "申诉：延误", outside_no="SS2022-1", clock_from=letter)).order_id
    assert WorkOrder.objects.get(id=order_id).due_at == letter + dt.timedelta(days=15)


@pytest.mark.parametrize(("kind", "title", "error"), [
    ("gossip", "x", UnknownKindError), ("chase", "  ", TitleError), ("chase", "字" * 81, TitleError)])
def test_an_order_that_cannot_be_is_refused_in_words(li: Actor, kind: str, title: str, error: type) -> None:
    with pytest.raises(error) as refused:
        services.order_receive(actor=li, asked=Asked(kind, title))
    assert refused.value.message.endswith("。")
