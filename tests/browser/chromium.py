"""The browser of the tests: Debian's Chromium, and the two sizes that pages are looked at in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
IN_CHROMIUM = [  # marks of a module: without a browser it is skipped with a sentence, except in CI
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists() and os.environ.get("YOULU_BROWSER_REQUIRED") != "1",
                       reason="没有Chromium：装上 /usr/bin/chromium 再跑浏览器测试"),
]
