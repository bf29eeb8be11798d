"""What of an order is found by words: single characters and pairs, so that two Chinese characters find a title
without an extension of the database."""

from __future__ import annotations

import re
import unicodedata

from django.db.models import F, Func, Q, TextField
from django.db.models.lookups import IContains

SPACE = re.compile(r"\s+")
GRAM = 2
ASKED_MAX = 40


def plain(text: str) -> str:
    """Width, case and spaces as they are compared."""
    return SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def holds(field: str, word: str) -> Q:
    """Whether a text holds a word of a plain one, its width made plain as well: 「催投：录取」 is asked for as
    「催投:录取」."""
    flat = Func(F(field), template="normalize(%(expressions)s, NFKC)", output_field=TextField())
    return Q(IContains(flat, word))


def grams(text: str) -> list[str]:
    """Every character and every pair of neighbours within a word, each once, in order of the alphabet."""
    found: set[str] = set()
    for word in plain(text).split(" "):
        found |= {*word, *(word[n:n + GRAM] for n in range(len(word) - 1))}
    return sorted(found)


def grams_asked(text: str) -> list[str]:
    """What a title must have to hold the words: the pairs; a single character where a word has but one."""
    found: set[str] = set()
    for word in plain(text)[:ASKED_MAX].split(" "):
        found |= {word[n:n + GRAM] for n in range(len(word) - 1)} if len(word) >= GRAM else {word}
    return sorted(found - {""})
