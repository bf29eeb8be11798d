"""Applying over HTTP, as a phone without script does: one question a page, a sentence for each voucher that fails."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.domain.applications.applicants import ANSWERS, NOW, SYSTEM, issue

from youlu.core import clock
from youlu.core.models import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.applications.models import Application, State
from youlu.domain.network.models import Office
from youlu.domain.partners.services import partner_register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(db: None) -> Iterator[None]:
    partner_register(actor=SYSTEM, code="card_centre", name="制证中心", url="http://127.0.0.1:9/")
    Office.objects.create(id=1, code="K", name="康县", full_name="甘肃省陇南市康县邮政分公司", kind="county_centre",
                          division_code="621224", lon=105, lat=33, may_transit=False, handling_min=30,
                          unsealing_min=30, wave_start_min=[510], wave_end_min=[720])
    with clock.frozen(NOW):
        yield


def address(voucher: str, page: str = "") -> str:
    return f"/apply/id_card_mail/{voucher}" + (f"/{page}" if page else "")


def fill_in(client: Client, voucher: str, **changes: str) -> str:
    """Answer question after question from the start; the page it ends on."""
    url = client.post(address(voucher)).url
    while not url.endswith("/check"):
        page = client.get(url)
        assert page.status_code == 200
        key = url.rsplit("/", 1)[1]
        url = client.post(url, {"answer": {**ANSWERS, **changes}[key]}).url
    return url


def text_of(response) -> str:
    return re.sub(r"<[^>]+>", "", response.content.decode())


def test_a_resident_applies_from_the_code_to_the_number(client: Client) -> None:
    voucher = issue()
    first = client.get(address(voucher))
    assert "身份证直邮到家" in text_of(first)
    assert "3分钟" in text_of(first)
    check = fill_in(client, voucher)
    page = text_of(client.get(check))
    for shown in ("王建民", "62010219900307123X", "19900001234", "甘肃省陇南市康县", "投递员上门时交",
                  "要，发消息告诉我"):
        assert shown in page
    sent = client.post(check, follow=True)
    row = Application.objects.get()
    assert row.state == State.SUBMITTED
    assert row.number in text_of(sent)
    assert "旧证" in text_of(sent)
    again = client.get(address(voucher), follow=True)
    assert row.number in text_of(again), "the one who sent it comes back to the number"
    history = text_of(clerk_of_the_counter().get(f"/applications/{row.number}"))
    assert "客户本人" in history
    assert "public" not in history.partition("经过")[2]


def clerk_of_the_counter() -> Client:
    client = Client()
    client.force_login(User.objects.create(username="sunli", display_name="孙丽", roles=["clerk"], scope="62",
                                           password="!"))
    return client


def test_a_clerk_applies_by_telephone_for_a_person_without_a_smartphone() -> None:
    clerk = clerk_of_the_counter()
    unread = clerk.post("/vouchers/id_card_mail", {"proxy": "phone"}, follow=True)
    assert "把告知念给本人听" in text_of(unread)
    assert not Application.objects.exists()
    begun = clerk.post("/vouchers/id_card_mail", {"proxy": "phone", "consented": "1"})
    url = clerk.get(begun.url).url
    while not url.endswith("/check"):
        url = clerk.post(url, {"answer": ANSWERS[url.rsplit("/", 1)[1]]}).url
    sent = clerk.post(url, follow=True)
    row = Application.objects.get()
    assert row.number in text_of(sent)
    assert "五个一组" in text_of(sent)
    sheet = text_of(clerk.get(f"/applications/{row.number}"))
    assert "电话代办" in sheet
    assert "孙丽" in sheet
    assert "user:" not in sheet, "the history names people, not their ids"
    assert "电话代办" in text_of(clerk.get("/applications"))
    noted = AuditEntry.objects.get(action="application.proxy")
    assert (noted.object_id, noted.facts) == (row.number, {"proxy": "phone", "consent": "read_aloud"})
    assert noted.actor == row.applicant != "public"


def test_who_may_not_issue_vouchers_applies_for_nobody() -> None:
    client = Client()
    client.force_login(User.objects.create(username="limin", roles=["agent"], scope="62", password="!"))
    assert client.post("/vouchers/id_card_mail", {"proxy": "phone", "consented": "1"}).status_code == 403
    assert not Application.objects.exists()


def test_sending_twice_sends_once(client: Client) -> None:
    voucher = issue()
    check = fill_in(client, voucher)
    client.post(check)
    second = client.post(check, follow=True)
    assert Application.objects.get().number in text_of(second)
    assert Application.objects.count() == 1


@pytest.mark.parametrize(("kind", "status", "words"), [
    ("forged", 404, "不是有效的凭证"), ("expired", 410, "10月27日到期"), ("used", 409, "已经申请过了"),
])
@pytest.mark.parametrize("page", ["", "name", "check", "done"])
def test_a_voucher_that_fails_says_why_on_every_page(kind: str, status: int, words: str, page: str) -> None:
    voucher = issue()
    if kind == "used":
        owner = Client()
        owner.post(fill_in(owner, voucher))
    stranger = Client()
    shown = voucher[:-2] + "AA" if kind == "forged" else voucher
    with clock.frozen(NOW + dt.timedelta(days=91 if kind == "expired" else 0)):
        response = stranger.get(address(shown, page), follow=True)
    assert response.status_code == status
    assert words in text_of(response)
    assert "11185" in text_of(response)
    assert "王建民" not in text_of(response)


def test_another_phone_with_the_same_slip_sees_no_answers_and_starts_its_own(client: Client) -> None:
    voucher = issue()
    fill_in(client, voucher)
    stranger = Client()
    assert stranger.get(address(voucher, "check")).url == address(voucher)
    assert stranger.get(address(voucher, "name")).url == address(voucher)
    assert "王建民" not in text_of(stranger.get(address(voucher)))


def test_a_wrong_answer_comes_back_with_its_sentence_and_what_was_typed(client: Client) -> None:
    voucher = issue()
    client.post(address(voucher))
    client.post(address(voucher, "name"), {"answer": "王建民"})
    response = client.post(address(voucher, "id_number"), {"answer": "513232197502290009"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "出生日期不存在" in page
    assert 'value="513232197502290009"' in page
    assert 'aria-invalid="true"' in page


def test_a_rule_that_is_broken_leads_back_to_its_question(client: Client) -> None:
    voucher = issue()
    check = fill_in(client, voucher, applicant="guardian", guardian_name="王大山", guardian_id="62010219900307123X")
    response = client.post(check)
    assert response.status_code == 422
    assert address(voucher, "guardian_id") in response.content.decode()
    assert Application.objects.get().state == State.DRAFT


def test_a_change_that_opens_a_question_leads_to_it(client: Client) -> None:
    voucher = issue()
    fill_in(client, voucher)
    response = client.post(address(voucher, "applicant"), {"answer": "guardian"})
    assert response.url == address(voucher, "guardian_name")


def test_a_programme_of_units_and_an_unknown_one_are_not_offered_to_the_public(client: Client) -> None:
    for programme in ("merit_letter", "nothing", "_template"):
        response = client.get(f"/apply/{programme}/{issue()}")
        assert response.status_code == 404
        assert "11185" in text_of(response)


def test_progress_is_told_to_who_knows_number_and_digits_and_alike_to_all_others(client: Client) -> None:
    voucher = issue()
    client.post(fill_in(client, voucher))
    number = Application.objects.get().number
    stranger = Client()
    assert "已提交" in text_of(stranger.post("/applied", {"number": number, "tail": "1234"}))
    wrong = stranger.post("/applied", {"number": number, "tail": "9999"})
    unknown = stranger.post("/applied", {"number": "AAAAA-BBBBB", "tail": "1234"})
    assert wrong.status_code == unknown.status_code == 404
    shown = {text_of(page).replace(number, "").replace("AAAAA-BBBBB", "") for page in (wrong, unknown)}
    assert len({re.sub(r"\s+", " ", one) for one in shown}) == 1


def test_english_readers_get_the_programme_in_english(client: Client) -> None:
    client.post("/language", {"language": "en"})
    response = client.get(address(issue()))
    assert "Identity card to the door" in text_of(response)
    page = text_of(client.get(address("forged")))
    assert "This code is no valid voucher" in page
