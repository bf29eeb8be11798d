"""Rules of the programme: one named function each, its docstring in a planner's words. Delete those you need not."""

from __future__ import annotations

from youlu.domain.catalogue.spec import Facts, Refusal, Text


def rule_reason_is_given(facts: Facts) -> Refusal | None:
    """Whoever chooses "other" says what."""
    if facts.answers["purpose"] == "other" and not facts.answers.get("remark"):
        return Refusal("remark", Text("选了其他，请写明用途。", "Say what it is for."))
    return None
