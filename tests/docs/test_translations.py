"""Tutorials and how-tos are whole in Chinese: a paragraph without it, or with yesterday's, is found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from youlu.interfaces.cli import site

PAGE = "tutorial/change-a-timetable"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Two pages with their catalogues, to be broken."""
    for name in ("conf.py", "index.md", f"{PAGE}.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(site.DOCS / name, tmp_path / name)
    for name in ("index", PAGE):
        catalogue = tmp_path / "locale/zh_CN/LC_MESSAGES" / f"{name}.po"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site.DOCS / "locale/zh_CN/LC_MESSAGES" / f"{name}.po", catalogue)
    for folder in ("_templates", "_static"):
        (tmp_path / folder).mkdir()
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_every_paragraph_of_tutorials_and_how_tos_has_its_chinese() -> None:
    assert site.chinese_gaps() == [], "run ./youlu docs translate, then write the Chinese in docs/locale"


def test_a_paragraph_that_is_new_changed_fuzzy_or_gone_is_found(copy: Path) -> None:
    page = copy / f"{PAGE}.md"
    catalogue = copy / "locale/zh_CN/LC_MESSAGES" / f"{PAGE}.po"
    assert site.chinese_gaps(copy) == []
    replace(page, "So moving it was wrong", "So moving it was a mistake")
    page.write_text(page.read_text() + "\nOne more paragraph.\n")
    replace(catalogue, 'msgid "2. Begin a draft"', '#, fuzzy\nmsgid "2. Begin a draft"')
    replace(catalogue, 'msgstr "3\\\\. ', 'msgstr "3. ')
    found = "\n".join(site.chinese_gaps(copy))
    assert "没有中文：One more paragraph." in found
    assert "So moving it was a mistake" in found
    assert "英文已经没有这一段" in found
    assert "：3. Move the run" in found
    assert "中文要再看：2. Begin a draft" in found
    page.unlink()
    assert site.chinese_gaps(copy) == ["tutorial/change-a-timetable.po: 这一页没有了，删掉这个文件"]


@pytest.mark.slow
def test_the_site_is_built_in_both_languages_without_a_warning(tmp_path: Path) -> None:
    site.site_build(languages=["en", "zh"], to=tmp_path)
    english, chinese = ((tmp_path / language / f"{PAGE}.html").read_text() for language in ("en", "zh"))
    assert "Begin a draft" in english
    assert "新开一份草稿" in chinese
    for page in (tmp_path / "zh").glob("*to*/*.html"):  # what Sphinx could not use it leaves English, without a word
        for heading in re.findall(r"<h[123]>(.*?)<a class", page.read_text()):
            assert re.search("[\u4e00-\u9fff]", heading), f"{page.name}: {heading}"
    assert 'href="../../en/tutorial/change-a-timetable.html"' in chinese
    assert re.search(r'href="../background/timetables.html">[^\n]*?（英文）</span></a>', chinese)
    assert "（英文）" not in english + "".join(re.findall(r'href="../how-to/change-a-timetable.html">.*?</a>', chinese))
    assert "timetable-before.zh_CN.png" in chinese
    assert "zh_CN.png" not in english
    assert 'url=zh/index.html' in (tmp_path / "index.html").read_text()
