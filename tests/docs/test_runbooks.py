"""Commands in the tutorials and how-tos exist, with the options that are given; what the doctor points to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from babel.messages.pofile import read_po

from youlu.interfaces.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"
PAGES = sorted((ROOT / "docs").glob("tutorial/*.md")) + sorted(HOW_TO.glob("*.md"))
LINE = re.compile(r"(?:^ *|`)((?:[A-Z_]+=\S+ )*(?:\./|/\S*/)youlu [a-z][^`\n]*)", re.M)
LABEL = re.compile(r"\*\*([^*\n]+)\*\*")  # what the reader is to find on a page of the product
HAN = re.compile(r"[\u4e00-\u9fff]")
# **Closures** (中断) or (**on time**, 守时): the label of the English page, then that of the Chinese one.
PAIR = re.compile(r"\*\*([^*\n]+)\*\*(?:\s\(|,\s)(?=[\u4e00-\u9fff])([^()*,]+)\)")
CATALOGUE = ROOT / "src/youlu/interfaces/web/locale/en/LC_MESSAGES/django.po"
OF_THE_TERMINAL = {("open", "打开")}
TESTS_READ = {"YOULU_SIMULATION_SEED", "YOULU_FAULTS_SEED", "YOULU_FAULTS_KILLS", "YOULU_BROWSER_REQUIRED",
              "YOULU_PICTURES"}
IN_UNIT = re.compile(r"^\s*ExecStart=(\S*youlu .*)$", re.M)


def commands() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for page in PAGES:
        text = page.read_text()
        found += [(page.name, line.partition("  #")[0].strip())
                  for line in [*LINE.findall(text), *IN_UNIT.findall(text)]]
    return found


@pytest.mark.parametrize(("page", "line"), commands(), ids=lambda value: value)
def test_a_command_of_a_how_to_exists_with_its_options(page: str, line: str) -> None:
    command: Any = typer.main.get_command(app)
    words = shlex.split(re.sub(r"^([A-Z_]+=\S+ )+", "", line.partition(" > ")[0]))[1:]
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"{page}: {name}"
        command = command.commands[name]
    options = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)} | {"--help"}
    if not command.context_settings.get("ignore_unknown_options"):
        for word in words:
            assert not word.startswith("-") or word.partition("=")[0] in options, f"{page}: {word}"


def test_settings_named_in_a_tutorial_or_how_to_exist() -> None:
    known = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/reference/settings.md").read_text(), re.M))
    for page in PAGES:
        named = set(re.findall(r"\b(YOULU_[A-Z_]+|DATABASE_URL)\b", page.read_text()))
        assert named <= known | TESTS_READ, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_the_reader_is_to_find_on_a_page_of_the_product_is_written_there(page: Path) -> None:
    pages = "".join(path.read_text() for path in (ROOT / "src/youlu").rglob("*") if path.suffix in (".html", ".py"))
    for label in filter(HAN.search, LABEL.findall(page.read_text())):
        for part in label.split("…"):
            assert part in pages, f"{page.name}: **{label}**"


@pytest.mark.parametrize("page", PAGES[:4], ids=lambda page: page.stem)
def test_a_tutorial_names_labels_as_the_english_pages_and_the_chinese_ones_do(page: Path) -> None:
    text = page.read_text()
    with CATALOGUE.open("rb") as file:
        words = [(str(message.id), str(message.string)) for message in read_po(file) if message.id]
    for english in LABEL.findall(text):
        assert english in ("English", "open") or any(_holds(said, english) for _, said in words), english
    pairs = set(PAIR.findall(text)) - OF_THE_TERMINAL
    assert len(pairs) > 8
    for english, chinese in pairs:
        assert any(_holds(zh, chinese) and _holds(en, english) for zh, en in words), (english, chinese)


def _holds(text: str, label: str) -> bool:
    return all(part in text for part in label.split("…"))


def test_there_are_commands_to_look_at() -> None:
    assert len(commands()) > 20


def test_what_the_doctor_points_to_is_there() -> None:
    text = (ROOT / "src/youlu/interfaces/cli/checkup.py").read_text()
    pages = re.findall(r"docs/how-to/[a-z-]+\.md", text)
    assert len(pages) >= 4
    assert all((ROOT / page).is_file() for page in pages)


def test_metrics_named_in_the_how_to_are_told() -> None:
    text = (HOW_TO / "run-on-a-server.md").read_text()
    source = "".join(path.read_text() for path in (ROOT / "src/youlu").rglob("gauges.py"))
    source += (ROOT / "src/youlu/core/metrics.py").read_text()
    for name in set(re.findall(r"youlu_([a-z_]+)", text)):
        assert f'"{name}"' in source, name
