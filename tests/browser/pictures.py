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
    """Store what the page shows, in a palette of 8 bits."""
    if os.environ.get("YOULU_PICTURES") != "1":
        return
    shown = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    path = PICTURES / f"{name}.png"
    shown.quantize(colors=128, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= MAX_BYTES, f"{path.name}: {path.stat().st_size} bytes"
