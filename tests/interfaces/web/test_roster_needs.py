"""A fresh installation gets to a published roster: needs typed, or a history uploaded; what is missing is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import people
from tests.domain.workforce.desk_of_six import AT, MONDAY, desk, wu_supervisor
from tests.people import signed_in
from tests.questions import questions

from youlu.core import clock
from youlu.domain.workforce.jobs import forecast_job
from youlu.domain.workforce.models import Arrival, Demand, Roster, RosterRun, StaffNeed
from youlu.domain.workforce.rostering.reading import roster_published_at
from youlu.domain.workforce.rostering.solving import run_answer

pytestmark = pytest.mark.django_db
NEW = {"start": MONDAY.isoformat(), "days": "7", "basis": "standard", "limit": "5"}
TYPED = {"first": MONDAY.isoformat(), "last": "2022-08-07", "weekdays": ["0", "1", "2", "3", "4"], "start": "08:00",
         "end": "16:00", "channel": "call", "skill": "enquiry", "people": "1", "expected": "", "act": "set"}


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.frozen(AT):
        yield


@pytest.fixture
def chen() -> Client:
    people.chen_supervisor()
    return signed_in("chenjing")


def text(answer: Any) -> str:
    return answer.content.decode()


def file(lines: str, encoding: str = "utf-8") -> SimpleUploadedFile:
    return SimpleUploadedFile("calls.csv", lines.encode(encoding), "text/csv")


def drafted(chen: Client) -> RosterRun:
    chen.post("/roster/ask/new", NEW)
    run = RosterRun.objects.latest("asked_at")
    RosterRun.objects.filter(id=run.id).update(limit_s=60)
    run_answer(run.id)
    run.refresh_from_db()
    return run


def test_without_any_history_the_page_says_what_to_do_and_typed_needs_become_a_published_roster(chen: Client) -> None:
    desk()
    run = drafted(chen)
    assert (run.state, run.error) == ("failed", "workforce.no_history")
    page = text(chen.get("/roster"))
    assert "没有来量的历史" in page
    assert 'href="/roster/needs#type"' in page
    assert 'href="/roster/needs#history"' in page
    assert chen.post("/roster/ask/forecast", {**NEW, "surge": "1"}).url == "/roster/needs"
    done = chen.post("/roster/needs/type", TYPED, follow=True)
    assert "写进了80个半小时的需求" in text(done)
    assert "08:00–16:00" in text(done)
    run = drafted(chen)
    assert run.state == "done"
    wu_supervisor()
    wu = signed_in("wufang")
    wu.post(f"/roster/{run.roster_id}/approve", {"edits": "0"})
    assert "第1版班表已发布" in text(wu.post(f"/roster/{run.roster_id}/publish", follow=True))
    found = roster_published_at(clock.midnight(MONDAY) + dt.timedelta(hours=12))
    assert found is not None
    assert found.id == run.roster_id
    assert found.figures["covered_pct"] >= 90
    assert Roster.objects.count() == 1


@pytest.mark.parametrize(("encoding", "in_memory"), [("utf-8", 10_000_000), ("gb18030", 10_000_000), ("utf-8", 0)])
def test_an_uploaded_history_is_foreseen_and_becomes_a_draft(
    chen: Client, settings: Any, encoding: str, in_memory: int,
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
    desk()
    lines = ["时间,来量", *(f"2022/7/{day} {hour}:{half},2" for day in range(4, 29) for hour in range(8, 16)
                        for half in ("00", "30")), "2022/7/28 25:00,2"]
    answer = chen.post("/roster/needs/history", {"channel": "call", "file": file("\r\n".join(lines), encoding)})
    assert answer.status_code == 422
    assert "收下了400个半小时，1行没有用上。" in text(answer)
    assert "第402行：“2022/7/28 25:00”不是日期和时间" in text(answer)
    assert Arrival.objects.count() == 400
    assert "已开始预测" in text(chen.post("/roster/ask/forecast", {**NEW, "surge": "1"}, follow=True))
    forecast_job(MONDAY.isoformat(), 7)
    assert Demand.objects.filter(channel="call").count() >= 7 * 8
    assert drafted(chen).state == "done"
    page = text(chen.get(f"/roster/needs?from={MONDAY}"))
    assert "08:00–16:00" in page
    assert "预测" in page


def test_what_is_wrong_is_said_beside_the_form_that_keeps_what_was_typed(chen: Client) -> None:
    for values, said in (({"people": "many"}, "人数在0到500之间"), ({"start": "8点"}, "整点或半点"),
                         ({"first": "soon"}, "从哪天到哪天"),
                         ({"weekdays": []}, "至少选一个星期几"),
                         ({"weekdays": ["9" * 5_000, "x"]}, "至少选一个星期几"),
                         ({"people": "", "expected": ""}, "写要几个人")):
        answer = chen.post("/roster/needs/type", {**TYPED, **values})
        assert answer.status_code == 422
        assert said in text(answer)
        assert 'value="16:00"' in text(answer)
    for content, said in (("a,b\n1,2\n", "现在的列是：a, b"), ("at,count\n", "每半小时一行"), ("", "第一行要是表头"),
                          ("\0\0\0", "第一行要是表头"), ("x" * 200_000, "第一行要是表头")):
        answer = chen.post("/roster/needs/history", {"channel": "call", "file": file(content)})
        assert (answer.status_code, said in text(answer)) == (422, True)
    assert chen.post("/roster/needs/history", {"channel": "call"}).status_code == 422
    assert not StaffNeed.objects.exists()


def test_what_was_typed_is_taken_back(chen: Client) -> None:
    chen.post("/roster/needs/type", TYPED)
    assert "清掉了80个半小时的需求" in text(chen.post("/roster/needs/type", {**TYPED, "act": "clear"}, follow=True))
    assert not StaffNeed.objects.exists()


def test_who_may_not_make_rosters_reads_needs_and_changes_none(chen: Client) -> None:
    people.zhao_dispatcher()
    zhao = signed_in("zhaolei")
    page = text(zhao.get("/roster/needs"))
    assert "还没有" in page
    assert "needs/type" not in page
    assert zhao.post("/roster/needs/type", TYPED).status_code == 403
    assert zhao.post("/roster/needs/history", {"channel": "call", "file": file("at,count\n")}).status_code == 403


def test_the_page_asks_the_same_of_few_needs_and_of_many(chen: Client) -> None:
    desk()
    few = questions(chen, f"/roster/needs?from={MONDAY}")
    for channel in ("call", "order", "contact", "night"):
        chen.post("/roster/needs/type", {**TYPED, "channel": channel, "start": "00:00", "end": "24:00"})
    assert few == questions(chen, f"/roster/needs?from={MONDAY}") <= 14
