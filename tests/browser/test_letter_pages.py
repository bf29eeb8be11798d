"""An order that came by letter in a real browser: its subject on top, its thread, the tail folded away."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_order_pages import desk, seat, shot  # noqa: F401  (a fixture)
from tests.browser.test_whole_pages import is_whole
from tests.interfaces.web.conftest import house  # noqa: F401  (a fixture)

from youlu.domain.desk.channels.mail.inboxes import InboxSetup
from youlu.domain.desk.channels.mail.letters import Letter
from youlu.domain.desk.channels.mail.models import Inbox
from youlu.domain.desk.channels.mail.taking import Content, Left, Place, letter_take
from youlu.domain.desk.channels.mail.threads import order_mark
from youlu.domain.desk.models import WorkOrder
from youlu.domain.messages.defaults import wordings_ensure

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
TEXT = "请问我寄的药到哪了？老人等着用。\n\n收件地址是康县城关镇。"
QUOTED = "在 2022年7月29日 10:02，邮政客服 写道：\n> 您的来信收到了，已记为工单。\n> 打开后输信末的查询码。"


@pytest.fixture
def order(desk: str) -> WorkOrder:  # noqa: F811
    wordings_ensure(actor=people.chen_supervisor())
    Inbox.objects.create(name="kefu")
    setup = InboxSetup("kefu", "127.0.0.1", 993, True, "kefu", "INBOX", "enquiry")

    def written(key: bytes, subject: str, text: str, left: Left, answers: str = "") -> None:
        said = Letter(key, "wang.jianmin@mail.example", "王建民", subject, "<1@mail.example>", answers, False)
        letter_take(said, Content(text, (), left), Place(setup, 7, key[0]))

    written(b"\1", "药品EMS到哪了（急）", f"{TEXT}\n\n-- \n王建民\n兰州某某药房", Left(large=1))
    made = WorkOrder.objects.get(channel="mail")
    written(b"\2", "Re: 工单", f"再补一句：周末家里没人。\n\n{QUOTED}", Left(), order_mark(made.number))
    return made


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_is_whole_at_both_sizes(
    desk: str, context: BrowserContext, order: WorkOrder, language: str  # noqa: F811
) -> None:
    page = seat(context, desk, "chenjing")
    for size in (DESKTOP, PHONE):
        is_whole(page, f"{desk}/desk/{order.id}", language=language, size=size)
        shot(page, f"letter-{language}-{size['width']}")


def test_the_subject_is_on_top_and_the_tail_opens(
    desk: str, context: BrowserContext, order: WorkOrder  # noqa: F811
) -> None:
    page = seat(context, desk, "chenjing")
    page.goto(f"{desk}/desk/{order.id}")
    expect(page.get_by_role("heading", name="查询 · 药品EMS到哪了（急）")).to_be_visible()
    expect(page.get_by_text("电子邮件", exact=True).first).to_be_visible()
    expect(page.get_by_text("w***@mail.example")).to_be_visible()
    expect(page.get_by_text("您的来信收到了，已记为工单。")).to_be_hidden()
    expect(page.get_by_text("兰州某某药房")).to_be_hidden()
    for summary in page.get_by_text("引用和签名").all():
        summary.click()
    expect(page.get_by_text("您的来信收到了，已记为工单。")).to_be_visible()
    expect(page.get_by_text("兰州某某药房")).to_be_visible()
