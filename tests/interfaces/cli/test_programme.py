"""`youlu programme …`: begun from the template, listed with what breaks the contract, a voucher that opens."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from youlu.domain.applications.vouchers import voucher_read
from youlu.domain.catalogue.contract import contract_problems
from youlu.domain.catalogue.copying import CopyRefusedError, programme_copy
from youlu.domain.catalogue.registry import programmes
from youlu.interfaces.cli.programme import PROGRAMMES

pytestmark = pytest.mark.django_db


def test_programmes_are_listed_and_none_breaks_the_contract(youlu) -> None:
    said = youlu("programme", "list", "--json")
    assert said.code == 0
    rows = json.loads(said.out)
    assert [row["code"] for row in rows] == list(programmes())
    assert all(row["problems"] == [] for row in rows)
    assert "● id_card_mail" in youlu("programme", "list").out


def test_a_voucher_is_drawn_and_its_address_opens(youlu) -> None:
    said = youlu("programme", "voucher", "id_card_mail", "--serial", "S1", "--base", "https://post.example", "--json")
    made = json.loads(said.out)
    assert made["address"] == f"https://post.example/apply/id_card_mail/{made['voucher']}"
    assert voucher_read(programme="id_card_mail", text=made["voucher"])
    assert made["voucher"] in youlu("programme", "voucher", "id_card_mail", "--serial", "S1").out


def test_an_unknown_programme_is_told_in_three_lines(youlu) -> None:
    said = youlu("programme", "voucher", "nothing")
    assert said.code == 1
    assert said.err.splitlines()[0].startswith("什么不对：没有这个项目")


def test_a_new_programme_is_a_copy_that_keeps_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "copied_programmes"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copytree(PROGRAMMES / "_template", package / "_template")
    folder = programme_copy(name="archive_mail", programmes=package)
    for path in folder.rglob("*.py"):  # the copy stands in another package than ours
        path.write_text(path.read_text().replace("youlu.programmes.", "copied_programmes."))
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("copied_programmes.archive_mail.programme")
    assert module.PROGRAMME.code == "archive_mail"
    assert contract_problems(module.PROGRAMME, folder) == []


@pytest.mark.parametrize("name", ["", "Archive", "id-card", "class", "../x", "_template", "id_card_mail"])
def test_a_name_that_is_no_word_or_taken_makes_nothing(name: str) -> None:
    before = sorted(PROGRAMMES.iterdir())
    with pytest.raises(CopyRefusedError):
        programme_copy(name=name, programmes=PROGRAMMES)
    assert sorted(PROGRAMMES.iterdir()) == before


def test_a_second_package_of_programmes_is_found_by_its_setting_alone(tmp_path: Path) -> None:
    package = tmp_path / "of_another_post"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copytree(PROGRAMMES / "merit_letter", package / "field_letter")
    for path in (package / "field_letter").rglob("*.py"):
        path.write_text(path.read_text().replace("youlu.programmes.merit_letter", "of_another_post.field_letter")
                        .replace('"merit_letter"', '"field_letter"'))
    asked = ("import django; django.setup(); from youlu.domain.catalogue.registry import programmes;"
             "print(*programmes())")
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, env={
        **os.environ, "YOULU_PROGRAMMES": "youlu.programmes,of_another_post", "DJANGO_SETTINGS_MODULE":
        "youlu.config.settings", "PYTHONPATH": f"{PROGRAMMES.parents[1]}:{tmp_path}"})
    assert told.stdout.split() == ["field_letter", *programmes()]
