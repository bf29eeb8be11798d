"""Letters from a real inbox: each an order or a message, once, whatever befalls in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from tests import people
from tests.domain.desk.mail_servers import MailServer, Post, Received, dovecot_needed, letter, smtp_running

from youlu.domain.desk import services
from youlu.domain.desk.channels.mail import looking
from youlu.domain.desk.channels.mail.errors import InboxError
from youlu.domain.desk.channels.mail.looking import inbox_look, inboxes_look
from youlu.domain.desk.channels.mail.server import Mailbox
from youlu.domain.desk.channels.mail.threads import order_mark
from youlu.domain.desk.channels.mail.words import folded
from youlu.domain.desk.models import Attachment, Inbox, InboxLetter, OrderEvent, WorkOrder
from youlu.domain.messages.delivery import messages_deliver
from youlu.domain.parties.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    dovecot_needed()
    one = MailServer()
    one.start()
    yield one
    one.close()


@pytest.fixture
def post(server: MailServer, settings: Any, wordings: None) -> Iterator[Post]:
    one = Post(server, settings)
    yield one
    one.client.shutdown()


def acts(order: WorkOrder) -> list[str]:
    return list(OrderEvent.objects.filter(order=order).order_by("id").values_list("act", flat=True))


def test_a_letter_is_one_order_and_is_put_away(post: Post) -> None:
    post.receive(letter())
    assert inbox_look(post.setup).outcomes == {"order": 1}
    order = WorkOrder.objects.get()
    assert (order.channel, order.kind_id, order.title) == ("mail", "enquiry", "电子邮件来信")
    assert order.body == "药品没到\n\n我的药到哪了？"
    party = Party.objects.get()
    assert (party.id, party.name, party.email) == (order.party_id, "王建民", "wang@mail.example")
    assert acts(order) == ["open", "received"]
    assert (post.count("post"), post.count("youlu")) == (0, 1)
    assert inbox_look(post.setup).outcomes == {}


def test_killed_between_commit_and_mark_it_is_still_one(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    post.receive(letter())
    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "done", killed)
        with pytest.raises(Killed):
            inbox_look(post.setup)
    assert (WorkOrder.objects.count(), post.unread()) == (1, 1)
    inbox_look(post.setup)
    assert (WorkOrder.objects.count(), post.unread(), post.count("youlu")) == (1, 0, 1)
