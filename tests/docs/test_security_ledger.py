"""The ledger of security names tests that exist, and says "open" where there is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = [line for line in (ROOT / "docs/reference/security.md").read_text().splitlines()
         if re.match(r"^\| V\d", line)]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[2:40])
def test_each_line_of_the_ledger_names_a_test_or_says_open(line: str) -> None:
    proof = line.rstrip(" |").rpartition("|")[2].strip()
    if proof == "**open**":
        return
    named = re.fullmatch(r"`([\w/]+\.py)::(\w+)`", proof)
    assert named, proof
    assert re.search(rf"^def {named[2]}\(", (ROOT / named[1]).read_text(), re.M), proof
