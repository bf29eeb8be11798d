"""The citizen's page of an order: wrong and unknown read alike, tries run out, a message and a rating arrive."""

from __future__ import annotations

import datetime as dt
import re
import threading
import uuid
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client
from tests import people

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.desk import services
from youlu.domain.desk.models import FollowTry, OrderEvent, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.orders import following
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.workforce.services import presence_report

NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
TICKET = re.compile(r'name="ticket" value="([^"]+)"')


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


def order(party: bool = True) -> uuid.UUID:
    trade_ensure(OrderKind, Parameter)
    return services.order_open(actor=people.chen_supervisor(), kind="enquiry", title="查件：轨迹停了",
                               body="内部的话", party_id=people.customer() if party else None)


def ask(link: str, tail: str) -> tuple[int, bytes]:
    answer = Client().post(f"/follow/{link}", {"tail": tail})
    return answer.status_code, TOKEN.sub(b"", answer.content).replace(link.encode(), b"#")


def ticket_of(client: Client, link: str) -> str:
    found = TICKET.search(client.post(f"/follow/{link}", {"tail": "4417"}).content.decode())
    assert found
    return found[1]


@pytest.mark.django_db
def test_wrong_digits_a_forged_link_and_an_order_without_a_telephone_read_alike() -> None:
    real, without = follow_link(order()), follow_link(order(party=False))
    gone = follow_link(uuid.uuid4())
    forged = real[:-1] + ("A" if real[-1] != "A" else "B")
    told = {ask(link, "0000") for link in (real, gone, forged, "no-such-link", "no-such.link", without)}
    assert len(told) == 1
    assert next(iter(told))[0] == 404
    asked = {TOKEN.sub(b"", Client().get(f"/follow/{link}").content).replace(link.encode(), b"#")
             for link in (real, gone, forged)}
    assert len(asked) == 1, "opening a link tells nothing"


@pytest.mark.django_db
def test_after_five_wrong_tries_even_the_right_digits_get_no_answer() -> None:
    link = follow_link(order())
    told = [ask(link, f"{tail:04}")[0] for tail in range(following.TRIES_MAX + 2)]
    assert told == [404] * following.TRIES_MAX + [429] * 2
    assert ask(link, "4417")[0] == 429
    assert ask(follow_link(uuid.uuid4()), "0000")[0] == 404, "another link has tries of its own"
    FollowTry.objects.update(tried_at=clock.real_now() - dt.timedelta(hours=2))
    assert ask(link, "4417")[0] == 200
    assert following.follow_tries_forget() >= following.TRIES_MAX


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_get_no_more_tries() -> None:
    link, together, told = follow_link(order()), threading.Barrier(12), []

    def guess(tail: int) -> None:
        together.wait()
        told.append(ask(link, f"{tail:04}")[0])
        connections.close_all()

    threads = [threading.Thread(target=guess, args=(tail,)) for tail in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [404] * following.TRIES_MAX + [429] * (12 - following.TRIES_MAX)


@pytest.mark.django_db
def test_the_customer_reads_what_is_theirs_adds_a_message_and_the_order_goes_on() -> None:
    order_id = order()
    li = people.li_agent()
    presence_report(actor=li, site="on_site")
    services.order_take(actor=li, order_id=order_id)
    services.order_verify(actor=li, order_id=order_id, text="内部核查：中心积压")
    services.order_wait(actor=li, order_id=order_id, text="等客户说内件")
    link, client = follow_link(order_id), Client()
    answer = client.post(f"/follow/{link}", {"tail": "4417"})
    page = answer.content.decode()
    assert "我们在等您的回音" in page
    assert answer.headers["Cache-Control"] == "no-store"
    for hidden in ("李敏", "内部", "中心积压", "等客户说内件", "4417", "王"):
        assert hidden not in page, hidden
    ticket = ticket_of(client, link)
    later = NOON + dt.timedelta(hours=5)
    with clock.frozen(later):
        said = client.post(f"/follow/{link}", {"do": "message", "ticket": ticket, "text": "内件是药品"})
    assert "留言收到了" in said.content.decode()
    row = WorkOrder.objects.get()
    assert (row.paused_at, row.due_at, row.priority) == (None, NOON + dt.timedelta(hours=53), 1)
    assert OrderEvent.objects.get(act="message").note == "内件是药品"
    for text in ("", " ", "字" * 501):
        bad = client.post(f"/follow/{link}", {"do": "message", "ticket": ticket, "text": text})
        assert (bad.status_code, OrderEvent.objects.filter(act="message").count()) == (422, 1)


@pytest.mark.django_db
def test_a_message_that_the_browser_sends_again_is_there_once() -> None:
    order_id = order()
    link, client = follow_link(order_id), Client()
    client.post(f"/follow/{link}", {"tail": "4417"})
    sent = {"do": "message", "ticket": ticket_of(client, link), "text": "内件是药品", "idempotency_key": "k1"}
    for _ in range(2):
        assert "留言收到了" in client.post(f"/follow/{link}", sent).content.decode()
    assert OrderEvent.objects.filter(act="message").count() == 1
    client.post(f"/follow/{link}", {**sent, "idempotency_key": "k\0"})
    assert OrderEvent.objects.filter(act="message").count() == 2


@pytest.mark.django_db
def test_a_rating_counts_once_and_only_after_an_answer() -> None:
    order_id = order()
    link, client = follow_link(order_id), Client()
    ticket = ticket_of(client, link)
    rate = {"do": "rate", "ticket": ticket, "rating": "5"}
    assert client.post(f"/follow/{link}", rate).status_code == 422
    WorkOrder.objects.update(state="closed", answered_at=NOON, closed_at=NOON)
    for rating, status in (("6", 422), ("x", 422), ("4", 200), ("1", 422)):
        assert client.post(f"/follow/{link}", {**rate, "rating": rating}).status_code == status
    assert WorkOrder.objects.get().rating == 4
    assert client.post(f"/follow/{link}", {"do": "message", "ticket": ticket, "text": "还有事"}).status_code == 422


@pytest.mark.django_db
def test_a_ticket_of_one_order_opens_no_other() -> None:
    link, other = follow_link(order()), follow_link(order(party=False))
    client = Client()
    ticket = ticket_of(client, link)
    for used, with_ticket in ((other, ticket), (link, ticket + "x"), (link, "")):
        assert client.post(f"/follow/{used}", {"do": "message", "ticket": with_ticket, "text": "x"}).status_code == 404
    with pytest.raises(NotFoundError):
        following.order_followed(link=other, ticket=ticket)
    assert not OrderEvent.objects.filter(act="message").exists()
