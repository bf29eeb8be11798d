"""Whatever stands where a number belongs, the answer is a plan or an error of our own that a planner can read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.engines.routing.test_cli import WEEK
from tests.engines.routing.test_readers import CORDEAU, VRPLIB
from tests.engines.routing.villages import week, with_customer

from youlu.engines.routing import Crossing, Day, Params, RoutingInputError, Vehicle, Weights, cordeau_read, solve
from youlu.engines.routing.vrplib_read import vrplib_read
from youlu.engines.routing.week_file import week_read

NO_STEPS = Params(iterations=0)
WORDS = ("x", "nan", "inf", "-1", "0", "1.5", "1e400")
VALUES = ("x", None, float("nan"), float("inf"), -1, 0, 1.5, True, [], ["x"], [[0]], {})


def readable(make) -> None:
    """`make` gives a problem or raises our error; a problem is then planned or refused in the same way."""
    try:
        plan = solve(make(), NO_STEPS)
    except RoutingInputError as error:
        assert len(str(error)) > 10  # noqa: PT017 either way is right
    else:
        assert plan.feasible or plan.unserved


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("text", "read"), [(CORDEAU, cordeau_read), (VRPLIB, vrplib_read)])
def test_any_word_of_a_published_file_may_be_wrong(text, read, word):
    lines = text.splitlines()
    for number, line in enumerate(lines):
        parts = line.split()
        for k in range(len(parts)):
            broken = [*lines[:number], " ".join([*parts[:k], word, *parts[k + 1 :]]), *lines[number + 1 :]]
            readable(lambda broken=broken: read(broken))
        readable(lambda cut=[*lines[:number], *lines[number + 1 :]]: read(cut))


def spots(document: Any) -> Iterator[tuple]:
    """The way to every value of a JSON document."""
    entries = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in entries:
        yield (key,)
        if isinstance(value, dict | list):
            yield from ((key, *rest) for rest in spots(value))


def changed(document: Any, spot: tuple, value: Any) -> Any:
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in spot[:-1]:
        inner = inner[key]
    inner[spot[-1]] = value
    return copy


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_any_value_of_a_week_file_may_be_wrong(value):
    for spot in spots(WEEK):
        readable(lambda spot=spot: week_read(changed(WEEK, spot, value)))


@pytest.mark.parametrize("entry", ["customers", "vehicles", "crossings", "closed", "snow", "places"])
def test_any_word_of_a_week_file_may_be_missing(entry):
    for word in WEEK[entry][0]:
        rest = {known: value for known, value in WEEK[entry][0].items() if word != known}
        readable(lambda rest=rest: week_read({**WEEK, entry: [rest]}))


def test_a_week_file_says_where_a_word_stands_for_a_number():
    for entry, change, words in (
        ("customers", {"place": "哨所甲", "visits": "三"}, ["哨所甲", "visits", "三"]),
        ("vehicles", {"name": "邮车", "home": "县局", "count": 1.5}, ["邮车", "count", "1.5"]),
        ("crossings", {"edge": ["县局", "江心岛"], "departures_min": [540]}, ["crossings", "crossing_min", "missing"]),
        ("closed", {"edge": ["县局"]}, ["closed", "two places"]),
    ):
        with pytest.raises(RoutingInputError) as caught:
            week_read({**WEEK, entry: [change]})
        for word in words:
            assert word in str(caught.value)
    with pytest.raises(RoutingInputError, match="speed_kmh"):
        week_read({**WEEK, "speed_kmh": 0})
    for days in (0, 10**9):
        with pytest.raises(RoutingInputError, match=f"service_days is {days}"):
            week_read({**WEEK, "service_days": days})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: with_customer(p, "村1", visits=1.5), ["村1", "visits", "1.5"]),
        (lambda p: with_customer(p, "村1", demand="5"), ["村1", "demand", "'5'"]),
        (lambda p: with_customer(p, "村1", window_min=(1.0,)), ["村1", "window_min"]),
        (lambda p: with_customer(p, "村1", patterns=(0,)), ["村1", "patterns"]),
        (lambda p: with_customer(p, "村1", vehicles="van"), ["村1", "vehicles"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 0, capacity=None),)), ["van", "capacity"]),
        (lambda p: replace(p, weights=Weights(duty="much")), ["weights", "duty"]),
        (
            lambda p: replace(p, days=(Day(*[p.days[0].distance] * 2, (Crossing(0, 1, ("8:00",), 5.0),)),) * 2),
            ["crossing", "8:00"],
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(change, words):
    with pytest.raises(RoutingInputError) as caught:
        solve(change(week([(0, 0), (3, 0), (0, 4)], [1, 1], n_days=2)), NO_STEPS)
    for word in words:
        assert word in str(caught.value)


def test_fewer_codes_than_announced_are_an_error():
    lines = CORDEAU.splitlines()
    lines[5] = "1 3 4 2 5 1 3 1 2"
    with pytest.raises(RoutingInputError, match="line 6: 3 codes"):
        cordeau_read(lines)
