"""Planted people write letters, right ones and broken ones: they stand sealed, in the letter that goes back to them,
and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.domain.desk.mail_servers import MailServer, Post, dovecot_needed, letter, smtp_running
from tests.security.test_canaries import CALLER, FAMILY, NAME, NOON, PHONE, Ears, ears, found_in, rows_met  # noqa: F401
from youlu.core import clock
from youlu.core.gauges import gauges_read
from youlu.domain.access.models import User
from youlu.domain.desk import services
from youlu.domain.desk.channels.mail.looking import inbox_look
from youlu.domain.desk.channels.mail.threads import order_mark
from youlu.domain.desk.models import OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.messages.delivery import messages_deliver
from youlu.domain.parties.models import Party
from youlu.domain.workforce.services import presence_report
from youlu.interfaces.cli import checkup

LOCAL = "yuanshao.canary77"
ADDRESS = f"{LOCAL}@mail.example"


def planted_in(text: str) -> set[str]:
    return found_in(text) | ({LOCAL} if LOCAL in text.lower() or LOCAL.encode().hex() in text else set())


@pytest.fixture
def post(transactional_db: None, settings: Any) -> Iterator[Post]:
    dovecot_needed()
    settings.SECOND_FACTOR_ROLES = []
    trade_ensure(OrderKind, Parameter)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # of the tests' own receiver
    server = MailServer()
    server.start()
    with clock.frozen(NOON):
        wordings_ensure(actor=people.chen_supervisor())
        yield Post(server, settings)
    server.close()


def written(post: Post) -> None:
    """An order, a reply, a machine's letter, a broken one, one too many; then what no code foresees."""
    planted = {"subject": f"{FAMILY}的包裹，打{PHONE}", "sender": f"{NAME} <{ADDRESS}>"}
    post.receive(letter(f"我是{NAME}，打{PHONE}，找{CALLER}", message_id=f"<{LOCAL}.1@mail.example>", **planted))
    post.receive(f"From: {NAME} <{ADDRESS}>, <<>\r\nSubject: {PHONE}\r\nContent-Type: multipart/mixed\r\n\r\n{CALLER}"
                 .encode("gb18030"))
    post.receive(f"From: <{LOCAL}@@>\r\nSubject: {PHONE}\r\n\r\n{CALLER}".encode())
    post.receive(letter(f"{CALLER}", Auto_Submitted="auto-replied", **planted))
    inbox_look(post.setup)
    mark = order_mark(WorkOrder.objects.order_by("number").values_list("number", flat=True)[0])
    post.receive(letter(f"{NAME}再说一句", **{**planted, "subject": f"Re: {FAMILY} [{mark}]"}))
    inbox_look(post.setup)


def test_who_writes_letters_stands_sealed_and_in_no_log_row_list_or_figure(
    post: Post, ears: Ears, monkeypatch: pytest.MonkeyPatch,  # noqa: F811
) -> None:
    written(post)
    order, li = WorkOrder.objects.order_by("number")[0], people.li_agent()
    presence_report(actor=li, site="on_site")
    services.order_take(actor=li, order_id=order.id)
    services.order_answer(actor=li, order_id=order.id, text=f"{NAME}，明天送到。")
    with smtp_running(post.settings) as received:
        messages_deliver()
    texts = [message_from_bytes(one.content, policy=policy.default).get_content() for one in received.letters]
    assert {one for text in texts for one in planted_in(text)} == {NAME}, "the answer, to who asked"
    assert {tuple(one.rcpt_tos) for one in received.letters} == {(ADDRESS,)}

    def broken(**_: Any) -> None:
        raise RuntimeError(f"nobody anticipated {PHONE} {ADDRESS}")

    with monkeypatch.context() as patch:
        patch.setattr("youlu.domain.desk.channels.mail.taking.writer_party", broken)
        post.receive(letter(sender=f"{NAME} <{ADDRESS}>"))
        assert inbox_look(post.setup).outcomes == {"aside": 1}

    staff = Client()
    staff.force_login(User.objects.get(username="chenjing"))
    User.objects.filter(username="chenjing").update(roles=["supervisor", "auditor"])
    answers = [staff.get(address) for address in ("/desk", "/desk?view=all", "/audit")]
    assert {answer.status_code for answer in answers} == {200}
    pages = [answer.content.decode() for answer in answers]
    assert {text[:80]: planted_in(text) for text in pages if planted_in(text)} == {}
    shown = staff.get(f"/desk/{order.id}").content.decode()
    assert LOCAL not in shown, "the address is masked"
    assert "y***@mail.example" in shown
    assert [NAME in one.name for one in Party.objects.all()] == [True]
    assert Party.objects.get().email == ADDRESS
    assert rows_met(planted_in) == set()
    assert {line for line in ears.lines if planted_in(line)} == set()
    assert any("put aside" in line for line in ears.lines)
    assert planted_in("\n".join(line for family in gauges_read(fresh=True) for line in family.lines())) == set()
    assert planted_in(str([one.as_dict() for one in checkup._inboxes()])) == set()
