"""A file of orders over HTTP: sent, looked at, confirmed, the bad rows fetched."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import people
from tests.domain.desk.test_importing import table
from tests.interfaces.web.test_desk_pages import NOON, signed_in
from tests.questions import questions

from youlu.core import clock
from youlu.domain.desk.importing.models import OrderImport
from youlu.domain.desk.jobs import import_go_job
from youlu.domain.desk.models import OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure

pytestmark = pytest.mark.django_db(transaction=True)  # a job is asked for outside of one


@pytest.fixture
def chen() -> Iterator[Client]:
    trade_ensure(OrderKind, Parameter)
    people.chen_supervisor()
    with clock.frozen(NOON):
        yield signed_in("chenjing")


def send(chen: Client, content: bytes) -> str:
    answer = chen.post("/desk/imports", {"file": SimpleUploadedFile("a.csv", content)})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def test_a_file_is_sent_looked_at_confirmed_and_its_bad_rows_fetched(chen: Client) -> None:
    assert "还没有传过文件" in chen.get("/desk/imports").content.decode()
    address = send(chen, table(("催投", "药品三天没动", "", "13893104417"), ("没有", "题"), ("投诉", "破损")))
    assert "正在读" in chen.get(address).content.decode()
    import_go_job()
    page = chen.get(address).content.decode()
    assert "2行可以建单，1行有错。" in page
    assert "照工单类型的名称写" in page
    assert "13893104417" not in page
    assert not WorkOrder.objects.exists()
    assert "正在建单" in chen.post(f"{address}/start", follow=True).content.decode()
    assert 'hx-trigger="every 2s"' in chen.get(address, headers={"HX-Target": "import-state"}).content.decode()
    import_go_job()
    assert "建了2张工单，1行有错。" in chen.get(address).content.decode()
    bad = b"".join(chen.get(f"{address}/bad.csv").streaming_content).decode()
    assert bad.splitlines()[1].startswith("没有,题,")
    assert "药品" not in bad
    assert "已建" in chen.get("/desk/imports").content.decode()


def test_stopping_going_on_and_the_same_file_again_are_told(chen: Client) -> None:
    content = table(*[("催投", f"第{n}件") for n in range(3)])
    address = send(chen, content)
    assert "不能停下" in chen.post(f"{address}/stop", follow=True).content.decode()
    import_go_job()
    chen.post(f"{address}/start")
    assert "接着建" in chen.post(f"{address}/stop", follow=True).content.decode()
    import_go_job()
    assert not WorkOrder.objects.exists()
    chen.post(f"{address}/start")
    import_go_job()
    assert WorkOrder.objects.count() == 3
    assert send(chen, content) == address
    assert "这份文件传过了" in chen.get(address).content.decode()
    assert chen.post(f"{address}/dance").status_code == 404
    assert chen.get(f"/desk/imports/{uuid.uuid4()}").status_code == 404


def test_what_cannot_be_read_is_told_in_words(chen: Client) -> None:
    answer = chen.post("/desk/imports", {})
    assert answer.status_code == 422
    assert "选一个CSV或.xlsx文件" in answer.content.decode()
    address = send(chen, table(head=("别的",)))
    import_go_job()
    assert "缺这几列：类型、标题" in chen.get(address).content.decode()
    assert "类型,标题" in chen.get("/desk/imports/template.csv").content.decode()


def test_the_pages_ask_the_same_few_questions_of_few_rows_and_of_many(chen: Client) -> None:
    def address(count: int) -> str:
        found = send(chen, table(*[(kind, f"{count} {n}") for n in range(count) for kind in ("催投", "没有")]))
        import_go_job()
        return found

    few = questions(chen, address(2)), questions(chen, "/desk/imports")
    many = questions(chen, address(60)), questions(chen, "/desk/imports")
    assert many == few
    assert max(few) <= 12
    assert OrderImport.objects.count() == 2
