"""Mail over HTTP: accepted once per key, row by row in a batch, read without personal data."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from tests.domain.small_network import at
from tests.interfaces.api.conftest import Caller

from youlu.domain.mail.models import Item

pytestmark = pytest.mark.django_db
ONE = {"origin": "O1", "dest": "O3"}


@pytest.fixture
def counter(caller: type[Caller]) -> Caller:
    return caller("mail.accept", "mail.read")


def test_an_item_is_accepted_with_a_number_and_a_promise_in_local_time(counter: Caller) -> None:
    status, answer = counter.post("/items", ONE, key="k1")
    assert (status, answer["arrive_by"]) == (201, "2022-07-13T12:00:00+08:00")
    assert Item.objects.get().committed_arrive_by == at("2022-07-13 12:00")


def test_the_same_key_and_body_get_the_stored_answer_and_one_item(counter: Caller) -> None:
    first, again = counter.post("/items", ONE, key="k1"), counter.post("/items", ONE, key="k1")
    assert first == again
    assert Item.objects.count() == 1
    assert counter.post("/items", ONE, key="k2")[1]["number"] != first[1]["number"]


def test_the_same_key_with_another_body_is_refused(counter: Caller) -> None:
    counter.post("/items", ONE, key="k1")
    status, problem = counter.post("/items", {"origin": "O0", "dest": "O3"}, key="k1")
    assert (status, problem["code"]) == (422, "core.key_reused")
    assert Item.objects.count() == 1


def test_another_callers_key_of_the_same_name_is_another_key(counter: Caller, caller: type[Caller]) -> None:
    counter.post("/items", ONE, key="k1")
    assert caller("mail.accept").post("/items", ONE, key="k1")[0] == 201
    assert Item.objects.count() == 2


def test_a_refused_item_leaves_its_key_free_for_the_corrected_try(counter: Caller) -> None:
    wrong = {**ONE, "number": "EZ123456786CN"}
    status, problem = counter.post("/items", wrong, key="k1")
    assert (status, problem["code"]) == (422, "mail.number_invalid")
    assert counter.post("/items", {**ONE, "number": "EZ123456785CN"}, key="k1")[0] == 201


def test_a_write_without_a_key_is_told_how_to_send_one(counter: Caller) -> None:
    status, problem = counter.post("/items", ONE)
    assert (status, problem["code"]) == (422, "api.key_missing")
    assert "Idempotency-Key" in problem["detail"]


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_first_call_still_runs_is_told_to_wait(counter: Caller) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{_actor_id(counter)} k1"])
            held.set()
            done.wait(20)
            cursor.execute("ROLLBACK")
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(20)
    status, problem = counter.post("/items", ONE, key="k1")
    done.set()
    other.join()
    assert (status, problem["code"]) == (409, "core.key_busy")
    assert counter.post("/items", ONE, key="k1")[0] == 201


def _actor_id(counter: Caller) -> str:
    from youlu.domain.access.selectors import actor_of_token

    actor = actor_of_token(counter.secret)
    assert actor is not None
    return actor.id


def test_a_batch_takes_the_good_rows_and_names_what_is_wrong_with_the_others(counter: Caller) -> None:
    rows = [ONE, {"origin": "O1", "dest": "nowhere"}, {"origin": "O1"}, {**ONE, "number": "EZ123456786CN"},
            {**ONE, "mail_class": "pigeon"}, {**ONE, "dest": "O4", "dest_compound": "雁北路街道001号院"}, "text",
            {**ONE, "dest_compound": "雁北路街道001号院"}]
    status, answer = counter.post("/items/batch", {"items": rows}, key="b1")
    assert (status, answer["accepted"], answer["refused"]) == (200, 2, 6)
    assert [row["result"] for row in answer["rows"]] == [
        "accepted", "refused", "refused", "refused", "refused", "accepted", "refused", "refused"]
    assert [row["code"] for row in answer["rows"]][1:5] == [
        "api.unknown_code", "api.bad_row", "mail.number_invalid", "api.bad_row"]
    assert "nowhere" in answer["rows"][1]["sentence"]
    assert answer["rows"][2]["sentence"].startswith("dest")
    assert Item.objects.filter(dest_segment_id=0, dest_compound_id=0).count() == 1
    assert counter.post("/items/batch", {"items": rows}, key="b1")[1] == answer
    assert Item.objects.count() == 2


def test_a_batch_is_at_most_five_hundred_and_at_least_one(counter: Caller) -> None:
    assert counter.post("/items/batch", {"items": [ONE] * 501}, key="b1")[1]["code"] == "api.too_many_rows"
    assert counter.post("/items/batch", {"items": []}, key="b1")[1]["code"] == "api.no_rows"
    assert counter.post("/items/batch", {"things": []}, key="b1")[0] == 422
    assert not Item.objects.exists()


def test_a_batch_of_only_bad_rows_answers_them(counter: Caller) -> None:
    status, answer = counter.post("/items/batch", {"items": [{"origin": "O1"}]}, key="b1")
    assert (status, answer["refused"]) == (200, 1)


def test_a_stranger_a_caller_without_the_permission_and_nonsense_get_problems(
    counter: Caller, caller: type[Caller],
) -> None:
    assert caller("mail.scan").post("/items", ONE, key="k1")[1]["code"] == "core.not_allowed"
    assert caller("mail.scan").post("/items/batch", {"items": [{"origin": "O1"}]}, key="k1")[0] == 403
    assert counter.post("/items", b"{", key="k1")[0] == 400
    assert counter.post("/items/batch", b"\xff", key="k1")[1]["code"] == "api.not_json"
    counter.secret = "wrong"
    status, problem = counter.post("/items", ONE, key="k1")
    assert (status, problem["code"]) == (401, "api.unauthorized")


def test_an_item_is_read_with_its_way_and_history_and_offices_by_code(counter: Caller) -> None:
    number = counter.post("/items", ONE, key="k1")[1]["number"]
    status, item = counter.get(f"/items/{number.lower()}")
    assert (status, item["number"], item["state"], item["mail_class"]) == (200, number, "kept", "express")
    assert item["origin"] == {"code": "O1", "name": "兰州"}
    assert item["accepted_at"] == "2022-07-11T17:00:00+08:00"
    assert [(leg["from_office"]["code"], leg["to_office"]["code"]) for leg in item["legs"]] == [("O1", "O3")]
    assert [revision["cause"] for revision in item["revisions"]] == ["accepted"]
    assert [scan["name"] for scan in item["scans"]] == ["收寄"]


def test_an_unknown_item_is_not_found_and_reading_needs_the_permission(counter: Caller, caller: type[Caller]) -> None:
    assert counter.get("/items/EZ123456785CN")[1]["code"] == "mail.not_found"
    assert counter.get("/items/%00")[0] == 404
    assert caller("mail.accept").get("/items/EZ123456785CN")[0] == 403
