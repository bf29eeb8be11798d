"""Macros and knowledge over HTTP: written by a supervisor, done by an agent on an order's page."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from tests import people
from tests.interfaces.web.test_desk_pages import NOON, signed_in
from tests.questions import questions

from youlu.core import clock
from youlu.domain.desk import services
from youlu.domain.desk.knowledge.models import Article
from youlu.domain.desk.macros.models import Macro
from youlu.domain.desk.models import OrderEvent, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def desk() -> Iterator[None]:
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        yield


@pytest.fixture
def chen() -> Client:
    people.chen_supervisor()
    return signed_in("chenjing")


@pytest.fixture
def li() -> Client:
    presence_report(actor=people.li_agent(), site="on_site")
    return signed_in("limin")


@pytest.fixture
def order_id(li: Client) -> uuid.UUID:
    made = services.order_receive(actor=people.li_agent(), asked=services.Asked(
        "chase", "催投：没收到", party_id=people.customer())).order_id
    services.order_take(actor=people.li_agent(), order_id=made)
    return made


def write(chen: Client, **more: object) -> str:
    answer = chen.post("/desk/macros", {"name": "安抚", "body": "{客户称呼}，我们在催。", "acts": ["note"], **more},
                       follow=True)
    return answer.content.decode()


def test_a_supervisor_writes_one_and_an_agent_does_it_with_the_text_it_showed(
    chen: Client, li: Client, order_id: uuid.UUID
) -> None:
    assert "1条快捷处理在用" in write(chen, priority="2", kinds=["chase"])
    assert f'hx-get="/desk/{order_id}/macros"' in li.get(f"/desk/{order_id}").content.decode()
    part = li.get(f"/desk/{order_id}/macros", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<section class="panel macros"')
    shown = re.search(r"<textarea[^>]*>([^<]+)</textarea>", part)
    assert shown is not None
    assert shown[1] == "王*民，我们在催。"
    address = f"/desk/{order_id}/macros/{Macro.objects.get().id}"
    for _ in range(2):
        answer = li.post(address, {"text": shown[1], "idempotency_key": "k"})
        assert answer.headers["Location"] == f"/desk/{order_id}"
    assert OrderEvent.objects.get(act="note").note == "王*民，我们在催。"
    assert WorkOrder.objects.get().priority == 2
    assert "安抚 第1版" in li.get(f"/desk/{order_id}").content.decode()


def test_without_a_script_it_is_a_page_and_what_fails_keeps_the_text(
    chen: Client, li: Client, order_id: uuid.UUID
) -> None:
    write(chen, body="邮件{邮件号}在催。")
    page = li.get(f"/desk/{order_id}/macros").content.decode()
    assert "<html" in page
    assert "这张工单缺：" in page
    answer = li.post(f"/desk/{order_id}/macros/{Macro.objects.get().id}", {"text": "改过的〔缺邮件号〕"})
    assert answer.status_code == 422
    assert "改过的〔缺邮件号〕" in answer.content.decode()
    assert "还有没填上的：邮件号" in answer.content.decode()
    assert li.post(f"/desk/{order_id}/macros/{uuid.uuid4()}", {"text": "x"}).status_code == 409
    assert li.post(f"/desk/{uuid.uuid4()}/macros/{uuid.uuid4()}", {"text": "x"}).status_code == 404


def test_a_wrong_macro_is_told_with_what_was_typed_and_an_edit_begins_with_the_present_text(chen: Client) -> None:
    page = write(chen, body="打{手机号}", hours="x", office="没有这个网点")
    assert "打{手机号}" in page
    assert not Macro.objects.exists()
    assert "没有“手机号”这个变量" in write(chen, body="打{手机号}")
    write(chen, hours="24", acts=["wait"])
    macro = Macro.objects.get()
    page = chen.get(f"/desk/macros?edit={macro.id}").content.decode()
    assert "改成新的一版" in page
    assert 'value="24"' in page
    assert chen.get("/desk/macros?edit=x").status_code == 404
    assert chen.post(f"/desk/macros/{macro.id}/end").status_code == 302
    assert "还没有快捷处理" in chen.get("/desk/macros").content.decode()


def test_knowledge_is_drafted_approved_found_and_written_into_the_order(
    chen: Client, li: Client, order_id: uuid.UUID
) -> None:
    assert "知识库还是空的" in li.get("/desk/knowledge").content.decode()
    assert "标题写1到" in li.post("/desk/knowledge/draft", {"title": "", "body": "x"}).content.decode()
    li.post("/desk/knowledge/draft", {"title": "催投先看轨迹", "body": "没有轨迹再问揽投部。", "kinds": ["chase"]})
    made = Article.objects.get()
    beside = f"/desk/{order_id}/knowledge"
    assert "这类工单还没有知识" in li.get(beside).content.decode()
    assert li.post(f"/desk/knowledge/{made.id}/approve").status_code == 403
    chen.post(f"/desk/knowledge/{made.id}/approve", {"from": "", "to": "2022-08-01"})
    part = li.get(beside, headers={"HX-Request": "true", "HX-Target": "knowledge"}).content.decode()
    assert part.startswith('<section class="panel knows"')
    assert "催投先看轨迹" in part
    found = li.get(f"{beside}?q=轨迹", headers={"HX-Target": "knowledge-found"}).content.decode()
    assert found.startswith('<div class="acts" id="knowledge-found">')
    assert "没有这样的知识" in li.get(f"{beside}?q=赔偿").content.decode()
    li.post(f"{beside}/{made.id}", {"text": "没有轨迹，已问揽投部。"})
    assert "催投先看轨迹 第1版" in li.get(f"/desk/{order_id}").content.decode()
    assert "催投先看轨迹" in li.get("/desk/knowledge?q=揽投").content.decode()
    assert "写新的一版" in chen.get(f"/desk/knowledge?edit={made.id}").content.decode()
    chen.post(f"/desk/knowledge/{made.id}/withdraw", {"reason": "错"})
    answer = li.post(f"{beside}/{made.id}", {"text": "旧话"})
    assert answer.status_code == 409
    assert "刚被撤回" in answer.content.decode()
    assert chen.post(f"/desk/knowledge/{made.id}/dance").status_code == 404
    told = chen.post(f"/desk/knowledge/{made.id}/approve", {"to": "x"}, follow=True).content.decode()
    assert "止日要在起日以后" in told


def key_of(client: Client, page: str, address: str) -> str:
    """The key of a form on a page."""
    form = client.get(page).content.decode().split(f'action="{address}"')[1].split("</form>")[0]
    return form.split('name="idempotency_key" value="')[1].split('"')[0]


def test_what_is_written_twice_by_a_double_click_is_there_once(chen: Client, li: Client) -> None:
    said = {"name": "安抚", "body": "我们在催。", "kinds": ["chase", "enquiry"],
            "idempotency_key": key_of(chen, "/desk/macros", "/desk/macros")}
    for _ in range(2):
        assert chen.post("/desk/macros", said).status_code == 302
    made = Macro.objects.get()
    assert chen.post("/desk/macros", {**said, "kinds": ["chase"]}).status_code == 422, "other kinds: another form"
    end = f"/desk/macros/{made.id}/end"
    key = key_of(chen, "/desk/macros", end)
    assert [chen.post(end, {"idempotency_key": key}).status_code for _ in range(2)] == [302, 302]
    assert Macro.objects.count() == 1
    article = {"title": "催投先看轨迹", "body": "没有轨迹再问。", "article": "",
               "idempotency_key": key_of(li, "/desk/knowledge", "/desk/knowledge/draft")}
    for _ in range(2):
        assert li.post("/desk/knowledge/draft", article).status_code == 302
    row = Article.objects.get()
    for act in ("approve", "withdraw"):
        address = f"/desk/knowledge/{row.id}/{act}"
        key = key_of(chen, "/desk/knowledge", address)
        told = [chen.post(address, {"idempotency_key": key}, follow=True).content.decode() for _ in range(2)]
        assert "看最新的一版" not in told[1], "the second says what the first said"


def test_pages_ask_few_questions_however_much_there_is(chen: Client, li: Client, order_id: uuid.UUID) -> None:
    addresses = {"macros": (chen, "/desk/macros"), "offers": (li, f"/desk/{order_id}/macros"),
                 "knowledge": (chen, "/desk/knowledge"), "beside": (li, f"/desk/{order_id}/knowledge")}

    def fill(n: int) -> None:
        write(chen, name=f"安抚{n}", office="")
        chen.post("/desk/knowledge/draft", {"title": f"题{n}", "body": "文", "kinds": ["chase"]})
        chen.post("/desk/knowledge/draft", {"title": f"稿{n}", "body": "文"})
        chen.post(f"/desk/knowledge/{Article.objects.get(title=f'题{n}').id}/approve")

    fill(0)
    few = {name: questions(*one) for name, one in addresses.items()}
    for n in range(1, 15):
        fill(n)
    assert {name: questions(*one) for name, one in addresses.items()} == few
    assert max(few[name] for name in ("macros", "knowledge", "beside")) <= 12
    assert few["offers"] <= 18
