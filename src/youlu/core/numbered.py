"""A sentence that counts something: one in Chinese, two in English (1 item, 2 items)."""

from __future__ import annotations

from django.utils.translation import ngettext


def numbered(sentence: str, number: float | None) -> str:
    """The sentence in the reader's language, in the form for `number` as it is written: to a whole one."""
    return ngettext(sentence, sentence, round(number or 0))
