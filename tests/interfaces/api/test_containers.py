"""Bags, differences, exceptions and counts over HTTP."""

from __future__ import annotations

import pytest
from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, at
from tests.interfaces.api.conftest import Caller

from youlu.core import clock
from youlu.domain.mail.exceptions.refresh import exceptions_refresh
from youlu.domain.mail.models import ScanKind
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.engines.codes.container import number_make

pytestmark = pytest.mark.django_db
BAG, VEHICLE = number_make("ZB", 2022, 7), number_make("ZC", 2022, 7)
NOW = "2022-07-12 19:00"


@pytest.fixture
def post(caller: type[Caller]) -> Caller:
    return caller("mail.bags", "mail.read", "mail.settle", "mail.act", "mail.count")


def accept() -> str:
    return item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN)).number


def step(number: str, sequence: int, kind: str, when: str, **more: object) -> dict[str, object]:
    return {"number": number, "device": "gun-1", "sequence": sequence, "kind": kind,
            "occurred_at": f"2022-07-12T{when}:00+08:00", **more}


def journey(one: str) -> list[dict[str, object]]:
    leg = {"trip_key": 2, "service_date": "2022-07-12", "stop_seq": 0}
    return [step(BAG, 1, "sealed", "07:00", office="O1", to="O3", contents=[one], seal="A1", weight_g=700),
            step(VEHICLE, 1, "loaded", "07:30", office="O1", contents=[BAG], **leg),
            step(VEHICLE, 2, "departed", "08:01", **leg),
            step(VEHICLE, 3, "arrived", "18:00", office="O3"),
            step(VEHICLE, 4, "unsealed", "18:05", office="O3")]


def test_a_bag_goes_its_way_and_each_scan_is_kept_once(post: Caller) -> None:
    one = accept()
    with clock.frozen(at(NOW)):
        status, answer = post.post("/containers/scans", journey(one))
        assert (status, answer["stored"]) == (200, 5)
        assert post.post("/containers/scans", journey(one))[1]["duplicate"] == 5
        bag = post.get(f"/containers/{BAG}")[1]
        assert (bag["position"], bag["state"], bag["contents"], bag["seal"]) == ("在康县", "sealed", [one], "A1")
        assert post.get(f"/items/{one}")[1]["position"] == "在康县"
        vehicle = post.get(f"/containers/{VEHICLE}")[1]
        assert [scan["name"] for scan in vehicle["scans"]] == ["解车", "车到", "发车", "装车"]
        assert vehicle["contents"] == [BAG]


def test_differences_are_listed_and_settled_once(post: Caller) -> None:
    one, two = accept(), accept()
    with clock.frozen(at(NOW)):
        post.post("/containers/scans", [*journey(one), step(BAG, 2, "unsealed", "18:10", office="O3", found=[two])])
        rows = post.get("/containers/differences")[1]["rows"]
        assert {(row["subject"], row["kind"]) for row in rows} == {(one, "missing"), (two, "surplus")}
        address = f"/containers/differences/{rows[0]['difference_id']}"
        assert post.post(address, {"outcome": "found", "note": "在旁边"}, key="a")[0] == 200
        assert post.post(address, {"outcome": "found", "note": "在旁边"}, key="a")[0] == 200  # the same call again
        assert post.post(address, {"outcome": "claimed"}, key="b")[1]["code"] == "mail.difference_settled"
        assert len(post.get("/containers/differences")[1]["rows"]) == 1


def test_wrong_rows_are_named_and_the_others_kept(post: Caller) -> None:
    rows = [step(BAG, 1, "sealed", "07:00", office="O1", contents=["123"]), step(BAG, 2, "sealed", "07:00"),
            step(BAG, 3, "arrived", "07:00", office="O9"), step(BAG, 4, "opened", "07:00"), 7,
            step(BAG, 5, "arrived", "07:00", office="O1")]
    with clock.frozen(at(NOW)):
        answer = post.post("/containers/scans", rows)[1]
    assert [row["code"] for row in answer["rows"]] == [
        "mail.content_invalid", "mail.container_scan_invalid", "api.unknown_code", "api.bad_row", "api.bad_row", ""]


def test_numbers_are_given_once_for_a_callers_key(post: Caller) -> None:
    first = post.post("/containers/numbers", {"kind": "vehicle", "count": 2}, key="n")[1]
    assert post.post("/containers/numbers", {"kind": "vehicle", "count": 2}, key="n")[1] == first
    assert len(first["numbers"]) == 2


def test_what_is_not_yours_is_not_there(post: Caller, caller: type[Caller]) -> None:
    with clock.frozen(at(NOW)):
        post.post("/containers/scans", journey(accept()))
    assert caller("mail.read", scope="61").get(f"/containers/{BAG}")[0] == 404
    assert caller("mail.read", scope="6212").get(f"/containers/{BAG}")[0] == 200
    assert caller("mail.scan").get(f"/containers/{BAG}")[0] == 403
    assert post.get("/containers/EZ123456785CN")[0] == 404


def test_the_list_of_exceptions_and_what_a_cause_allows(post: Caller) -> None:
    one = accept()
    with clock.frozen(at("2022-07-20 12:00")):
        scans_ingest(actor=ACTOR, scans=[
            ScanInput(one, "p", 1, ScanKind.UNDELIVERED, at("2022-07-13 09:30"), office_id=KANGXIAN, cause=104)])
        exceptions_refresh()
        page = post.get("/exceptions?kind=late")[1]
        assert (page["counts"]["late"], [row["number"] for row in page["rows"]]) == (1, [one])
        assert post.get("/exceptions?kind=astray&cursor=rubbish")[1]["rows"] == []
        refused = post.post(f"/exceptions/{one}/actions", {"action": "redeliver"}, key="a")
        assert (refused[0], refused[1]["code"]) == (409, "mail.action_not_allowed")
        assert post.post(f"/exceptions/{one}/actions", {"action": "return"}, key="b")[0] == 201


def test_ordinary_mail_is_counted_by_office_and_day(post: Caller) -> None:
    row = {"office": "O1", "day": "2022-07-11", "kind": "letter", "direction": "accepted", "pieces": 1200}
    assert post.post("/ordinary", {"counts": [row]}, key="a") == (200, {"counted": 1})
    assert post.post("/ordinary", {"counts": [{**row, "office": "O9"}]}, key="b")[1]["code"] == "api.unknown_code"
    day, = post.get("/ordinary")[1]["rows"]
    assert day["counts"] == [{"kind": "letter", "direction": "accepted", "pieces": 1200}]
