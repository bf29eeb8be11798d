"""Traces over HTTP: row by row, from the one system a token is named after."""

from __future__ import annotations

import json

import pytest
from tests.interfaces.api.conftest import Caller

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.mail.traces.sources import source_register

ROW = {"number": "EZ123456785CN", "code": "203", "office": "O0", "occurred_at": "2022-07-11 15:00", "dest_office": "O2"}


@pytest.fixture
def feeder(caller: type[Caller]) -> Caller:
    """Its token is named pda."""
    for code in ("pda", "other"):
        source_register(actor=actor_of_system("tests"), code=code, name=code)
    return caller("traces.feed")


def test_each_row_is_answered_and_the_same_rows_again_are_duplicates(feeder: Caller) -> None:
    rows = [ROW, {**ROW, "code": "303"}, {**ROW, "code": "nix"}, {**ROW, "number": "1"}]
    status, answer = feeder.post("/traces/pda", rows)
    assert (status, [row["result"] for row in answer["rows"]]) == (200, ["stored", "ignored", "left", "refused"])
    assert "NIX" in answer["rows"][2]["sentence"]
    lines = "\n".join(json.dumps(row) for row in rows).encode() + b"\n{no"
    status, answer = feeder.post("/traces/pda", lines, content_type="application/x-ndjson")
    assert (answer["duplicate"], answer["stored"], answer["refused"]) == (1, 0, 2)


def test_a_token_feeds_no_other_source_and_cannot_tell_whether_there_is_one(feeder: Caller) -> None:
    theirs, nobodys = feeder.post("/traces/other", [ROW]), feeder.post("/traces/nobody", [ROW])
    assert theirs[0] == nobodys[0] == 404
    assert theirs[1] == nobodys[1]
