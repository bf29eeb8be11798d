"""Traces of another system, and that mail in shadow is computed for and told to nobody."""

from __future__ import annotations

import numpy as np
import pytest

from tests.domain.small_network import ACTOR, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.services import closure_declare
from youlu.domain.desk.models import Contact
from youlu.domain.desk.services import order_open
from youlu.domain.mail.models import Item, Place, PromiseRevision, Scan, ScanKind
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.mail.traces.errors import NotInShadowError, ShadowItemError, SourceNotFoundError
from youlu.domain.mail.traces.ingest import traces_ingest
from youlu.domain.mail.traces.models import TraceLeft
from youlu.domain.mail.traces.selectors import traces_left
from youlu.domain.mail.traces.sources import names_set, source_register
from youlu.domain.mail.tracking import tracking_get
from youlu.domain.parties.services import NewParty, party_create
from youlu.engines.codes.item_key import item_key, item_number, s10_keys

SYSTEM = actor_of_system("tests")
NUMBER, STRAY = (item_number(key) for key in s10_keys("EA", np.array([12345678, 22222222]), "CN").tolist())


def row(code: str, office: str, when: str, **more: str) -> dict[str, str]:
    return {"number": NUMBER, "code": code, "office": office, "occurred_at": when, **more}


WAY = [
    row("203", "O0", "2022-07-11 15:00:00", dest_office="O2"),
    row("303", "O0", "2022-07-11 18:00:00"),
    row("989", "O0", "2022-07-11 20:04:00", next_office="O1"),
    row("954", "O1", "2022-07-12 06:10:00"),
    row("989", "O1", "2022-07-12 08:02:00"),
    row("306", "O2", "2022-07-12 14:05:00"),
    row("702", "O2", "2022-07-13 08:30:00"),
    row("704", "O2", "2022-07-13 09:00:00"),
]


@pytest.fixture
def source(small_network: None) -> str:
    source_register(actor=SYSTEM, code="zd", name="现有系统")
    return "zd"


def send(rows: list, source: str = "zd") -> list[str]:
    return [outcome.result for outcome in traces_ingest(actor=SYSTEM, source=source, rows=rows)]


def the_item() -> Item:
    return Item.objects.get(item_key=item_key(NUMBER))


def test_a_trace_becomes_an_item_with_its_promise_of_acceptance_and_its_scans(source):
    with clock.frozen(at("2022-07-13 18:00")):
        assert send(WAY) == ["stored", "ignored", *["stored"] * 6]
    item = the_item()
    assert (item.shadow_source, item.place, item.place_since) == ("zd", Place.DELIVERED, at("2022-07-13 09:00"))
    assert (item.accepted_at, item.told_arrive_by) == (at("2022-07-11 15:00"), None)
    assert item.committed_arrive_by == at("2022-07-13 12:00")
    first = PromiseRevision.objects.get(item_key=item.item_key, revision_no=1)
    assert (first.cause, first.computed_at) == ("accepted", at("2022-07-11 15:00"))
    ridden = set(Scan.objects.filter(item_key=item.item_key, kind=ScanKind.DEPARTED).values_list("leg", flat=True))
    assert ridden == set(first.planned_legs)


def test_the_same_rows_again_in_any_order_change_nothing(source):
    with clock.frozen(at("2022-07-13 18:00")):
        send(WAY)
        before, scans = the_item().place_since, Scan.objects.count()
        assert set(send(WAY[::-1])) == {"duplicate", "ignored"}
    assert (the_item().place_since, Scan.objects.count(), TraceLeft.objects.count()) == (before, scans, 1)


def test_what_is_missing_is_counted_by_its_word_and_used_once_it_is_explained(source):
    rows = [WAY[0], row("777", "O0", "2022-07-11 16:00:00"), row("954", "LZ-01", "2022-07-12 06:00:00")]
    with clock.frozen(at("2022-07-13 18:00")):
        assert send(rows) == ["stored", "left", "left"]
        send(rows)
        found = {(one.reason, one.foreign): one.rows for one in traces_left(actor=SYSTEM).rows}
        assert found == {("unknown_code", "777"): 1, ("unknown_office", "LZ-01"): 1}
        names_set(actor=SYSTEM, source="zd", rows=[("office", "LZ-01", "O1"), ("code", "777", "ignored")])
        assert send(rows) == ["duplicate", "ignored", "stored"]
    assert {one.reason for one in traces_left(actor=SYSTEM).rows} == {"no_meaning"}
    assert the_item().place_office_id == LANZHOU


@pytest.mark.parametrize(("cells", "says"), [
    ({"number": "EA123456789CN"}, "不是邮件号码"),
    ({"occurred_at": "昨天"}, "不是时间"),
    ({"office": ""}, "没有填"),
    ({"mail_class": "快件"}, "不认识"),
    ({"cause": "1"}, "三位"),
])
def test_a_malformed_row_is_refused_with_its_field_and_cure_and_stops_no_other(source, cells, says):
    bad, good = traces_ingest(actor=SYSTEM, source="zd", rows=[{**WAY[0], **cells}, WAY[0]])
    assert (bad.result, good.result) == ("refused", "stored")
    assert says in str(bad.error)


def test_a_departure_without_a_run_and_a_scan_without_an_item_are_left(source):
    with clock.frozen(at("2022-07-13 18:00")):
        assert send([WAY[0], row("989", "O0", "2022-07-12 03:00:00")]) == ["stored", "left"]
        stray = {**WAY[3], "number": STRAY}
        assert send([stray]) == ["left"]
    assert {one.reason for one in traces_left(actor=SYSTEM).rows} == {"no_run", "no_item"}
    assert not Scan.objects.filter(item_key=item_key(stray["number"])).exists()


def declare(now: str) -> None:
    with clock.frozen(at(now)):
        closure_declare(actor=ACTOR, closure=ClosureInput(
            "lockdown", "陇南封控", "陇南市人民政府", "陇政发1号", "62",
            (MeasureInput("transit", "office", str(LONGNAN), at(now), at("2022-07-20 00:00")),)))
        closure_apply()


def test_a_shadow_item_hit_by_a_closure_gets_a_new_promise_and_nobody_hears_of_it(source):
    """The control stands beside it: the same item with the same addressee, only not in shadow."""
    someone = party_create(actor=SYSTEM, party=NewParty("张三合成", "13800000001", synthetic=True))
    other = party_create(actor=SYSTEM, party=NewParty("李四合成", "13800000002", synthetic=True))
    send([row("203", "O0", "2022-07-11 15:00:00", dest_office="O2")])
    Item.objects.filter(item_key=item_key(NUMBER)).update(addressee_id=someone)  # even if somebody stood behind it
    ours = item_accept(actor=ACTOR, item=ItemInput(XIAN, LONGNAN, addressee_id=other))
    declare("2022-07-11 17:30")
    moved = {item.item_key: item for item in Item.objects.all()}
    assert all(item.revision_no == 2 and item.expected_arrive_by > item.committed_arrive_by for item in moved.values())
    assert list(Contact.objects.values_list("party_id", flat=True)) == [other]
    assert moved[item_key(NUMBER)].told_arrive_by is None
    assert tracking_get(number=ours.number, phone_tail="0002").row
    with pytest.raises(YouluError):
        tracking_get(number=NUMBER, phone_tail="0001")


def test_no_work_order_is_opened_for_an_item_in_shadow(source):
    send([WAY[0]])
    with pytest.raises(ShadowItemError):
        order_open(actor=SYSTEM, kind="enquiry", title="查件", item_key=item_key(NUMBER))
    ours = item_accept(actor=ACTOR, item=ItemInput(XIAN, LONGNAN))
    assert order_open(actor=SYSTEM, kind="enquiry", title="查件", item_key=item_key(ours.number))


def test_a_shadow_source_never_moves_mail_in_our_care_and_a_live_one_does(source):
    ours = item_accept(actor=ACTOR, item=ItemInput(XIAN, LONGNAN))
    rows = [{**row("989", "O0", "2022-07-11 20:01:00"), "number": ours.number}]
    with clock.frozen(at("2022-07-11 21:00")):
        (refused,) = traces_ingest(actor=SYSTEM, source="zd", rows=rows)
        assert isinstance(refused.error, NotInShadowError)
        assert Item.objects.get(item_key=item_key(ours.number)).place == Place.OFFICE
        source_register(actor=SYSTEM, code="zd", name="现有系统", is_shadow=False)
        assert send(rows) == ["stored"]
    assert Item.objects.get(item_key=item_key(ours.number)).place == Place.TRIP


def test_a_source_that_is_not_registered_takes_nothing(small_network):
    with pytest.raises(SourceNotFoundError):
        send([WAY[0]], "nobody")
