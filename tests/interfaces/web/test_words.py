"""What pages say: punctuation of the language, an English sentence for every Chinese one, dates to the wave."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from youlu.interfaces.web import wording
from youlu.interfaces.web.nav import ROOMS, short_word

WEB = Path(__file__).resolve().parents[3] / "src" / "youlu" / "interfaces" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES" / "django.po"
HAN = "\u4e00-\u9fff"
ASCII_BESIDE_HAN = re.compile(rf"[{HAN}][,:;!?()]|[,:;!?()][{HAN}]")
TRANSLATED = re.compile(r'{% translate "([^"]+)"|_\("([^"]+)"\)|[ =]"?_\("([^"]+)"\)')
BLOCK = re.compile(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", re.S)
IN_PYTHON = re.compile(r'\b(?:gettext|gettext_lazy|gettext_noop|N|_)\(\s*"((?:[^"\\]|\\.)+)"')


def sentences_of_templates() -> set[str]:
    found: set[str] = set()
    for path in TEMPLATES:
        text = path.read_text()
        found |= {next(filter(None, groups)).replace("%", "%%") for groups in TRANSLATED.findall(text)}
        found |= {re.sub(r"{{ *(\w+) *}}", r"%(\1)s", body) for body in BLOCK.findall(text)}
    return found


def sentences_of_code() -> set[str]:
    return {text for path in WEB.rglob("*.py") for text in IN_PYTHON.findall(path.read_text())}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB / "templates").as_posix())
def test_han_text_is_punctuated_in_full_width(path: Path) -> None:
    found = [line.strip() for line in path.read_text().splitlines() if ASCII_BESIDE_HAN.search(line)]
    assert not found


MARKED = re.compile(r"{#.*?#}|{% if [^%]*%}|{% blocktranslate.*?endblocktranslate %}", re.S)
LANGUAGES_OWN_NAME = "parts/language.html"  # 中文 is written in Chinese for whoever reads English


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB / "templates").as_posix())
def test_no_template_writes_han_outside_gettext(path: Path) -> None:
    if path.as_posix().endswith(LANGUAGES_OWN_NAME):
        return
    rest = re.sub(r'{% translate "[^"]*".*?%}|_\("[^"]*"\)', "", MARKED.sub("", path.read_text()))
    assert not re.findall(rf"[^\n]{{0,20}}[{HAN}]+[^\n]{{0,20}}", rest)


def test_every_sentence_of_the_pages_has_its_english() -> None:
    with CATALOGUE.open("rb") as file:
        english = {str(message.id): message for message in read_po(file)}
    wanted = {s for s in sentences_of_templates() | sentences_of_code() if re.search(rf"[{HAN}]", s)}
    missing = sorted(s for s in wanted if s not in english or not english[s].string)
    assert not missing
    assert not [s for s in wanted if english[s].fuzzy]


def test_the_rail_has_an_english_word_of_its_own_for_every_room() -> None:
    with translation.override("en"):
        words = [short_word(room.short) for room in ROOMS]
    assert not [word for word in words if not word.isascii()]
    assert len(set(words)) == len(words)


def test_a_translation_keeps_the_places_of_its_values() -> None:
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            places = re.compile(r"%\((\w+)\)s|{(\w+)}")
            assert sorted(places.findall(str(message.id))) == sorted(places.findall(str(message.string))), message.id


def test_a_customer_reads_the_wave_of_a_day_and_never_a_minute() -> None:
    at = dt.datetime(2022, 8, 3, 10, 0, tzinfo=dt.UTC)
    assert wording.wave(at) == "8月3日 周三18时前"
    with translation.override("en"):
        assert wording.wave(at) == "by 18:00 on Wed 3 Aug"


def test_durations_are_short_in_words_and_aligned_in_columns() -> None:
    assert wording.span(108) == "1小时48分"
    assert wording.span(-3 * 1440 - 125) == "3天2小时"
    assert wording.span_column(108) == "1:48"
    assert wording.days_later(3 * 1440 + 20) == "3天"
    with translation.override("en"):
        assert wording.span(108) == "1 h 48 min"
        assert wording.days_later(1441) == "1 day"
