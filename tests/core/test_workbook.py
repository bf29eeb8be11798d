"""An Excel workbook as rows of text; what would hurt is refused."""

import io
import tracemalloc
import zipfile

import pytest

from youlu.core.sheets import table_read, table_write
from youlu.core.workbook import WorkbookError, workbook_rows

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
BOOK = f'<workbook {MAIN} {RELS}><sheets><sheet name="a" sheetId="1" r:id="rId7"/></sheets></workbook>'
TARGETS = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
           '<Relationship Id="rId7" Target="worksheets/sheet2.xml"/></Relationships>')
SHARED = f'<sst {MAIN}><si><t>种类</t></si><si><r><t>特</t></r><r><t>快</t></r><rPh><t>te</t></rPh></si></sst>'
STYLES = (f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
          '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="20"/></cellXfs></styleSheet>')
SHEET = f'''<worksheet {MAIN}><sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>天数</t></is></c></row>
<row r="2"/>
<row r="3"><c r="A3" t="s"><v>1</v></c><c r="C3"><v>2</v></c><c r="D3" s="1"><v>46388</v></c>
<c r="E3" s="2"><v>0.729166666666667</v></c><c r="F3"><v>620102</v></c><c r="G3" s="2"><v>1</v></c></row>
</sheetData></worksheet>'''


def workbook(**parts: str) -> bytes:
    packed = io.BytesIO()
    names = {"book": "xl/workbook.xml", "targets": "xl/_rels/workbook.xml.rels", "shared": "xl/sharedStrings.xml",
             "styles": "xl/styles.xml", "sheet": "xl/worksheets/sheet2.xml"}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"book": BOOK, "targets": TARGETS, "shared": SHARED, "styles": STYLES, "sheet": SHEET,
                           **parts}.items():
            archive.writestr(names[name], text)
    return packed.getvalue()


def test_the_first_sheet_comes_as_people_read_it():
    rows = table_read(workbook())
    assert rows[0] == (1, ["种类", "", "天数"])
    assert rows[1] == (3, ["特快", "", "2", "2027-01-01", "17:30", "620102", "24:00"])


@pytest.mark.parametrize(("parts", "told"), [
    ({"sheet": '<!DOCTYPE x [<!ENTITY a "b">]>' + SHEET}, "文档类型声明"), ({"sheet": SHEET[:200]}, "不是完整的"),
    ({"sheet": SHEET.replace('"C3"', '"ZZZ3"')}, "超过100列"), ({"targets": "<x/>"}, "不是完整的"),
    ({"sheet": SHEET.replace("<v>1</v>", "<v>99</v>", 1)}, "不是完整的"),
])
def test_a_workbook_that_would_hurt_is_refused(parts, told):
    with pytest.raises(WorkbookError, match=told):
        table_read(workbook(**parts))


def test_rows_come_one_after_the_other_whatever_follows():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 30_001))
    whole = workbook(sheet=f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")
    assert [cells for _, cells in workbook_rows(whole)][-1] == ["30000"]
    broken = workbook_rows(workbook(sheet=f"<worksheet {MAIN}><sheetData>{rows}<row"))
    assert next(broken) == (1, ["1"])
    with pytest.raises(WorkbookError, match="不是完整的"):
        list(broken)


@pytest.mark.parametrize("is_shared", [True, False])
def test_no_tree_of_a_long_table_stands_in_memory(is_shared):
    """Neither of its rows nor of the texts that Excel keeps apart: what stands are the texts alone."""
    count = 20_000
    texts = [f"第{n}件药品三天没动，家里等着用" for n in range(count)]
    shared = f"<sst {MAIN}>" + "".join(f"<si><t>{one}</t></si>" for one in texts) + "</sst>"
    cells = (f'<c r="A{n}" t="s"><v>{n - 1}</v></c>' if is_shared else
             f'<c r="A{n}" t="inlineStr"><is><t>{texts[n - 1]}</t></is></c>' for n in range(1, count + 1))
    rows = "".join(f'<row r="{n}">{cell}</row>' for n, cell in enumerate(cells, 1))
    content = workbook(sheet=f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
                       **({"shared": shared} if is_shared else {}))
    tracemalloc.start()
    assert sum(cell == [texts[line - 1]] for line, cell in workbook_rows(content)) == count
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 7_000_000, f"{most:,} bytes"


def test_a_declaration_is_seen_wherever_it_begins():
    padding = "<!--" + "x" * ((1 << 20) - 10) + "-->"
    with pytest.raises(WorkbookError, match="文档类型声明"):
        list(workbook_rows(workbook(sheet=padding + '<!DOCTYPE x [<!ENTITY a "b">]>' + SHEET)))


def test_a_zip_that_is_no_workbook_and_one_cut_off_are_refused():
    for content in (b"PK\x03\x04 nothing", workbook()[:-40]):
        with pytest.raises(WorkbookError):
            table_read(content)


def test_what_is_written_runs_in_no_spreadsheet_and_comes_back():
    out = table_write([["a", "=1+1"], ["-2", "x,y"]])
    assert "'=1+1" in out
    assert "'-2" in out
    assert table_read(out.encode()) == [(1, ["a", "'=1+1"]), (2, ["'-2", "x,y"])]
