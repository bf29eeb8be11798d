"""Finding orders: by words and numbers as one types, by filter, by saved view; many at once; the supervisor's list."""

from __future__ import annotations

import csv
import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests import people
from tests.domain.desk.test_order_life import opened
from tests.domain.desk.test_orders import present
from tests.domain.small_network import KANGXIAN, network_make

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.core.models import AuditEntry
from youlu.domain.desk import selectors, services
from youlu.domain.desk.errors import BulkActError, BulkSizeError, ViewError
from youlu.domain.desk.models import OrderAlert, WorkOrder
from youlu.domain.desk.orders.exporting import HEADINGS, orders_export
from youlu.domain.desk.orders.finding import VIEWS, OrderFilter
from youlu.domain.desk.orders.words import grams, grams_asked, plain
from youlu.domain.workforce.selectors import agent_of
from youlu.engines.codes.item_key import item_key, s10_check_digit

pytestmark = pytest.mark.django_db
NUMBER = f"EZ20714436{s10_check_digit(20714436)}CN"


def order(title: str, kind: str = "chase", **more: object) -> uuid.UUID:
    return services.order_open(actor=people.chen_supervisor(), kind=kind, title=title, **more)  # type: ignore[arg-type]


def found(text: str, **more: str) -> list[str]:
    chosen = OrderFilter(view="all", text=text, **more)  # type: ignore[arg-type]
    return [row.title for row in selectors.order_list(actor=people.chen_supervisor(), chosen=chosen).rows]


def test_words_find_titles_as_one_types(noon: dt.datetime) -> None:
    order("催投：录取通知书，请尽快送"), order("投诉：比约定的日期晚"), order("Missing parcel Lanzhou")
    assert found("录") == found("录取") == found("录取通知") == ["催投：录取通知书，请尽快送"]
    assert found("通知书 尽快") == ["催投：录取通知书，请尽快送"]
    assert found("知通") == [], "both pairs in another order are another word"
    assert found("LANZ") == found("ｌａｎｚ") == ["Missing parcel Lanzhou"]
    assert found("日期") == ["投诉：比约定的日期晚"]
    for odd in ("%", "_", "'; DROP", "\\", "  "):
        found(odd)


def test_a_title_is_found_by_itself_with_its_commas_and_in_whatever_width(noon: dt.datetime) -> None:
    titles = ["催投：录取通知书，请尽快送", "ＥＭＳ（次晨达）晚到"]
    for title in titles:
        order(title)
        assert found(title) == [title]
    assert found("通知书，请尽") == found("通知书,请尽") == titles[:1]
    assert found("EMS(次晨") == found("（次晨达）晚") == titles[1:]
    assert found("50%（次") == []


def test_numbers_find_orders_and_items_by_their_beginnings(noon: dt.datetime) -> None:
    first = order("催投", item_key=item_key(NUMBER))
    order("另一张")
    number = WorkOrder.objects.get(id=first).number
    assert found(str(number)) == ["催投"]
    assert len(found(str(number)[:4])) == 2
    assert found(NUMBER.lower()) == found("EZ2071 4436") == found("ez20") == ["催投"]
    assert found("0") == found("9" * 30) == []


@given(title=st.text(max_size=30), text=st.text(max_size=6))
def test_a_title_that_holds_the_words_has_all_that_is_asked_for(title: str, text: str) -> None:
    """The index never hides what the comparison would find."""
    if all(word in plain(title) for word in plain(text).split(" ")):
        assert set(grams_asked(text)) <= set(grams(title))


def test_filters_narrow_and_what_an_address_says_wrongly_is_left_out(noon: dt.datetime) -> None:
    network_make()
    li, chen = present(people.li_agent()), people.chen_supervisor()
    order("甲"), order("乙", kind="complaint")
    services.order_take_next(actor=li)
    services.order_supervise(actor=chen, order_id=WorkOrder.objects.get(kind_id="complaint").id)
    for text, titles in (("kind=complaint", ["乙"]), ("state=taken", ["甲"]), ("marked=supervised", ["乙"]),
                         ("view=open", ["乙"]), ("due=late", []), ("unit=3", [])):
        name, _, value = text.partition("=")
        chosen = OrderFilter.of({"view": "all", name: value})
        assert [row.title for row in selectors.order_list(actor=chen, chosen=chosen).rows] == titles, text
    odd = OrderFilter.of({"view": "x", "state": "x", "due": "x", "unit": "９", "q": "a\0b", "marked": "x"})
    assert (odd.query(), odd.unit) == ({"q": "ab"}, None)
    for cursor in ("x", "2022_x", "2022-01-01_" + str(uuid.uuid4()), "9" * 400):
        assert len(selectors.order_list(actor=chen, view="all", cursor=cursor).rows) == 2
    for view in VIEWS:
        selectors.order_list(actor=li, view=view)


def test_an_office_and_a_dispatcher_find_no_more_than_theirs(noon: dt.datetime) -> None:
    network_make()
    li, sun = present(people.li_agent()), people.sun_clerk()
    asked = opened()
    order("别的单")
    services.order_take(actor=li, order_id=asked)
    services.order_dispatch(actor=li, order_id=asked, office_id=KANGXIAN)
    for view in ("unit", "all", "late", "open", "closed"):
        rows = selectors.order_list(actor=sun, chosen=OrderFilter(view=view)).rows
        assert {row.id for row in rows} <= {asked}, view
    with pytest.raises(NotAllowedError):
        selectors.orders_search(actor=sun, text="别的")
    dispatcher = people.zhao_dispatcher()
    assert len(selectors.order_list(actor=dispatcher, view="all").rows) == 2, "titles, for the situation page"
    with pytest.raises(NotFoundError):
        selectors.order_page(actor=dispatcher, order_id=WorkOrder.objects.get(title="别的单").id)
    assert selectors.order_page(actor=dispatcher, order_id=asked).said == ()


def test_a_page_asks_the_same_few_questions_of_three_orders_and_of_sixty(noon: dt.datetime) -> None:
    network_make()
    li, chen = present(people.li_agent()), people.chen_supervisor()

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            selectors.order_list(actor=chen, chosen=OrderFilter(view="all", text="单"))
        return len(asked)

    for number in range(60):
        order_id = order(f"单{number}")
        services.order_take(actor=li, order_id=order_id)
        services.order_dispatch(actor=li, order_id=order_id, office_id=KANGXIAN)
        if number == 2:
            few = questions()
    assert questions() == few <= 6


def test_many_at_once_each_with_what_came_of_it(noon: dt.datetime) -> None:
    li, chen = present(people.li_agent()), people.chen_supervisor()
    mine, other, gone = order("一"), order("二"), uuid.uuid4()
    services.order_take(actor=li, order_id=mine)
    services.order_answer(actor=li, order_id=mine, text="已送到")
    rows = services.orders_bulk(actor=li, act="close", order_ids=[mine, other, gone, mine])
    assert [(row.is_done, row.number > 0) for row in rows] == [(True, True), (False, True), (False, False)]
    assert rows[1].said == "这张工单没有人接。先接单，再办结。"
    assert WorkOrder.objects.get(id=mine).state == "closed", "what another row refuses stops nobody"
    assert [r.is_done for r in services.orders_bulk(actor=chen, act="assign", order_ids=[other],
                                                    agent_id=agent_of(li).id)] == [True]
    for wrong in ({"act": "assign"}, {"act": "dance"}):
        with pytest.raises(BulkActError):
            services.orders_bulk(actor=chen, order_ids=[other], **wrong)  # type: ignore[arg-type]
    for size in (0, 201):
        with pytest.raises(BulkSizeError):
            services.orders_bulk(actor=chen, act="chase", order_ids=[uuid.uuid4() for _ in range(size)])


def test_views_are_one_s_own_unless_a_supervisor_shares_them() -> None:
    chen, li, ma = people.chen_supervisor(), people.li_agent(), people.ma_agent()
    mine = services.view_save(actor=li, name="我的超时", chosen=OrderFilter(view="mine", due="late"))
    services.view_save(actor=chen, name="督办件", chosen=OrderFilter(view="all", marked="supervised"), is_shared=True)
    assert [v.name for v in selectors.views_of(actor=li)] == ["我的超时", "督办件"]
    assert [v.name for v in selectors.views_of(actor=ma)] == ["督办件"]
    with pytest.raises(NotFoundError):
        services.view_drop(actor=ma, view_id=mine)
    with pytest.raises(NotAllowedError):
        services.view_save(actor=li, name="x", chosen=OrderFilter(), is_shared=True)
    for name in ("", "名" * 21):
        with pytest.raises(ViewError):
            services.view_save(actor=li, name=name, chosen=OrderFilter())
    services.view_drop(actor=li, view_id=mine)
    assert len(selectors.views_of(actor=li)) == 1


def test_the_supervisor_s_list_holds_each_once_until_it_is_seen(noon: dt.datetime) -> None:
    chen = people.chen_supervisor()
    for number in range(55):
        order(f"单{number}")
    with clock.frozen(noon + dt.timedelta(hours=25)):
        services.orders_watch()
    first = selectors.alerts_list(actor=chen)
    second = selectors.alerts_list(actor=chen, cursor=first.next_cursor)
    third = selectors.alerts_list(actor=chen, cursor=second.next_cursor)
    ids = [row.id for page in (first, second, third) for row in page.rows]
    assert (len(ids), len(set(ids)), third.next_cursor) == (110, 110, None)
    assert services.alerts_seen(actor=chen, alert_ids=ids[:10]) == 10
    assert services.alerts_seen(actor=chen, alert_ids=ids[:10]) == 0
    assert selectors.alerts_count() == 100
    assert OrderAlert.objects.filter(seen_by=chen.id).count() == 10
    with pytest.raises(NotAllowedError):
        selectors.alerts_list(actor=people.li_agent())


def test_everything_of_a_filter_goes_out_and_no_spreadsheet_runs_it(noon: dt.datetime) -> None:
    chen = people.chen_supervisor()
    order("=HYPERLINK(1)"), order("催投", body="王建民说的话", item_key=item_key(NUMBER))
    lines = "".join(orders_export(actor=chen, chosen=OrderFilter(view="all"))).splitlines()
    assert len(lines) == 3
    assert "'=HYPERLINK(1)" in lines[1] + lines[2]
    assert NUMBER in lines[1] + lines[2]
    assert not any("王建民" in line for line in lines)
    assert {len(row) for row in csv.reader(lines)} == {len(HEADINGS)}
    with pytest.raises(NotAllowedError):
        orders_export(actor=people.li_agent(), chosen=OrderFilter())


def test_the_audit_of_an_export_keeps_the_filter_and_not_the_words_that_were_searched_for(noon: dt.datetime) -> None:
    orders_export(actor=people.chen_supervisor(), chosen=OrderFilter(view="all", text="王建民"))
    facts = AuditEntry.objects.get(action="order.export").facts
    assert facts == {"query": {"view": "all"}, "is_searched": True}
