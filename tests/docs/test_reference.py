"""Docs cannot lie: settings, commands, the API, links and identifiers are held against the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from youlu.interfaces.cli.app import app
from youlu.interfaces.cli.docs import api_reference, cli_reference
from youlu.interfaces.cli.reference import commands_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
FROM_ENVIRONMENT = re.compile(r'environ(?:\.get\(|\[)"((?:YOULU_|DATABASE_)[A-Z_]+)"')


def variables_read() -> set[str]:
    files = [ROOT / "src/youlu/config" / name for name in ("settings.py", "environment.py")]
    return {name for file in files for name in FROM_ENVIRONMENT.findall(file.read_text())}


def test_every_setting_is_described_and_none_that_is_not_read() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)`", (DOCS / "reference/settings.md").read_text(), re.M))
    assert described == variables_read()


def test_the_reference_of_commands_is_what_the_commands_say() -> None:
    assert (DOCS / "reference/cli.md").read_text() == cli_reference(), "run ./youlu docs cli"


@pytest.mark.parametrize(("path", "command"), list(commands_of(typer.main.get_command(app), "./youlu")),
                         ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_says_in_one_line_what_it_is(path: str, command) -> None:
    assert command.help
    assert f"## `{path}`" in (DOCS / "reference/cli.md").read_text()


def test_the_reference_of_the_api_is_what_the_api_describes() -> None:
    assert (DOCS / "reference/api.md").read_text() == api_reference(), "run ./youlu docs api"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text()):
        assert (page.parent / target).is_file(), target


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("0*.md")), ids=lambda page: page.stem)
def test_a_decision_says_why_what_it_costs_and_names_code_that_exists(page: Path) -> None:
    text = page.read_text()
    assert all(f"**{part}.**" in text for part in ("Decision", "Why", "Costs", "In the code"))
    code = text.partition("**In the code.**")[2]
    files = re.findall(r"`([a-z_/]+\.py)`", code)
    assert files
    for file in files:
        assert list((ROOT / "src/youlu").rglob(file)), file
    for file, name in re.findall(r"`([a-z_/]+\.py)` \(`(\w+)`\)", code):
        assert f"def {name}(" in next((ROOT / "src/youlu").rglob(file)).read_text()
    assert page.name in (DOCS / "decisions/README.md").read_text()
