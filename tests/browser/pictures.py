"""Pictures of the documentation, taken by the tests that walk its steps: set YOULU_PICTURES=1 to take them anew.

Each is taken in both languages, `name.png` in English and `name.zh_CN.png`, which the Chinese site shows in its stead.
Inside, it keeps the labels that can be read on it, so that a label that is called otherwise since makes it stale
(tests/docs/test_pictures.py).
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from babel.messages.pofile import read_po
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
CATALOGUE = ROOT / "src/youlu/interfaces/web/locale/en/LC_MESSAGES/django.po"
MAX_BYTES = 150_000
LANGUAGES = {"en": ".png", "zh-hans": ".zh_CN.png"}  # what the browser ends with is what the test goes on in
LABELS = "labels"
READ = """() => [...document.querySelectorAll("h1, h2, button, th, dt, label, legend, nav a, summary, .btn")]
    .filter(one => { const at = one.getBoundingClientRect();
                     return at.width > 1 && at.height > 1 && at.top < innerHeight && at.bottom > 0 })
    .map(one => one.innerText.trim())"""


def picture(page: Page, name: str) -> None:
    """Store what the page shows, in a palette of 8 bits: in English, and as it is, in Chinese."""
    if os.environ.get("YOULU_PICTURES") != "1":
        return
    site = "{0.scheme}://{0.netloc}/".format(urlsplit(page.url))  # one cookie for all pages, not one a folder
    for language, ending in LANGUAGES.items():
        page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        page.reload()
        page.wait_for_load_state("networkidle")
        assert str(page.locator("html").get_attribute("lang")).lower() == language
        _store(page, PICTURES / f"{name}{ending}", words(language))


def words(language: str) -> set[str]:
    """Everything that pages say in the language, apart from what people wrote."""
    with CATALOGUE.open("rb") as file:
        said = [message.string if language == "en" else message.id for message in read_po(file) if message.id]
    return {form for one in said for form in ([one] if isinstance(one, str) else one)}


def labels(path: Path) -> list[str]:
    """The labels that can be read on a picture."""
    with Image.open(path) as shown:
        shown.load()
        return list(json.loads(shown.text[LABELS]))  # type: ignore[attr-defined]


def _store(page: Page, path: Path, known: set[str]) -> None:
    shown = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    kept = PngInfo()
    kept.add_itxt(LABELS, json.dumps(sorted(known.intersection(page.evaluate(READ))), ensure_ascii=False))
    shown.quantize(colors=128, dither=Image.Dither.NONE).save(path, optimize=True, pnginfo=kept)
    assert path.stat().st_size <= MAX_BYTES, f"{path.name}: {path.stat().st_size} bytes"
