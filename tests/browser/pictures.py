"""Pictures of the documentation, taken by the tests that walk its steps: set YOULU_PICTURES=1 to take them anew."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MAX_BYTES = 150_000


def picture(page: Page, name: str) -> None:
    """Store what the page shows, in a palette of 8 bits: as it is in Chinese, and once more in English."""
    if os.environ.get("YOULU_PICTURES") != "1":
        return
    _store(page, PICTURES / f"{name}.zh_CN.png")
    address, _, _ = page.url.partition("?")
    for language, path in (("en", PICTURES / f"{name}.png"), ("zh-hans", None)):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        page.reload()
        page.wait_for_load_state("networkidle")
        if path is not None:
            _store(page, path)


def _store(page: Page, path: Path) -> None:
    shown = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    shown.quantize(colors=128, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= MAX_BYTES, f"{path.name}: {path.stat().st_size} bytes"
