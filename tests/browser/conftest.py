"""How the browser is started: the same for every module, which says its window by `SIZE`."""

from __future__ import annotations

import os
from typing import Any

import pytest
from tests.browser.chromium import CHROMIUM, DESKTOP

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in the tests' thread


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": str(CHROMIUM),
            "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]}


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A window of the module's `SIZE`, 1440 wide where it says none."""
    return {"viewport": getattr(request.module, "SIZE", DESKTOP), "locale": "zh-CN"}
