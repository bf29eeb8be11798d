"""Orders from a file: every line checked before anything is made, bad ones told apart, good ones made once."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import uuid
from typing import Any

import pytest
from tests import people
from tests.core.test_workbook import workbook

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.core.models import AuditEntry
from youlu.core.sheets import table_read
from youlu.domain.desk.importing import making, receiving
from youlu.domain.desk.importing.columns import COLUMNS
from youlu.domain.desk.importing.errors import ImportFileError, ImportStateError
from youlu.domain.desk.importing.making import import_make, import_start, import_stop, imports_expire
from youlu.domain.desk.importing.models import OrderImport, OrderImportPart, OrderImportRow
from youlu.domain.desk.importing.reading import ImportPage, import_bad_lines, import_page, import_template
from youlu.domain.desk.importing.receiving import import_read, import_receive
from youlu.domain.desk.jobs import import_go_job
from youlu.domain.desk.models import OrderEvent, OrderKind, WorkOrder
from youlu.domain.desk.orders.hours import order_due
from youlu.domain.parties.models import Party
from youlu.engines.codes.item_key import item_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
GOOD = ("催投", "药品三天没动", "家里等着用")


def table(*rows: Any, head: Any = COLUMNS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode("utf-8-sig")


def received(content: bytes) -> uuid.UUID:
    import_id, again = import_receive(actor=people.chen_supervisor(), content=content)
    assert not again
    import_read(import_id)
    return import_id


def page(import_id: uuid.UUID) -> ImportPage:
    return import_page(actor=people.chen_supervisor(), import_id=import_id)


def faults(*cells: str) -> list[tuple[str, str]]:
    found = page(received(table((*cells, *[""] * (len(COLUMNS) - len(cells)))))).bad.rows
    return [(one.column, one.code) for line in found for one in line.faults]


def made(import_id: uuid.UUID) -> None:
    import_start(actor=people.chen_supervisor(), import_id=import_id)
    while import_make(import_id):
        pass


def test_good_lines_are_shown_first_and_made_only_when_somebody_confirms() -> None:
    first = (*GOOD, "13893104417", "王建民", item_number(7), "", "", "是")
    import_id = received(table(first, ("投诉", "破损"), ("x", "")))
    shown = page(import_id)
    assert (shown.row.state, shown.row.total, shown.row.bad) == ("checked", 3, 1)
    assert [(one.line, one.title) for one in shown.first] == [(2, "药品三天没动"), (3, "破损")]
    assert [(line.line, one.column, one.code) for line in shown.bad.rows for one in line.faults] == [
        (4, "类型", "kind"), (4, "标题", "title_none")]
    assert not WorkOrder.objects.exists()
    made(import_id)
    order = WorkOrder.objects.get(kind_id="chase")
    assert (order.channel, order.item_key, order.sites, order.body) == ("file", 7, ["on_site"], "家里等着用")
    assert Party.objects.get(id=order.party_id).phone == "13893104417"
    assert OrderEvent.objects.get(order=order).actor == people.chen_supervisor().id
    assert page(import_id).row.state == "done"


@pytest.mark.parametrize(("cells", "expected"), [
    (("没有", "题"), [("类型", "kind")]), (("催投", "题" * 81), [("标题", "title_long")]),
    (("催投", "题", "长" * 4001), [("内容", "body_long")]), (("催投", "题", "", "138931"), [("客户电话", "phone")]),
    (("催投", "题", "", "", "王建民"), [("客户姓名", "name")]),
    (("催投", "题", "", "", "", "EZ1"), [("邮件号", "item")]),
    (("申诉转办", "题", "", "", "", "", "12305-1"), [("来文时间", "case")]),
    (("申诉转办", "题", "", "", "", "", "1", "昨天"), [("来文时间", "moment")]),
    (("申诉转办", "题", "", "", "", "", "1", "2022-08-29 10:00"), [("来文时间", "case")]),
    (("申诉转办", "题", "", "", "", "", "1", "2022-07-28 10:00"), []), (("chase", "题", "", "", "", "", "随便"), []),
    (("催投", "题", "", "", "", "", "", "", "大概"), [("要定赔偿", "yes_no")]),
    (("投诉", "题", "", "", "", "", "", "", "", "天气"), [("类别", "subtype")]),
    (("催投", "题", "", "", "", "", "", "", "", "延误"), [("类别", "subtype")]),
])
def test_each_fault_names_its_column(cells: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert faults(*cells) == expected


def test_a_row_of_a_letter_counts_from_the_letter() -> None:
    made(received(table(("申诉转办", "12305转来", "", "", "", "", "12305-88", "2022-07-28 10:00", ""))))
    order = WorkOrder.objects.get()
    assert order.outside_no == "12305-88"
    assert order.due_at == order_due(order.kind, dt.datetime(2022, 7, 28, 10, tzinfo=clock.SHANGHAI)).close.at


def test_the_same_file_again_is_the_same_import_and_makes_nothing_twice() -> None:
    content = table(*[(*GOOD[:1], f"第{n}件") for n in range(7)])
    import_id = received(content)
    made(import_id)
    assert import_receive(actor=people.chen_supervisor(), content=content) == (import_id, True)
    made_again = WorkOrder.objects.count()
    import_go_job()
    assert WorkOrder.objects.count() == made_again == 7


def test_stopped_it_makes_no_more_and_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SLICE", 3)
    chen, import_id = people.chen_supervisor(), received(table(*[("催投", f"第{n}件") for n in range(8)]))
    import_start(actor=chen, import_id=import_id)
    assert import_make(import_id, slices=1)
    import_stop(actor=chen, import_id=import_id)
    assert not import_make(import_id)
    assert page(import_id).row.created == 3
    assert [one.line for one in page(import_id).first] == [5, 6, 7, 8, 9]
    made(import_id)
    assert sorted(WorkOrder.objects.values_list("title", flat=True)) == [f"第{n}件" for n in range(8)]
    with pytest.raises(ImportStateError):
        import_start(actor=chen, import_id=import_id)
    with pytest.raises(NotFoundError):
        import_stop(actor=chen, import_id=uuid.uuid4())


def test_a_reading_that_was_cut_off_goes_on_behind_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "SLICE", 2)
    content = table(*[("催投", f"第{n}件") for n in range(7)])
    import_id, _ = import_receive(actor=people.chen_supervisor(), content=content)
    keep, cut = receiving._slice_keep, iter((False, False, True))

    def cut_off(*given: Any) -> None:
        if next(cut):
            raise KeyboardInterrupt
        keep(*given)

    monkeypatch.setattr(receiving, "_slice_keep", cut_off)
    with pytest.raises(KeyboardInterrupt):
        import_read(import_id)
    monkeypatch.setattr(receiving, "_slice_keep", keep)
    import_read(import_id)
    assert list(OrderImportRow.objects.order_by("line").values_list("line", flat=True)) == list(range(2, 9))
    assert (page(import_id).row.total, page(import_id).row.state) == (7, "checked")


def test_what_turned_bad_since_it_was_read_becomes_a_bad_line_and_the_others_are_made() -> None:
    import_id = received(table(("催投", "一"), ("表扬", "二"), ("催投", "三")))
    OrderKind.objects.filter(code="praise").delete()
    made(import_id)
    assert sorted(WorkOrder.objects.values_list("title", flat=True)) == ["一", "三"]
    assert (page(import_id).row.bad, page(import_id).row.created) == (1, 2)


def test_two_lines_about_the_same_are_one_order_and_one_repeat() -> None:
    import_id = received(table(("催投", "一", "", "", "", item_number(7)), ("催投", "二", "", "", "", item_number(7))))
    made(import_id)
    row = page(import_id).row
    assert (row.created, row.repeats, row.left) == (1, 1, 0)
    assert WorkOrder.objects.get().repeats == 1


def test_bad_lines_come_back_as_a_file_to_mend_that_no_spreadsheet_runs() -> None:
    import_id = received(table(("=cmd()", "题"), ("催投", ""), ("催投", "好的一行"), ("没有", "+1+2")))
    text = "".join(import_bad_lines(actor=people.chen_supervisor(), import_id=import_id))
    rows = table_read(text.encode())
    assert rows[0][1][-4:] == ["哪一列", "哪里不对", "怎么改", "写的是"]
    assert [cells[0] for _, cells in rows[1:]] == ["'=cmd()", "催投", "没有"]
    assert rows[1][1][-1] == "'=cmd()"
    mended = text.replace("'=cmd()", "催投", 1).replace("没有,'+1+2", "催投,'+1+2")
    again = received(mended.encode())
    assert page(again).row.bad == 1
    made(again)
    assert set(WorkOrder.objects.values_list("title", flat=True)) == {"题", "+1+2"}
    assert AuditEntry.objects.filter(action="import.download").exists()


def test_a_workbook_comes_in_as_its_text_does() -> None:
    rows = [COLUMNS[:2], ("催投", "一"), ("投诉", "二")]
    lines = ["".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) for row in rows]
    sheet = "".join(f'<row r="{n}">{line}</row>' for n, line in enumerate(lines, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made(received(workbook(sheet=f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>')))
    assert set(WorkOrder.objects.values_list("title", flat=True)) == {"一", "二"}


@pytest.mark.parametrize("content", [b"", b"PK\3\4 not a workbook", table(head=("标题", "别的")), b"\0" * 10])
def test_a_file_that_cannot_be_read_is_refused_in_words_and_may_be_sent_again(content: bytes) -> None:
    if not content:
        with pytest.raises(ImportFileError):
            received(content)
        return
    for _ in range(2):
        row = page(received(content)).row
        assert row.state == "refused"
        assert row.problem
    assert not OrderImportPart.objects.exists()


def test_too_many_lines_are_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LINES_MAX", 3)
    assert page(received(table(*[GOOD] * 4))).row.state == "refused"
    assert not OrderImportRow.objects.exists()


def test_cells_are_sealed_emptied_when_used_and_gone_after_a_month() -> None:
    import_id = received(table((*GOOD, "13893104417", "王建民"), ("没有", "题")))
    assert json.loads(OrderImportRow.objects.get(line=2).cells)[3] == "13893104417"
    made(import_id)
    assert OrderImportRow.objects.get(line=2).cells == ""
    waiting = received(table(("催投", "没人确认")))
    with clock.frozen(clock.now() + making.KEEP * 1.1):
        assert imports_expire() == 3
    assert "30天" in page(waiting).row.problem
    assert OrderImport.objects.get(id=import_id).state == "done"


def test_the_template_is_a_file_that_comes_in() -> None:
    assert page(received(import_template().encode())).row.bad == 0
    english = table(("chase", "medicine", "yes"), head=("Kind", "Title", "Compensation"))
    assert page(received(english)).row.bad == 0


def test_only_a_supervisor_has_to_do_with_files() -> None:
    li, import_id = people.li_agent(), received(table(GOOD))
    for ask in (import_start, import_stop, import_page, import_bad_lines):
        with pytest.raises(NotAllowedError):
            ask(actor=li, import_id=import_id)
    with pytest.raises(NotAllowedError):
        import_receive(actor=li, content=b"x")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # so that each slice ends as it does outside a test
def test_fifty_thousand_rows_with_three_hundred_bad_ones() -> None:
    dice, rows = random.Random(7), [("催投", f"第{n}件") for n in range(50_000)]
    spoilt = set(dice.sample(range(50_000), 300))
    content = table(*[("没有这种", title) if n in spoilt else (kind, title) for n, (kind, title) in enumerate(rows)])
    import_id = received(content)
    assert (page(import_id).row.total, page(import_id).row.bad) == (50_000, 300)
    made(import_id)
    assert WorkOrder.objects.count() == 49_700
    assert WorkOrder.objects.values("title").distinct().count() == 49_700
    text = "".join(import_bad_lines(actor=people.chen_supervisor(), import_id=import_id))
    assert len(table_read(text.encode())) == 301
