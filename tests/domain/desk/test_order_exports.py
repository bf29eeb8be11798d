"""Every order out, with all that the one who exports may see, and nothing that a spreadsheet would run."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import time
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import people
from tests.domain.desk.test_order_life import taken
from tests.domain.desk.test_orders import present

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.core.models import AuditEntry
from youlu.core.sheets import FORMULA_BEGINS
from youlu.core.workbook import workbook_rows
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.claims.reckoning import Facts
from youlu.domain.desk.exporting import building, keeping
from youlu.domain.desk.exporting.errors import ExportReasonError, ExportsManyError
from youlu.domain.desk.exporting.keeping import (
    export_ask,
    export_file,
    export_make,
    exports_at_work,
    exports_expire,
)
from youlu.domain.desk.exporting.models import OrderExport, OrderExportPart
from youlu.domain.desk.models import ClaimRule, OrderEvent, WorkOrder
from youlu.domain.desk.orders import finding
from youlu.domain.desk.orders.facts import HEADINGS, HISTORY
from youlu.domain.desk.orders.finding import OrderFilter
from youlu.domain.desk.services import Asked
from youlu.domain.desk.trade import claim_rules_ensure
from youlu.engines.codes.item_key import item_key, s10_check_digit

pytestmark = pytest.mark.django_db
NUMBER = f"EZ20714436{s10_check_digit(20714436)}CN"
ALL = OrderFilter(view="all")
RUN = "=HYPERLINK(1)"


@pytest.fixture
def chen(noon: object) -> Actor:
    return people.chen_supervisor()


def exported(chen: Actor, chosen: OrderFilter = ALL, **how: Any) -> bytes:
    export_id = export_ask(actor=chen, chosen=chosen, **how)
    export_make(export_id)
    parts, size = export_file(actor=chen, export_id=export_id)
    content = b"".join(parts)
    assert len(content) == size
    return content


def sheet(content: bytes, nth: int) -> list[list[str]]:
    """The rows of a sheet, by a reader that is not the writer's."""
    book, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as only:  # our reader takes the first sheet
        for name in book.namelist():
            if not name.startswith("xl/worksheets/"):
                only.writestr(name, book.read(name))
        only.writestr("xl/worksheets/sheet1.xml", book.read(f"xl/worksheets/sheet{nth}.xml"))
    return [row for _, row in workbook_rows(out.getvalue())]


def column(rows: list[list[str]], name: str) -> list[str]:
    place = rows[0].index(name)
    return [row[place] if place < len(row) else "" for row in rows[1:]]


def a_life(chen: Actor) -> uuid.UUID:
    """An order with a customer, a claim, a rating, words and a history."""
    claim_rules_ensure(ClaimRule)
    li = present(people.li_agent())
    order_id = services.order_receive(actor=li, asked=Asked(
        "claim", RUN, body="孩子等药，住在二单元", party_id=people.customer(), item_key=item_key(NUMBER))).order_id
    services.order_take(actor=li, order_id=order_id)
    services.claim_reckon(actor=li, order_id=order_id, mail_class="receipted",
                          facts=Facts("lost", "ours", postage_fen=1_200, loss_fen=3_000))
    services.order_note(actor=li, order_id=order_id, text="@客户说下午在家")
    services.order_answer(actor=li, order_id=order_id, text="-已找到")
    WorkOrder.objects.filter(id=order_id).update(rating=4)
    return order_id


def test_a_workbook_has_every_fact_and_the_history_with_the_customer_masked_and_no_word(chen: Actor) -> None:
    order_id = a_life(chen)
    content = exported(chen)
    facts, history = sheet(content, 1), sheet(content, 2)
    assert (tuple(facts[0]), tuple(history[0])) == (HEADINGS, HISTORY)
    assert [column(facts, name) for name in ("邮件号", "评价", "客户", "赔偿状态", "核算（元）")] == [
        [NUMBER], ["4"], ["王*民"], ["已核算"], ["30.00"]]
    assert column(facts, "客户电话") == ["1******4417"]
    assert column(history, "动作")[:5] == ["受理", "接单", "赔偿核算", "备注", "答复"]
    whole = str(facts) + str(history)
    for word in ("13893104417", "王建民", "二单元", "下午在家", "已找到"):
        assert word not in whole
    assert column(facts, "工单号") == [str(WorkOrder.objects.get(id=order_id).number)]


def test_with_words_for_a_reason_by_who_may_reveal_and_the_audit_knows(chen: Actor) -> None:
    a_life(chen)
    content = exported(chen, has_words=True, reason="complaint")
    assert column(sheet(content, 1), "客户怎么说") == ["孩子等药，住在二单元"]
    assert column(sheet(content, 2), "说了什么")[3:5] == ["'@客户说下午在家", "'-已找到"]
    entry = AuditEntry.objects.get(action="order.export")
    assert (entry.facts["has_words"], entry.reason, entry.facts["orders"]) == (True, "complaint", 1)
    assert AuditEntry.objects.filter(action="export.download").count() == 1
    with pytest.raises(ExportReasonError):
        export_ask(actor=chen, chosen=ALL, has_words=True)
    blind = Actor(chen.id, chen.name, chen.permissions - {"party.reveal"}, chen.scope)
    with pytest.raises(NotAllowedError):
        export_ask(actor=blind, chosen=ALL, has_words=True, reason="complaint")
    with pytest.raises(NotAllowedError):
        export_file(actor=blind, export_id=OrderExport.objects.get().id)  # the post was lost after it was made
    with pytest.raises(NotAllowedError):
        export_ask(actor=people.li_agent(), chosen=ALL)


def test_no_cell_of_a_workbook_is_a_formula_or_begins_as_one(chen: Actor) -> None:
    a_life(chen)
    for begin in FORMULA_BEGINS:
        title = f"{begin}1+1" if begin.strip() else f"x{begin}=1"
        services.order_open(actor=chen, kind="chase", title=title, body=begin)
    content = exported(chen, has_words=True, reason="contact")
    book = zipfile.ZipFile(io.BytesIO(content))
    parts = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    assert len(parts) == 2
    assert not any("<f>" in part or "hyperlink" in part.lower().replace("hyperlink(1)", "") for part in parts)
    cells = [text for part in parts for text in re.findall(r"<t[^>]*>([^<]*)</t>", part)]
    assert "'" + RUN in cells
    assert not any(text.startswith(FORMULA_BEGINS) for text in cells)
    assert all('t="inlineStr"' in one for part in parts for one in re.findall(r"<c [^>]*>", part))


def test_nothing_is_cut_off_where_a_sheet_is_full_or_a_text_too_long(
    chen: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in range(7):
        services.order_open(actor=chen, kind="chase", title=f"催投{nth}", body="长" * 40_000)
    monkeypatch.setattr(building, "BATCH", 2)
    path, heard = tmp_path / "x.xlsx", []
    orders = WorkOrder.objects.select_related("kind").order_by("number")
    assert building.workbook_build(path, actor=chen, orders=orders, has_words=True, told=heard.append, rows_max=4) == 7
    assert heard == [2, 4, 6, 7]
    book = zipfile.ZipFile(path)
    names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert sorted(names) == ["工单", "工单2", "工单3", "经过", "经过2", "经过3"]
    content = path.read_bytes()
    found = [title for nth, name in enumerate(names, 1) if name.startswith("工单")
             for title in column(sheet(content, nth), "标题")]
    assert sorted(found) == [f"催投{nth}" for nth in range(7)]
    assert column(sheet(content, 1), "客户怎么说")[0].endswith("（还有8000字，在网页上看）")


def test_a_workbook_is_its_askers_alone_sealed_and_gone_after_days(chen: Actor, noon: dt.datetime) -> None:
    a_life(chen)
    export_id = export_ask(actor=chen, chosen=OrderFilter(view="all", text="王建民"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM desk_orderexport")
        assert "王建民" not in cursor.fetchone()[0]
    assert "王建民" not in str(AuditEntry.objects.get(action="order.export").facts)
    other = User.objects.create(username="wangfang", roles=["supervisor"], scope="62", password="!")
    client = Client()
    client.force_login(other)
    export_make(export_id)
    for address in (f"/desk/exports/{export_id}", f"/desk/exports/{export_id}/orders.xlsx"):
        assert client.get(address).status_code == 404
    with clock.frozen(noon + keeping.KEEP + dt.timedelta(minutes=1)):
        assert exports_expire() == 1
    assert not OrderExportPart.objects.exists()
    with pytest.raises(NotFoundError):
        export_file(actor=chen, export_id=export_id)


def test_what_a_killed_worker_wrote_in_plain_goes_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chen: Actor
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name, age_s in (("youlu-export-old", 90_000), ("youlu-export-new", 60), ("another", 90_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "orders.xlsx").write_bytes(b"plain")
        os.utime(tmp_path / name, (time.time() - age_s,) * 2)
    exports_expire()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["another", "youlu-export-new"]


def test_what_a_killed_worker_left_is_made_again_and_after_three_tries_it_says_so(
    chen: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_life(chen)
    export_id = export_ask(actor=chen, chosen=ALL)

    def killed(*args: object, **more: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "workbook_build", killed)
        with pytest.raises(KeyboardInterrupt):
            export_make(export_id)
        assert exports_at_work() == [export_id]
    export_make(export_id)
    assert (OrderExport.objects.get().state, OrderExport.objects.get().done) == ("done", 1)
    export_make(export_id)
    assert OrderExport.objects.get().tries == 2, "what is done is not made again"
    OrderExport.objects.update(state="running", tries=keeping.TRIES_MAX)
    export_make(export_id)
    assert (OrderExport.objects.get().state, OrderExport.objects.get().problem) == ("failed", keeping.FAILED)
    User.objects.filter(username="chenjing").update(is_active=False)
    OrderExport.objects.update(state="waiting", tries=0)
    export_make(export_id)
    assert OrderExport.objects.get().problem == keeping.LOST


def test_what_the_beginning_of_a_number_finds_is_exported_whole_though_a_page_shows_some(
    chen: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "NUMBERED_MAX", 2)
    li = present(people.li_agent())
    numbers = {services.order_open(actor=li, kind="chase", title=f"第{nth}件") for nth in range(4)}
    begins = str(WorkOrder.objects.order_by("number").values_list("number", flat=True)[0])[:1]
    chosen = OrderFilter(view="all", text=begins)
    assert len(finding.order_list(actor=chen, chosen=chosen).rows) == 2
    assert len(sheet(exported(chen, chosen), 1)) == 1 + len(numbers)


def test_so_many_wait_and_no_more(chen: Actor) -> None:
    for _ in range(keeping.OPEN_MAX):
        export_ask(actor=chen, chosen=ALL)
    with pytest.raises(ExportsManyError):
        export_ask(actor=chen, chosen=ALL)


def test_the_pages_make_a_short_one_at_once_and_leave_a_long_one_to_the_worker(
    chen: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_life(chen)
    desk = Client()
    desk.force_login(User.objects.get(username="chenjing"))
    assert "/desk/exports?view=all" in desk.get("/desk?view=all").content.decode()
    page = desk.post("/desk/exports", {"kept": "view=all"}, follow=True).content.decode()
    assert "1张工单导好了" in page
    answer = desk.get(f"/desk/exports/{OrderExport.objects.get().id}/orders.xlsx")
    assert len(sheet(b"".join(answer.streaming_content), 1)) == 2
    monkeypatch.setattr(keeping, "AT_ONCE_MAX", 0)
    page = desk.post("/desk/exports", {"kept": "view=all"}, follow=True).content.decode()
    assert "正在导" in page
    assert "every 2s" in page
    assert desk.post("/desk/exports", {"kept": "", "words": "1"}).status_code == 422
    assert OrderEvent.objects.exists()


def test_one_that_failed_leads_back_to_its_filter_without_what_was_searched_for(chen: Actor) -> None:
    export_id = export_ask(actor=chen, chosen=OrderFilter(view="all", kind="chase", text="王建民"))
    OrderExport.objects.update(state="failed", problem=keeping.FAILED)
    desk = Client()
    desk.force_login(User.objects.get(username="chenjing"))
    page = desk.get(f"/desk/exports/{export_id}").content.decode()
    assert 'href="/desk?view=all&amp;kind=chase"' in page
    assert keeping.FAILED in page
    assert "没导成" in desk.get("/desk/exports").content.decode()


def test_of_many_orders_a_workbook_asks_the_same_few_questions(chen: Actor) -> None:
    asked = []
    for more in (1, 30):
        for nth in range(more):
            services.order_open(actor=chen, kind="chase", title=f"催投{more}{nth}", party_id=people.customer(
                phone=f"1389310{more:02}{nth:02}"))
        taken(present(people.li_agent()), "chase")
        with CaptureQueriesContext(connection) as questions:
            exported(chen)
        asked.append(len(questions))
    assert asked[0] == asked[1]
