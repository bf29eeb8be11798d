"""The four tutorials, walked in a real browser on a real demo, step by step as they are written.

The code that the second one has its reader write is taken from its page, so that it cannot go stale.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.demo import demo_running
from tests.browser.lanzhou_night import Seats, play, policy_heard
from tests.browser.pictures import picture

from youlu.domain.catalogue.copying import programme_copy

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = ROOT / "docs" / "tutorial"
ITEMS = 20_000
PATIENCE_MS = 120_000
PACKAGE = "programmes_of_the_tutorial"
SIZE = {"width": 1280, "height": 800}
pytestmark = [*IN_CHROMIUM, pytest.mark.slow]


@dataclass(frozen=True)
class Demo:
    address: str
    env: dict[str, str]

    def command(self, *words: str) -> str:
        """What a command says in the second terminal."""
        done = subprocess.run([sys.executable, "-m", "youlu", *words], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


def programme_as_written(folder: Path) -> None:
    """The programme of the second tutorial: the template's copy with the three files of the page."""
    package = folder / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "_template").symlink_to(ROOT / "src/youlu/programmes/_template")
    made = programme_copy(name="library_card", programmes=package)
    text = (TUTORIALS / "your-first-programme.md").read_text()
    files = re.findall(r"`src/youlu/programmes/library_card/(\S+)` by this:\n\n```\w+\n(.*?)```", text, re.S)
    assert [name for name, _ in files] == ["programme.py", "rules.py", "fixtures/answers.json"]
    for name, body in files:
        (made / name).write_text(body.replace("youlu.programmes.library_card", f"{PACKAGE}.library_card"))
    (package / "_template").unlink()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    programme_as_written(home)
    extra = {"YOULU_PROGRAMMES": f"youlu.programmes,{PACKAGE}", "PYTHONPATH": f"{ROOT / 'src'}:{home}",
             "YOULU_DATA_DIR": str(home)}
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | extra
    with demo_running(home, items=ITEMS, extra=extra) as address:
        yield Demo(address, env)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    yield context.new_page()
    context.close()


def reload_until(page: Page, place: Locator, text: str | re.Pattern[str]) -> None:
    """Reload, as the tutorial says, until `place` holds `text`."""
    for _ in range(PATIENCE_MS // 2000):
        try:
            expect(place).to_contain_text(text, timeout=2000)
            return
        except AssertionError:
            page.reload()
    expect(place).to_contain_text(text)


def test_the_night_the_district_closed(demo: Demo, page: Page, phone: Page) -> None:
    page.set_default_timeout(PATIENCE_MS)
    phone.goto(f"{demo.address}/tour/citizen")
    expect(phone.locator("body")).to_contain_text("您的邮件预计7月13日 周三12时前送到")
    page.goto(f"{demo.address}/seat/dispatcher/situation")
    expect(page.locator("h1")).to_contain_text("没有中断")
    zones = demo.command("scenario", "zones")
    assert len(zones.splitlines()) == 225

    page.get_by_role("link", name="中断").first.click()
    page.wait_for_url("**/closures")
    page.get_by_role("link", name="登记中断").first.click()
    for label, written in {"名称": "兰州城关区封控", "文号": "演示〔2022〕9号", "发文机关": "演示指挥部",
                           "所在市县": "兰州城关区", "名单": zones, "到": "2022-07-18T00:00"}.items():
        page.get_by_label(label, exact=label in ("名称", "文号", "到")).fill(written)
    page.get_by_role("button", name="预览影响").click()
    close = page.get_by_role("button", name=re.compile("封控并告知.*人"))
    expect(close).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("h1")).to_contain_text(re.compile(r"会命中1,7\d\d件"))
    picture(page, "night-preview")
    close.click()
    expect(page.get_by_role("status").first).to_contain_text("已登记")
    reload_until(page, page.locator("h1"), "件已改期")
    closure = page.url
    reload_until(phone, phone.locator("body"), "7月18日 周一12时前送到")
    expect(phone.locator("body")).to_contain_text("兰州城关区封控")
    picture(phone, "night-citizen")
    reload_until(page, page.get_by_role("main"), re.compile(r"已告知[1-9]\d*位客户，还有\d+位等电话"))
    picture(page, "night-closure")

    phone.goto(f"{demo.address}/seat/agent/my")
    phone.get_by_role("button", name="接下一个").click()
    expect(phone.locator("[data-card]:visible")).to_contain_text("请这样说")
    picture(phone, "night-agent")
    before = phone.locator("[data-card]:visible .who .sp + .mute").inner_text()
    phone.locator("[data-card]:visible").get_by_role("button", name="已告知").click()
    expect(phone.locator("[data-card]:visible")).not_to_contain_text(before)

    demo.command("verify", "--sample", "500")
    page.goto(closure)
    page.get_by_label("解除文号").fill("演示〔2022〕12号")
    page.get_by_role("button", name="全部解除并重算").click()
    expect(page.get_by_role("status").first).to_contain_text("已全部解除")
    phone.goto(f"{demo.address}/tour/citizen")
    reload_until(phone, phone.locator("body"), "7月13日 周三12时前送到")


def test_your_first_programme(demo: Demo, page: Page, phone: Page) -> None:
    page.set_default_timeout(PATIENCE_MS)
    assert "● library_card" in demo.command("programme", "list")
    page.goto(f"{demo.address}/seat/clerk/vouchers/library_card")
    page.get_by_role("button", name="出一张凭证").click()
    expect(page.get_by_role("link", name="在这里打开")).to_be_visible()
    picture(page, "programme-slip")
    phone.goto(f"{demo.address}{page.get_by_role('link', name='在这里打开').get_attribute('href')}")
    phone.get_by_role("button", name="开始申请").click()
    for question, answer in answers_as_written():
        expect(phone.locator("h1")).to_contain_text(question)
        expect(phone.get_by_role("button", name="继续")).to_be_visible()  # below what is asked
        if answer.startswith("康县"):
            phone.locator("#answer").select_option(label="康县")
        elif phone.locator("input[type=radio]").count():
            phone.get_by_label(answer).check()
        else:
            phone.locator("#answer").fill(answer)
        phone.get_by_role("button", name="继续").click()
    expect(phone.locator("h1")).to_contain_text("核对后提交")
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("main")).to_contain_text("孩子已满14岁，请改办成人证。")
    picture(phone, "programme-refused")
    phone.get_by_role("link", name="修改").last.click()
    phone.locator("#answer").fill("2012-06-01")
    phone.get_by_role("button", name="继续").click()
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("main")).to_contain_text("申请已提交")
    picture(phone, "programme-done")

    page.goto(f"{demo.address}/seat/clerk/applications")
    page.get_by_role("link", name=re.compile(r"^\w{5}-\w{5}$")).click()
    page.get_by_role("button", name="单位已交件").click()
    expect(page.get_by_role("status").first).to_contain_text("已接件")
    reload_until(page, page.get_by_role("main"), re.compile(r"E[A-Z]\d{9}CN"))
    page.get_by_role("link", name=re.compile(r"E[A-Z]\d{9}CN")).click()
    expect(page.locator("h1")).to_contain_text("前送到")
    picture(page, "programme-item")


def answers_as_written() -> list[tuple[str, str]]:
    """Question and answer in Chinese, which the page has in brackets."""
    text = (TUTORIALS / "your-first-programme.md").read_text()
    rows = re.findall(r"^\| .+ \((\S+？)\) \| (.+) \|$", text, re.M)
    assert len(rows) == 6
    return [(question, re.sub(r".*\((.+)\)$|, in .+", r"\1", answer)) for question, answer in rows]


def test_change_a_timetable(demo: Demo, page: Page) -> None:
    page.set_default_timeout(PATIENCE_MS)
    ask(page, demo)
    expect(page.locator("h1")).to_contain_text("7月13日 周三12时前送到")
    expect(page.get_by_role("main")).to_contain_text("07-12 11:15")
    picture(page, "timetable-before")

    route(page)
    drag(page, hours=-3)
    expect(page.get_by_role("status").first).to_contain_text("已存进草稿")
    expect(page.get_by_label("1001 兰州 开")).to_have_value(re.compile("^08:"))
    type_times(page, "1001")
    picture(page, "timetable-draft")
    better, worse = effect(page)
    assert worse > better > 100
    picture(page, "timetable-worse")
    page.get_by_role("button", name="作废这份草稿").click()
    expect(page.get_by_role("status").first).to_contain_text("草稿已作废")

    route(page)
    page.get_by_role("button", name="照此加开一班 1001").click()
    type_times(page, "1003")
    better, worse = effect(page)
    assert better > 100
    assert worse == 0
    picture(page, "timetable-better")
    expect(page.get_by_role("main")).to_contain_text("编制的人不能自己启用")
    page.wait_for_load_state("networkidle")  # its last look for the answer is over
    page.goto(page.url.replace("/dispatcher/", "/deputy/"))
    page.get_by_role("button", name="启用并重算").click()
    expect(page.get_by_role("status").first).to_contain_text("的班次起生效")
    ask(page, demo)
    expect(page.locator("h1")).to_contain_text("7月12日 周二18时前送到")
    picture(page, "timetable-after")
    said = demo.command("promise", "quote", "兰州", "白银区", "--at", "2022-07-11 19:00", "--explain")
    assert "预计7月12日（周二）18:00前" in said


def ask(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.address}/seat/dispatcher/quote")
    page.get_by_label("从哪里").fill("兰州")
    page.get_by_label("到哪里").fill("白银区")
    page.get_by_label("几时交寄").fill("2022-07-11T19:00")
    page.get_by_role("main").get_by_role("button", name="问").click()


def route(page: Page) -> None:
    with page.expect_navigation():  # the list may be what one stands on
        page.get_by_role("link", name="班期").first.click()
    page.get_by_role("main").locator("input[name=q]").fill("白银")
    page.get_by_role("main").get_by_role("button", name="查").click()
    page.get_by_role("link", name="兰州—白银二级干线汽车邮路（日班）").click()
    page.get_by_role("button", name="新开草稿来改").click()
    page.wait_for_url("**draft=*")  # the whole page, with the deferred script that moves its lines


def drag(page: Page, *, hours: int) -> None:
    """Take the line of 1001 by its middle, the one that arrives last, and move it along the hours."""
    lines = [(box["x"] + box["width"], box) for hit in page.locator("[data-trip] .hit").all()
             if (box := hit.bounding_box())]
    _, box = max(lines, key=lambda line: line[0])
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    hour = page.locator("svg text").filter(has_text=re.compile(r"^(10|12):00$"))
    boxes = [box for one in hour.all() if (box := one.bounding_box())]
    wide = (max(box["x"] for box in boxes) - min(box["x"] for box in boxes)) / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + hours * wide, y, steps=8)
    page.mouse.up()


def type_times(page: Page, trip: str) -> None:
    page.get_by_label(f"{trip} 兰州 开").fill("08:15")
    page.get_by_label(f"{trip} 白银 到").fill("09:28")
    version = page.locator("#trips input[name=version]")
    typed_on = version.input_value()
    page.get_by_role("button", name="存进草稿").last.click()
    expect(version).not_to_have_value(typed_on)  # the page after, where the one before looks the same
    expect(page.get_by_role("status").first).to_contain_text("已存进草稿")
    expect(page.get_by_label(f"{trip} 兰州 开")).to_have_value("08:15")


def effect(page: Page) -> tuple[int, int]:
    """How many standard mailings come earlier, how many later."""
    page.get_by_role("link", name="看影响、启用").click()
    page.get_by_role("button", name="算影响").click()
    lead = page.get_by_text(re.compile("标准寄递.*次变早"))
    expect(lead).to_be_visible(timeout=PATIENCE_MS)
    found = re.search(r"([\d,]+)次变早，([\d,]+)次变晚", lead.inner_text())
    assert found
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


def test_a_night_at_the_desk(demo: Demo, browser: Browser) -> None:
    contexts = [browser.new_context(viewport=size, locale="zh-CN") for size in (DESKTOP, PHONE, PHONE, DESKTOP)]  # type: ignore[arg-type]
    chairs = {"desk": "supervisor", "one": "agent", "two": "colleague", "head": "approver"}
    seats = Seats(*(context.new_page() for context in contexts),
                  base={who: f"{demo.address}/seat/{chair}" for who, chair in chairs.items()})
    screen = contexts[0].new_page()
    screen.set_default_timeout(PATIENCE_MS)
    screen.goto(f"{demo.address}/tour/night")
    screen.get_by_role("button", name="平常的一天").click()
    expect(screen.get_by_text("在岗23人，居家0人，不在0人。")).to_be_visible(timeout=PATIENCE_MS)

    def lockdown() -> None:
        screen.get_by_role("button", name="封控落下来").click()
        expect(screen.get_by_text("在岗7人，居家14人，不在2人；来电是平时3倍。")).to_be_visible(timeout=PATIENCE_MS)

    refused = policy_heard(seats)
    try:
        play(seats, lockdown=lockdown, shot=lambda page, name: None,
             answer=lambda: seats.desk.get_by_text("建议", exact=True).wait_for(timeout=PATIENCE_MS))
        assert refused == []
    finally:
        for context in contexts:
            context.close()
