"""Pictures of the documentation: each in both languages, each on a page, none that shows a label of yesterday."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.browser.pictures import LANGUAGES, PICTURES, labels, words

DOCS = PICTURES.parent
OF_THE_README = {"tour.png"}
SHOWN = re.compile(r"!\[[^]]*\]\(\.\./pictures/([\w-]+)\.png\)")


def names() -> list[str]:
    return sorted({name for page in DOCS.rglob("*.md") for name in SHOWN.findall(page.read_text())})


def stale(path: Path, known: set[str]) -> list[str]:
    """Labels on the picture that no page has any more."""
    return [label for label in labels(path) if label not in known]


def test_every_picture_of_a_page_is_there_in_both_languages_and_no_other() -> None:
    wanted = {f"{name}{ending}" for name in names() for ending in LANGUAGES.values()}
    assert wanted | OF_THE_README == {path.name for path in PICTURES.iterdir()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_label_on_a_picture_is_still_called_so(language: str) -> None:
    known = words(language)
    found = {name: gone for name in names() if (gone := stale(PICTURES / (name + LANGUAGES[language]), known))}
    assert not found, "take the pictures anew: YOULU_PICTURES=1 ./youlu test --all tests/browser/test_tutorials.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_knows_its_labels_and_a_label_renamed_is_found(language: str) -> None:
    for name in names():
        path = PICTURES / (name + LANGUAGES[language])
        assert (on_it := labels(path)), path.name
        assert stale(path, words(language) - {on_it[0]}) == [on_it[0]]
