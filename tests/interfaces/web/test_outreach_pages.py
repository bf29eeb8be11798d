"""主动客服 over HTTP: a list becomes a draft, a press starts it, the page says how far it is and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import people
from tests.domain.desk.campaign_people import TOPIC, campaign, customers, topic_make
from tests.questions import questions

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.desk.campaigns import sending
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.models import Contact, OrderKind, Parameter
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.models import Message, Wording
from youlu.domain.messages.services import wording_withdraw
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
MOST = 12


@pytest.fixture(autouse=True)
def desk() -> Iterator[None]:
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        topic_make()
        yield


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def chen() -> Client:
    people.chen_supervisor()
    return signed_in("chenjing")


def posted(chen: Client, content: bytes, **more: str) -> tuple[int, str]:
    answer = chen.post("/outreach/new", {
        "name": "录取通知书提醒", "topic": TOPIC, "due_at": "2022-08-04T15:00", "voice_pct": "100", "source": "file",
        "side": "addressee", "file": SimpleUploadedFile("people.csv", content), **more})
    return answer.status_code, answer.headers.get("Location", "") or answer.content.decode()


def test_from_a_list_to_everybody_told(chen: Client) -> None:
    customers(3)
    presence_report(actor=people.li_agent(), site="at_home")
    status, url = posted(chen, "手机号\n13900000000\n13900000001\n13900000002\n12x\n".encode())
    assert status == 302
    draft = chen.get(url).content.decode()
    assert "3位客户等着开始。" in draft
    assert "第5行：不是电话号码。写手机号，或带区号的固定电话。" in draft
    assert "开始告知3位" in draft
    assert not Message.objects.exists()
    assert chen.post(f"{url}/start").status_code == 302
    sending.campaigns_send()
    told = chen.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "办完了：3位里告知了3位。" in told
    assert "录取通知书 · 消息里写" in told
    assert "<html" not in told
    assert Campaign.objects.get().plan
    table = b"".join(chen.get(f"{url}/table.csv").streaming_content).decode()
    assert table.count("已告知") == 3
    assert "13900000000" not in table
    assert "5,不是电话号码" in b"".join(chen.get(f"{url}/faults.csv").streaming_content).decode()


def test_what_is_wrong_is_said_beside_the_form_and_nothing_is_kept(chen: Client) -> None:
    late = {"due_at": "2022-07-01T00:00"}
    for content, more, said in ((b"12x\n", {}, "1行不是邮件号"), (b"", {}, "空的"),
                                (b"PK\x03\x04", {}, "这个表格读不了"),
                                ("手机号\n13900000000".encode(), late, "期限要晚于现在")):
        customers(1) if b"139" in content else None
        status, body = posted(chen, content, **more)
        assert status == 422, said
        assert said in body
    assert not Contact.objects.exists()
    assert chen.post("/outreach/new", {"source": "programme"}).status_code == 422


def test_a_stopped_campaign_says_why_and_a_press_too_late_is_told(chen: Client) -> None:
    outreach_id = campaign(customers(2))
    assert "停下" in chen.get(f"/outreach/{outreach_id}").content.decode()
    wording_withdraw(actor=people.chen_supervisor(), reason="说错了",
                     wording_id=Wording.objects.get(code=f"campaign.{TOPIC}.message").id)
    sending.campaigns_send()
    page = chen.get(f"/outreach/{outreach_id}").content.decode()
    assert "停了：口径撤回了，没有现行的一版。" in page
    again = chen.post(f"/outreach/{outreach_id}/start", follow=True).content.decode()
    assert "没有现行的口径" in again
    assert "现在是「已停」，不能停下它。" in chen.post(f"/outreach/{outreach_id}/stop", follow=True).content.decode()
    assert chen.post(f"/outreach/{outreach_id}/dance").status_code == 404


def test_the_share_may_be_changed_and_a_campaign_given_up(chen: Client) -> None:
    outreach_id = campaign(customers(4, channel="", consents=False), voice_pct=50)
    assert "超出电话比例，没有打" in chen.get(f"/outreach/{outreach_id}").content.decode()
    chen.post(f"/outreach/{outreach_id}/share", {"voice_pct": "100"})
    assert not Contact.objects.filter(state="held").exists()
    assert "电话比例0至100" in chen.post(f"/outreach/{outreach_id}/share", {"voice_pct": "x"},
                                    follow=True).content.decode()
    chen.post(f"/outreach/{outreach_id}/stop")
    chen.post(f"/outreach/{outreach_id}/drop")
    assert "不办了" in chen.get(f"/outreach/{outreach_id}").content.decode()


def test_two_sentences_are_drafted_and_only_approved_ones_are_offered(chen: Client) -> None:
    chen.post("/outreach/topics", {"name": "菜篮子", "message": "【邮政】今天送菜。", "voice": "您好，今天送菜。"})
    assert "菜篮子 · 消息里写" in chen.get("/wordings").content.decode()
    assert "菜篮子" not in chen.get("/outreach/new").content.decode()
    liu = signed_in("liufang")
    for wording in Wording.objects.filter(code__startswith="campaign.菜篮子"):
        assert "请另一位主管批准" in chen.get(f"/wordings/{wording.id}").content.decode()
        assert "不能批准自己写的口径" in chen.post(f"/wordings/{wording.id}/approve", follow=True).content.decode()
        liu.post(f"/wordings/{wording.id}/approve")
    assert "菜篮子" in chen.get("/outreach/new").content.decode()
    assert "只能用这些变量" in chen.post("/outreach/topics", {"name": "菜", "message": "{phone}", "voice": "x"},
                                   follow=True).content.decode()


def test_an_empty_desk_says_what_to_do(chen: Client) -> None:
    assert "从名单开一次" in chen.get("/outreach").content.decode()
    Wording.objects.all().delete()
    assert "先写两句，再批准" in chen.get("/outreach/new").content.decode()


def test_the_same_report_costs_nothing_and_questions_do_not_grow(chen: Client) -> None:
    first = campaign(customers(3))
    campaign(customers(200, first=500, channel="", consents=False))
    for address in ("/outreach", f"/outreach/{first}"):
        few = questions(chen, address)
        assert few <= MOST, address
    sending.campaigns_send()
    campaign(customers(50, first=900))
    assert questions(chen, "/outreach") <= MOST
    assert questions(chen, f"/outreach/{first}") <= MOST
    seen = chen.get(f"/outreach/{first}", headers={"HX-Request": "true"})
    again = chen.get(f"/outreach/{first}", headers={"HX-Request": "true", "If-None-Match": seen["ETag"]})
    assert again.status_code == 304


def test_an_agent_reads_the_sentence_and_no_list_where_there_is_no_mail() -> None:
    campaign(customers(1, channel="", consents=False))
    presence_report(actor=people.li_agent(), site="at_home")
    client = Client()
    client.force_login(User.objects.get(username="limin"))
    client.post("/my/take")
    page = client.get("/my").content.decode()
    assert "您的录取通知书正在路上。" in page
    assert "录取通知书提醒" in page
    assert '<ul class="items">' not in page


@pytest.mark.parametrize(("username", "reads"), [("limin", False), ("zhaolei", True)])
def test_others_do_not_run_it(username: str, reads: bool) -> None:
    outreach_id = campaign(customers(1), start=False)
    people.li_agent(), people.zhao_dispatcher()
    client = Client()
    client.force_login(User.objects.get(username=username))
    assert client.get(f"/outreach/{outreach_id}").status_code == (200 if reads else 403)
    for address in ("new", f"{outreach_id}/table.csv", f"{outreach_id}/faults.csv"):
        assert client.get(f"/outreach/{address}").status_code == 403
    assert client.post(f"/outreach/{outreach_id}/start").status_code == 403
    assert Campaign.objects.get().state == "draft"
