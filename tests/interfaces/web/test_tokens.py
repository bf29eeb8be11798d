"""Colours can be told apart: by contrast, and without colour sight together with the shapes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

SHEET = (Path(__file__).resolve().parents[3] / "src/youlu/interfaces/web/css/1-ground.css").read_text()
STATES = ("kept", "risk", "late", "closed", "noway", "unknown")


def tokens(selector: str) -> dict[str, str]:
    body = re.search(re.escape(selector) + r" \{(.*?)\n  \}", SHEET, re.S)
    assert body is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6})", body[1]))


LIGHT = tokens(":root")
WALL = {**LIGHT, **tokens("[data-theme=wall]")}


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def contrast(a: str, b: str) -> float:
    first, second = (0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(a), linear(b)))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, WALL], ids=["light", "wall"])
def test_text_reads_on_every_ground_it_stands_on(theme: dict[str, str]) -> None:
    for ink in ("ink", "ink-2", "ink-3", "brand-text"):
        for ground in ("paper", "surface"):
            assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
    assert contrast(theme["ink-2"], theme["sunken"]) >= 4.5
    assert contrast(theme["brand-ink"], theme["brand"]) >= 4.5
    assert contrast(theme["brand-pale"], theme["brand"]) >= 4.5
    for state in STATES:
        for ground in ("paper", "surface", f"{state}-tint"):
            assert contrast(theme[state], theme[ground]) >= 4.5, (state, ground)


@pytest.mark.parametrize("theme", [LIGHT, WALL], ids=["light", "wall"])
def test_marks_are_seen_on_the_surface(theme: dict[str, str]) -> None:
    for state in STATES:
        assert contrast(theme[f"{state}-mark"], theme["surface"]) >= 3, state


@pytest.mark.parametrize("theme", [LIGHT, WALL], ids=["light", "wall"])
def test_no_two_states_share_a_mark_colour(theme: dict[str, str]) -> None:
    assert len({theme[f"{state}-mark"] for state in STATES}) == len(STATES)
    for a, b in combinations(STATES, 2):
        assert theme[f"{a}-tint"] != theme[f"{b}-tint"] or {a, b} <= {"noway", "unknown"}
