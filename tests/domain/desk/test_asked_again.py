"""The regulator asks again: five days from that letter's date, to the minute, as often as it happens."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from dataclasses import replace

import pytest
from django.test import Client
from tests import people
from tests.domain.desk.test_order_life import history
from tests.domain.desk.test_orders import present

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import selectors, services
from youlu.domain.desk.configuring import KindSetting, kind_change, kind_setting
from youlu.domain.desk.errors import AgainLetterError, KindFigureError, OrderStateError
from youlu.domain.desk.models import AgentNotice, OrderAlert, OrderEvent, OrderKind, WorkOrder
from youlu.domain.desk.orders.exporting import orders_export
from youlu.domain.desk.orders.facts import HEADINGS
from youlu.domain.desk.orders.life import life_of
from youlu.domain.desk.selectors import OrderFilter

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
DAY = dt.timedelta(days=1)
FIRST = NOON - 3 * DAY


@pytest.fixture
def li(noon: object) -> Actor:
    return present(people.li_agent())


@pytest.fixture
def case(li: Actor) -> uuid.UUID:
    order_id = services.order_receive(actor=li, asked=services.Asked(
        "regulator", "申诉转办", outside_no="12305-7", clock_from=FIRST)).order_id
    services.order_take(actor=li, order_id=order_id)
    return order_id


def now(order_id: uuid.UUID) -> WorkOrder:
    return WorkOrder.objects.get(id=order_id)


def answered(li: Actor, order_id: uuid.UUID) -> None:
    services.order_answer(actor=li, order_id=order_id, text="已查，已道歉")


def closed(li: Actor, order_id: uuid.UUID) -> None:
    answered(li, order_id)
    services.order_close(actor=li, order_id=order_id, was_called_back=True, responsibility="投递")


def asked(actor: Actor, order_id: uuid.UUID, from_at: dt.datetime | None, number: str = "12305-7-2") -> None:
    services.order_ask_again(actor=actor, order_id=order_id, number=number, from_at=from_at, text="要附照片")


def test_an_answered_case_is_its_holder_s_again_and_due_five_days_after_the_letter(li: Actor, case: uuid.UUID) -> None:
    answered(li, case)
    services.order_call_back(actor=li, order_id=case)
    services.order_fix(actor=li, order_id=case, responsibility="投递")
    replied, letter = now(case).replied_at, NOON - dt.timedelta(hours=5, minutes=17)
    asked(people.chen_supervisor(), case, letter)
    order = now(case)
    assert (order.state, order.due_at, order.warn_at) == ("taken", letter + 5 * DAY, letter + 3 * DAY)
    assert (order.taken_by is not None, order.answered_at, order.responsibility, order.satisfaction) == (
        True, None, "", "")
    assert (order.replied_at, order.letter_at, order.again_at, order.agains) == (replied, FIRST, letter, 1)
    line = OrderEvent.objects.get(act="again")
    assert (line.detail, line.note) == ("12305-7-2 · 07-29 06:43 → 08-03 06:43", "要附照片")
    assert AgentNotice.objects.get().what == "again", "who has it hears of it"
    assert OrderAlert.objects.get().what == "again"
    with pytest.raises(OrderStateError):
        services.order_close(actor=li, order_id=case, was_called_back=True, responsibility="投递")
    closed(li, case)


def test_a_closed_case_goes_back_into_the_pool_however_long_ago_it_was_closed(li: Actor, case: uuid.UUID) -> None:
    closed(li, case)
    OrderKind.objects.filter(code="regulator").update(reopen_days=0)
    with clock.frozen(NOON + 40 * DAY):
        asked(li, case, NOON + 39 * DAY)
        order = now(case)
        assert (order.state, order.taken_by, order.closed_at, order.reopened) == ("open", None, None, 1)
        assert (order.due_at, order.known_by is not None) == (NOON + 44 * DAY, True)
    assert history(case)[-1] == "again_closed"


def test_the_minutes_count_by_the_hours_of_the_kind(li: Actor, case: uuid.UUID) -> None:
    """Friday 17:00 by office hours: an hour is left of the day, the other two stand on Monday morning."""
    answered(li, case)
    OrderKind.objects.filter(code="regulator").update(close_calendar="office", again_min=180, warn_min=60)
    friday = NOON.replace(hour=17)
    with clock.frozen(friday + dt.timedelta(minutes=30)):
        asked(li, case, friday)
    assert now(case).due_at == dt.datetime(2022, 8, 1, 10, 30, tzinfo=clock.SHANGHAI)


def test_what_is_owed_already_stays_due_when_it_was(li: Actor, case: uuid.UUID) -> None:
    assert now(case).due_at == FIRST + 15 * DAY
    asked(li, case, NOON - DAY)
    assert (now(case).state, now(case).due_at) == ("taken", NOON + 4 * DAY), "the letter's is the earlier"
    with clock.frozen(NOON + 2 * DAY):
        asked(li, case, NOON + 2 * DAY, "12305-7-3")
    order = now(case)
    assert (order.due_at, order.agains, order.again_at) == (NOON + 4 * DAY, 2, NOON + 2 * DAY), "not put off by it"
    assert OrderAlert.objects.filter(what="again").count() == 2
    assert history(case).count("again_begun") == 2


def test_it_happens_again_after_each_answer(li: Actor, case: uuid.UUID) -> None:
    for n in range(1, 4):
        with clock.frozen(NOON + n * DAY):
            closed(li, case) if n == 2 else answered(li, case)
            asked(li, case, NOON + n * DAY, f"第{n}次")
            assert (now(case).due_at, now(case).agains) == (NOON + (n + 5) * DAY, n)
            if n == 2:
                services.order_take(actor=li, order_id=case)
    assert [one for one in history(case) if one.startswith("again")] == ["again", "again_closed", "again"]


@pytest.mark.parametrize(("number", "from_at"), [
    ("", NOON - DAY), (" ", NOON - DAY), ("x" * 61, NOON - DAY), ("1", None), ("1", NOON + dt.timedelta(minutes=1)),
    ("1", FIRST), ("1", FIRST - DAY)])
def test_a_letter_has_a_number_and_a_date_after_the_one_before(
    li: Actor, case: uuid.UUID, number: str, from_at: dt.datetime | None
) -> None:
    answered(li, case)
    with pytest.raises(AgainLetterError):
        asked(li, case, from_at, number)
    assert (now(case).state, now(case).agains) == ("answered", 0)
    asked(li, case, NOON - DAY, "1")
    with pytest.raises(AgainLetterError):
        asked(li, case, NOON - DAY, "2")


def test_its_clock_warns_and_runs_out_as_any_other(li: Actor, case: uuid.UUID) -> None:
    answered(li, case)
    services.orders_watch()
    asked(li, case, NOON - DAY)
    services.orders_watch()
    assert not OrderAlert.objects.filter(what__in=("warned", "late")).exists()
    for at, marks in ((NOON + 2 * DAY, [1, 0]), (NOON + 4 * DAY, [1, 1])):
        with clock.frozen(at):
            services.orders_watch()
        assert [OrderAlert.objects.filter(what=what, due_at=NOON + 4 * DAY).count()
                for what in ("warned", "late")] == marks
    assert now(case).late_at == NOON + 4 * DAY
    answered(li, case)
    with clock.frozen(NOON + 5 * DAY):
        asked(li, case, NOON + 5 * DAY, "12305-7-3")
        order = now(case)
    assert (order.late_at, order.warned_at, order.due_at) == (None, None, NOON + 10 * DAY)


def test_a_letter_ends_the_waiting_for_the_customer(li: Actor, case: uuid.UUID) -> None:
    services.order_wait(actor=li, order_id=case, text="等照片")
    with clock.frozen(NOON + DAY):
        asked(li, case, NOON + DAY)
    assert (now(case).paused_at, now(case).due_at) == (None, NOON + 6 * DAY)


@pytest.mark.parametrize("kind", ["complaint", "government"])
def test_kinds_without_such_a_clock_know_no_such_act(li: Actor, kind: str) -> None:
    order_id = services.order_open(actor=li, kind=kind, title="题")
    with pytest.raises(OrderStateError):
        asked(li, order_id, NOON)
    assert not [act for act in life_of(OrderKind.objects.get(code=kind)).acts if act.code.startswith("again")]


def test_its_figures_are_settings_with_bounds(li: Actor) -> None:
    chen = people.chen_supervisor()
    setting = kind_setting(actor=chen, code="regulator")
    assert {name: setting.figures[name] for name in ("again_min", "pass_on_days", "outside_days")} == {
        "again_min": 5 * 1440, "pass_on_days": 2, "outside_days": 30}
    for name, value in (("again_min", 31 * 1440), ("again_min", 1440), ("pass_on_days", -1), ("outside_days", 366)):
        with pytest.raises(KindFigureError):
            kind_change(actor=chen, setting=_with(setting, name, value))
    kind_change(actor=chen, setting=_with(setting, "again_min", 4 * 1440))
    assert OrderKind.objects.get(code="regulator").again_min == 4 * 1440
    assert "again_min" not in kind_setting(actor=chen, code="complaint").figures


def _with(setting: KindSetting, name: str, value: int) -> KindSetting:
    return replace(setting, figures={**setting.figures, name: value})


def test_the_page_offers_it_does_it_once_and_shows_it(li: Actor, case: uuid.UUID) -> None:
    closed(li, case)
    desk = Client()
    desk.force_login(User.objects.get(username="limin"))
    page = desk.get(f"/desk/{case}").content.decode()
    assert f'action="/desk/{case}/again_closed"' in page
    assert "来文单位08-25 12:00前答复申诉人" in page
    said = {"number": "12305-7-2", "from": "2022-07-29T10:15", "note": "不满意", "idempotency_key": "k"}
    assert desk.post(f"/desk/{case}/again_closed", {**said, "from": ""}).status_code == 422
    for _ in range(2):
        assert desk.post(f"/desk/{case}/again_closed", said).status_code == 302
    assert now(case).agains == 1
    page = desk.get(f"/desk/{case}").content.decode()
    assert "再来文1" in page
    assert "12305-7-2 · 07-29 10:15 → 08-03 10:15" in page
    assert f'action="/desk/{case}/again_begun"' in page
    chen = people.chen_supervisor()
    lines = list(csv.reader(io.StringIO("".join(orders_export(actor=chen, chosen=OrderFilter(view="all"))))))
    assert [lines[1][HEADINGS.index(name)] for name in ("来文时间", "再次来文", "末次来文")] == [
        "2022-07-26 12:00", "1", "2022-07-29 10:15"]


def test_the_picture_of_the_life_and_the_settings_show_it(li: Actor) -> None:
    people.chen_supervisor()
    chen = Client()
    chen.force_login(User.objects.get(username="chenjing"))
    page = chen.get("/desk/kinds/regulator").content.decode()
    assert "再次来文" in page.split('class="diagram"')[1].split("</svg>")[0]
    assert "从来文时间起5天内答复" in page
    assert "再次来文" not in chen.get("/desk/kinds/complaint").content.decode()
    assert 'name="again_min"' in chen.get("/desk/kinds/regulator/change").content.decode()
    assert 'name="again_min"' not in chen.get("/desk/kinds/complaint/change").content.decode()
    assert selectors.kind_page(actor=people.chen_supervisor(), code="regulator").again_min == 5 * 1440
