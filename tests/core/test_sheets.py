"""Cells that a spreadsheet would run are marked as text; text is read in UTF-8 and in GB18030."""

from __future__ import annotations

from pathlib import Path

import pytest

from youlu.core.sheets import cell_safe, encoding_of, line_write, lines_in, lines_of, table_read
from youlu.core.workbook import WorkbookError


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_what_would_run_in_a_spreadsheet_is_marked_as_text(text: str) -> None:
    assert cell_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "兰州", "EZ123456785CN", "1-2"])
def test_all_else_stays_as_it_is(text: str) -> None:
    assert cell_safe(text) == text


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"),
                                                 ("gb18030", "gb18030")])
def test_lines_come_in_either_encoding(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("网点,㐂\n康县,2\n".encode(encoding))
    with path.open("rb") as file:
        assert encoding_of(file) == found
        assert list(lines_in(file)) == ["网点,㐂\n", "康县,2\n"]
        assert not file.closed
    assert list(lines_of(path)) == ["网点,㐂\n", "康县,2\n"]


@pytest.mark.parametrize("text", ['类型,内容\n催投,"没到\n查询,在哪\n', '类型,内容\n催投,"没到\n查询,"在哪"\n'])
def test_a_quote_that_nobody_closes_is_said_and_swallows_no_line(text: str) -> None:
    with pytest.raises(WorkbookError, match=r"第3行.*引号"):
        table_read(text.encode())


def test_quotes_that_are_closed_hold_lines_and_quotes() -> None:
    assert table_read('催投,"他说""急""\n孩子等药"\n5" 屏,坏\n'.encode()) == [
        (2, ["催投", '他说"急"\n孩子等药']), (3, ['5" 屏', "坏"])]


def test_a_line_that_streams_is_as_safe_as_a_table():
    assert line_write(["=1+1", "甲,乙", "@x", "正"]) == "'=1+1,\"甲,乙\",'@x,正\r\n"
