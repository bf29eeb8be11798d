"""Merit letters: a joint visit by appointment, never left."""

from __future__ import annotations

from youlu.programmes.merit_letter.programme import PROGRAMME


def test_the_letter_is_handed_over_by_a_joint_visit_at_the_agreed_time_and_never_left() -> None:
    demands = {demand.code: demand for demand in PROGRAMME.demands({})}
    assert set(demands) == {"joint_visit", "by_appointment", "never_left"}
    assert demands["joint_visit"].proved
    assert demands["by_appointment"].proved
