"""A normal day turns into the night that emergency mode is for."""

from __future__ import annotations

import datetime as dt

import pytest

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk.emergency.facts import facts_now
from youlu.domain.workforce.selectors import present_now
from youlu.scenarios.lanzhou.cast import cast_make
from youlu.scenarios.lanzhou.night import day_begin, night_begin

EVENING = dt.datetime(2022, 7, 11, 18, 45, tzinfo=clock.SHANGHAI)


@pytest.mark.django_db
def test_a_normal_day_becomes_the_night_of_the_page() -> None:
    actor = actor_of_system("tests")
    with clock.frozen(EVENING):
        cast_make(actor=actor, home_compounds=[1], at=EVENING)
        day_begin(actor=actor)
        present = present_now()
        assert (present.on_site, present.at_home, present.out, facts_now().surge_seen) == (23, 0, 0, 1.0)
        night_begin(actor=actor)
        present = present_now()
        assert (present.on_site, present.at_home, present.out, facts_now().surge_seen) == (7, 14, 2, 3.0)
