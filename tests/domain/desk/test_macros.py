"""Macros: filled from the order, seen before they go, done by the acts' own services, all of them or none."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests import people

from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.errors import EmptyNoteError, OrderStateError, PriorityError, UnknownKindError, UnknownUnitError
from youlu.domain.desk.macros.applying import macro_apply
from youlu.domain.desk.macros.errors import (
    MacroActsError,
    MacroBracesError,
    MacroGapError,
    MacroGoneError,
    MacroTextError,
    MacroVariableError,
)
from youlu.domain.desk.macros.models import Macro
from youlu.domain.desk.macros.reading import MacroOffer, macros_list, macros_offered
from youlu.domain.desk.macros.writing import MacroAct, macro_end, macro_write
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.workforce.services import presence_report
from youlu.engines.codes.item_key import item_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
SOOTHE = "{客户称呼}，您的邮件{邮件号}我们在催，{期限}答复您。{经办人}"


@pytest.fixture
def li() -> Actor:
    actor = people.li_agent()
    presence_report(actor=actor, site="on_site")
    return actor


def taken(li: Actor, kind: str = "chase", **asked: object) -> uuid.UUID:
    order_id = services.order_receive(actor=li, asked=services.Asked(kind, "催投", **asked)).order_id
    services.order_take(actor=li, order_id=order_id)
    return order_id


def written(*acts: MacroAct, name: str = "安抚", body: str = "已在催办。", kinds: tuple[str, ...] = ()) -> uuid.UUID:
    return macro_write(actor=people.chen_supervisor(), name=name, body=body, acts=acts, kinds=kinds)


def offers(actor: Actor, order_id: uuid.UUID) -> dict[str, MacroOffer]:
    return {one.name: one for one in macros_offered(actor=actor, order_id=order_id).rows}


def acts_of(order_id: uuid.UUID) -> list[str]:
    return list(OrderEvent.objects.filter(order_id=order_id).order_by("id").values_list("act", flat=True))


def test_a_macro_stands_filled_on_the_order_and_the_customer_stays_masked(li: Actor) -> None:
    written(body=SOOTHE)
    order_id = taken(li, party_id=people.customer(), item_key=7)
    said = offers(li, order_id)["安抚"].text
    assert said == f"王*民，您的邮件{item_number(7)}我们在催，7月30日12时前答复您。李敏"


def test_what_the_order_does_not_have_stands_as_a_gap_and_does_not_go(li: Actor) -> None:
    macro_id, order_id = written(body=SOOTHE), taken(li)
    offer = offers(li, order_id)["安抚"]
    assert offer.gaps == ("邮件号",)
    assert "客户，您的邮件〔缺邮件号〕" in offer.text
    with pytest.raises(MacroGapError, match="邮件号"):
        macro_apply(actor=li, order_id=order_id, macro_id=macro_id, text=offer.text, key="a")
    assert acts_of(order_id) == ["open", "take"]
    macro_apply(actor=li, order_id=order_id, macro_id=macro_id, text="已在催办。", key="b")
    assert acts_of(order_id)[2:] == ["macro", "note"]


def test_all_acts_are_done_in_one_press_and_a_press_twice_does_them_once(li: Actor) -> None:
    office = office_make()
    macro_id = written(MacroAct("wait"), MacroAct("dispatch", office_id=office), MacroAct("prioritise", priority=2),
                       MacroAct("extend", hours=24))
    order_id = taken(li)
    due = WorkOrder.objects.get().due_at
    for _ in range(2):
        macro_apply(actor=li, order_id=order_id, macro_id=macro_id, text="请今天核查。", key="once")
    order = WorkOrder.objects.get()
    assert (order.state, order.priority, order.unit_office_id) == ("dispatched", 2, office)
    assert order.extend_to == due + dt.timedelta(hours=24)
    assert order.paused_at is not None
    assert acts_of(order_id)[2:] == ["macro", "prioritise", "extend", "dispatch", "wait"]
    words = dict(OrderEvent.objects.filter(order_id=order_id).values_list("act", "note"))
    assert (words["dispatch"], words["extend"], words["macro"]) == ("请今天核查。", "安抚", "")
    assert OrderEvent.objects.get(act="macro").detail == "安抚 第1版"


def test_an_act_that_cannot_be_done_takes_the_others_back(li: Actor) -> None:
    macro_id, order_id = written(MacroAct("prioritise", priority=1), MacroAct("answer")), taken(li)
    services.order_answer(actor=li, order_id=order_id, text="在路上")
    assert not offers(li, order_id)
    with pytest.raises(OrderStateError):
        macro_apply(actor=li, order_id=order_id, macro_id=macro_id, text="再答一次", key="x")
    assert WorkOrder.objects.get().priority == 0
    assert acts_of(order_id) == ["open", "take", "answer"]


def test_a_macro_is_offered_to_who_may_do_all_of_it_on_its_kinds_alone(li: Actor) -> None:
    written(MacroAct("answer"), name="答复")
    written(name="只催投", kinds=("chase",))
    written(name="只投诉", kinds=("complaint",))
    order_id = taken(li)
    assert list(offers(li, order_id)) == ["只催投", "答复"]
    assert list(offers(people.ma_agent(), order_id)) == ["只催投"]
    with pytest.raises(NotAllowedError):
        macros_offered(actor=people.sun_clerk(), order_id=order_id)


def test_a_changed_or_ended_macro_is_not_done_from_an_old_page(li: Actor) -> None:
    first, order_id = written(), taken(li)
    second = written(body="正在催办。")
    with pytest.raises(MacroGoneError):
        macro_apply(actor=li, order_id=order_id, macro_id=first, text="已在催办。", key="1")
    macro_end(actor=people.chen_supervisor(), macro_id=second)
    with pytest.raises(MacroGoneError):
        macro_apply(actor=li, order_id=order_id, macro_id=second, text="正在催办。", key="2")
    with pytest.raises(NotFoundError):
        macro_end(actor=people.chen_supervisor(), macro_id=second)
    with pytest.raises(MacroGoneError):
        macro_apply(actor=li, order_id=order_id, macro_id=written(kinds=("claim",)), text="x", key="3")
    assert acts_of(order_id) == ["open", "take"]


def test_versions_count_on_and_each_is_audited() -> None:
    written(), written(body="正在催办。")
    row, = macros_list(actor=people.chen_supervisor())
    assert (row.version, row.body, row.written_by) == (2, "正在催办。", "陈静")
    assert Macro.objects.get(version=1).ended_by == people.chen_supervisor().id
    assert AuditEntry.objects.filter(action="macro.write").count() == 2


@pytest.mark.parametrize(("more", "error"), [
    ({"name": ""}, MacroTextError), ({"name": "长" * 21}, MacroTextError), ({"body": " "}, MacroTextError),
    ({"body": "a\0"}, MacroTextError), ({"body": "您好{手机号}"}, MacroVariableError),
    ({"body": "您好{客户称呼.name}"}, MacroBracesError), ({"body": "您好{客户称呼"}, MacroBracesError),
    ({"acts": [MacroAct("answer"), MacroAct("wait")]}, MacroActsError), ({"acts": [MacroAct("close")]}, MacroActsError),
    ({"acts": [MacroAct("extend", hours=0)]}, MacroActsError), ({"kinds": ["x"]}, UnknownKindError),
    ({"acts": [MacroAct("prioritise", priority=3)]}, PriorityError),
    ({"acts": [MacroAct("dispatch", office_id=-1)]}, UnknownUnitError),
])
def test_what_cannot_be_a_macro_is_refused_when_it_is_written(more: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        macro_write(**{"actor": people.chen_supervisor(), "name": "安抚", "body": "已在催。", **more})
    assert not Macro.objects.exists()


def test_an_unknown_variable_is_named_with_those_there_are() -> None:
    with pytest.raises(MacroVariableError, match=r"“手机号”.*客户称呼、邮件号"):
        written(body="打{手机号}")


def test_only_a_supervisor_writes_and_words_are_needed(li: Actor) -> None:
    with pytest.raises(NotAllowedError):
        macro_write(actor=li, name="a", body="b")
    with pytest.raises(NotAllowedError):
        macros_list(actor=li)
    with pytest.raises(EmptyNoteError):
        macro_apply(actor=li, order_id=taken(li), macro_id=written(), text=" ", key="k")


def office_make() -> int:
    from tests.domain.small_network import KANGXIAN, network_make
    network_make()
    return KANGXIAN
