"""Letters from a real inbox: each an order or a message, once, whatever befalls in between."""

from __future__ import annotations

import base64
import datetime as dt
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection
from PIL import Image
from tests import people
from tests.domain.desk.conftest import NOON
from tests.domain.desk.mail_servers import MailServer, Post, dovecot_needed, letter, smtp_running

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.desk import services
from youlu.domain.desk.channels.mail import looking
from youlu.domain.desk.channels.mail.errors import InboxError, InboxSetupError
from youlu.domain.desk.channels.mail.gauges import inbox_gauges
from youlu.domain.desk.channels.mail.inboxes import inboxes_set
from youlu.domain.desk.channels.mail.looking import inbox_look, inboxes_look
from youlu.domain.desk.channels.mail.server import Mailbox
from youlu.domain.desk.channels.mail.threads import follow_digits, order_mark
from youlu.domain.desk.channels.mail.words import folded
from youlu.domain.desk.models import Attachment, Inbox, InboxLetter, OrderEvent, WorkOrder
from youlu.domain.desk.orders.following import order_follow
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.sending import failed_messages_take
from youlu.domain.messages.delivery import messages_deliver
from youlu.domain.messages.models import Message
from youlu.domain.parties.models import Party
from youlu.domain.workforce.services import presence_report
from youlu.interfaces.cli import checkup

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


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_order(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have fetched the letter before either writes; in the middle of one's transaction the other begins."""
    post.receive(letter())
    setup, both = post.setup, threading.Barrier(2)
    taken = looking.letter_take

    def at_once(*args: Any) -> Any:
        both.wait(60)
        return taken(*args)

    def look() -> dict[str, int]:
        try:
            return inbox_look(setup).outcomes
        finally:
            connection.close()

    monkeypatch.setattr(looking, "letter_take", at_once)
    with clock.frozen(NOON), ThreadPoolExecutor(2) as workers:
        said = [one.result() for one in [workers.submit(look), workers.submit(look)]]
    assert (WorkOrder.objects.count(), InboxLetter.objects.count(), Party.objects.count()) == (1, 1, 1)
    assert Message.objects.count() == 1
    assert {"order": 1} in said
    assert (post.count("post"), post.count("youlu")) == (0, 1)


def test_the_same_letter_in_two_places_is_one(post: Post) -> None:
    one = letter()
    post.receive(one)
    post.receive(b"Received: by way of another list\r\n" + one.as_bytes())
    assert inbox_look(post.setup).outcomes == {"order": 2}
    assert WorkOrder.objects.count() == 1


def reply(order: WorkOrder, text: str, **more: str) -> Any:
    mark = order_mark(order.number)
    return letter(text, **({"subject": f"Re: 【邮政】工单{order.number} [{mark}]"} | more))


def test_a_reply_is_a_message_on_its_order_by_the_subject_or_the_thread(post: Post) -> None:
    post.receive(letter())
    inbox_look(post.setup)
    order = WorkOrder.objects.get()
    post.receive(reply(order, "地址是康县。\n\n在 2022年7月29日，邮政客服 写道：\n> 您的来信收到了"))
    post.receive(reply(order, "又想起一件事。", subject="Re: 药品没到",
                       In_Reply_To=f"<{order_mark(order.number)}.0011@post.example>"))
    assert inbox_look(post.setup).outcomes == {"order": 2}
    assert WorkOrder.objects.count() == 1
    notes = list(OrderEvent.objects.filter(act="message").order_by("id").values_list("note", flat=True))
    assert folded(notes[0]) == ("地址是康县。", "在 2022年7月29日，邮政客服 写道：\n> 您的来信收到了")
    assert notes[1] == "又想起一件事。"


@pytest.mark.parametrize("sender", ["李四 <li@mail.example>", "王建民 <wang@mail.example.evil.example>"])
def test_somebody_elses_reply_begins_an_order_of_their_own(post: Post, sender: str) -> None:
    post.receive(letter())
    inbox_look(post.setup)
    order = WorkOrder.objects.get()
    post.receive(reply(order, "改寄到我这里", sender=sender))
    inbox_look(post.setup)
    assert WorkOrder.objects.count() == 2
    assert acts(order) == ["open", "received"]


def test_a_guessed_number_opens_nothing_even_under_the_right_name(post: Post) -> None:
    post.receive(letter())
    inbox_look(post.setup)
    order = WorkOrder.objects.get()
    wrong = order_mark(order.number + 1).partition("-")[2]
    post.receive(letter("改寄", subject=f"Re: 工单{order.number}"))
    post.receive(letter("改寄", subject=f"Re: 工单{order.number} [{order.number}-{wrong}]"))
    post.receive(letter("改寄", In_Reply_To=f"<{order.number}-aaaaaaaaaaaa.1@post.example>"))
    inbox_look(post.setup)
    assert WorkOrder.objects.count() == 4
    assert acts(order) == ["open", "received"]


def test_a_reply_to_a_closed_order_begins_another(post: Post) -> None:
    post.receive(letter())
    inbox_look(post.setup)
    WorkOrder.objects.update(state="closed", closed_at=dt.datetime(2022, 7, 30, tzinfo=dt.UTC))
    post.receive(reply(WorkOrder.objects.get(), "又坏了"))
    inbox_look(post.setup)
    assert WorkOrder.objects.count() == 2


def test_a_file_of_30_mb_is_left_there_and_said(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    part = Mailbox.part

    def noted(self: Mailbox, uid: int, which: Any, most: int) -> bytes:
        asked.append((which.type, len(content := part(self, uid, which, most))))
        return content

    monkeypatch.setattr(Mailbox, "part", noted)
    big = letter("照片在附件里")
    big.add_attachment(b"\xff\xd8" + bytes(30_000_000), maintype="image", subtype="jpeg", filename="包裹.jpg")
    big.add_attachment(picture(), maintype="image", subtype="png", filename="小.png")
    big.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="x.zip")
    big.add_attachment(b"not a picture", maintype="image", subtype="png", filename="y.png")
    post.receive(big)
    inbox_look(post.setup)
    order = WorkOrder.objects.get()
    assert sorted(kind for kind, _ in asked) == ["image/png", "image/png", "text/plain"]
    assert max(size for _, size in asked) < 100_000
    assert [row.mime for row in Attachment.objects.filter(order=order)] == ["image/png"]
    assert OrderEvent.objects.get(act="left_out").detail == "1个超过10 MB，2个不是图片或PDF"
    assert "有3个附件没有收" in Message.objects.get().text


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "PNG")
    return out.getvalue()


GBK = ("Subject: =?GB2312?B?" + base64.b64encode("药没到，急".encode("gbk")).decode() + "?=\r\n"
       "From: =?GBK?B?" + base64.b64encode("镕基".encode("gbk")).decode() + "?= <rj@mail.example>\r\n"
       "Message-ID: <gbk@mail.example>\r\n")


@pytest.mark.parametrize(("raw", "body"), [
    (GBK.encode() + b"Content-Type: text/plain; charset=gb2312\r\n\r\n" + "请问朱镕处的药㐂".encode("gb18030"),
     "药没到，急\n\n请问朱镕处的药㐂"),
    (GBK.encode() + b"Content-Type: text/plain\r\n\r\n" + "没有说字符集".encode("gbk"), "药没到，急\n\n没有说字符集"),
    (GBK.encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "说错了字符集".encode("gbk"),
     "药没到，急\n\n说错了字符集"),
    (GBK.encode() + b"Content-Type: text/plain; charset=big5\r\n\r\n" + "藥還沒到".encode("big5"),
     "药没到，急\n\n藥還沒到"),
    (b"From: a@mail.example\r\nSubject: " + "裸着的主题".encode("gbk") + b"\r\n\r\n" + "正文".encode("gbk"),
     "裸着的主题\n\n正文"),
    (GBK.encode() + b"Content-Type: text/html; charset=gbk\r\n\r\n" + (
        "<html><head><style>p{}</style><script>alert(1)</script></head><body><p>只有<b>网页</b></p>"
        "<img src='https://x.example/pixel.gif'><a href='https://x.example'>看这里</a>"
        "<blockquote>以前的话</blockquote></body></html>").encode("gbk"), "药没到，急\n\n只有网页\n看这里\n> 以前的话"),
])
def test_whatever_the_charset_says_people_read_what_was_written(post: Post, raw: bytes, body: str) -> None:
    post.receive(raw)
    assert inbox_look(post.setup).outcomes == {"order": 1}
    assert WorkOrder.objects.get().body == body


BROKEN = [
    b"\x00\xff\xfe garbage without any heading",
    b"Subject: nobody wrote this\r\n\r\ntext",
    b"From: <<<>>>\r\n\r\ntext",
    b"From: =?utf-8?B?////?= <a@@b>\r\n\r\ntext",
]
ODD = [
    b"From: a@mail.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: text/plain\r\n\r\nhalf",
    b"From: a@mail.example\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
    b"From: a@mail.example\r\nContent-Type: text/plain; charset=\"no-such\"\r\n\r\n\xd5\xfd\xce\xc4",
    b"From: a@mail.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64",
    b"From: a@mail.example\r\nSubject: =?utf-8?B?broken\r\n\r\ntext",
    b"From: a@mail.example\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA",
    b"From: a@mail.example\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60)) + b"\r\ndeep",
    b"From: a@mail.example\r\nX-Long: " + b"a" * 2_000_000 + b"\r\n\r\ntext",
]


def test_broken_letters_are_put_aside_and_the_next_is_read(post: Post) -> None:
    for nth, raw in enumerate(BROKEN):
        post.receive(raw)
        post.receive(letter(str(nth)))
    assert inbox_look(post.setup).outcomes == {"aside": len(BROKEN), "order": len(BROKEN)}
    assert (post.count("post"), post.count("youlu-aside")) == (0, len(BROKEN))
    assert WorkOrder.objects.count() == len(BROKEN)
    assert set(InboxLetter.objects.filter(outcome="aside").values_list("why", flat=True)) == {"sender"}


@pytest.mark.parametrize("raw", ODD)
def test_odd_letters_are_read_as_far_as_they_can_be(post: Post, raw: bytes) -> None:
    post.receive(raw)
    assert inbox_look(post.setup).outcomes == {"order": 1}
    assert post.count("youlu") == 1


@pytest.mark.parametrize("raw", [
    b"Content-Type: text/html; charset=utf-8\r\n\r\n" + (
        "<html><head><meta charset=utf-8><style>p{}</style><body><p>我的邮件丢了</p></body></html>").encode(),
    b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n \r\n"
    b"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + "<p>我的邮件丢了</p>\r\n--x--\r\n".encode()])
def test_words_that_stand_in_html_alone_are_read(post: Post, raw: bytes) -> None:
    post.receive(GBK.encode() + raw)
    assert inbox_look(post.setup).outcomes == {"order": 1}
    assert WorkOrder.objects.get().body == "药没到，急\n\n我的邮件丢了"


@pytest.mark.parametrize("headers", [
    {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"},
    {"sender": "MAILER-DAEMON@mail.example"}, {"sender": "kefu-self"}])
def test_what_a_machine_wrote_makes_no_order_and_no_answer(post: Post, headers: dict[str, str]) -> None:
    if headers.get("sender") == "kefu-self":
        post.settings.MAIL_FROM, headers = "邮政客服 <kefu@post.example>", {"sender": "kefu@post.example"}
    post.receive(letter("我不在办公室", **headers))
    assert inbox_look(post.setup).outcomes == {"machine": 1}
    assert (WorkOrder.objects.count(), Message.objects.count(), post.count("youlu")) == (0, 0, 1)


def test_who_writes_too_often_is_put_aside(post: Post) -> None:
    post.settings.INBOX_LETTERS_HOURLY = 3
    for nth in range(5):
        post.receive(letter(str(nth)))
    post.receive(letter("别人", sender="li@mail.example"))
    assert inbox_look(post.setup).outcomes == {"order": 4, "flood": 2}
    assert post.count("youlu-aside") == 2


def test_a_batch_at_a_time_and_the_rest_is_known(post: Post) -> None:
    for nth in range(3):
        post.receive(letter(str(nth)))
    assert inboxes_look(limit=2)
    assert Inbox.objects.get().waiting == 1
    assert Inbox.objects.get().oldest_at is not None
    assert not inboxes_look(limit=2)
    assert (WorkOrder.objects.count(), Inbox.objects.get().waiting) == (3, 0)


def test_letters_that_are_numbered_anew_are_the_same_letters(post: Post) -> None:
    one = letter()
    post.receive(one)
    inbox_look(post.setup)
    before = Inbox.objects.get().uidvalidity
    post.client.delete_folder("post")
    post.client.create_folder("post")
    post.receive(one)
    post.receive(letter("另一封"))
    inbox_look(post.setup)
    assert before != Inbox.objects.get().uidvalidity
    assert (WorkOrder.objects.count(), post.count("post")) == (2, 0)


def test_a_server_that_is_down_is_said_and_read_when_it_is_back(post: Post, server: MailServer) -> None:
    post.receive(letter())
    server.stop()
    with pytest.raises(InboxError) as caught:
        inbox_look(post.setup)
    assert (caught.value.fault, Inbox.objects.get().fault) == ("unreachable", "unreachable")
    assert not inboxes_look(), "no other inbox waits for it"
    server.start()
    assert inbox_look(post.setup).outcomes == {"order": 1}
    assert Inbox.objects.get().fault == ""


@pytest.mark.parametrize(("change", "fault"), [
    ({"password": "falsch-11"}, "login"), ({"password": ""}, "password"), ({"kind": "no-such"}, "kind")])
def test_a_wrong_setting_is_named(post: Post, change: dict[str, str], fault: str) -> None:
    with pytest.raises(InboxError) as caught:
        inbox_look(post.configure(**change))
    assert caught.value.fault == fault


def test_the_doctor_says_that_the_password_is_wrong_and_not_which(post: Post) -> None:
    post.configure(password="falsch-11")
    found = [one.as_dict() for one in checkup._inboxes()]
    assert [one["state"] for one in found] == ["fail"]
    assert "密码不对" in str(found)
    assert not [word for word in ("falsch-11", post.user) if word in str(found)]
    post.configure()
    inbox_look(post.setup)
    assert [one.state for one in checkup._inboxes()] == ["ok"]


def test_what_the_certificate_does_not_vouch_for_is_not_logged_in_to(post: Post) -> None:
    post.settings.INBOXES = post.settings.INBOXES.partition("&ca=")[0]
    with pytest.raises(InboxError) as caught:
        inbox_look(post.setup)
    assert caught.value.fault == "tls"


@pytest.mark.parametrize("written", [
    "kefu", "kefu=https://a@b/INBOX", "kefu=imaps://b/INBOX", "kefu=imaps://a:pw@b/INBOX", "K=imaps://a@b", "a=imaps://a@b:x",
    "a=imaps://a@b a=imaps://c@d", "a=imaps://a@b?color=red"])
def test_an_inbox_written_wrongly_is_told_by_its_place(settings: Any, written: str) -> None:
    settings.INBOXES = written
    with pytest.raises(InboxSetupError, match=r"第[12]个") as caught:
        inboxes_set()
    assert "pw" not in caught.value.message


def test_a_second_answer_of_the_day_is_sent_although_its_sentence_is_that_of_the_first(post: Post) -> None:
    post.receive(letter(message_id="<first@mail.example>"))
    inbox_look(post.setup)
    order, li = WorkOrder.objects.get(), people.li_agent()
    presence_report(actor=li, site="on_site")
    services.order_take(actor=li, order_id=order.id)
    for nth, text in enumerate(("明天上午送到。", "说错了，后天送到。")):
        with clock.frozen(clock.now() + dt.timedelta(hours=nth)):
            services.order_answer(actor=li, order_id=order.id, text=text)
            if not nth:
                services.order_rework(actor=li, order_id=order.id)
    with smtp_running(post.settings) as received, clock.frozen(clock.now() + dt.timedelta(hours=2)):
        messages_deliver()
        messages_deliver()
    said = [message_from_bytes(one.content, policy=policy.default).get_content() for one in received.letters]
    assert len(said) == 3
    assert "明天上午送到。" in said[1]
    assert "说错了，后天送到。" in said[2]


def test_the_answer_goes_back_as_a_letter_in_the_thread(post: Post) -> None:
    post.receive(letter(message_id="<first@mail.example>"))
    inbox_look(post.setup)
    order, li = WorkOrder.objects.get(), people.li_agent()
    presence_report(actor=li, site="on_site")
    services.order_take(actor=li, order_id=order.id)
    services.order_answer(actor=li, order_id=order.id, text="明天上午送到。")
    with smtp_running(post.settings) as received:
        messages_deliver()
        messages_deliver()
    first, second = (message_from_bytes(one.content, policy=policy.default) for one in received.letters)
    assert [one.rcpt_tos for one in received.letters] == [["wang@mail.example"]] * 2
    for one in (first, second):
        assert one["In-Reply-To"] == one["References"] == "<first@mail.example>"
        assert one["Auto-Submitted"] == "auto-generated"
        assert order_mark(order.number) in one["Subject"]
        assert "药品没到" not in str(one), "nobody has us carry their words to a third"
    assert "/follow/" in first.get_content()
    assert "明天上午送到。" in second.get_content()
    assert not Message.objects.filter(text__contains="明天上午").exists()
    assert acts(order) == ["open", "received", "take", "answer", "told"]
    # Answered by a mail program, both headings and all.
    post.receive(letter("谢谢", subject="Re: hi", In_Reply_To=second["Message-ID"]))
    inbox_look(post.setup)
    assert acts(order)[-1] == "message"


def test_the_digits_of_our_letter_open_the_link_and_no_others(post: Post) -> None:
    post.receive(letter())
    inbox_look(post.setup)
    order = WorkOrder.objects.get()
    digits = follow_digits(order.id)
    with smtp_running(post.settings) as received:
        messages_deliver()
    sent = message_from_bytes(received.letters[0].content, policy=policy.default).get_content()
    assert f"查询码：{digits}" in sent
    assert digits not in Message.objects.get().text.replace(str(order.number), "").replace(
        follow_link(order.id), ""), "with the link beside it, it would open the order to who reads the table"
    assert order_follow(link=follow_link(order.id), phone_tail=digits).number == order.number
    with pytest.raises(NotFoundError):
        order_follow(link=follow_link(order.id), phone_tail=f"{(int(digits) + 1) % 10_000:04d}")
    WorkOrder.objects.update(channel="phone")
    with pytest.raises(NotFoundError):
        order_follow(link=follow_link(order.id), phone_tail=digits)


def test_a_letter_that_does_not_arrive_is_on_the_order(post: Post) -> None:
    post.receive(letter())
    inbox_look(post.setup)
    with smtp_running(post.settings) as received:
        received.refused = "550 no such user"
        messages_deliver()
    assert Message.objects.get().state == "failed"
    failed_messages_take()
    assert acts(WorkOrder.objects.get())[-1] == "unsent"


def test_a_mail_server_that_is_down_is_tried_again(post: Post) -> None:
    post.receive(letter())
    inbox_look(post.setup)
    post.settings.MAIL_FROM, post.settings.EMAIL_HOST, post.settings.EMAIL_PORT = "kefu@post.example", "127.0.0.1", 1
    post.settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    messages_deliver()
    assert (Message.objects.get().state, Message.objects.get().last_fault) == ("queued", "ConnectionRefusedError")
    Message.objects.update(next_try_at=None)
    with smtp_running(post.settings) as received:
        messages_deliver()
    assert len(received.letters) == 1


def test_the_monitor_sees_how_old_the_oldest_is(post: Post) -> None:
    post.receive(letter())
    post.receive(letter("second"))
    inbox_look(post.setup, limit=1)
    lines = [line for family in inbox_gauges() for line in family.lines()]
    assert 'youlu_inbox_unread{inbox="kefu"} 1' in lines
    assert any(line.startswith('youlu_inbox_oldest_seconds{inbox="kefu"}') for line in lines)
    assert 'youlu_inbox_letters_day{outcome="order"} 1' in lines
