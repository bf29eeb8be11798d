"""Every rule's sentence in the reader's language, and clashes in words that name who and when."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from youlu.core.errors import YouluError
from youlu.domain.workforce import errors
from youlu.domain.workforce.models import (
    Activity,
    Basis,
    Leave,
    Roster,
    RosterRun,
    Swap,
)
from youlu.domain.workforce.rostering.sentences import (
    BARRED_WORDS,
    OTHERWISE,
    RULE_WORDS,
    clash_sentence,
    clashes_lead,
    rule_words,
)
from youlu.domain.workforce.trade import SHIFT_KINDS
from youlu.engines.roster import RULES

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_of_the_engine_is_said_in_both_languages(rule: str) -> None:
    if rule == "pay":  # a price, no rule that could be broken
        return
    assert HAN.search(rule_words(rule)), "a rule without words is shown by its code"
    with translation.override("en"):
        assert rule_words(rule) != rule
        assert not HAN.search(rule_words(rule))


def test_every_error_label_and_reason_has_its_english() -> None:
    said = [error.sentence for error in vars(errors).values()
            if isinstance(error, type) and issubclass(error, YouluError) and error is not YouluError]
    said += [str(label) for choices in (Activity, Basis, Leave.Kind, Leave.State, Roster.State, RosterRun.Kind,
                                        RosterRun.State, Swap.State) for label in choices.labels]
    said += [*RULE_WORDS.values(), *BARRED_WORDS.values(), OTHERWISE, *(row[1] for row in SHIFT_KINDS)]
    with translation.override("en"):
        assert not [text for text in said if HAN.search(translation.gettext(text))]


def test_a_clash_names_the_half_hour_the_skill_and_who_is_barred() -> None:
    cover = {"rule": "cover", "staff_no": "", "name": "", "date": "2022-08-01", "start_min": 480, "end_min": 510,
             "skill": "enquiry", "amount": 2.0, "barred": {"leave": 3, "min_rest": 1}}
    assert clash_sentence(cover) == "8-01 08:00–08:30至少缺2人（技能：enquiry）：3人在休假、1人休息不足11小时。"
    assert clashes_lead([cover]) == "按现有的人和规则排不出：最少还差1人时。"
    person = {**cover, "rule": "min_rest", "staff_no": "2301", "name": "员0", "barred": {}}
    assert clash_sentence(person) == "员0（2301）要让一步：两个班之间休息不足11小时。"
    with translation.override("en"):
        assert clash_sentence(cover) == (
            "8-01 08:00–08:30: at least 2 short (skill: enquiry): 3 on leave, 1 short of 11 hours of rest.")
        assert clashes_lead([cover, person]) == (
            "With these people and rules there is no roster: at least 2 things must give way.")
