"""Closures over HTTP: places by their names, one declaration per key, lifted by the organ that closed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.small_network import XIAN
from tests.interfaces.api.conftest import Caller

from youlu.domain.network.models import Closure, Measure

pytestmark = pytest.mark.django_db
ORGAN = "康县应急指挥部"


def closure(**changed: Any) -> dict[str, Any]:
    measure = {"act": "delivery", "zone": "office", "place": "康县", "starts_at": "2022-07-11T17:00:00+08:00",
               "ends_at": "2022-07-16T00:00:00+08:00"}
    return {"cause": "flood", "title": "康县洪水", "authority": ORGAN, "document_no": "1号",
            "measures": [measure | changed.pop("measure", {})], **changed}


@pytest.fixture
def dispatcher(caller: type[Caller]) -> Caller:
    return caller("closure.declare", "closure.read", "mail.accept")


def declared(dispatcher: Caller, key: str = "c1", **changed: Any) -> str:
    status, answer = dispatcher.post("/closures", closure(**changed), key=key)
    assert status == 201, answer
    return answer["closure_id"]


def test_a_closure_is_declared_once_per_key_and_moves_the_next_promise(dispatcher: Caller) -> None:
    first = declared(dispatcher)
    assert declared(dispatcher) == first
    assert Closure.objects.get().scope == "621224"
    item = dispatcher.post("/items", {"origin": "O1", "dest": "O3"}, key="k1")[1]
    assert item["arrive_by"] == "2022-07-16T12:00:00+08:00"


def test_a_closure_is_listed_and_read_with_its_measures_by_name(dispatcher: Caller) -> None:
    first = declared(dispatcher)
    rows = dispatcher.get("/closures")[1]["rows"]
    assert [(row["closure_id"], row["acts"]) for row in rows] == [(first, ["停投"])]
    measures = dispatcher.get(f"/closures/{first}")[1]["measures"]
    assert [(measure["act"], measure["place"], measure["is_open"]) for measure in measures] == [
        ("delivery", "康县", True)]


def test_only_the_organ_that_closed_lifts_or_extends(dispatcher: Caller) -> None:
    first = declared(dispatcher)
    order = {"authority": "别的机关", "document_no": "2号"}
    status, problem = dispatcher.post(f"/closures/{first}/lift", order, key="l1")
    assert (status, problem["code"]) == (409, "continuity.other_authority")
    longer = {"authority": ORGAN, "document_no": "2号", "ends_at": "2022-07-18T00:00:00+08:00"}
    assert dispatcher.post(f"/closures/{first}/extend", longer, key="e1") == (200, {"measures": 1})
    assert dispatcher.post(f"/closures/{first}/lift", {**order, "authority": ORGAN}, key="l2") == (200, {"measures": 1})
    again = dispatcher.post(f"/closures/{first}/lift", {**order, "authority": ORGAN}, key="l3")
    assert (again[0], again[1]["code"]) == (409, "continuity.already_lifted")


@pytest.mark.parametrize(("changed", "code", "words"), [
    ({"measure": {"place": "康乡"}}, "network.unknown_office", "康乡"),
    ({"measure": {"zone": "compound", "place": "没有的院"}}, "continuity.closure_invalid", "没有叫“没有的院”的小区"),
    ({"measure": {"ends_at": "2022-07-11T16:00:00+08:00"}}, "continuity.closure_invalid", "结束时间早于开始时间"),
    ({"measure": {"starts_at": "2022-07-11T17:00:00"}}, "api.bad_body", "没有写时区"),
    ({"authority": " "}, "continuity.closure_invalid", "发文机关没有填"),
    ({"measure": {"act": "transit", "zone": "leg", "place": "兰州"}}, "continuity.closure_invalid", "甲地-乙地"),
    ({"measures": []}, "api.bad_body", ""),
])
def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(
    dispatcher: Caller, changed: dict, code: str, words: str,
) -> None:
    status, problem = dispatcher.post("/closures", closure(**changed), key="c1")
    assert 400 <= status < 500
    assert problem["code"] == code
    assert words in str(problem)
    assert not Measure.objects.exists()


def test_places_of_every_kind_are_found_by_what_people_call_them(dispatcher: Caller) -> None:
    places = [("delivery", "compound", "雁北路街道001号院"), ("delivery", "segment", "S1"), ("transit", "route", "R2"),
              ("transit", "leg", "兰州-陇南"), ("acceptance", "division", "620102"), ("transit", "office", "O0")]
    start = {"starts_at": "2022-07-11T17:00:00+08:00"}
    measures = [{"act": act, "zone": zone, "place": place, **start} for act, zone, place in places]
    declared(dispatcher, measures=measures, next_review_at="2022-07-18T09:00:00+08:00")
    assert set(Measure.objects.values_list("zone_kind", "zone_ref")) == {
        ("compound", "0"), ("segment", "1"), ("route", "2"), ("leg", "1-2"), ("division", "620102"),
        ("office", str(XIAN))}
    assert Closure.objects.get().scope == ""


def test_a_preview_is_asked_for_and_only_its_asker_reads_it(dispatcher: Caller, caller: type[Caller]) -> None:
    status, asked = dispatcher.post("/closures/previews", closure(), key="p1")
    assert status == 202
    assert dispatcher.get(f"/closures/previews/{asked['preview_id']}") == (200, {"state": "asked", "result": None})
    assert caller("closure.read").get(f"/closures/previews/{asked['preview_id']}")[0] == 404
    assert not Measure.objects.exists()


def test_a_closure_outside_the_callers_scope_is_not_there(dispatcher: Caller, caller: type[Caller]) -> None:
    first = declared(dispatcher)
    stranger = caller("closure.read", "closure.declare", scope="51")
    assert stranger.get(f"/closures/{first}")[0] == 404
    assert stranger.get("/closures")[1]["rows"] == []
    assert stranger.post("/closures", closure(), key="c1")[1]["code"] == "continuity.closure_invalid"


def test_the_description_of_the_api_can_be_read(dispatcher: Caller) -> None:
    status, described = dispatcher.get("/openapi.json")
    assert status == 200
    assert {"/api/v1/items", "/api/v1/items/batch", "/api/v1/scans", "/api/v1/closures"} <= set(described["paths"])
