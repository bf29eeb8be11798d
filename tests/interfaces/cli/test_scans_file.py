"""A file of scans: in either encoding, cut off anywhere, run again; every row that was confirmed is kept, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.interfaces.cli.conftest import Said

from youlu.domain.mail.models import Scan
from youlu.interfaces.api import scans as api_scans
from youlu.interfaces.cli import scans_file

pytestmark = pytest.mark.django_db
HEAD = "number,device,sequence,kind,occurred_at,office,备注\n"


def line(sequence: int, *, office: str = "O1", note: str = "") -> str:
    return f"EZ123456785CN,pda-1,{sequence},arrived,2022-07-11T08:{sequence % 60:02}:00+08:00,{office},{note}\n"


def csv_of(path: Path, rows: int, encoding: str = "utf-8") -> Path:
    path.write_bytes((HEAD + "".join(line(n, note="经兰州") for n in range(rows))).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_spreadsheets_write(
    youlu: Callable[..., Said], tmp_path: Path, encoding: str
) -> None:
    said = youlu("item", "scans", str(csv_of(tmp_path / "scans.csv", 2, encoding)))
    assert (said.code, Scan.objects.count()) == (0, 2)
    assert "备注" in said.err  # a column that means nothing here is left out, and that is said


def test_wrong_rows_are_named_by_their_place_and_the_others_kept(youlu: Callable[..., Said], tmp_path: Path) -> None:
    path = tmp_path / "scans.csv"
    path.write_text(HEAD + line(1) + line(2, office="O9") + line(3))
    said = youlu("item", "scans", str(path), "--json")
    assert json.loads(said.out) == {"stored": 2, "duplicate": 0, "refused": 1, "rows": 3}
    assert "第2条" in said.err
    assert said.code == 1


def test_a_file_cut_off_in_the_middle_keeps_what_was_confirmed_and_goes_on_when_run_again(
    youlu: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans_file, "ROWS_A_TRANSACTION", 10)
    path = tmp_path / "scans.jsonl"
    rows = [{"number": "EZ123456785CN", "device": "pda-1", "sequence": n, "kind": "arrived", "office": "O1",
             "occurred_at": "2022-07-11T08:00:00+08:00"} for n in range(45)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    keep, calls = api_scans.scans_ingest, iter(range(9))

    def cut_off(**more):
        if next(calls) == 2:
            raise KeyboardInterrupt
        return keep(**more)

    monkeypatch.setattr(api_scans, "scans_ingest", cut_off)
    said = youlu("item", "scans", str(path))
    assert said.code != 0
    assert "已确认到第20条" in said.err
    assert Scan.objects.count() == 20
    again = youlu("item", "scans", str(path), "--json")
    assert json.loads(again.out) == {"stored": 25, "duplicate": 20, "refused": 0, "rows": 45}
    rest = youlu("item", "scans", str(path), "--after", "40", "--json")
    assert json.loads(rest.out)["duplicate"] == 5
    assert Scan.objects.count() == 45


def test_a_file_that_is_no_table_says_what_the_first_line_must_be(youlu: Callable[..., Said], tmp_path: Path) -> None:
    path = tmp_path / "scans.csv"
    path.write_text("一,二\n1,2\n")
    said = youlu("item", "scans", str(path))
    assert (said.code, Scan.objects.count()) == (2, 0)
    assert "number" in said.err
