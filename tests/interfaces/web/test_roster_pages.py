"""Rosters over HTTP: a draft is edited with its clashes in sight, approved by another, published; phones show it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from tests import people
from tests.domain.workforce.desk_of_six import AT, LAW, MONDAY, agent_actor, desk, needs, plan, wu_supervisor
from tests.questions import questions

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.workforce.models import CalendarFeed, Leave, Roster, RosterRun, Swap, Wish
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.drafts import roster_draft_save
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish
from youlu.domain.workforce.services import presence_report
from youlu.domain.workforce.swaps import swap_answer, swap_ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.frozen(AT):
        yield


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def chen() -> Client:
    people.chen_supervisor()
    return signed_in("chenjing")


@pytest.fixture
def wu() -> Client:
    wu_supervisor()
    return signed_in("wufang")


def drafted(plans: list) -> uuid.UUID:
    needs_set(needs(), source="试")
    return roster_draft_save(actor=people.chen_supervisor(), assignments=plans, start_date=MONDAY, days=7,
                             basis="standard", legal_basis=LAW)


def in_force(plans: list) -> uuid.UUID:
    roster_id = drafted(plans)
    roster_approve(actor=wu_supervisor(), roster_id=roster_id)
    roster_publish(actor=wu_supervisor(), roster_id=roster_id)
    return roster_id


def text(answer) -> str:
    return answer.content.decode()


def test_a_draft_goes_its_way_through_the_pages(chen: Client, wu: Client) -> None:
    first, second, *_ = desk()
    roster_id = drafted([plan(first, 0, "late", 930), plan(second, 1)])
    page = text(chen.get(f"/roster/{roster_id}"))
    assert "2人2个班，合规则。" in page
    assert "要另一位主管审核" in page  # who made it is not offered the button
    tuesday = (MONDAY + dt.timedelta(days=1)).isoformat()
    answer = chen.post(f"/roster/{roster_id}/cell", {"day": tuesday, "agent": first, "kind": "early",
                                                     "site": "on_site"}, follow=True)
    assert "员0（2301）8-01：两个班之间休息不足11小时。" in text(answer)
    assert "■ 两个班之间休息不足11小时" in text(chen.get(f"/roster/{roster_id}?day={MONDAY}"))
    refused = wu.post(f"/roster/{roster_id}/approve", {"edits": "1"}, follow=True)
    assert "班表有1处不合规则，不能审核或发布" in text(refused)
    chen.post(f"/roster/{roster_id}/cell", {"day": tuesday, "agent": first, "kind": "", "site": "on_site"})
    assert "审核这2个班" in text(wu.get(f"/roster/{roster_id}"))
    wu.post(f"/roster/{roster_id}/approve", {"edits": "2"})
    assert "发布：从8月1日起2人照这份上班" in text(wu.get(f"/roster/{roster_id}"))
    assert "第1版班表已发布" in text(wu.post(f"/roster/{roster_id}/publish", follow=True))
    assert Roster.objects.get(id=roster_id).state == "published"
    late = chen.post(f"/roster/{roster_id}/cell", {"day": tuesday, "agent": first, "kind": "late",
                                                   "site": "on_site"}, follow=True)
    assert "已是「已发布」" in text(late)
    copy = chen.post(f"/roster/{roster_id}/copy", follow=True)
    assert "草稿" in text(copy)
    assert Roster.objects.count() == 2


def test_swapping_in_the_row_form_gives_each_the_other_s_day(chen: Client) -> None:
    first, second, *_ = desk()
    roster_id = drafted([plan(first, 0)])
    chen.post(f"/roster/{roster_id}/cell", {"day": MONDAY.isoformat(), "agent": first, "swap": second})
    assert [row.agent_id for row in Roster.objects.get(id=roster_id).rostershift_set.all()] == [second]
    nonsense = chen.post(f"/roster/{roster_id}/cell", {"day": MONDAY.isoformat(), "agent": first, "kind": "moon",
                                                       "site": "on_site"}, follow=True)
    assert "这一格改不了" in text(nonsense)


def test_the_list_asks_the_worker_and_says_how_it_goes(chen: Client) -> None:
    desk()
    posted = {"start": MONDAY.isoformat(), "days": "7", "basis": "standard", "limit": "5"}
    chen.post("/roster/ask/new", posted)
    run = RosterRun.objects.get()
    assert (run.kind, run.days, run.legal_basis[:5]) == ("solve", 7, "《劳动法》")
    assert "正在排8月1日起7天的班" in text(chen.get("/roster"))
    chen.post(f"/roster/runs/{run.id}/stop")
    assert RosterRun.objects.get().is_stop_asked
    assert chen.post("/roster/ask/repair", posted).status_code == 409  # nothing is in force
    assert chen.post("/roster/ask/new", {**posted, "days": "900"}).status_code == 422
    assert chen.post("/roster/ask/new", {**posted, "basis": "none"}).status_code == 422
    assert chen.post("/roster/ask/forecast", {**posted, "surge": "nan"}).status_code == 422
    RosterRun.objects.update(state="infeasible", clashes=[{
        "rule": "cover", "staff_no": "", "name": "", "date": "2022-08-01", "start_min": 480, "end_min": 510,
        "skill": "", "amount": 2, "barred": {"leave": 1}}])
    page = text(chen.get("/roster"))
    assert "最少还差1人时" in page
    assert "8-01 08:00–08:30至少缺2人：1人在休假。" in page


def test_pages_ask_the_same_questions_of_few_people_and_of_many(chen: Client) -> None:
    agents = desk(6)
    roster_id = drafted([plan(agents[0], 0)])
    few = questions(chen, f"/roster/{roster_id}")
    many = drafted([plan(agent, day) for agent in agents for day in range(5)])
    assert few == questions(chen, f"/roster/{many}") <= 18


def test_the_phone_shows_one_s_days_and_takes_leave_wishes_swaps(wu: Client) -> None:
    first, second, *_ = desk()
    in_force([plan(first, 0), plan(second, 2)])
    phone, other = signed_in("six0"), signed_in("six1")
    page = text(phone.get("/my/shift"))
    assert "早班" in page
    assert "08:00–16:30" in page
    assert "还没排" in page
    phone.post("/my/shift/leave", {"kind": "leave", "first": "2022-08-05", "last": "2022-08-05"})
    again = phone.post("/my/shift/leave", {"kind": "ill", "first": "2022-08-05", "last": "2022-08-06"}, follow=True)
    assert text(again).count("这段时间里已有一段请假") == 1  # said once, not by the frame and by the page
    assert "休假 8月5日" in text(again)
    assert "8月6日</span>" not in again.content.decode()  # a day that ends at midnight is one day
    phone.post("/my/shift/wish", {"day": "2022-08-06", "pick": "off", "weight": "3"})
    assert Wish.objects.get().weight == 3
    phone.post("/my/shift/swap", {"day": "2022-08-01", "other": str(second), "other_day": "2022-08-03"})
    swap = Swap.objects.get()
    assert "员0想用8月1日换我的8月3日" in text(other.get("/my/shift"))
    other.post(f"/my/shift/swap/{swap.id}/accept")
    room = text(wu.get("/roster/leave"))
    assert "1段请假、1次换班等答复。" in room
    wu.post(f"/roster/swaps/{swap.id}/confirm")
    assert Swap.objects.get().state == "confirmed"
    wu.post(f"/roster/leave/{Leave.objects.get().id}/grant")
    assert Leave.objects.get().state == "granted"
    phone.post("/my/shift/consent", {"consents": "1"})
    assert "收回同意" in text(phone.get("/my/shift"))


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-01", "0001-01-01", "2022-13-01", ""])
def test_a_day_that_nobody_means_is_told_on_the_phone_and_at_the_desk(chen: Client, day: str) -> None:
    _, second = desk(2)
    phone = signed_in("six0")
    for address, sent in (("leave", {"kind": "leave", "first": day, "last": day}),
                          ("swap", {"day": day, "other": str(second), "other_day": day}),
                          ("wish", {"day": day, "pick": "off"})):
        assert phone.post(f"/my/shift/{address}", sent).status_code == 302
    assert [model.objects.count() for model in (Leave, Swap, Wish)] == [0, 0, 0]
    assert chen.post("/roster/ask/repair", {"start": day, "days": "7"}).status_code == 409  # nothing to repair


def test_a_swap_against_the_rules_is_told_and_nothing_changes(wu: Client) -> None:
    first, second, *_ = desk()
    in_force([plan(first, 1), plan(second, 0, "late", 930)])
    swap = swap_ask(actor=agent_actor(first), work_date=MONDAY + dt.timedelta(days=1), other_id=second)
    swap_answer(actor=agent_actor(second), swap_id=swap, accepts=True)
    assert "不足11小时" in text(wu.post(f"/roster/swaps/{swap}/confirm", follow=True))
    assert Roster.objects.count() == 1


def test_the_calendar_s_address_is_shown_once_and_needs_no_login() -> None:
    first, *_ = desk()
    in_force([plan(first, 0)])
    phone = signed_in("six0")
    page = text(phone.post("/my/shift/feed"))
    address = re.search(r"http://[^<\s]+/ical/[\w-]+\.ics", page)
    assert address is not None
    assert address[0] not in text(phone.get("/my/shift"))
    path = address[0].removeprefix("http://testserver")
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "BEGIN:VEVENT" in text(answer)
    phone.post("/my/shift/feed", {"act": "revoke"})
    assert not CalendarFeed.objects.exists()
    assert Client().get(path).status_code == 404


def test_an_own_report_waits_on_the_people_page_for_a_supervisor(wu: Client) -> None:
    first, *_ = desk()
    presence_report(actor=agent_actor(first), site="at_home", reason="locked_down")
    assert "本人报的，确认" in text(wu.get("/people"))
    wu.post(f"/people/{first}/confirm")
    assert "本人报的" not in text(wu.get("/people"))


def test_the_pages_speak_english(chen: Client) -> None:
    first, *_ = desk()
    roster_id = in_force([plan(first, 0, "late", 930)])
    chen.cookies["django_language"] = "en"
    for address in ("/roster", f"/roster/{roster_id}", f"/roster/{roster_id}?day={MONDAY}", "/roster/leave"):
        page = text(chen.get(address))
        bare = re.sub(r"<(\w+)[^>]*lang=\"zh-Hans\"[^>]*>.*?</\1>|中文", "", page, flags=re.S)
        found = re.findall("[^<>]{0,30}[\u4e00-\u9fff]+[^<>]{0,30}", bare[bare.index("<main"):])
        assert not found, address
