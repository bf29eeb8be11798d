"""Pages of the clocks: three on quote and item, versions taken in and put in force, holidays, kept rates; the API."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.domain.promise.standard_people import HEADING, TABLE, put_in_force
from tests.interfaces.web.conftest import NOW, House

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.access.services import token_issue
from youlu.domain.insight.models import Kept
from youlu.domain.insight.services import kept_make
from youlu.domain.promise.models import HolidayList, StandardTable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


@pytest.fixture
def head(db: None) -> Client:
    """陈静, who puts versions in force and takes none in."""
    user = User.objects.create(username="chen", display_name="陈静", roles=["supervisor"], scope="62", password="!")
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, text: str, url: str = "/standards", **more: str):
    file = SimpleUploadedFile("标准.csv", text.encode("gb18030"))
    return client.post(url, {"file": file, "title": "甘肃标准", "document_no": "甘邮9号", **more})


def test_a_quote_shows_three_clocks_with_their_sources(dispatcher: Client) -> None:
    page = dispatcher.get("/quote?start=兰州&end=康县&ready_at=2022-07-11T17:00").content.decode()
    assert "收寄时没有启用的标准时限" in page
    with clock.frozen(NOW):
        version = put_in_force(dt.date(2022, 7, 11))
    page = dispatcher.get("/quote?start=兰州&end=康县&ready_at=2022-07-11T17:01").content.decode()
    for said in ("三个时限", "7月18日 周一当天内", f"第{version}版·甘邮〔2022〕9号", "收寄后7天，24:00截止",
                 "班期第", "不算中断"):
        assert said in page


def test_after_the_last_known_year_a_quote_says_that_the_calendar_is_unknown(dispatcher: Client) -> None:
    with clock.frozen(NOW):
        put_in_force(dt.date(2022, 7, 11), table=HEADING + "特快,*,*,3,工作日,18:00,\n")
    HolidayList.objects.filter(year__gt=2022).delete()
    page = dispatcher.get("/quote?start=兰州&end=康县&ready_at=2022-12-30T17:00").content.decode()
    assert "日历未知：2023年放假安排尚未导入" in page
    dispatcher.cookies["django_language"] = "en"
    english = dispatcher.get("/quote?start=兰州&end=康县&ready_at=2022-12-30T17:00")
    assert "Calendar unknown: the holidays of 2023 have not been imported" in english.content.decode()


def test_an_item_shows_what_was_set_at_its_acceptance(dispatcher: Client, house: House) -> None:
    page = dispatcher.get(f"/items/{house.to_county}").content.decode()
    for said in ("三个时限", "收寄时没有启用的标准时限", "07-12 18:00到投递局", "7月13日 周三12时前",
                 "现在预计", "告知过"):
        assert said in page


def test_a_version_is_taken_in_by_one_and_put_in_force_by_another(dispatcher: Client, head: Client) -> None:
    page = upload(dispatcher, TABLE)["Location"]
    assert dispatcher.post(f"{page}/activate", {"from": "2022-07-12"}).status_code == 403
    late = head.post(f"{page}/activate", {"from": "2022-07-10"})
    assert late.status_code == 422
    assert "只能从今天或以后起" in late.content.decode()
    assert head.post(f"{page}/activate", {"from": "2022-07-12"}).status_code == 302
    assert "待生效" in head.get(page).content.decode()
    assert "已经启用，不能改也不能撤" in dispatcher.post(f"{page}/discard").content.decode()
    found = head.get(f"{page}?origin=兰州&dest=621224&class=express").content.decode()
    assert "没有写这个地方的行" in found
    assert "特快：收寄后7个自然日，24:00截止" in found
    rows = dispatcher.get(f"{page}.csv").content.decode("utf-8-sig")
    assert rows.splitlines()[2] == "特快,620000,620000,2,自然日,18:00,18:00"


def test_a_wrong_file_is_told_line_by_line_and_what_was_typed_stays(dispatcher: Client, head: Client) -> None:
    refused = upload(dispatcher, TABLE + "特快,*,*,9,小时,,\n")
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "第7行：没有“小时”这种计法。写工作日或自然日。" in page
    assert 'value="甘邮9号"' in page
    assert not StandardTable.objects.exists()
    assert "没有选文件" in dispatcher.post("/standards", {"title": "x"}).content.decode()
    assert upload(head, TABLE).status_code == 403


def test_a_year_of_holidays_is_taken_in_on_its_page(dispatcher: Client) -> None:
    assert "放假安排知道到2026年底，2027年的还没有导入" in dispatcher.get("/holidays").content.decode()
    year = "日期,类别\n" + "".join(f"2027-{day},放假\n" for day in ("01-01", "05-01", "10-01"))
    wrong = upload(dispatcher, year + "2027-03-02,上班\n", "/holidays", year="2027")
    assert "第5行：2027-03-02是周二" in wrong.content.decode()
    assert upload(dispatcher, year, "/holidays", year="2027").status_code == 302
    assert "放假安排知道到2027年底" in dispatcher.get("/holidays").content.decode()


def test_kept_rates_are_shown_with_few_left_untold(dispatcher: Client) -> None:
    assert "还没有统计过一整天" in dispatcher.get("/kept").content.decode()
    kept_make(rows=[Kept(day=dt.date(2022, 7, 9 + n), mail_class="express", prefecture=prefecture, standard_due=due,
                         standard_kept=due - 1, committed_due=due, committed_kept=due, no_standard=0)
                    for n in range(2) for prefecture, due in (("6201", 100), ("6212", 4))])
    page = dispatcher.get("/kept").content.decode()
    for said in ("最近2天按标准到的98.1%，按承诺到的100.0%。", "不足10件", "示例编造的日子", "kept-bars"):
        assert said in page
    assert "还没有到期的邮件" in dispatcher.get("/kept?class=parcel").content.decode()


def test_the_api_tells_the_same(house: House) -> None:
    with clock.frozen(NOW + dt.timedelta(minutes=1)):
        version = put_in_force(dt.date(2022, 7, 11))
    clock.clock_set(at=NOW + dt.timedelta(minutes=2), rate=0.0)
    secret = token_issue(actor=actor_of_system("tests"), kind="device", name="t", permissions=[
        "promise.quote", "mail.read", "standard.read", "insight.read"])
    bearer = {"Authorization": f"Bearer {secret}"}
    quote = Client().get("/api/v1/quotes?origin=O1&dest=O3&at=2022-07-11T17:30:00%2B08:00", headers=bearer).json()
    assert quote["standard"]["version"] == version
    assert quote["standard"]["day"] == "2022-07-18"
    assert quote["planned"]["arrive_by"] == quote["promised"] == "2022-07-13T12:00:00+08:00"
    item = Client().get(f"/api/v1/items/{house.to_county}", headers=bearer).json()
    assert item["clocks"]["standard"]["why"] == "no_table"
    assert item["clocks"]["planned"]["arrive_by"] == "2022-07-12T18:00:00+08:00"
    assert [row["state"] for row in Client().get("/api/v1/standards", headers=bearer).json()] == ["in_force"]
    assert Client().get("/api/v1/kept", headers=bearer).json()["days"] == []
    assert Client().get("/api/v1/quotes?origin=O9&dest=O3", headers=bearer).status_code == 422
