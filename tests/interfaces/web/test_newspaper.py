"""The newspaper page: every figure has a place where it runs or a reason, and both faces come from one file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from youlu.interfaces.cli.docs import REFERENCE, newspaper_page
from youlu.interfaces.web.newspaper_reading import FILE, STATE_WORDS, Figure, System, lead, systems_read

ROOT = Path(__file__).resolve().parents[3]
ASKED: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("mission_figures.yaml").read_text())
FIGURES = [(system, figure) for system in systems_read() for figure in system.figures]


def unaccounted(asked: dict[str, list[str]], systems: tuple[System, ...]) -> list[str]:
    """Figures asked for that have neither a link nor a reason."""
    told = {(s.id, f.key): bool(f.page or f.run or f.doc or f.reason) for s in systems for f in s.figures}
    return [f"{name} {key}" for name, keys in asked.items() for key in keys if not told.get((name, key))]


def test_every_figure_has_a_link_or_a_reason_and_none_is_made_up() -> None:
    assert unaccounted(ASKED, systems_read()) == []
    assert [system.id for system in systems_read()] == [f"S{n}" for n in range(1, 16)]
    assert {(s.id, f.key) for s, f in FIGURES} == {(name, key) for name, keys in ASKED.items() for key in keys}


def test_a_figure_without_link_or_reason_and_a_missing_one_are_found() -> None:
    bare = System("S1", "", "", "", "works", (Figure("23 staff", "23", "员工"),))
    assert unaccounted({"S1": ["23 staff", "14 at home"]}, (bare,)) == ["S1 23 staff", "S1 14 at home"]


@pytest.mark.parametrize(("system", "figure"), FIGURES, ids=lambda x: getattr(x, "key", getattr(x, "id", "")))
def test_where_a_figure_runs_exists(system: System, figure: Figure) -> None:
    if figure.page:
        assert reverse(f"web:{figure.page}")
    if figure.doc:
        assert (ROOT / "docs" / figure.doc).is_file()
    if figure.run.startswith("python -m "):
        assert (ROOT / figure.run.removeprefix("python -m ").replace(".", "/")).with_suffix(".py").is_file()
    else:
        assert figure.run == "" or figure.run.startswith("./youlu ")


@pytest.mark.parametrize("system", systems_read(), ids=lambda s: s.id)
def test_a_system_that_does_not_wholly_work_says_what_is_missing(system: System) -> None:
    assert system.state in STATE_WORDS
    assert system.missing or system.state == "works"
    assert system.runs or system.state == "not_yet"
    if system.state == "works":
        assert not [figure.key for figure in system.figures if figure.reason and not figure.is_out]


def test_the_text_is_ours_short_and_punctuated_in_full_width() -> None:
    text = FILE.read_text()
    for system in systems_read():
        assert len(system.says) <= 80
        for words in (system.says, system.runs, system.missing, *(f.what + f.reason for f in system.figures)):
            assert not re.search(r"[一-鿿][,:;!?()]|[,:;!?()][一-鿿]", words)
            assert not re.search(r"#\d|issue", words, re.I)
    assert "记者" not in text


@pytest.mark.django_db
def test_anybody_reads_the_page_with_every_figure_and_link(client: Client) -> None:
    answer = client.get("/newspaper")
    page = answer.content.decode()
    assert answer.status_code == 200
    for system, figure in FIGURES:
        assert system.name in page
        assert figure.value in page
        if figure.page:
            assert f'href="{reverse(f"web:{figure.page}")}"' in page
    assert lead(systems_read()) in page


@pytest.mark.django_db
def test_the_start_page_leads_to_it(client: Client) -> None:
    assert "/newspaper" in client.get("/").content.decode()


def test_the_page_of_the_documentation_is_up_to_date() -> None:
    assert (REFERENCE / "newspaper.md").read_text(encoding="utf-8") == newspaper_page(), "run ./youlu docs newspaper"
