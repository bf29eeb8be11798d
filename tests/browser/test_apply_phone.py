"""From the printed code to the number, in a real browser: the QR is decoded from the page as a phone would see it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.chromium import IN_CHROMIUM, PHONE
from tests.domain.applications.applicants import ANSWERS, SYSTEM

from youlu.domain.access.models import User
from youlu.domain.applications.models import Application, State
from youlu.domain.network.models import Office
from youlu.domain.partners.services import partner_register

Phones = Callable[..., Page]
SIZE = PHONE
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clerk(live_server: Any, context: BrowserContext) -> Page:
    """A page of 孙丽, 营业员, who hands out vouchers."""
    partner_register(actor=SYSTEM, code="card_centre", name="制证中心", url="http://127.0.0.1:9/")
    Office.objects.create(id=1, code="K", name="康县", full_name="甘肃省陇南市康县邮政分公司", kind="county_centre",
                          division_code="621224", lon=105, lat=33, may_transit=False, handling_min=30,
                          unsealing_min=30, wave_start_min=[510], wave_end_min=[720])
    user = User.objects.create(username="sunli", display_name="孙丽", roles=["clerk"], scope="62", password="!")
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


@pytest.fixture
def new_phone(browser: Browser) -> Iterator[Phones]:
    """Phones of people: each call is another one, with or without script."""
    contexts: list[BrowserContext] = []

    def make(*, script: bool = True) -> Page:
        contexts.append(browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN",
                                            java_script_enabled=script))
        return contexts[-1].new_page()

    yield make
    for one in contexts:
        one.close()


def decoded(page: Page) -> str:
    expect(page.locator(".qr svg")).to_be_visible()
    page.wait_for_load_state()
    picture = page.locator(".qr svg").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return code.text


def look(page: Page, name: str) -> None:
    """A picture for whoever wants to look: set YOULU_PICTURES to a folder. And no violation that axe can see.

    Of the page as a whole; that it is no longer the one before, its caller has seen.
    """
    page.wait_for_load_state()
    if folder := os.environ.get("YOULU_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_a_resident_scans_the_printed_code_and_applies(clerk: Page, live_server: Any, new_phone: Phones) -> None:
    clerk.goto(f"{live_server.url}/vouchers/id_card_mail")
    clerk.get_by_role("button", name="出一张凭证").click()
    path = "/apply/" + decoded(clerk).split("/apply/")[1]
    look(clerk, "voucher")

    page = new_phone(script=False)
    page.goto(live_server.url + path)
    page.get_by_role("button", name="开始申请").click()
    for kind, key in [("text", "name"), ("text", "id_number"), ("radio", "applicant"), ("text", "phone"),
                      ("select", "division"), ("text", "address"), ("radio", "old_card"), ("radio", "consent")]:
        expect(page).to_have_url(f"{live_server.url}{path}/{key}")
        if kind == "text":
            page.locator("#answer").fill(ANSWERS[key])
        elif kind == "select":
            page.locator("#answer").select_option(ANSWERS[key])
        else:
            page.locator(f'input[value="{ANSWERS[key]}"]').check()
        page.get_by_role("button", name="继续").click()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已提交")).to_be_visible()
    row = Application.objects.get()
    expect(page.get_by_text(row.number)).to_be_visible()
    assert row.state == State.SUBMITTED
    stranger = new_phone()
    stranger.goto(live_server.url + path)
    expect(stranger.get_by_role("heading", name="这张凭证已经申请过了")).to_be_visible()


def test_every_page_of_the_form_reads_well_and_fits_the_phone(
    clerk: Page, live_server: Any, new_phone: Phones
) -> None:
    clerk.goto(f"{live_server.url}/vouchers/id_card_mail")
    clerk.get_by_role("button", name="出一张凭证").click()
    path = "/apply/" + decoded(clerk).split("/apply/")[1]
    page = new_phone()
    page.goto(live_server.url + path)
    look(page, "apply-start")
    page.get_by_role("button", name="开始申请").click()
    for key, typed in ANSWERS.items():
        expect(page).to_have_url(f"{live_server.url}{path}/{key}")
        look(page, f"apply-{key}")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{key} scrolls sideways"
        targets = page.locator("button.go, .choices label, input.in, select.in")
        heights = [(target.bounding_box() or {"height": 0})["height"] for target in targets.all()]
        assert min(heights) >= 60, f"{key}: too small for a thumb: {heights}"
        if key == "id_number":
            page.locator("#answer").fill("513232197502290009")
            page.get_by_role("button", name="继续").click()
            expect(page.get_by_role("alert")).to_contain_text("出生日期不存在")
            look(page, "apply-wrong")
        if page.locator("select#answer").count():
            page.locator("#answer").select_option(typed)
        elif page.locator("input[type=radio]").count():
            page.locator(f'input[value="{typed}"]').check()
        else:
            page.locator("#answer").fill(typed)
        page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="核对后提交")).to_be_visible()
    look(page, "apply-check")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已提交")).to_be_visible()
    look(page, "apply-done")
    page.get_by_role("link", name="查申请进度").click()
    expect(page.get_by_label("手机号后四位")).to_be_visible()
    look(page, "progress-ask")
    page.get_by_label("手机号后四位").fill("1234")
    page.get_by_role("button", name="查进度").click()
    expect(page.locator(".timeline")).to_be_visible()
    look(page, "progress")
    number = Application.objects.get().number
    clerk.set_viewport_size({"width": 1440, "height": 900})
    clerk.goto(f"{live_server.url}/applications")
    look(clerk, "applications")
    clerk.get_by_role("link", name=number).click()
    clerk.get_by_role("button", name="登记已做").click()
    expect(clerk.get_by_text("已登记").first).to_be_visible()
    look(clerk, "application")
