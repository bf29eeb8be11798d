"""Lists: what a table, a programme or a view names becomes customers; what cannot be used is told by its line."""

from __future__ import annotations

import csv
import io

import pytest
from tests import people
from tests.core.test_workbook import MAIN, workbook
from tests.domain.desk.campaign_people import asked, customers, topic_make
from tests.domain.small_network import KANGXIAN, XIAN

from youlu.core.errors import NotFoundError
from youlu.core.workbook import WorkbookError
from youlu.domain.applications.models import Application
from youlu.domain.desk import services
from youlu.domain.desk.campaigns.exporting import faults_export, outreach_export
from youlu.domain.desk.campaigns.lists import FAULTS, Listed, list_read
from youlu.domain.desk.campaigns.loading import campaign_open
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.campaigns.sources import programme_list, view_list
from youlu.domain.desk.models import Contact
from youlu.domain.desk.orders.finding import OrderFilter
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.parties.models import Party

pytestmark = pytest.mark.django_db


def read(text: str, **more: str) -> Listed:
    return list_read(actor=people.chen_supervisor(), content=text.encode(), **more)


def mail(**parties: object) -> str:
    return item_accept(actor=people.sun_clerk(), item=ItemInput(XIAN, KANGXIAN, **parties)).number


@pytest.mark.usefixtures("small_network")
def test_an_item_names_its_addressee_or_its_sender() -> None:
    to, by = customers(2)
    number = mail(addressee_id=to, sender_id=by)
    spaced = f"{number[:2]} {number[2:]}".lower()
    assert [one.party_id for one in read(f"{number}\n{spaced}\n").targets] == [to, to]
    assert [one.party_id for one in read(f"邮件号\n{number}\n", side="sender").targets] == [by]


@pytest.mark.usefixtures("small_network")
def test_a_telephone_beside_the_number_says_whom_to_tell_and_the_way_may_be_asked_for() -> None:
    to, other = customers(2)
    number = mail(addressee_id=to)
    found = read(f"姓名,方式,手机号,邮件号\n,电话,13900000001,{number}\n,消息,139 0000 0000,\n")
    assert [(one.party_id, one.by_voice, one.line) for one in found.targets] == [(other, True, 2), (to, False, 3)]
    assert found.targets[0].item_key is not None
    assert found.targets[1].item_key is None


@pytest.mark.usefixtures("small_network")
def test_each_bad_row_is_told_with_its_line_its_cause_and_its_cure() -> None:
    number, bare = mail(addressee_id=customers(1)[0]), mail()
    wrong = number[:10] + str((int(number[10]) + 1) % 10) + number[11:]
    lines = ["邮件号,手机号,姓名,方式", f"{number},,,", "没有,,,", f"{wrong},,,", "9999999999994,,,",
             f"{bare},,,", ",12345,,", ",13911112222,,", f"{number},,,写信", ",,张三,", ",11185,李四,"]
    found = read("\n".join(lines))
    assert found.faults == [(3, "number_form"), (4, "number_check"), (5, "item_unknown"), (6, "no_party"),
                            (7, "phone_form"), (8, "phone_unknown"), (9, "mode"), (10, "nothing"), (11, "phone_form")]
    assert len(found.targets) == 1
    assert all(what and cure for what, cure in FAULTS.values())


def test_somebody_new_with_a_name_is_made_once_and_called() -> None:
    found = read("手机号,姓名\n13911112222,欧阳甲\n139-1111-2222,欧阳甲\n")
    assert len({one.party_id for one in found.targets}) == 1
    party = Party.objects.get()
    assert (party.channel, party.consent_message, party.name) == ("", False, "欧阳甲")


def test_a_workbook_is_read_like_a_table() -> None:
    rows = [("手机号", "姓名"), ("13911112222", "欧阳甲"), ("12", "")]
    found = list_read(actor=people.chen_supervisor(), content=workbook(sheet=f"<worksheet {MAIN}><sheetData>" + "".join(
        f'<row r="{n}">' + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for n, row in enumerate(rows, 1)) + "</sheetData></worksheet>"))
    assert (len(found.targets), found.faults) == (1, [(3, "phone_form")])


def test_what_is_no_table_is_refused_in_words() -> None:
    with pytest.raises(WorkbookError):
        list_read(actor=people.chen_supervisor(), content=b"PK\x03\x04 not a workbook")


@pytest.mark.usefixtures("noon")
def test_of_fifty_thousand_rows_with_three_hundred_bad_ones_the_good_ones_are_taken() -> None:
    topic_make()
    customers(49_700)
    rows = [f"139{n:08d}" for n in range(49_700)]
    for n in range(300):
        rows.insert(n * 160, f"1{n}")
    found = read("手机号\n" + "\n".join(rows))
    assert (len(found.targets), len(found.faults), found.faults[1]) == (49_700, 300, (162, "phone_form"))
    outreach_id = campaign_open(actor=people.chen_supervisor(), asked=asked(), listed=found)
    campaign = Campaign.objects.get()
    assert (campaign.customers, campaign.rows, len(campaign.faults)) == (49_700, 49_700, 300)
    assert Contact.objects.filter(outreach_id=outreach_id, state="held", mode="message").count() == 49_700
    told = "".join(faults_export(actor=people.chen_supervisor(), outreach_id=outreach_id))
    assert "162,不是电话号码,写手机号，或带区号的固定电话" in told


@pytest.mark.usefixtures("noon")
def test_the_export_has_a_row_for_each_line_and_nothing_that_a_spreadsheet_would_run_or_that_says_who() -> None:
    topic_make()
    found = read("手机号,姓名\n13911112222,=cmd|甲\n13911113333,欧阳乙\n13911112222,\n")
    outreach_id = campaign_open(actor=people.chen_supervisor(), asked=asked(name="=1+1"), listed=found)
    text = "".join(outreach_export(actor=people.chen_supervisor(), outreach_id=outreach_id))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert sorted(row["名单行号"] for row in rows) == ["2", "3", "4"]
    assert {row["状态"] for row in rows} == {"等开始"}
    assert "13911112222" not in text
    assert "欧阳" not in text
    assert "\n=" not in text


@pytest.mark.usefixtures("noon")
def test_a_programme_s_people_are_its_applications_in_the_states_asked_for() -> None:
    by_phone, by_counter = customers(2)
    for n, (party, state, proxy) in enumerate(((by_phone, "item", ""), (by_counter, "item", "counter"),
                                               (by_phone, "delivered", ""))):
        Application.objects.create(number=f"A{n}", programme="merit_letter", state=state, applicant="x", proxy=proxy,
                                   parties={"addressee": str(party)}, division_code="621224",
                                   made_draft_at="2022-07-29T00:00:00Z")
    found = programme_list(actor=people.chen_supervisor(), programme="merit_letter", states=["item"])
    assert [(one.party_id, one.by_voice) for one in found.targets] == [(by_phone, False), (by_counter, True)]
    assert len(programme_list(actor=people.chen_supervisor(), programme="merit_letter", states=[]).targets) == 3


@pytest.mark.usefixtures("noon")
def test_a_saved_view_s_customers_are_those_of_its_orders_and_somebody_else_s_view_is_not_there() -> None:
    chief, party = people.chen_supervisor(), customers(1)[0]
    services.order_open(actor=chief, key="1", kind="chase", title="催投", party_id=party)
    services.order_open(actor=chief, key="2", kind="chase", title="没有客户")
    view = services.view_save(actor=chief, name="催投", chosen=OrderFilter(kind="chase"))
    name, found = view_list(actor=chief, view_id=view)
    assert (name, [one.party_id for one in found.targets]) == ("催投", [party])
    services.view_drop(actor=chief, view_id=view)
    with pytest.raises(NotFoundError):
        view_list(actor=chief, view_id=view)
