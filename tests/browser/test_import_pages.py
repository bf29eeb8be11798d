"""A file of orders in a real browser: before, while and after it is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_order_pages import desk, seat, shot  # noqa: F401  (a fixture)
from tests.browser.test_whole_pages import is_whole
from tests.domain.desk.test_importing import table
from tests.interfaces.web.conftest import house  # noqa: F401  (a fixture)

from youlu.domain.desk.importing.models import OrderImport
from youlu.domain.desk.jobs import import_go_job

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_file_is_sent_checked_confirmed_and_made(
    desk: str, context: BrowserContext, tmp_path: Path, language: str  # noqa: F811
) -> None:
    page = seat(context, desk, "chenjing")
    for size in (DESKTOP, PHONE):
        is_whole(page, f"{desk}/desk/imports", language=language, size=size)
        shot(page, f"imports-empty-{language}-{size['width']}")
    file = tmp_path / "orders.csv"
    file.write_bytes(table(*[("催投", f"第{n}件三天没动") for n in range(40)], ("没有这种", ""),
                           ("投诉", "破损", "", "138"),
                           ("申诉转办", "12305转来", "", "", "", "", "1", "昨天")))
    page.set_viewport_size(DESKTOP)
    page.set_input_files("#file", file)
    page.locator("form.form-grid button.go").click()
    expect(page.locator("#import-state")).to_be_visible()
    import_go_job()
    expect(page.locator("#import-state table").first).to_be_visible()  # the page asks by itself
    address = f"{desk}/desk/imports/{OrderImport.objects.get().id}"
    for size in (DESKTOP, PHONE):
        is_whole(page, address, language=language, size=size)
        shot(page, f"import-checked-{language}-{size['width']}")
    page.locator("#import-state button.go").click()
    expect(page.locator("#import-state form[action$='/stop']")).to_be_visible()  # begun: the bar was there before
    expect(page.locator("[role=progressbar]")).to_be_visible()
    import_go_job()
    expect(page.locator("h1")).to_contain_text("41")
    for size in (DESKTOP, PHONE):
        is_whole(page, address, language=language, size=size)
        is_whole(page, f"{desk}/desk/imports", language=language, size=size)
        shot(page, f"imports-{language}-{size['width']}")
