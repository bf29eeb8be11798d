"""What a complaint is about: data, asked for wherever one comes in, changed with history, there before it is closed."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import people
from tests.domain.desk.test_importing import made, received, table
from tests.domain.desk.test_order_life import history, taken
from tests.domain.desk.test_orders import opened, present
from tests.questions import questions

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.models import CallerKey
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import selectors, services
from youlu.domain.desk.channels.asking import order_ask
from youlu.domain.desk.errors import OrderTakenError, SubtypeMissingError, UnknownSubtypeError
from youlu.domain.desk.models import OrderEvent, OrderKind, OrderSubtype, WorkOrder
from youlu.domain.desk.orders.exporting import orders_export
from youlu.domain.desk.orders.facts import HEADINGS
from youlu.domain.desk.orders.life import life_of
from youlu.domain.desk.orders.opening import Asked, order_drafted
from youlu.domain.desk.selectors import OrderFilter

pytestmark = pytest.mark.django_db
SEVEN = ["delay", "loss", "shortage", "damage", "attitude", "false_sign", "fee"]


def subtype(order_id: uuid.UUID) -> str:
    return WorkOrder.objects.get(id=order_id).subtype


def test_complaints_have_seven_with_their_source_and_no_other_kind_has_any() -> None:
    assert [one.code for one in selectors.subtypes_all()] == SEVEN
    assert {one.kind for one in selectors.subtypes_all()} == {"complaint"}
    assert all(OrderSubtype.objects.values_list("source", flat=True))
    assert [*OrderKind.objects.filter(has_subtypes=True).values_list("code", flat=True)] == ["complaint"]
    assert "classify" not in {act.code for act in life_of(OrderKind.objects.get(code="chase")).acts}


def test_it_may_be_unknown_when_a_complaint_comes_in_but_never_one_that_there_is_not(li: Actor) -> None:
    assert subtype(opened("complaint")) == ""
    assert subtype(opened("complaint", subtype="loss")) == "loss"
    for kind, code in (("complaint", "weather"), ("chase", "loss")):
        with pytest.raises(UnknownSubtypeError):
            opened(kind, subtype=code)
    assert WorkOrder.objects.count() == 2


def test_asking_for_it_adds_no_question_to_an_order_s_drafting() -> None:
    counts = []
    for kind, code in (("chase", ""), ("complaint", ""), ("complaint", "loss")):
        with CaptureQueriesContext(connection) as asked:
            order_drafted(Asked(kind, "题", subtype=code))
        counts.append(sum("desk_" in one["sql"] for one in asked))
    assert counts == [1, 1, 1]


def test_a_complaint_is_not_closed_before_it_is_said_and_who_has_it_says_it(li: Actor) -> None:
    order_id, ma = taken(li, "complaint"), present(people.ma_agent())
    services.order_answer(actor=li, order_id=order_id, text="已查")
    done = {"was_called_back": True, "responsibility": "投递"}
    with pytest.raises(SubtypeMissingError):
        services.order_close(actor=li, order_id=order_id, **done)
    with pytest.raises(OrderTakenError):
        services.order_classify(actor=ma, order_id=order_id, subtype="delay")
    with pytest.raises(NotFoundError):
        services.order_classify(actor=people.sun_clerk(), order_id=order_id, subtype="delay")
    with pytest.raises(UnknownSubtypeError):
        services.order_classify(actor=li, order_id=order_id, subtype="")
    services.order_classify(actor=li, order_id=order_id, subtype="delay")
    services.order_classify(actor=people.chen_supervisor(), order_id=order_id, subtype="false_sign")
    services.order_close(actor=li, order_id=order_id, **done)
    assert [*OrderEvent.objects.filter(act="classify").order_by("id").values_list("detail", flat=True)] == [
        "未分 → 延误", "延误 → 虚假签收"]
    assert history(order_id)[-1] == "close"


def test_a_chase_is_closed_without_and_cannot_be_given_one(li: Actor) -> None:
    order_id = taken(li, "chase")
    with pytest.raises(Exception, match="定类别"):
        services.order_classify(actor=li, order_id=order_id, subtype="delay")
    services.order_answer(actor=li, order_id=order_id, text="已催")
    services.order_close(actor=li, order_id=order_id)
    assert selectors.order_row(actor=li, order_id=order_id).subtype_name == ""


def test_a_key_that_was_stored_before_there_were_sub_types_still_fits_its_body() -> None:
    """The bytes as they were: whoever sends the same again after an upgrade gets the same order."""
    asked = Asked("complaint", "题", "话", needs_compensation=True)
    assert asked.digest_text() == json.dumps(["complaint", "题", "话", "None", None, True]).encode()
    assert Asked("complaint", "题", subtype="fee").digest_text() != Asked("complaint", "题").digest_text()
    order_ask(kind="complaint", text="慢", phone="13893104488", key="k")
    kept = CallerKey.objects.get(key="k")
    thread = WorkOrder.objects.get().ordersource_set.get().thread
    assert bytes(kept.body_digest) == hashlib.sha256(
        json.dumps(["complaint", "慢", "None", bytes(thread).hex()]).encode()).digest()


def test_the_pool_is_narrowed_to_one_or_to_what_nobody_said(li: Actor) -> None:
    lost, unsaid = opened("complaint", subtype="loss"), opened("complaint")
    opened("complaint", subtype="fee")
    opened("chase")

    def found(code: str) -> list[uuid.UUID]:
        chosen = OrderFilter.of({"view": "all", "subtype": code})
        assert chosen.query() == {"view": "all", "subtype": code}
        return [row.id for row in selectors.order_list(actor=li, chosen=chosen).rows]

    assert (found("loss"), found("none"), found("weather")) == ([lost], [unsaid], [])


def test_it_stands_in_the_table_and_a_kind_counts_its_own(li: Actor) -> None:
    opened("complaint", subtype="loss")
    late = opened("complaint")
    WorkOrder.objects.filter(id=late).update(due_at=clock.now() - dt.timedelta(minutes=1))
    chen = people.chen_supervisor()
    lines = list(csv.reader(io.StringIO("".join(orders_export(actor=chen, chosen=OrderFilter(view="all"))))))
    assert sorted(line[HEADINGS.index("类别")] for line in lines[1:]) == ["丢失", "未分"]
    page = selectors.kind_page(actor=chen, code="complaint")
    counts = {one.code: (one.open, one.late, one.came) for one in page.subtypes}
    assert (counts["loss"], counts[""], counts["fee"]) == ((1, 0, 1), (1, 1, 1), (0, 0, 0))
    assert selectors.kind_page(actor=chen, code="chase").subtypes == ()


def test_a_line_of_a_file_names_it_in_either_language(li: Actor) -> None:
    rows = [("投诉", "甲", *[""] * 7, "延误"), ("complaint", "乙", *[""] * 7, "fee"), ("投诉", "丙", *[""] * 7, "")]
    made(received(table(*rows)))
    assert dict(WorkOrder.objects.values_list("title", "subtype")) == {"甲": "delay", "乙": "fee", "丙": ""}


def test_who_asks_again_may_say_what_nobody_had_said_and_nothing_else(li: Actor) -> None:
    party = people.customer()

    def contact(subtype: str) -> services.Opened:
        return services.order_receive(actor=li, asked=Asked(
            "complaint", "外包装破损", party_id=party, subtype=subtype))

    first = contact("")
    assert contact("damage") == services.Opened(first.order_id, True)
    assert subtype(first.order_id) == "damage"
    assert [event.detail for event in OrderEvent.objects.filter(act="classify")] == ["未分 → 损毁"]
    contact("delay")
    assert subtype(first.order_id) == "damage"


def test_the_desk_asks_for_it_and_its_page_changes_it(desk: Client, li: Actor) -> None:
    page = desk.post("/desk/caller", {"phone": "13893104499"}).content.decode()
    assert 'name="subtype.complaint"' in page
    said = {"title": "投诉：慢", "subtype.complaint": "delay"}
    desk.post("/desk/new", {**said, "kind": "complaint", "idempotency_key": "a"})
    desk.post("/desk/new", {**said, "kind": "chase", "idempotency_key": "b"})
    order = WorkOrder.objects.get(kind_id="complaint")
    assert order.subtype == "delay"
    assert WorkOrder.objects.get(kind_id="chase").subtype == "", "what is about a complaint is not about a chase"
    refused = desk.post("/desk/new", {**said, "kind": "complaint", "subtype.complaint": "x", "idempotency_key": "c"})
    assert refused.status_code == 422
    services.order_take(actor=li, order_id=order.id)
    assert desk.post(f"/desk/{order.id}/classify", {"subtype": "loss", "idempotency_key": "d"}).status_code == 302
    page = desk.get(f"/desk/{order.id}?view=all&subtype=loss").content.decode()
    assert '<span class="badge">丢失</span>' in page
    assert "延误 → 丢失" in page
    assert '<option value="loss" selected>' in page


def test_a_list_asks_as_few_questions_with_complaints_as_without(desk: Client, li: Actor) -> None:
    opened("chase")
    few = questions(desk, "/desk?view=all")
    for code in ("", "loss", "fee"):
        opened("complaint", subtype=code)
    assert questions(desk, "/desk?view=all") == few
