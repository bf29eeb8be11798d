"""The desk over HTTP: who may enter, what a press does, that a press twice does it once."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from tests import people
from tests.questions import questions

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.desk import services
from youlu.domain.desk.models import Attempt, Contact, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.messages.models import Wording
from youlu.domain.parties.models import Party
from youlu.domain.workforce.models import Presence
from youlu.domain.workforce.selectors import agent_of
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
BECOMES = dt.datetime(2022, 8, 3, 18, 0, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def desk() -> Iterator[None]:
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        wordings_ensure(actor=people.chen_supervisor())
        yield


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def li() -> Client:
    presence_report(actor=people.li_agent(), site="at_home", reason="locked_down")
    return signed_in("limin")


def owed(count: int = 1, channel: str = "") -> None:
    outreach_id = services.outreach_open(closure_id=None, reason="兰州城关区封控", next_review_at=None, at=NOON)
    with transaction.atomic():
        services.words_owe([services.Word(key, people.customer(channel=channel, phone=f"1389310{key:04d}"), NOON,
                                          BECOMES, outreach_id) for key in range(1, count + 1)], at=NOON)


PAGES = {
    "/desk/kinds": {"chenjing"}, "/desk/kinds/complaint": {"chenjing"},
    "/desk": {"chenjing", "limin"}, "/outreach": {"chenjing", "zhaolei"}, "/my": {"limin"}, "/my/orders": {"limin"},
    "/my/shift": {"limin"}, "/my/presence": {"limin"}, "/people": {"chenjing", "zhaolei"},
    "/capacity": {"chenjing", "zhaolei"}, "/capacity/strip": {"chenjing", "zhaolei"},
}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_opens_to_its_people_only(path: str) -> None:
    people.li_agent(), people.zhao_dispatcher()
    assert Client().get(path).status_code == 302
    for username in ("chenjing", "limin", "zhaolei"):
        opened = signed_in(username).get(path).status_code == 200
        assert opened == (username in PAGES[path]), username


def test_the_agent_presses_take_reads_the_sentence_and_says_told(li: Client) -> None:
    owed()
    page = li.post("/my/take", follow=True).content.decode()
    assert "因兰州城关区封控，送到的时间由7月29日改为" in page
    assert '<b class="nowrap">8月3日18时前</b>' in page
    assert "13893100001" not in page
    contact = Contact.objects.get()
    answer = li.post(f"/my/contacts/{contact.id}/result", {"pick": "told", "revision": 1, "idempotency_key": "k"})
    assert answer.status_code == 302
    assert Contact.objects.get().state == "told"


def test_a_stored_result_sent_three_times_counts_once_and_at_its_own_time(li: Client) -> None:
    owed()
    li.post("/my/take")
    contact = Contact.objects.get()
    with clock.frozen(NOON + dt.timedelta(hours=1)):
        for _ in range(3):
            answer = li.post(f"/my/contacts/{contact.id}/result", {
                "pick": "unreached", "revision": 1, "idempotency_key": "k", "age_s": "1800"},
                headers={"accept": "application/json"})
            assert json.loads(answer.content) == {"state": "unreached", "again": False}
    attempt = Attempt.objects.get()
    assert attempt.result_at == NOON + dt.timedelta(minutes=30)
    assert Contact.objects.get().tries == 1


@pytest.mark.parametrize("pick", ["", "told:", "scheduled:soon", "other:", "other:x", "dance"])
def test_an_odd_result_is_answered_in_words_and_changes_nothing(li: Client, pick: str) -> None:
    owed()
    li.post("/my/take")
    contact = Contact.objects.get()
    answer = li.post(f"/my/contacts/{contact.id}/result", {"pick": pick, "revision": "x", "idempotency_key": "k"},
                     headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert Contact.objects.get().state == "claimed"


def test_another_agents_contact_is_not_found(li: Client) -> None:
    owed()
    li.post("/my/take")
    people.ma_agent()
    contact = Contact.objects.get()
    for path in ("result", "call", "reveal"):
        data = {"pick": "told", "revision": 1, "idempotency_key": "m"}
        assert signed_in("maqiang").post(f"/my/contacts/{contact.id}/{path}", data).status_code == 404


def test_the_number_is_shown_once_after_the_call_and_leaves_a_trace(li: Client) -> None:
    from youlu.core.models import AuditEntry
    owed()
    li.post("/my/take")
    contact = Contact.objects.get()
    assert "号码（会留痕）" in li.post(f"/my/contacts/{contact.id}/call", follow=True).content.decode()
    assert "13893100001" in li.post(f"/my/contacts/{contact.id}/reveal").content.decode()
    assert "13893100001" not in li.get("/my").content.decode()
    entry = AuditEntry.objects.get(action="party.reveal")
    assert "13893100001" not in json.dumps(entry.facts) + entry.reason


def test_a_number_stands_on_the_card_of_whose_it_is(li: Client) -> None:
    owed(2)
    first, second = services.contacts_hold(actor=people.li_agent(), want=2)
    for contact_id in (first, second):
        services.call_ask(actor=people.li_agent(), contact_id=contact_id)
    number = Party.objects.get(id=Contact.objects.get(id=second).party_id).phone
    page = li.post(f"/my/contacts/{second}/reveal").content.decode()
    assert number in page
    places = [page.index(one) for one in (number, f"/my/contacts/{second}/result", f"/my/contacts/{first}/result")]
    assert places == sorted(places), "on the first card, which is theirs"
    Contact.objects.filter(id=second).update(lease_until=clock.real_now() - dt.timedelta(seconds=1))
    gone = li.post(f"/my/contacts/{second}/reveal", follow=True).content.decode()
    assert number not in gone
    assert "已经不在您手里" in gone


def test_going_out_gives_back_what_is_held(li: Client) -> None:
    owed(3)
    li.post("/my/take")
    assert Contact.objects.filter(state="claimed").count() == 3
    li.post("/my/presence", {"site": "out", "taking": "1", "reason": "ill"})
    assert Contact.objects.filter(state="owed").count() == 3
    assert Presence.objects.get(until=None).site == "out"


def test_an_order_is_written_once_taken_answered_and_closed(li: Client) -> None:
    page = li.post("/desk/caller", {"phone": "138 9310 4417"}).content.decode()
    assert "没有这个号码的客户" in page
    for _ in range(2):
        li.post("/desk/new", {"kind": "chase", "title": "催投", "body": "没收到", "idempotency_key": "one"})
    order = WorkOrder.objects.get()
    li.post("/desk/next")
    li.post(f"/desk/{order.id}/answer", {"text": "在路上"})
    assert "办结" in li.post(f"/desk/{order.id}/close", follow=True).content.decode()
    assert WorkOrder.objects.get().state == "closed"
    assert li.post(f"/desk/{order.id}/dance").status_code == 404
    assert li.post(f"/desk/{uuid.uuid4()}/take").status_code == 404


def test_what_may_not_go_home_says_so_on_the_order_s_own_page(li: Client) -> None:
    order_id = services.order_open(actor=people.chen_supervisor(), kind="claim", title="损坏定额")
    assert "只能在岗办" in li.post(f"/desk/{order_id}/take", follow=True).content.decode()
    assert WorkOrder.objects.get().state == "open"


def test_a_wrong_telephone_is_told_and_stands_in_no_address(li: Client) -> None:
    answer = li.post("/desk/caller", {"phone": "12"})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()


def test_nobody_is_said_to_be_unknown_before_a_number_was_asked_for(li: Client) -> None:
    assert "没有这个号码的客户" not in li.get("/desk?view=closed").content.decode()
    asked = li.post("/desk/caller", {"phone": "13911112222"}, follow=True).content.decode()
    assert "没有这个号码的客户" in asked


def test_the_strip_answers_304_until_something_changes() -> None:
    people.zhao_dispatcher()
    client = signed_in("zhaolei")
    tag = client.get("/capacity/strip").headers["ETag"]
    assert client.get("/capacity/strip", headers={"if-none-match": tag}).status_code == 304
    owed(200)
    assert client.get("/capacity/strip", headers={"if-none-match": tag}).status_code == 200


def test_withdrawing_a_wording_takes_the_sentence_off_the_phone(li: Client) -> None:
    owed()
    li.post("/my/take")
    wording = Wording.objects.get(code="moved.voice")
    signed_in("chenjing").post(f"/wordings/{wording.id}/withdraw", {"reason": "说错了"})
    page = li.get("/my").content.decode()
    assert "先不要打" in page
    assert "8月3日18时前" not in page
    assert li.post(f"/wordings/{wording.id}/approve").status_code == 403


def test_a_supervisor_says_where_somebody_is() -> None:
    ma = people.ma_agent()
    agent_id = agent_of(ma).id
    signed_in("chenjing").post(f"/people/{agent_id}/presence", {"site": "at_home", "reason": "locked_down",
                                                               "taking": "1"})
    assert agent_of(ma).site == "at_home"
    page = signed_in("chenjing").get(f"/people/{agent_id}").content.decode()
    assert "小区封控" in page


def test_the_pool_and_the_first_order_beside_it_ask_few_questions_however_many_orders_there_are(li: Client) -> None:
    party = people.customer(phone="13893104417")
    agent, chen = people.li_agent(), signed_in("chenjing")

    def receive(number: int) -> str:
        opened = services.order_receive(actor=agent, key=str(number), asked=services.Asked(
            "chase", f"催投{number}", "还没到", item_key=number, party_id=party))
        return f"/desk/{opened.order_id}"

    order = receive(1)
    services.order_take(actor=agent, order_id=uuid.UUID(receive(2)[6:]))
    few = questions(chen, "/desk"), questions(chen, order, **{"HX-Target": "order-pane"})
    for number in range(3, 40):
        receive(number)
    many = questions(chen, "/desk"), questions(chen, order, **{"HX-Target": "order-pane"})
    assert max(few[0], many[0]) <= 12
    assert max(few[1], many[1]) <= 17


def test_the_pool_opens_its_first_order_in_a_request_of_its_own(li: Client) -> None:
    order_id = services.order_open(actor=people.chen_supervisor(), kind="chase", title="催投：邮件没动")
    assert f'hx-get="/desk/{order_id}"' in li.get("/desk").content.decode()
    pane = li.get(f"/desk/{order_id}", headers={"HX-Target": "order-pane"}).content.decode()
    assert pane.startswith('<div class="pane" id="order-pane">')
    assert "邮件没动" in pane
    assert "pool-list" not in pane
    assert "pool-list" in li.get(f"/desk/{order_id}").content.decode()
