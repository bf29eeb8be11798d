"""Who may have an identity card sent to the door."""

from __future__ import annotations

from youlu.domain.catalogue.spec import Facts, Refusal, Text
from youlu.engines.codes import resident_id

FULL_AGE = 16  # Resident Identity Card Law art. 7: from sixteen a citizen applies in person


def rule_minors_guardian_applies(facts: Facts) -> Refusal | None:
    """Under sixteen the guardian applies and receives."""
    minor = resident_id.age(facts.answers["id_number"], on=facts.today) < FULL_AGE
    if minor and facts.answers["applicant"] == "self":
        return Refusal("applicant", Text("持证人未满16周岁，请由监护人申请，邮件交监护人。",
                                         "The holder is under sixteen: the guardian applies and receives."))
    return None


def rule_guardian_is_of_age(facts: Facts) -> Refusal | None:
    """A guardian is another person, of age."""
    guardian = facts.answers.get("guardian_id")
    if facts.answers["applicant"] != "guardian" or guardian is None:
        return None
    if guardian == facts.answers["id_number"]:
        return Refusal("guardian_id", Text("这是持证人自己的证件号。请填监护人的证件号。",
                                           "This is the holder's own number. Give the guardian's."))
    if resident_id.age(guardian, on=facts.today) < 18:
        return Refusal("guardian_id", Text("监护人须年满18周岁。", "A guardian must be eighteen or older."))
    return None
