"""Pages of the workforce that write: hours of the week, leave for somebody, kinds of shift; whom a closure keeps in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests import people
from tests.domain.small_network import ACTOR, KANGXIAN, network_make
from tests.domain.workforce.desk_of_six import AT, LAW, MONDAY, desk, needs, plan, wu_supervisor
from tests.people import signed_in
from tests.questions import questions

from youlu.core import clock
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.services import closure_declare
from youlu.domain.network.models import Compound
from youlu.domain.workforce.models import Agent, Leave, ShiftKind
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.drafts import roster_draft_save
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish
from youlu.domain.workforce.services import presence_set

pytestmark = pytest.mark.django_db
WEEK = {"day": ["08:00-17:00", "", "", "", "", "", ""]}
KIND = {"code": "", "name": "短班", "activity": "queue", "start": "22:00", "end": "02:00", "pause": "23:30",
        "break_min": "15", "sites": ["on_site", "at_home"], "skills": "", "serves": "enquiry、complaint"}
PROPOSED = "住在封控小区、还没报居家的人"


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


def published(plans: list) -> None:
    needs_set(needs(), source="试")
    roster = roster_draft_save(actor=people.chen_supervisor(), assignments=plans, start_date=MONDAY, days=7,
                               basis="standard", legal_basis=LAW)
    roster_approve(actor=wu_supervisor(), roster_id=roster)
    roster_publish(actor=wu_supervisor(), roster_id=roster)


def test_hours_of_the_week_are_said_on_the_phone_and_by_a_supervisor(chen: Client) -> None:
    first = desk(1)[0]
    published([plan(first, 1)])
    phone = signed_in("six0")
    assert "七天都空着" in text(phone.get("/my/shift"))
    done = text(phone.post("/my/shift/hours", WEEK, follow=True))
    assert "可排的时间记下了" in done
    assert 'value="08:00-17:00"' in done
    assert "已发布的班有1个不在这些时间里" in done
    assert "8月2日 周二 早班 08:00–16:30" in done
    page = text(chen.get(f"/people/{first}"))
    assert 'value="08:00-17:00"' in page
    assert "已发布的班有1个不在这些时间里" in page
    for client, address in ((phone, "/my/shift/hours"), (chen, f"/people/{first}/hours")):
        bad = client.post(address, {"day": ["08:00-12:00,11:00-13:00", "上午"]})
        assert bad.status_code == 422
        assert "看不懂" in text(bad)
        assert 'value="08:00-12:00,11:00-13:00"' in text(bad)
    chen.post(f"/people/{first}/hours", {"day": [""] * 7})
    assert "不在这些时间里：" not in text(chen.get(f"/people/{first}"))
    people.zhao_dispatcher()
    assert "/hours" not in text(signed_in("zhaolei").get(f"/people/{first}"))


def test_a_supervisor_enters_somebody_s_leave_and_hears_what_it_meets(chen: Client) -> None:
    first = desk(1)[0]
    published([plan(first, 1), plan(first, 2)])
    asked = {"agent": str(first), "kind": "ill", "first": "2022-08-02", "last": "2022-08-03", "granted": "1"}
    page = text(chen.post("/roster/leave/new", asked, follow=True))
    assert "已记下请假" in page
    assert "这段时间已发布了2个班" in page
    leave = Leave.objects.get()
    assert (leave.agent_id, leave.state, leave.kind) == (first, "granted", "ill")
    assert clock.local(leave.end_at).date() == dt.date(2022, 8, 4)
    assert "这段时间里已有一段请假" in text(chen.post("/roster/leave/new", asked, follow=True))
    later = {**asked, "first": "2022-08-10", "last": "2022-08-10", "granted": ""}
    chen.post("/roster/leave/new", later)
    assert Leave.objects.get(state="asked").agent_id == first
    assert "写上从哪天到哪天" in text(chen.post("/roster/leave/new", {**later, "last": "?"}, follow=True))
    assert chen.post("/roster/leave/new", {**later, "agent": "00000000-0000-0000-0000-000000000007"}).status_code == 404
    assert signed_in("six0").post("/roster/leave/new", later).status_code == 403


def test_kinds_of_shift_are_added_changed_retired(chen: Client) -> None:
    done = text(chen.post("/roster/kinds/save", KIND, follow=True))
    assert "22:00–02:00" in done
    kind = ShiftKind.objects.get(name="短班")
    assert (kind.start_min, kind.length_min, kind.break_at_min, kind.break_min) == (1320, 240, 90, 15)
    assert (kind.sites, kind.serves) == (["on_site", "at_home"], ["complaint", "enquiry"])
    form = text(chen.get(f"/roster/kinds?edit={kind.code}"))
    assert 'value="23:30"' in form
    for values, said in (({"start": "8点"}, "时间写到5分钟"), ({"pause": "21:00"}, "休息要在班的中间"),
                         ({"name": "早班"}, "已经有一种班叫"), ({"sites": []}, "至少选一个上班的地方"),
                         ({"break_min": "many"}, "休息要在班的中间")):
        bad = chen.post("/roster/kinds/save", {**KIND, "code": kind.code, **values})
        assert (bad.status_code, said in text(bad)) == (422, True), said
    long = chen.post("/roster/kinds/save", {**KIND, "code": kind.code, "end": "12:00"}, follow=True)
    assert "带薪超过11小时" in text(long)
    assert "撤下的1种" in text(chen.post(f"/roster/kinds/{kind.code}/retire", follow=True))
    chen.post(f"/roster/kinds/{kind.code}/restore")
    kind.refresh_from_db()
    assert kind.is_used
    assert chen.post(f"/roster/kinds/{kind.code}/burn").status_code == 404
    people.zhao_dispatcher()
    zhao = signed_in("zhaolei")
    assert "添一种班" not in text(zhao.get("/roster/kinds"))
    assert zhao.post("/roster/kinds/save", KIND).status_code == 403


def test_pages_ask_the_same_of_few_and_of_many(chen: Client) -> None:
    first = desk(1)[0]
    few = [questions(chen, address) for address in ("/roster/kinds", "/roster/leave", f"/people/{first}")]
    published([plan(first, day) for day in range(4)])
    for n in range(4):
        chen.post("/roster/kinds/save", {**KIND, "name": f"班{n}"})
        chen.post("/roster/leave/new", {"agent": str(first), "kind": "leave", "first": f"2022-09-0{n + 1}",
                                        "last": f"2022-09-0{n + 1}"})
    chen.post(f"/people/{first}/hours", WEEK)
    many = [questions(chen, address) for address in ("/roster/kinds", "/roster/leave", f"/people/{first}")]
    assert many[:2] == few[:2]
    assert many[2] <= few[2] + 3, "shifts in force and their kinds are looked at where hours are said"
    assert max(many) <= 20


@pytest.fixture
def home() -> Compound:
    network_make()
    return Compound.objects.select_related("segment").order_by("id").first()


def closed(zone: str, ref: str, act: str = "delivery", cause: str = "lockdown",
           ends: dt.datetime | None = None) -> None:
    with clock.frozen(AT):
        closure_declare(actor=ACTOR, closure=ClosureInput(
            cause, "封控", "甲机关", "1号", "62", (MeasureInput(act, zone, ref, AT, ends),),
            None if ends else AT + dt.timedelta(days=3)))


@pytest.mark.parametrize("zone", ["compound", "segment", "office", "county", "prefecture"])
def test_a_measure_on_whatever_holds_a_home_proposes_who_lives_there(chen: Client, home: Compound, zone: str) -> None:
    first, second = desk(2)
    Agent.objects.filter(id=first).update(home_compound_id=home.id)
    elsewhere = Compound.objects.create(id=88_888, segment_id=home.segment_id, name="别处", source="合成",
                                        division_code="510104001")
    if zone not in ("segment", "office"):
        Agent.objects.filter(id=second).update(home_compound_id=elsewhere.id)
    assert PROPOSED not in text(chen.get("/people"))
    code = home.division_code
    kind, ref = {
        "compound": ("compound", str(home.id)), "segment": ("segment", str(home.segment_id)),
        "office": ("office", str(home.segment.office_id)),
        "county": ("division", code[:6]), "prefecture": ("division", f"{code[:4]}00")}[zone]
    closed(kind, ref)
    page = text(chen.get("/people"))
    part = page.partition(PROPOSED)[2].partition("</ul>")[0]
    assert f'href="/people/{first}"' in part
    assert f"/people/{second}" not in part
    people.zhao_dispatcher()
    assert PROPOSED not in text(signed_in("zhaolei").get("/people")), "where somebody lives is a supervisor's to know"
    presence_set(actor=people.chen_supervisor(), agent_id=first, site="at_home", reason="locked_down")
    assert PROPOSED not in text(chen.get("/people"))


@pytest.mark.parametrize(("zone", "act", "cause"), [("other office", "delivery", "lockdown"),
                                                    ("county", "transit", "landslide")])
def test_a_measure_elsewhere_or_on_passing_mail_proposes_nobody(
    chen: Client, home: Compound, zone: str, act: str, cause: str,
) -> None:
    first = desk(1)[0]
    Agent.objects.filter(id=first).update(home_compound_id=home.id)
    other = KANGXIAN if home.segment.office_id != KANGXIAN else 1
    closed(*(("office", str(other)) if zone == "other office" else ("division", home.division_code[:6])), act, cause)
    assert PROPOSED not in text(chen.get("/people"))


def test_many_homes_and_measures_are_one_question_more(chen: Client, home: Compound) -> None:
    agents = desk(4)
    Agent.objects.filter(id=agents[0]).update(home_compound_id=home.id)
    closed("compound", str(home.id))
    few = questions(chen, "/people")
    for n, agent in enumerate(agents):
        one = Compound.objects.create(id=90_000 + n, segment_id=home.segment_id, name=f"小区{n}", source="合成",
                                      division_code=home.division_code)
        Agent.objects.filter(id=agent).update(home_compound_id=one.id)
        closed("compound", str(one.id))
    assert questions(chen, "/people") == few <= 14
