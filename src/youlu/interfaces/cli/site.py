"""The documentation as a site in two languages, and its Chinese held against the English.

English is the source, Chinese a gettext catalogue a page. The first page, tutorials and how-tos are whole in Chinese:
a paragraph without it, or with the Chinese of an older paragraph, fails the build. The rest stays English.
Needs Sphinx, which the tests' lock brings.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from youlu.interfaces.cli.faults import Fault

DOCS = Path(__file__).resolve().parents[4] / "docs"
LANGUAGES = {"en": "en", "zh": "zh_CN"}
WHOLE = ("index", "tutorial/*", "how-to/*")  # what is whole in Chinese
_A_LIST = re.compile(r"\d+\. ")
FIRST_PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>邮路 Youlu</title>
<meta http-equiv="refresh" content="0; url=zh/index.html">
<p><a href="zh/index.html">中文</a> · <a href="en/index.html">English</a></p></html>
"""


def site_build(*, languages: list[str], to: Path, docs: Path = DOCS) -> None:
    """Build each language into a folder of its own; a warning stops it, and so does stale Chinese."""
    if "zh" in languages and (gaps := chinese_gaps(docs)):
        raise Fault("\n".join(gaps), "docs build", "./youlu docs translate，再把缺的中文写进 docs/locale")
    for language in languages:
        _sphinx("-b", "html", "-W", "--keep-going", "-D", f"language={LANGUAGES[language]}", docs, to / language)
    (to / "index.html").write_text(FIRST_PAGE, encoding="utf-8")


def catalogues_update(docs: Path = DOCS) -> list[str]:
    """Bring the catalogues up to the English of now; returns what is still to be written."""
    from sphinx_intl.basic import update

    with tempfile.TemporaryDirectory() as folder:
        _extract(docs, Path(folder))
        update(str(docs / "locale"), folder, [LANGUAGES["zh"]], line_width=0, ignore_obsolete=True)
    return chinese_gaps(docs)


def chinese_gaps(docs: Path = DOCS) -> list[str]:
    """A line for each paragraph of the whole pages that has no Chinese, or one that nobody looked at again."""
    with tempfile.TemporaryDirectory() as folder:
        _extract(docs, Path(folder))
        pages = sorted(Path(folder).rglob("*.pot"))
        catalogues = docs / "locale" / LANGUAGES["zh"] / "LC_MESSAGES"
        names = [page.relative_to(folder).with_suffix(".po") for page in pages]
        found = [line for page, name in zip(pages, names, strict=True) for line in _page_gaps(page, catalogues / name)]
    kept = {path.relative_to(catalogues) for path in catalogues.rglob("*.po")}
    return found + [f"{name}: 这一页没有了，删掉这个文件" for name in sorted(kept - set(names))]


def _page_gaps(template: Path, catalogue: Path) -> Iterator[str]:
    wanted = [message.id for message in _read(template) if message.id]
    if not catalogue.is_file():
        yield f"{catalogue.name}: 整页没有中文"
        return
    have = {message.id: message for message in _read(catalogue) if message.id}
    for text in wanted:
        message = have.get(text)
        if message is None or not message.string:
            yield f"{catalogue.name}: 没有中文：{text[:80]}"
        elif message.fuzzy:
            yield f"{catalogue.name}: 英文改过，中文要再看：{text[:80]}"
        elif _A_LIST.match(message.string):  # Sphinx would read a list and keep the English heading, without a word
            yield f"{catalogue.name}: 开头的“1.”写成“1\\\\.”：{text[:80]}"
    for text in have.keys() - set(wanted):
        yield f"{catalogue.name}: 英文已经没有这一段：{text[:80]}"


def _read(path: Path) -> Iterator:
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        yield from read_po(file)


def _extract(docs: Path, to: Path) -> None:
    """The paragraphs that need Chinese; links out of these pages lead nowhere here, which is not asked."""
    _sphinx("-b", "gettext", "-D", "include_patterns=" + ",".join(f"{name}.md" for name in WHOLE), docs, to)


def _sphinx(*arguments: str | Path) -> None:
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise Fault(done.stderr.strip(), "sphinx", "照它说的行改文档 / mend the line it names")
