"""Traces from files of every kind, and the whole way beside a present system that is played."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from tests.domain.small_network import at

from youlu.core import clock
from youlu.domain.desk.models import Contact
from youlu.domain.mail.models import Item, Scan

pytestmark = pytest.mark.django_db
HEAD = ["邮件号", "操作码", "机构代码", "操作时间", "寄达局", "备注"]
GOOD = ["EZ123456785CN", "203", "O0", "2022-07-11 15:00:00", "O2", "经兰州"]
BAD = ["EZ123456789CN", "203", "O0", "2022-07-11 15:00:00", "O2", ""]


SHEETS = ('<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
          '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet r:id="r1"/></sheets>'
          '</workbook>')
WHERE = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'


def workbook_named(book: zipfile.ZipFile, sheet: str) -> None:
    """The parts that lead to the first sheet, and the sheet."""
    book.writestr("xl/workbook.xml", SHEETS)
    book.writestr("xl/_rels/workbook.xml.rels", WHERE)
    book.writestr("xl/worksheets/sheet1.xml", sheet)


def workbook(path: Path, rows: list[list[str]]) -> Path:
    """The least workbook: one sheet, headings as shared texts, the rest inline."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = "".join(f"<si><t>{text}</t></si>" for text in rows[0])
    lines = ["<row>" + "".join(f'<c r="{"ABCDEF"[n]}1" t="s"><v>{n}</v></c>' for n in range(len(rows[0]))) + "</row>"]
    for nth, row in enumerate(rows[1:], 2):
        cells = (f'<c r="{"ABCDEF"[n]}{nth}" t="inlineStr"><is><t>{text}</t></is></c>'
                 for n, text in enumerate(row) if text)
        lines.append(f"<row>{''.join(cells)}</row>")
    with zipfile.ZipFile(path, "w") as book:
        workbook_named(book, f"<worksheet {space}><sheetData>{''.join(lines)}</sheetData></worksheet>")
        book.writestr("xl/sharedStrings.xml", f"<sst {space}>{shared}</sst>")
    return path


def csv_of(path: Path, encoding: str) -> Path:
    path.write_bytes("\n".join(",".join(row) for row in (HEAD, BAD, GOOD)).encode(encoding))
    return path


def lines_of_json(path: Path) -> Path:
    path.write_text("\n".join(["{}", json.dumps(dict(zip(HEAD, GOOD, strict=True)), ensure_ascii=False)]))
    return path


MAKERS = {
    "utf-8": lambda folder: csv_of(folder / "t.csv", "utf-8-sig"),
    "gb18030": lambda folder: csv_of(folder / "t.csv", "gb18030"),
    "json": lambda folder: lines_of_json(folder / "t.jsonl"),
    "excel": lambda folder: workbook(folder / "t.xlsx", [HEAD, BAD, GOOD]),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_file_of_any_kind_comes_in_and_what_is_wrong_is_told_by_its_line(youlu, tmp_path, kind):
    youlu("traces", "source", "zd", "--name", "现有系统")
    file = MAKERS[kind](tmp_path)
    said = youlu("traces", "import", str(file), "--source", "zd", "--json")
    assert said.code == 1  # something was refused
    assert json.loads(said.out) == {"stored": 1, "duplicate": 0, "ignored": 0, "left": 0, "refused": 1}
    assert f"第{1 if kind == 'json' else 2}行：" in said.err
    assert Scan.objects.count() == 1


def test_a_workbook_that_declares_types_is_not_read(youlu, tmp_path):
    youlu("traces", "source", "zd", "--name", "现有系统")
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        workbook_named(book, '<!DOCTYPE a [<!ENTITY b "c">]><a/>')
    said = youlu("traces", "import", str(path), "--source", "zd")
    assert "文档类型声明" in said.err


def test_a_present_system_that_is_played_is_compared_and_nobody_hears_of_it(youlu, tmp_path):
    file = str(tmp_path / "t.csv")
    with clock.frozen(at("2022-07-18 08:00")):
        youlu("scenario", "traces", file, "--day", "2022-07-11", "--items", "200")
        again = tmp_path / "again.csv"
        youlu("scenario", "traces", str(again), "--day", "2022-07-11", "--items", "200")
        assert again.read_text() == Path(file).read_text()
        youlu("traces", "source", "zd", "--name", "现有系统")
        sums = json.loads(youlu("traces", "import", file, "--source", "zd", "--json").out)
        found = json.loads(youlu("shadow", "report", "--from", "2022-07-11", "--to", "2022-07-18", "--json").out)
        left = json.loads(youlu("traces", "left", "--json").out)
    assert sums["stored"] > 800
    assert sums["left"] > 0
    assert {"799"} <= {row["foreign"] for row in left}
    assert found["total"]["items"] > 100
    assert 0.8 < found["total"]["kept"] / found["total"]["items"] < 1
    assert 0.9 < found["total"]["legs_seen"] / found["total"]["legs"] < 1
    assert set(Item.objects.values_list("shadow_source", flat=True)) == {"zd"}
    assert not Contact.objects.exists()
