"""What is this programme's own; the contract test looks at the rest."""

from __future__ import annotations

from youlu.programmes._template.programme import PROGRAMME


def test_nothing_is_left_at_the_door() -> None:
    assert "never_left" in {demand.code for demand in PROGRAMME.demands({})}
