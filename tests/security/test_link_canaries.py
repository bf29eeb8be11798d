"""The link by which customers follow their orders opens it to whoever has it and four digits: it stands in the message,
in the letter and on the order's own page, and in no log, job, audit row, event, error or list; nor does who gets it."""

from __future__ import annotations

import uuid
from email import message_from_bytes, policy
from typing import Any

import httpx
import pytest
from django.test import Client

from tests import people
from tests.domain.desk.mail_servers import letter, smtp_running
from tests.security.test_canaries import (
    CALLER,
    CALLER_PHONE,
    NAME,
    Ears,
    Walked,
    ears,  # noqa: F401
    found_in,
    rows_met,
    town,  # noqa: F401
)
from tests.security.test_inbox_canaries import ADDRESS, LOCAL, Post, post  # noqa: F401  (a fixture)
from youlu.core.gauges import gauges_read
from youlu.core.models import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.desk import services
from youlu.domain.desk.channels.mail.looking import inbox_look
from youlu.domain.desk.jobs import orders_opened_tell_job
from youlu.domain.desk.models import OrderKind, Parameter, WorkOrder
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages import delivery
from youlu.domain.workforce.services import presence_report

SAID = {"customer_messages_message"}  # the words of the message itself


def planted_in(text: str, token: str) -> set[str]:
    """Canaries, the writer's address, and the link or its signature alone."""
    return found_in(text) | {one for one in (token, token.rpartition(".")[2], LOCAL) if one in text}


def asked_for(title: str) -> uuid.UUID:
    """An order of somebody who is told by message."""
    trade_ensure(OrderKind, Parameter)
    return services.order_open(actor=people.chen_supervisor(), kind="chase", title=title,
                               party_id=people.customer(name=CALLER, phone=CALLER_PHONE, channel="hook"))


def hooked(bodies: list[str]) -> httpx.Client:
    """A hook that breaks with all it was given, then echoes it with an error, then takes what comes."""
    def hook(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content.decode())
        if len(bodies) == 1:
            raise httpx.ConnectError(f"{request.url} {bodies[-1]}")
        return httpx.Response(503 if len(bodies) == 2 else 204, text=bodies[-1])

    return httpx.Client(transport=httpx.MockTransport(hook))


def followed(citizen: Client, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened with right and wrong digits; then our page breaks, and says why."""
    address = f"/follow/{token}"
    assert citizen.get(address).status_code == 200
    assert citizen.post(address, {"tail": "0000"}).status_code >= 400
    assert citizen.post(address, {"tail": CALLER_PHONE[-4:]}).status_code == 200
    assert citizen.get(f"{address}x").status_code < 500
    citizen.raise_request_exception = False

    def broken(*_: Any, **more: Any) -> None:
        raise RuntimeError(f"nobody anticipated {token} {CALLER_PHONE}")

    with monkeypatch.context() as patch:
        patch.setattr("youlu.interfaces.web.views.follow._page", broken)
        wreck = citizen.post(address, {"tail": CALLER_PHONE[-4:]})
    assert wreck.status_code == 500
    assert token not in wreck.content.decode()


def nothing_said(token: str, listening: Ears, pages: list[str]) -> None:
    assert {text[:80]: planted_in(text, token) for text in pages if planted_in(text, token)} == {}
    assert {line for line in listening.lines if planted_in(line, token)} == set()
    assert {row for row in rows_met(lambda text: planted_in(text, token)) if row[0] not in SAID} == set()
    figures = "\n".join(line for family in gauges_read(fresh=True) for line in family.lines())
    assert planted_in(figures, token) == set()


def staff_pages() -> list[str]:
    staff = Client()
    User.objects.filter(username="chenjing").update(roles=["supervisor", "auditor"])
    staff.force_login(User.objects.get(username="chenjing"))
    answers = [staff.get(address) for address in ("/desk", "/desk?view=all", "/audit", "/desk/alerts")]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.content.decode() for answer in answers]


@pytest.mark.django_db(transaction=True)
def test_the_link_message_stands_in_the_hook_and_nowhere_else(
    town: None, ears: Ears, settings: Any, monkeypatch: pytest.MonkeyPatch,  # noqa: F811
) -> None:
    settings.SECOND_FACTOR_ROLES = []
    li = people.li_agent()
    presence_report(actor=li, site="on_site")
    order_id = asked_for("催投")
    token, bodies = follow_link(order_id), list[str]()
    orders_opened_tell_job(0)
    agent = Walked()
    Walked.addresses = []
    agent.force_login(people.li_agent_user())
    agent.post(f"/desk/{order_id}/take")
    assert agent.post(f"/desk/{order_id}/link").status_code == 302
    assert agent.post(f"/desk/{order_id}/answer", {"text": "明天送到。"}).status_code == 302
    for _ in range(3):
        delivery.messages_deliver(client=hooked(bodies))
        delivery.Message.objects.filter(state="queued").update(next_try_at=None, lease_until=None)
    assert sum(token in body for body in bodies) >= 3, "the hook gets the link: of the order, again, of the answer"
    assert AuditEntry.objects.filter(action="order.link").count() == 1
    followed(Client(), token, monkeypatch)
    nothing_said(token, ears, staff_pages())
    assert {one for one in Walked.addresses if planted_in(one, token)} == set()


def test_the_answer_by_letter_stands_in_the_letter_and_nowhere_else(post: Post, ears: Ears) -> None:  # noqa: F811
    post.receive(letter("我的包裹没到", subject="包裹", sender=f"{NAME} <{ADDRESS}>"))
    inbox_look(post.setup)
    order, li = WorkOrder.objects.get(), people.li_agent()
    token = follow_link(order.id)
    presence_report(actor=li, site="on_site")
    services.order_take(actor=li, order_id=order.id)
    services.order_answer(actor=li, order_id=order.id, text=f"{NAME}，明天送到。")
    delivery.messages_deliver()  # no server of mail is there: the fault is said without the letter
    delivery.Message.objects.filter(state="queued").update(next_try_at=None, lease_until=None)
    with smtp_running(post.settings) as received:
        delivery.messages_deliver()
    texts = [message_from_bytes(one.content, policy=policy.default).get_content() for one in received.letters]
    assert sum(token in text for text in texts) == 2, "that it came, and its answer"
    nothing_said(token, ears, staff_pages())
