"""Scans over HTTP: each row answered, each kept once, whatever the form they come in."""

from __future__ import annotations

import json

import pytest
from tests.domain.small_network import at
from tests.interfaces.api.conftest import Caller

from youlu.core import clock
from youlu.domain.mail.models import Scan

pytestmark = pytest.mark.django_db
ARRIVED = {"number": "EZ123456785CN", "device": "pda-1", "sequence": 1, "kind": "arrived", "office": "O1",
           "occurred_at": "2022-07-11T16:00:00+08:00"}


@pytest.fixture
def device(caller: type[Caller]) -> Caller:
    return caller("mail.scan")


def test_one_scan_is_kept_once_and_its_repetition_is_a_duplicate_however_its_time_is_spelt(device: Caller) -> None:
    assert device.post("/scans", ARRIVED) == (200, {"stored": 1, "duplicate": 0, "refused": 0, "rows": [
        {"row": 1, "result": "stored", "code": "", "sentence": ""}]})
    again = device.post("/scans", {**ARRIVED, "occurred_at": "2022-07-11T08:00:00Z"})[1]
    assert (again["duplicate"], Scan.objects.count()) == (1, 1)
    assert Scan.objects.get().occurred_at == at("2022-07-11 16:00")


def test_a_changed_scan_under_the_same_sequence_is_refused(device: Caller) -> None:
    device.post("/scans", ARRIVED)
    answer = device.post("/scans", [{**ARRIVED, "office": "O0"}])[1]
    assert answer["rows"][0]["code"] == "mail.scan_changed"


def test_rows_that_are_wrong_are_named_and_the_others_kept(device: Caller) -> None:
    rows = [ARRIVED, {**ARRIVED, "sequence": 2, "occurred_at": "2022-07-11T16:00:00"},
            {**ARRIVED, "sequence": 3, "occurred_at": "2022-07-11T18:00:00+08:00"},
            {**ARRIVED, "sequence": 4, "office": "O9"}, {**ARRIVED, "sequence": 5, "device": "accept:x"},
            {**ARRIVED, "sequence": 6, "kind": "void"}, 7, {**ARRIVED, "sequence": -1}]
    answer = device.post("/scans", rows)[1]
    assert (answer["stored"], answer["refused"], Scan.objects.count()) == (1, 7, 1)
    codes = [row["code"] for row in answer["rows"]]
    assert codes == ["", "api.bad_row", "mail.scan_from_future", "api.unknown_code", "api.bad_row", "api.bad_row",
                     "api.bad_row", "api.bad_row"]
    assert "没有写时区" in answer["rows"][1]["sentence"]
    assert "2022-07-29T17:00:00+08:00" in answer["rows"][1]["sentence"]


@pytest.mark.parametrize("when", ["2022-02-30T10:00:00+08:00", "yesterday", 1657526400, None,
                                  "0001-01-01T00:00:00+08:00"])
def test_an_impossible_time_is_refused_with_an_example(device: Caller, when: object) -> None:
    answer = device.post("/scans", {**ARRIVED, "occurred_at": when})[1]
    assert answer["rows"][0]["code"] == "api.bad_row"
    assert answer["rows"][0]["sentence"].startswith("occurred_at：")


def test_lines_of_json_are_answered_line_by_line(device: Caller) -> None:
    lines = b"\n".join([json.dumps(ARRIVED).encode(), b"", b"{broken", json.dumps({**ARRIVED, "sequence": 2}).encode()])
    status, answer = device.post("/scans", lines, content_type="application/x-ndjson")
    assert (status, answer["stored"], answer["refused"]) == (200, 2, 1)
    assert answer["rows"][1]["code"] == "api.not_json"


def test_a_departure_names_its_trip(device: Caller) -> None:
    departed = {"number": "EZ123456785CN", "device": "pda-1", "sequence": 1, "kind": "departed", "trip_key": 2,
                "service_date": "2022-07-12", "stop_seq": 0, "occurred_at": "2022-07-12T08:02:00+08:00"}
    with clock.frozen(at("2022-07-12 09:00")):
        assert device.post("/scans", departed)[1]["stored"] == 1
        assert device.post("/scans", {**departed, "sequence": 2, "trip_key": 99})[1]["rows"][0]["code"] == (
            "mail.scan_unknown_place")
        assert device.post("/scans", {**departed, "sequence": 3, "service_date": "1999-12-31"})[1]["refused"] == 1


def test_a_scan_that_corrects_names_the_one_that_did_not_happen(device: Caller) -> None:
    device.post("/scans", ARRIVED)
    void = {"number": "EZ123456785CN", "device": "pda-1", "sequence": 2, "kind": "void",
            "occurred_at": "2022-07-11T16:30:00+08:00", "corrects": {"device": "pda-1", "sequence": 1}}
    assert device.post("/scans", void)[1]["stored"] == 1


def test_more_than_a_thousand_and_none_are_refused_whole(device: Caller) -> None:
    assert device.post("/scans", [ARRIVED] * 1001)[1]["code"] == "api.too_many_rows"
    assert device.post("/scans", [])[1]["code"] == "api.no_rows"
    assert device.post("/scans", b"\n", content_type="application/x-ndjson")[1]["code"] == "api.no_rows"
    assert device.post("/scans", b"{")[0] == 400
    assert not Scan.objects.exists()


def test_scanning_needs_the_permission(caller: type[Caller]) -> None:
    assert caller("mail.accept").post("/scans", ARRIVED)[0] == 403
    assert caller("mail.accept").post("/scans", {"number": 1})[0] == 403
