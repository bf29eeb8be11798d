"""Work orders: taken by one, never where they may not be done, not closed half done."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, transaction
from tests import people

from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.errors import (
    EmptyAnswerError,
    OrderNotHereError,
    OrderStateError,
    OrderTakenError,
    OrderUnfinishedError,
    UnknownKindError,
)
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.workforce.services import presence_report


def present(actor: Actor, site: str = "on_site") -> Actor:
    presence_report(actor=actor, site=site)
    return actor


def opened(kind: str = "chase", **more: object) -> uuid.UUID:
    return services.order_open(actor=people.chen_supervisor(), kind=kind, title="催投", **more)


@pytest.mark.django_db
def test_an_order_is_due_as_its_kind_says(noon: dt.datetime) -> None:
    order = WorkOrder.objects.get(id=opened("complaint"))
    assert order.reply_due_at == noon + dt.timedelta(hours=2)
    assert order.due_at == noon + dt.timedelta(hours=72)
    with pytest.raises(UnknownKindError):
        opened("gossip")


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "compensation"), [
    ("hotline", False), ("claim", False), ("regulator", False), ("complaint", True)])
def test_what_cannot_be_done_at_home_never_goes_home(kind: str, compensation: bool) -> None:
    li = present(people.li_agent(), "at_home")
    order_id = opened(kind, needs_compensation=compensation)
    with pytest.raises(OrderNotHereError) as refused:
        services.order_take(actor=li, order_id=order_id)
    assert "只能在岗办" in refused.value.message
    assert services.order_take_next(actor=li) is None
    assert services.order_take_next(actor=present(people.ma_agent())) == order_id


@pytest.mark.django_db
def test_at_home_one_chases_and_answers(noon: dt.datetime) -> None:
    li = present(people.li_agent(), "at_home")
    late, soon = opened("complaint"), opened("chase")
    assert services.order_take_next(actor=li) == soon
    assert services.order_take_next(actor=li) == late


@pytest.mark.django_db
def test_who_is_out_or_paused_takes_nothing() -> None:
    order_id = opened()
    with pytest.raises(OrderNotHereError):
        services.order_take(actor=people.li_agent(), order_id=order_id)
    presence_report(actor=people.ma_agent(), site="on_site", is_taking=False)
    assert services.order_take_next(actor=people.ma_agent()) is None


@pytest.mark.django_db
def test_an_order_that_is_not_there_and_powers_one_does_not_have() -> None:
    with pytest.raises(NotFoundError):
        services.order_take(actor=present(people.li_agent()), order_id=uuid.uuid4())
    with pytest.raises(NotAllowedError):
        services.order_take(actor=people.zhao_dispatcher(), order_id=opened())


@pytest.mark.django_db(transaction=True)
def test_two_agents_never_take_the_same_order() -> None:
    agents = [present(people.li_agent()), present(people.ma_agent())]
    orders = [opened() for _ in range(10)]
    won: list[tuple[str, uuid.UUID]] = []
    barrier = threading.Barrier(4)

    def race(actor: Actor, pull: bool) -> None:
        try:
            barrier.wait()
            for order_id in orders:
                if pull:
                    taken = services.order_take_next(actor=actor)
                    won.extend([(actor.id, taken)] if taken else [])
                    continue
                try:
                    services.order_take(actor=actor, order_id=order_id)
                    won.append((actor.id, order_id))
                except (OrderTakenError, OrderStateError):
                    pass
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(a, pull)) for a in agents for pull in (False, True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(order for _, order in won) == sorted(orders)
    assert OrderEvent.objects.filter(act="take").count() == len(orders)


@pytest.mark.django_db(transaction=True)
def test_who_asks_while_another_takes_gets_the_next_order_at_once() -> None:
    li, ma = present(people.li_agent()), present(people.ma_agent())
    opened(), opened()
    got: list[uuid.UUID | None] = []

    def ask() -> None:
        try:
            got.append(services.order_take_next(actor=ma))
        finally:
            connection.close()

    other = threading.Thread(target=ask)
    with transaction.atomic():
        mine = services.order_take_next(actor=li)
        other.start()
        other.join(timeout=30)
        assert got, "the second agent waits for the first"
    assert got[0] not in (None, mine)


@pytest.mark.django_db
def test_only_the_holder_answers_and_a_taken_order_names_them() -> None:
    li, ma = present(people.li_agent()), present(people.ma_agent())
    order_id = opened()
    services.order_take(actor=li, order_id=order_id)
    with pytest.raises(OrderTakenError) as refused:
        services.order_take(actor=ma, order_id=order_id)
    assert "李敏" in refused.value.message
    with pytest.raises(OrderTakenError):
        services.order_answer(actor=ma, order_id=order_id, text="在路上")
    with pytest.raises(EmptyAnswerError):
        services.order_answer(actor=li, order_id=order_id, text="  ")
    services.order_answer(actor=li, order_id=order_id, text="在路上")
    services.order_close(actor=li, order_id=order_id)
    assert [e.act for e in OrderEvent.objects.order_by("id")] == ["open", "take", "answer", "close"]


@pytest.mark.django_db
def test_a_complaint_is_not_closed_without_call_back_and_responsibility() -> None:
    li = present(people.li_agent())
    order_id = opened("complaint", subtype="delay")
    services.order_take(actor=li, order_id=order_id)
    with pytest.raises(OrderStateError):
        services.order_close(actor=li, order_id=order_id, was_called_back=True, responsibility="运输")
    services.order_answer(actor=li, order_id=order_id, text="已查")
    for half in ({"was_called_back": True}, {"responsibility": "运输"}, {}):
        with pytest.raises(OrderUnfinishedError):
            services.order_close(actor=li, order_id=order_id, **half)  # type: ignore[arg-type]
    services.order_close(actor=li, order_id=order_id, was_called_back=True, responsibility="运输")
    assert WorkOrder.objects.get().state == "closed"


@pytest.mark.django_db
def test_an_order_given_back_is_anybody_s_again_and_its_words_are_sealed() -> None:
    li = present(people.li_agent())
    order_id = opened(body="王建民来电")
    services.order_take(actor=li, order_id=order_id)
    services.order_give_back(actor=li, order_id=order_id)
    assert services.order_take_next(actor=present(people.ma_agent())) == order_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM desk_workorder")
        assert "王建民" not in cursor.fetchone()[0]
    assert WorkOrder.objects.get().body == "王建民来电"
