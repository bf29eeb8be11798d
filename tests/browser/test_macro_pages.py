"""Macros and knowledge in a real browser: two keys, the filled text seen before it goes, found as one types."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_order_pages import desk, seat, shot  # noqa: F401  (a fixture)
from tests.browser.test_whole_pages import is_whole
from tests.interfaces.web.conftest import house  # noqa: F401  (a fixture)

from youlu.domain.desk.knowledge.writing import article_approve, article_draft
from youlu.domain.desk.macros.writing import MacroAct, macro_write
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.desk.orders.taking import order_assign
from youlu.domain.network.selectors import office_find
from youlu.domain.workforce.selectors import agent_of

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mine(desk: str) -> WorkOrder:  # noqa: F811
    """An order about an item in 李敏's hand, with three macros and two articles that fit it."""
    chen = people.chen_supervisor()
    order = WorkOrder.objects.get(item_key__isnull=False)
    order_assign(actor=chen, order_id=order.id, agent_id=agent_of(people.li_agent()).id)
    macro_write(actor=chen, name="催投安抚", kinds=["chase"], acts=[
        MacroAct("note"), MacroAct("prioritise", priority=1)],
                body="{客户称呼}，您的邮件{邮件号}正在催办，承诺{承诺时间}送到，{期限}答复。经办人{经办人}。")
    macro_write(actor=chen, name="请网点核查", body="请核查{邮件号}现在在哪里，今天回单。", kinds=[], acts=[
        MacroAct("dispatch", office_id=office_find("康县").id), MacroAct("extend", hours=24)])
    macro_write(actor=chen, name="补地址", acts=[MacroAct("wait")], body="已请客户补全{网点}要的地址，等回音。")
    for title, body in (("催投先看轨迹", "没有轨迹先问揽投部，再答复。\n有轨迹的按最新预计说。"),
                        ("药品、通知书优先", "药品、录取通知书、证件先派，写明物品。")):
        made = article_draft(actor=chen, title=title, body=body, kinds=["chase"])
        article_approve(actor=people.liu_supervisor(), article_id=made)
    article_draft(actor=people.li_agent(), title="小区封控怎么说", body="只说口径。", kinds=["chase"])
    return order


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_are_whole_at_both_sizes(
    desk: str, context: BrowserContext, mine: WorkOrder, language: str  # noqa: F811
) -> None:
    page = seat(context, desk, "chenjing")
    for name, path in (("macros", "/desk/macros"), ("knowledge", "/desk/knowledge"),
                       ("macros-order", f"/desk/{mine.id}/macros"), ("knowledge-order", f"/desk/{mine.id}/knowledge")):
        for size in (DESKTOP, PHONE):
            is_whole(page, desk + path, language=language, size=size)
            shot(page, f"{name}-{language}-{size['width']}")


def test_two_keys_do_a_macro_whose_filled_text_was_seen(
    desk: str, context: BrowserContext, mine: WorkOrder  # noqa: F811
) -> None:
    page = seat(context, desk, "limin")
    page.goto(f"{desk}/desk/{mine.id}?view=mine")
    expect(page.locator("#knowledge details")).to_have_count(2)
    page.keyboard.press("m")
    seen = page.locator("[data-macro] textarea").first
    expect(seen).to_contain_text("王*民，您的邮件")
    said = seen.input_value()
    assert mine.item_number in said
    shot(page, "macros-open-1440")
    page.keyboard.press("1")
    expect(page.locator(".timeline")).to_contain_text("催投安抚 第1版")
    assert OrderEvent.objects.get(act="note").note == said
    assert WorkOrder.objects.get(id=mine.id).priority == 1


def test_knowledge_is_found_as_one_types_and_written_into_the_order(
    desk: str, context: BrowserContext, mine: WorkOrder  # noqa: F811
) -> None:
    page = seat(context, desk, "limin")
    page.goto(f"{desk}/desk/{mine.id}?view=mine")
    expect(page.locator("#knowledge details")).to_have_count(2)
    page.keyboard.press("b")
    page.keyboard.insert_text("录取")  # at once, as an input method does: asked for once
    expect(page.locator("#knowledge-found details")).to_have_count(1)
    page.locator("#knowledge-found summary").click()
    page.get_by_role("button", name="写进备注").click()
    expect(page.locator(".timeline")).to_contain_text("药品、通知书优先 第1版")
