"""An office sets its own clocks, hours and figures: rows with a source, from the next order on, never beyond law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from tests import people
from tests.people import signed_in

from youlu.core import clock
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk.configuring import figures_all, hours_all
from youlu.domain.desk.emergency.assumptions import FIGURES
from youlu.domain.desk.emergency.reading import emergency_figures
from youlu.domain.desk.models import OrderKind, Parameter, ServiceHours, WorkOrder
from youlu.domain.desk.orders.opening import Asked, order_written
from youlu.domain.desk.parameters import figures_now
from youlu.domain.desk.trade import PARAMETERS, trade_ensure

pytestmark = pytest.mark.django_db
SYSTEM = actor_of_system("test")
KIND = {"first_reply_min": "45", "first_reply_min_unit": "1", "close_min": "2", "close_min_unit": "1440",
        "warn_min": "3", "warn_min_unit": "60", "return_min": "0", "return_min_unit": "1", "reopen_days": "90",
        "handling_s": "240", "reply_calendar": "always", "close_calendar": "office", "at_home": "1",
        "skills": ["complaint"], "needs_call_back": "1", "source": "本局2022年规定"}
HOURS = {**{f"day{n}": "08:00-18:00" for n in range(5)}, "day5": "", "day6": "", "has_day_off": "1", "day_off": "",
         "source": "本局作息"}


@pytest.fixture(autouse=True)
def desk() -> Iterator[None]:
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)):
        yield


@pytest.fixture
def chen() -> Client:
    people.chen_supervisor()
    return signed_in("chenjing")


def opened() -> WorkOrder:
    return WorkOrder.objects.get(id=order_written(actor=SYSTEM, asked=Asked("complaint", "投诉"), key="").order_id)


def test_a_kind_has_its_new_clocks_from_the_next_order_on_and_the_change_is_kept(chen: Client) -> None:
    before = opened()
    due = before.due_at
    assert chen.get("/desk/kinds/complaint/change").status_code == 200
    assert chen.post("/desk/kinds/complaint/change", KIND).status_code == 302
    kind = OrderKind.objects.get(code="complaint")
    assert (kind.first_reply_min, kind.close_min, kind.warn_min, kind.return_min, kind.reopen_days) == (
        45, 2880, 180, 0, 90)
    assert (kind.sites, kind.skills, kind.needs_responsibility, kind.source) == (
        ["on_site", "at_home"], ["complaint"], False, "本局2022年规定")
    before.refresh_from_db()
    assert before.due_at == due
    after = opened()
    assert after.reply_due_at - after.opened_at <= dt.timedelta(minutes=46)
    entry = AuditEntry.objects.filter(action="desk.kind_change").latest("id")
    assert entry.facts["changed"]["close_min"] == [4320, 2880]


@pytest.mark.parametrize(("change", "says"), [
    ({"close_min": "8"}, "法律要求这类工单7天内办结"), ({"close_min": "abc"}, "「办结」写1到"),
    ({"first_reply_min": "-5"}, "「首次回复」写1到"), ({"warn_min": "9", "warn_min_unit": "1440"}, "「临期」写0到2880"),
    ({"source": " "}, "写明这个数从哪里来"), ({"reply_calendar": "mars"}, "没有这一项"),
    ({"skills": ["juggling"]}, "没有这一项"), ({"handling_s": "9" * 30}, "「一张处理」写1到"),
])
def test_what_cannot_be_is_said_and_what_was_typed_stands(chen: Client, change: dict, says: str) -> None:
    answer = chen.post("/desk/kinds/complaint/change", {**KIND, **change})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert 'value="90"' in page  # what was right is not asked again
    assert OrderKind.objects.get(code="complaint").reopen_days == 365


def test_hours_of_the_office_count_from_the_next_order_on(chen: Client) -> None:
    assert chen.post("/desk/settings/hours/office", HOURS).status_code == 302
    row = ServiceHours.objects.get(code="office")
    assert (row.week[0], row.week[6], row.day_off, row.makeup) == (["08:00-18:00"], [], [], None)
    assert "08:00-18:00" in chen.get("/desk/settings").content.decode()
    (office,) = [one for one in hours_all(actor=SYSTEM) if one.code == "office"]
    assert office.source == "本局作息"


@pytest.mark.parametrize("day", ["8点到12点", "12:00-08:00", "08:00-12:00 11:00-13:00", "08:00-25:00"])
def test_spans_that_are_none_are_refused_and_stand_as_typed(chen: Client, day: str) -> None:
    answer = chen.post("/desk/settings/hours/office", {**HOURS, "day0": day})
    assert answer.status_code == 422
    assert "时段写成08:30-12:00" in answer.content.decode()
    assert f'value="{day}"' in answer.content.decode()
    assert ServiceHours.objects.get(code="office").week[0] != [day]


def test_hours_that_never_open_are_refused(chen: Client) -> None:
    assert chen.post("/desk/settings/hours/office", {**HOURS, **{f"day{n}": "" for n in range(7)}}).status_code == 422


def test_a_figure_counts_at_once_and_shows_the_usual_one_beside_it(chen: Client) -> None:
    assert chen.post("/desk/settings/figures/call_service_s", {"value": "180", "source": "六月实测"}).status_code == 302
    assert figures_now("call_service_s") == {"call_service_s": 180.0}
    (row,) = [one for one in figures_all(actor=SYSTEM) if one.code == "call_service_s"]
    assert (row.value, row.usual, row.source) == (180.0, 210.0, "六月实测")
    assert "常用210" in chen.get("/desk/settings").content.decode()


@pytest.mark.parametrize(("code", "value"), [
    ("call_service_s", "-1"), ("call_service_s", "很多"), ("call_service_s", "nan"), ("call_service_s", "inf"),
    ("untold_call_share", "1.2"), ("push_on", "1"), ("no_such", "1")])
def test_a_figure_that_is_none_is_refused(chen: Client, code: str, value: str) -> None:
    written = Parameter.objects.filter(code=code).values_list("value", flat=True).first()
    answer = chen.post(f"/desk/settings/figures/{code}", {"value": value, "source": "x"})
    assert answer.status_code == 422
    assert Parameter.objects.filter(code=code).values_list("value", flat=True).first() == written


def test_a_figure_of_the_plans_stands_on_the_emergencys_page_too(chen: Client) -> None:
    assert chen.post("/desk/settings/figures/again_share", {"value": "0.5", "source": "六月实测"}).status_code == 302
    (row,) = [one for one in emergency_figures() if one.name == "挂断后再来电"]
    assert (row.value, row.source) == (0.5, "六月实测")


def test_no_two_figures_share_a_code() -> None:
    """The office's row of one would be the other's value too."""
    codes = [row[0] for row in [*PARAMETERS, *FIGURES]]
    assert sorted(codes) == sorted(set(codes))


def test_an_agent_and_a_dispatcher_change_nothing() -> None:
    people.chen_supervisor(), people.li_agent(), people.zhao_dispatcher()
    for username in ("limin", "zhaolei"):
        client = signed_in(username)
        assert client.post("/desk/kinds/complaint/change", KIND).status_code != 302 or \
            OrderKind.objects.get(code="complaint").reopen_days == 365
        assert client.get("/desk/settings").status_code != 200
        client.post("/desk/settings/figures/call_service_s", {"value": "1", "source": "x"})
    assert OrderKind.objects.get(code="complaint").reopen_days == 365
    assert figures_now("call_service_s") == {"call_service_s": 210.0}
