"""How the browser is started: the same for every module, which says its window by `SIZE`."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.chromium import CHROMIUM, DESKTOP

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in the tests' thread
expect.set_options(timeout=20_000)  # a page takes its time where two processes of tests share a slow machine


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": str(CHROMIUM),
            "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]}


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A window of the module's `SIZE`, 1440 wide where it says none."""
    return {"viewport": getattr(request.module, "SIZE", DESKTOP), "locale": "zh-CN"}
