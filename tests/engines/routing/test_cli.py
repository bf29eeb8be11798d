"""`routes solve` reads a file, prints a plan, draws it, and says by its exit code how it went."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from tests.engines.routing.test_readers import CORDEAU, VRPLIB
from tests.engines.routing.villages import week
from typer.testing import CliRunner

from youlu.engines.routing import Params, RoutingInputError, solve
from youlu.engines.routing.drawing import plan_draw
from youlu.engines.routing.week_file import week_read
from youlu.interfaces.cli.routes import app

WEEK = {
    "name": "示例县",
    "service_days": 6,
    "speed_kmh": 40,
    "places": [
        {"name": "县局", "x": 0, "y": 0},
        {"name": "哨所甲", "x": 30, "y": 10},
        {"name": "哨所乙", "x": 45, "y": 5},
        {"name": "江心岛", "x": 20, "y": -15},
    ],
    "vehicles": [{"name": "邮车", "home": "县局", "count": 2, "shift_min": [360, 1320], "max_duty_min": 720}],
    "customers": [
        {"place": "哨所甲", "visits": 3, "min_gap_days": 2, "service_min": 20},
        {"place": "哨所乙", "visits": 1, "demand": 5},
        {"place": "江心岛", "visits": 1, "window_min": [480, 1080]},
    ],
    "closed": [{"edge": ["哨所甲", "哨所乙"], "days": [0]}],
    "snow": [{"days": [2], "factor": 1.5}],
    "crossings": [{"edge": ["县局", "江心岛"], "departures_min": [540, 900], "crossing_min": 30, "approach_min": 30}],
}


@pytest.fixture
def run(tmp_path):
    def call(text, *options):
        file = tmp_path / "plan.txt"
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(app, ["solve", str(file), "--seconds", "0.2", *options])

    return call


def test_a_week_file_gives_a_verified_plan_in_json(run):
    answer = run(json.dumps(WEEK), "--json")
    assert answer.exit_code == 0
    plan = json.loads(answer.stdout)
    assert plan["verified"]
    assert len(plan["days_by_customer"]["哨所甲"]) == 3


def test_the_plan_in_words_names_days_vehicles_and_stops(run):
    answer = run(json.dumps(WEEK))
    assert "公里" in answer.stdout
    assert "邮车" in answer.stdout
    assert "江心岛" in answer.stdout


def test_published_formats_are_told_apart(run):
    assert run(CORDEAU, "--json").exit_code == 0
    assert run(VRPLIB, "--json").exit_code == 0


def test_the_drawing_has_a_panel_per_day_and_a_line_per_route(run, tmp_path):
    answer = run(json.dumps(WEEK), "--json", "--svg", str(tmp_path / "plan.svg"))
    tree = ElementTree.fromstring((tmp_path / "plan.svg").read_text(encoding="utf-8"))  # noqa: S314 our own file
    texts = [element.text for element in tree.iter() if element.tag.endswith("}text")]
    lines = [element for element in tree.iter() if element.tag.endswith("}polyline")]
    assert [text.split(" ")[0] for text in texts] == [f"第{day}天" for day in range(1, 7)]
    assert len(lines) == len(json.loads(answer.stdout)["routes"])


def test_names_are_escaped_in_the_drawing():
    problem = week([(0, 0), (1, 1)], [1], name="<b>&")
    assert "&lt;b&gt;&amp;" in plan_draw(problem, solve(problem, Params(iterations=50)))


def test_a_problem_without_coordinates_cannot_be_drawn():
    problem = week([(0, 0), (1, 1)], [1])
    bare = type(problem)(problem.customers, problem.vehicles, problem.days)
    with pytest.raises(RoutingInputError, match="coordinates"):
        plan_draw(bare, solve(bare, Params(iterations=50)))


def test_an_impossible_week_says_why_and_exits_with_one(run):
    impossible = {**WEEK, "customers": [{"place": "哨所甲", "visits": 5, "min_gap_days": 3}]}
    answer = run(json.dumps(impossible))
    assert answer.exit_code == 1
    assert "哨所甲" in answer.stdout
    assert json.loads(run(json.dumps(impossible), "--json").stdout)["cost"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{ not json", "line 1"),
        ("1 2 x 3", "line 1"),
        ("nonsense", "line 1"),
        (json.dumps({**WEEK, "customers": [{"place": "无处", "visits": 1}]}), "无处"),
        (json.dumps({**WEEK, "customers": [{"place": "哨所甲", "visit": 1}]}), "visit"),
        (json.dumps({**WEEK, "vehicles": []}), "vehicles"),
        (json.dumps({**WEEK, "vehicles": [{"name": "邮车"}]}), "home"),
        (json.dumps({**WEEK, "places": WEEK["places"] * 2}), "same name"),
        (json.dumps({**WEEK, "snow": [{"days": [9], "factor": 2}]}), "day 9"),
    ],
)
def test_bad_input_exits_with_two_and_names_the_place(run, text, words):
    answer = run(text)
    assert answer.exit_code == 2
    assert words in answer.stderr


def test_the_week_of_the_how_to_is_read_as_it_is_written():
    problem = week_read(WEEK)
    assert problem.period == 7
    assert problem.days[2].time_min[0, 1] == pytest.approx(1.5 * problem.days[1].time_min[0, 1])
    assert problem.days[0].distance[1, 2] > problem.days[1].distance[1, 2]
    assert [(c.origin, c.destination) for c in problem.days[0].crossings] == [(0, 3), (3, 0)]


def test_an_interrupted_search_shows_its_progress_and_prints_the_best_plan_so_far(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(WEEK), encoding="utf-8")
    ours, theirs = pty.openpty()  # progress is for people: it is written to a terminal only
    command = [sys.executable, "-m", "youlu", "routes", "solve", str(file), "--seconds", "3600", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs) as running:
        told = b""
        while "最好".encode() not in told:
            told += os.read(ours, 1000)
        running.send_signal(signal.SIGINT)
        plan = json.loads(running.communicate(timeout=120)[0])
    os.close(ours)
    os.close(theirs)
    assert running.returncode == 0
    assert (plan["verified"], plan["stopped_by"]) == (True, "caller")
