"""Malformed input raises and names who and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.engines.roster.desks import EARLY, LATE, desk, person

from youlu.engines.roster import Assignment, Need, RosterInputError, Rule, Span, Stay, Wish, curtois_read, solve

BAD = [
    (desk(0), "nobody"),
    (desk(1, 0), "0 days"),
    (desk(1, shifts=()), "no kind of shift"),
    (desk(1, people=(person(), person())), "'甲' appears twice"),
    (desk(1, people=(replace(person(), skills=frozenset()),)), "'甲': has no skills"),
    (desk(1, people=(person(leave=(Span.of_days(0, 2), Span.of_days(2, 3))),)), "'甲': leave from minute 2880 over"),
    (desk(1, people=(person(stays=(Stay(Span.of_days(0, 2), "hotel"),)),)), "'甲': site 'hotel'"),
    (desk(1, people=(person(stays=(Stay(Span(0, 2), "at_home"), Stay(Span(1, 3), "on_site"))),)), "'甲': stays"),
    (desk(1, people=(person(available=(Span(5, 5),)),)), "'甲': availability from minute 5 ends before"),
    (desk(1, people=(person(wishes=(Wish(0, 1, "中"),)),)), "'甲': wishes for shift '中'"),
    (desk(1, people=(person(wishes=(Wish(9, 1),)),)), "'甲': a wish is on day 9"),
    (desk(1, people=(person(wishes=(Wish(0, float("nan")),)),)), "'甲': a wish weighs nan"),
    (desk(1, people=(person(basis="slave"),)), "'甲': legal basis 'slave'"),
    (desk(1, people=(person(basis="comprehensive"),)), "'甲': is on a comprehensive scheme without"),
    (desk(1, shifts=(replace(EARLY, start_min=1500),)), "'早': starts at minute 1500, outside its day"),
    (desk(1, shifts=(replace(EARLY, length_min=1500),)), "'早': is 1500 minutes long, over its day"),
    (desk(1, shifts=(replace(EARLY, break_at_min=470, break_min=30),)), "'早': the break"),
    (desk(1, shifts=(replace(LATE, sites=frozenset({"moon"})),)), "'晚': may be worked at"),
    (desk(1, needs=(Need(0, 480, 510, float("nan")),)), "need 0 .*people is nan"),
    (desk(1, needs=(Need(0, 480, 1470, 1),)), "need 0 .*over its day"),
    (desk(1, needs=(Need(7, 480, 510, 1),)), "need 0 is on day 7"),
    (desk(1, needs=(Need(0, 480, 510, 1, skill="藏语"),)), "nobody has the skill '藏语'"),
    (desk(1, needs=(Need(0, 480, 510, 1, shift="中"),)), "shift '中' does not exist"),
    (desk(1, needs=(Need(0, 480, 510, 1, activity="night_duty"),)), "no kind of shift has the activity"),
    (desk(1, rules=(Rule("sing"),)), "rule 'sing': is not one of"),
    (desk(1, rules=(Rule("max_minutes", people=frozenset({"赵"})),)), "rule 'max_minutes': person '赵'"),
    (desk(1, rules=(Rule("max_shifts_of_kind", shifts=frozenset({"中"})),)), "shift '中' does not exist"),
    (desk(1, rules=(Rule("min_rest", float("nan")),)), "rule 'min_rest': limit is nan"),
    (desk(1, rules=(Rule("skill"),)), "is always on"),
    (desk(1, rules=(Rule("pay"),)), "needs a weight"),
    (desk(1, published=(Assignment(0, "赵", "早"),)), "published: person '赵'"),
    (desk(1, pinned=(Assignment(0, "甲", "早"), Assignment(0, "甲", "晚"))), "pinned: person '甲' has two shifts"),
]


@pytest.mark.parametrize(("problem", "words"), BAD, ids=[words for _, words in BAD])
def test_malformed_input_names_who_and_why(problem, words: str) -> None:
    with pytest.raises(RosterInputError, match=words):
        solve(problem)


@pytest.mark.parametrize("text", ["", "SECTION_HORIZON\n14\n", "SECTION_HORIZON\nx\nSECTION_SHIFTS\nD,480,\n"
                                  "SECTION_STAFF\nA,D=1,2,3,4,5,6,7\nSECTION_COVER\n0,D,1,1,1\n"])
def test_a_broken_instance_is_refused(text: str) -> None:
    with pytest.raises(RosterInputError):
        curtois_read(text.splitlines(), "x")
