"""Pages of the timetable: reading, editing in the table, what is refused beside its cell, permissions, GTFS."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.domain.small_network import KANGXIAN, LANZHOU
from tests.interfaces.web.conftest import House

from youlu.domain.access.models import User
from youlu.domain.continuity.effects import effect_answer
from youlu.domain.continuity.models import TimetableEffect
from youlu.domain.network.models import DraftTrip, TimetableDraft, TimetableRevision
from youlu.domain.promise.selectors import Place, quote_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
TYPED = {"n-2": "1002", "w-2": list("0123456"), "d-2-0": "08:00", "a-2-1": "11:00", "d-2-1": "11:10", "a-2-2": "13:00",
         "do": "save"}


@pytest.fixture
def head(db: None) -> Client:
    """鲁主任, who drafts nothing and puts in force."""
    user = User.objects.create(username="lu", display_name="鲁主任", roles=["dispatcher"], scope="62", password="!")
    client = Client()
    client.force_login(user)
    return client


def draft_begun(client: Client) -> tuple[str, str]:
    """(page of route 2 in a new draft, the draft's page)."""
    page = client.post("/timetables/new", {"route": "2"})["Location"]
    return page, f"/timetables/{page.partition('draft=')[2]}"


def test_routes_of_the_scope_are_listed_and_found(dispatcher: Client) -> None:
    page = dispatcher.get("/routes").content.decode()
    assert "邮路2" in page
    assert "现行班期是第" in page
    assert "没有这样的邮路" in dispatcher.get("/routes?q=火星").content.decode()


def test_a_route_in_force_is_read_and_not_edited(dispatcher: Client) -> None:
    page = dispatcher.get("/routes/2").content.decode()
    assert "14:30" in page
    assert 'name="d-2-0"' not in page
    assert dispatcher.get("/routes/999").status_code == 404
    assert dispatcher.get("/routes/2?draft=nonsense").status_code == 404


def test_times_are_changed_in_the_table_and_the_promise_follows_once_in_force(
    dispatcher: Client, head: Client, house: House
) -> None:
    route, draft = draft_begun(dispatcher)
    assert dispatcher.post(route, {**TYPED, "version": 1})["Location"] == route
    assert "陇南到14:00→11:00" in dispatcher.get(draft).content.decode()
    before = quote_make(origin_office_id=LANZHOU, dest=Place(KANGXIAN))
    refused = dispatcher.post(f"{draft}/activate", {"version": 2, "date": "2022-07-12"})
    assert refused.status_code == 403
    assert head.post(f"{draft}/activate", {"version": 2, "date": "2022-07-12"}).status_code == 302
    assert quote_make(origin_office_id=LANZHOU, dest=Place(KANGXIAN)).arrive_by < before.arrive_by
    assert TimetableRevision.objects.count() == 2


@pytest.mark.parametrize(("cell", "typed", "said"), [
    ("a-2-1", "07:00", "到达早于上一站开车08:00"), ("a-2-1", "25点", "不是时刻"), ("d-2-1", "", "要么都填，要么都空着"),
    ("a-2-1", "08:10", "汽车跑不到"), ("n-2", "", "班次号没有填"), ("w-2", [], "至少选一天")])
def test_an_impossible_time_is_told_beside_its_cell_and_nothing_typed_is_lost(
    dispatcher: Client, cell: str, typed: str, said: str
) -> None:
    route, _ = draft_begun(dispatcher)
    answer = dispatcher.post(route, {**TYPED, "a-2-2": "13:07", "version": 1, cell: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page.replace("“", "").replace("”", "")
    assert 'value="13:07"' in page
    assert not DraftTrip.objects.exists()


def test_steppers_add_and_drop_work_from_the_same_form(dispatcher: Client) -> None:
    route, draft = draft_begun(dispatcher)
    dispatcher.post(route, {**TYPED, "version": 1, "do": "shift:2:-5"})
    row = DraftTrip.objects.get()
    assert (row.dep_min[0], row.arr_min[2]) == (475, 775)
    dispatcher.post(route, {**TYPED, "version": 2, "do": "add:2"})
    assert {r.number for r in DraftTrip.objects.all()} == {"1002", "1004"}
    new = DraftTrip.objects.get(number="1004").trip_key
    dispatcher.post(route, {**TYPED, "version": 3, "do": f"drop:{new}"})
    dispatcher.post(route, {**TYPED, "version": 4, "do": "drop:2"})
    assert DraftTrip.objects.get().is_dropped
    dispatcher.post(route, {"version": 5, "do": "restore:2"})
    assert not DraftTrip.objects.exists()
    assert TimetableDraft.objects.get().version == 6
    assert dispatcher.get(draft).status_code == 200


def test_days_of_service_and_a_stop_that_is_left_out(dispatcher: Client) -> None:
    route, draft = draft_begun(dispatcher)
    dispatcher.post(route, {**TYPED, "w-2": ["0", "2"], "a-2-1": "", "d-2-1": "", "version": 1})
    row = DraftTrip.objects.get()
    assert (row.office_ids, row.calendar.weekdays) == ([LANZHOU, KANGXIAN], 5)
    assert "不再停陇南" in dispatcher.get(draft).content.decode()


def test_an_older_copy_is_not_saved_over_a_newer_and_what_was_typed_stays(dispatcher: Client, head: Client) -> None:
    route, _ = draft_begun(dispatcher)
    dispatcher.post(route, {**TYPED, "version": 1})
    answer = head.post(route, {**TYPED, "a-2-2": "12:34", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "何工刚刚改过" in page
    assert 'value="12:34"' in page
    assert 'name="version" value="2"' in page


def test_the_effect_is_asked_shown_and_stopped(dispatcher: Client) -> None:
    route, draft = draft_begun(dispatcher)
    dispatcher.post(route, {**TYPED, "version": 1})
    dispatcher.post(f"{draft}/effect", {"version": 2, "date": "2022-07-12"})
    assert "停止计算" in dispatcher.get(draft).content.decode()
    effect_answer(TimetableEffect.objects.get().id)
    page = dispatcher.get(draft).content.decode()
    assert "次变早" in page
    assert "康县" in page
    dispatcher.post(f"{draft}/effect", {"version": 2, "date": "2022-07-12"})
    dispatcher.post(f"{draft}/stop")
    effect_answer(TimetableEffect.objects.latest("id").id)
    assert "计算已停止" in dispatcher.get(draft).content.decode()
    assert dispatcher.post(f"{draft}/effect", {"version": 2, "date": "昨天"}).status_code == 422
    assert dispatcher.post(f"{draft}/nonsense").status_code == 404


def test_who_may_not_is_kept_out(client: Client) -> None:
    assert client.get("/routes")["Location"].startswith("/login")
    agent = User.objects.create(username="li", display_name="李敏", roles=["agent"], scope="62", password="!")
    client.force_login(agent)
    for path in ("/routes", "/routes/2", "/timetables/gtfs", "/timetables/gtfs.zip"):
        assert client.get(path).status_code == 403
    assert client.post("/timetables/new").status_code == 403
    supervisor = User.objects.create(username="su", display_name="陈静", roles=["supervisor"], scope="62", password="!")
    client.force_login(supervisor)
    assert client.get("/routes/2").status_code == 200
    assert client.post("/timetables/new").status_code == 403


def test_gtfs_comes_out_goes_in_and_faults_are_listed(dispatcher: Client) -> None:
    packed = dispatcher.get("/timetables/gtfs.zip").content
    answer = dispatcher.post("/timetables/gtfs", {"feed": SimpleUploadedFile("a.zip", packed), "title": "原样"})
    assert "还没有改动" in dispatcher.get(answer["Location"]).content.decode()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    spoilt = io.BytesIO()
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text.replace("08:00:00", "八点"))
    answer = dispatcher.post("/timetables/gtfs", {"feed": SimpleUploadedFile("b.zip", spoilt.getvalue())})
    assert answer.status_code == 422
    assert "stop_times.txt 第" in answer.content.decode()
    assert dispatcher.post("/timetables/gtfs", {"feed": SimpleUploadedFile("c.zip", b"x")}).status_code == 422
    assert dispatcher.post("/timetables/gtfs").status_code == 422
