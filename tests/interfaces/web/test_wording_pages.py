"""口径库 over HTTP: what is missing is said, a next version is written, somebody else approves it for a time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import people
from tests.interfaces.web.test_outreach_pages import signed_in
from tests.questions import questions

from youlu.core import clock
from youlu.domain.messages.defaults import DEFAULTS, wordings_ensure
from youlu.domain.messages.models import Wording

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def noon() -> object:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def li() -> Client:
    people.li_agent()
    return signed_in("limin")


@pytest.fixture
def chen() -> Client:
    people.chen_supervisor()
    return signed_in("chenjing")


def test_a_new_installation_is_told_what_it_cannot_say_and_where_to_approve_it(chen: Client) -> None:
    assert f"有{len(DEFAULTS)}句口径没有现行的一版" in chen.get("/outreach").content.decode()
    assert f"{len(DEFAULTS)}句没有现行的一版" in chen.get("/wordings").content.decode()
    wordings_ensure(actor=people.chen_supervisor())
    assert "没有现行的一版" not in chen.get("/outreach").content.decode()
    assert "要说的每一句都有现行的一版。" in chen.get("/wordings").content.decode()


def test_from_a_withdrawn_sentence_to_the_next_one_that_holds_for_a_day(li: Client, chen: Client) -> None:
    wordings_ensure(actor=people.chen_supervisor())
    first = Wording.objects.get(code="moved.message")
    address = f"/wordings/{first.id}"
    chen.post(f"{address}/withdraw", {"reason": "说错了"})
    page = li.get(address).content.decode()
    assert "没有现行的一版" in page
    assert "{becomes}" in page
    wrong = li.post(f"{address}/draft", {"body": "电话{phone}"})
    assert wrong.status_code == 422
    assert "没有登记" in wrong.content.decode()
    assert "电话{phone}" in wrong.content.decode()
    made = li.post(f"{address}/draft", {"body": "改为{becomes}。"}).headers["Location"]
    assert li.post(f"{made}/approve").status_code == 403
    told = chen.post(f"{made}/approve", {"valid_from": "2022-07-30T00:00", "valid_to": "2022-07-29T00:00"}, follow=True)
    assert "失效时间要晚于生效时间" in told.content.decode()
    assert "日期或时间不对" in chen.post(f"{made}/approve", {"valid_to": "明天"}, follow=True).content.decode()
    chen.post(f"{made}/approve", {"valid_from": "2022-07-30T00:00", "valid_to": "2022-07-31T00:00"})
    assert "还没到时候" in chen.get(made).content.decode()
    with clock.frozen(NOON + dt.timedelta(days=1)):
        assert "现行第2版" in chen.get(made).content.decode()
    with clock.frozen(NOON + dt.timedelta(days=2)):
        assert "没有现行的一版" in chen.get(made).content.decode()
    assert chen.post(f"{made}/dance").status_code == 404
    assert chen.get(f"/wordings/{NOBODY}").status_code == 404
    assert li.post(f"/wordings/{NOBODY}/draft", {"body": "x"}).status_code == 404


NOBODY = "00000000-0000-0000-0000-000000000007"


def test_questions_do_not_grow_and_nothing_is_read_whole(chen: Client) -> None:
    wordings_ensure(actor=people.chen_supervisor())
    first, chief = Wording.objects.get(code="moved.message"), people.chen_supervisor().id
    few = [questions(chen, address) for address in ("/wordings", f"/wordings/{first.id}")]
    Wording.objects.bulk_create([Wording(code=f"campaign.{n}.message", version=1, body="x", drafted_by=chief,
                                         drafted_at=NOON) for n in range(60)])
    Wording.objects.bulk_create([Wording(code="moved.message", version=n, body="x", drafted_by=chief,
                                         drafted_at=NOON) for n in range(2, 62)])
    assert [questions(chen, address) for address in ("/wordings", f"/wordings/{first.id}")] == few
    assert "下一页" in chen.get("/wordings").content.decode()
    assert chen.get("/wordings?cursor=moved.message").content.decode().count('class="wording"') == len(
        [code for code in DEFAULTS if code > "moved.message"])
    older = chen.get(f"/wordings/{first.id}?cursor=3").content.decode()
    assert older.count('class="wording"') == 2


def test_others_read_and_write_nothing(li: Client) -> None:
    people.sun_clerk()
    clerk, wording = signed_in("sunli621224"), Wording.objects.get(code="moved.message")
    for address in ("/wordings", f"/wordings/{wording.id}"):
        assert clerk.get(address).status_code == 403
        assert Client().get(address).status_code == 302
    assert clerk.post(f"/wordings/{wording.id}/draft", {"body": "x"}).status_code == 403
    assert li.post(f"/wordings/{wording.id}/withdraw", {"reason": "x"}).status_code == 403
