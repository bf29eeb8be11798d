"""The Lanzhou night as a play: a supervisor at a desk, two agents on phones, the supervisor who takes over, at once.

Played on a live server by test_lanzhou_night, and on a whole demo by the tutorial's test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

Shot = Callable[[Page, str], None]


@dataclass
class Seats:
    """A page of each person, and the address that its paths begin with."""

    desk: Page
    one: Page
    two: Page
    head: Page
    base: dict[str, str]

    def go(self, who: str, path: str) -> Page:
        page: Page = getattr(self, who)
        page.goto(self.base[who] + path)
        return page


def policy_heard(seats: Seats) -> list[str]:
    """What the pages' own content policy refuses, as the browser's console says it."""
    refused: list[str] = []
    for page in (seats.desk, seats.one, seats.two, seats.head):
        page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    return refused


def play(seats: Seats, *, lockdown: Callable[[], None], answer: Callable[[], None], shot: Shot) -> None:
    """The whole night. `lockdown` makes it fall, `answer` is the worker's computation where no worker runs."""
    desk = seats.go("desk", "/emergency")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("0人居家，23人在岗，0人不在，来电是平时1倍")
    shot(desk, "lanzhou-day")
    lockdown()
    seats.go("desk", "/emergency")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("14人居家，7人在岗，2人不在，来电是平时3倍")
    compare(desk, answer)
    shot(desk, "lanzhou-plans")
    adopt(desk, shot)
    seats.go("desk", "/roster")
    first = desk.locator("table tbody tr").first
    expect(first).to_contain_text("已发布")
    expect(first).to_contain_text("应急" if "应急" in basis_seen(seats) else "标准")
    phones(seats, shot)
    hand_over(seats, shot)
    leave(seats, shot)


def compare(desk: Page, answer: Callable[[], None]) -> None:
    """Three plans against doing nothing, which fails; every figure with its interval."""
    desk.get_by_role("button", name="算三个方案").click()
    expect(desk.get_by_text("正在排班和模拟。")).to_be_visible()
    answer()
    expect(desk.get_by_text("建议", exact=True)).to_be_visible()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("什么都不做，今晚每小时丢")
    lost = row_of(desk, "今晚每小时丢的来电")
    assert min(number(cell) for cell in lost[1:]) < number(lost[0]) / 2  # doing nothing loses twice as many
    assert all(re.search(r"\d–\d", cell) for cell in lost), lost
    assert all("比不做−" in cell for cell in lost[1:])
    assert number(row_of(desk, "工单按时")[0]) < 5
    assert number(row_of(desk, "客户已告知")[0]) == 0


def adopt(desk: Page, shot: Shot) -> None:
    best = desk.locator(".plan.best")
    expect(best).to_contain_text(re.compile("劳动法第36、38、41条|劳动法第42、44条"))  # its named basis
    expect(best).to_contain_text(re.compile(r"仍接不住：每天[\d,]+通来电挂断"))  # what it sheds
    expect(best).to_contain_text(re.compile(r"排最后：查询类工单每天[\d,]+张"))
    best.get_by_role("link").click()
    expect(desk.get_by_role("main")).to_contain_text("采用会做什么")
    expect(desk.get_by_role("main")).to_contain_text(re.compile("劳动法第"))
    shot(desk, "lanzhou-adopt")
    button = desk.get_by_role("button", name=re.compile("采用方案.：发布排班"))
    expect(button).to_be_visible()  # below the box, where there is one
    consent = desk.get_by_label("排应急工时的人，我已逐人问过，本人同意")
    if consent.count():
        consent.check()
    button.click()
    expect(desk.get_by_text("已采用。")).to_be_visible()
    expect(desk.get_by_text("执行中")).to_be_visible()


def basis_seen(seats: Seats) -> str:
    return seats.go("head", "/emergency").locator(".plan", has_text="执行中").locator(".small.mute").inner_text()


def phones(seats: Seats, shot: Shot) -> None:
    """Both see their new shifts; both hold a customer at the same time; each result is recorded once."""
    done = {}
    for who in ("one", "two"):
        phone = seats.go(who, "/my/shift")
        expect(phone.get_by_role("heading", name=re.compile("应急值守：方案"))).to_be_visible()
        expect(phone.locator("#notice")).to_contain_text("居家办工单、双呼回电")
        if who == "one":
            shot(phone, "lanzhou-shift")
        phone.get_by_role("button", name="知道了").click()
        expect(phone.get_by_role("button", name="知道了")).to_have_count(0)
        done[who] = done_by(seats.go(who, "/my"))
        phone.get_by_role("button", name="接下一个").click()
        expect(phone.locator("[data-card]:visible")).to_contain_text("请这样说")
        phone.wait_for_load_state()  # with its deferred script
    one, two = (page.locator("[data-card]:visible") for page in (seats.one, seats.two))
    assert tail(seats.one) != tail(seats.two)  # nobody is called by both
    shot(seats.one, "lanzhou-phone")
    promised, told = tail(seats.one), tail(seats.two)
    one.get_by_role("button", name="约时间").click()
    one.get_by_role("button", name="明天9:00").click()
    two.get_by_role("button", name="已告知").click()
    expect(one).not_to_contain_text(promised)
    expect(two).not_to_contain_text(told)
    for phone in (seats.one, seats.two):
        expect(phone.locator("[data-offline]")).to_have_attribute("data-waiting", "0")  # sent, not stored
    for who in ("one", "two"):
        expect(seats.go(who, "/my").locator(".pace")).to_contain_text(f"已办{done[who] + 1} /")


def done_by(phone: Page) -> int:
    """How many contacts this agent's page counts as done today."""
    found = re.search(r"已办(\d+) /", phone.locator(".pace").inner_text())
    assert found
    return int(found[1])


def hand_over(seats: Seats, shot: Shot) -> None:
    """One supervisor signs, the other takes over: the promise is on the sheet, and owed after it."""
    desk = seats.go("desk", "/handover")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("1个约好的回电")
    desk.get_by_role("button", name=re.compile("签交班：交出")).click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("等另一位主管接")
    expect(desk.get_by_role("button", name=re.compile("签接班"))).to_have_count(0)
    head = seats.go("head", "/handover")
    expect(head.get_by_role("heading", level=1)).to_contain_text(re.compile("陈静.*交了班.*1个约好的回电"))
    shot(head, "lanzhou-handover")
    head.get_by_role("button", name=re.compile("签接班：接下")).click()
    expect(head.get_by_text("已接班。")).to_be_visible()
    expect(head.get_by_role("heading", level=1)).to_contain_text(re.compile("陈静.*交，丁霞.*接"))
    promise = head.locator("tbody tr", has_text="约好的回电").first
    expect(promise).to_contain_text("主动联系")
    expect(promise).to_contain_text("约了时间")
    seats.go("head", "/handover?list=carried")
    expect(head.locator("tbody tr", has_text="约好的回电").first).to_contain_text("2")
    seats.go("desk", "/handover")
    expect(desk.get_by_role("link", name=re.compile("陈静"))).to_be_visible()


def leave(seats: Seats, shot: Shot) -> None:
    """Emergency mode is left, the roster of before is in force again, everybody hears of it."""
    head = seats.go("head", "/emergency/leave")
    shot(head, "lanzhou-leave")
    head.get_by_role("button", name=re.compile("解除并告知22人")).click()
    expect(head.get_by_text("已解除应急值守。")).to_be_visible()
    expect(head.get_by_role("heading", name="过去的应急值守")).to_be_visible()
    seats.go("head", "/roster")
    rows = head.locator("table tbody tr")
    expect(rows.first).to_contain_text("已发布")
    expect(rows.nth(1)).to_contain_text(re.compile("已发布|已被替换"))
    for who in ("one", "two"):
        expect(seats.go(who, "/my").get_by_role("main")).to_contain_text("起恢复正常排班")
    seats.go("desk", "/desk")
    expect(seats.desk.get_by_text("应急值守中")).to_have_count(0)


def row_of(desk: Page, label: str) -> list[str]:
    """The cells of one row of the comparison: doing nothing, then the plans."""
    row = desk.locator("table.compare tbody tr", has=desk.get_by_role("rowheader", name=re.compile(f"^{label}")))
    return row.locator("td").all_inner_texts()


def number(cell: str) -> float:
    found = re.search(r"[\d,]+(\.\d+)?", cell)
    assert found, cell
    return float(found[0].replace(",", ""))


def tail(page: Page) -> str:
    """Whose card is shown, by the last digits of the telephone."""
    return page.locator("[data-card]:visible .who .sp + .mute").inner_text()
