"""The how-to's own snippets run as they are written."""

from __future__ import annotations

import json
import re
from pathlib import Path

from youlu.engines.routing import Params, plan_verify, solve
from youlu.engines.routing.week_file import week_read

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "plan-a-week.md"


def test_the_week_and_the_repair_of_the_how_to_run():
    blocks = dict(re.findall(r"```(json|python)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S))
    problem = week_read(json.loads(blocks["json"]))
    plan = solve(problem, Params(iterations=2000))
    assert plan_verify(problem, plan) == []
    names = {"problem": problem, "plan": plan}
    exec(blocks["python"].replace("20_000", "2_000"), names)  # noqa: S102 the page's own snippet
    assert plan_verify(names["priced"], names["repaired"]) == []
    assert names["repaired"].costs["changed_days"] <= 1
