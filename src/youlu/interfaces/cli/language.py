"""In which language a command talks: English where the terminal's is, else Chinese."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

ORDER = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # as gettext reads them: the first that is set decides


def is_english() -> bool:
    """Whether the terminal asks for English."""
    return next((os.environ[name] for name in ORDER if os.environ.get(name)), "").startswith("en")


def said(chinese: str, english: str) -> str:
    return english if is_english() else chinese


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """What the domain says inside, it says in the language of the terminal."""
    from django.utils import translation

    with translation.override(said("zh-hans", "en")):
        yield
