"""What a claim comes to, by law and rule, without a database. Money is whole fen.

邮政法 46 to 48: nothing for ordinary mail; insured mail its insured value when lost, of a part the share of the loss
that is insured; other receipted mail what was lost, at most three times the postage; nothing where the cause is force
majeure (insured mail excepted), the thing's own nature, or the sender's or addressee's fault.
"""

from __future__ import annotations

from dataclasses import dataclass

FORCE_MAJEURE, NATURE, CUSTOMER, OURS = "force_majeure", "nature", "customer", "ours"
CAUSES = (OURS, FORCE_MAJEURE, NATURE, CUSTOMER)
LOSSES = ("lost", "short", "damaged")


@dataclass(frozen=True)
class Rule:
    """How a class of mail is compensated: by its insured value, or by what was lost up to so many times the postage;
    `postage_times` 0 and not `by_value`: not at all."""

    code: str
    by_value: bool
    postage_times: int
    pays_force_majeure: bool


@dataclass(frozen=True)
class Facts:
    """`loss_fen`: what was really lost; `value_fen`: what the whole was worth, as declared."""

    loss: str
    cause: str
    postage_fen: int = 0
    insured_fen: int = 0
    value_fen: int = 0
    loss_fen: int = 0


@dataclass(frozen=True)
class Proposal:
    """`code` names the clause that decided: ordinary, exempt, whole, share, actual or capped."""

    fen: int
    code: str


def reckon(rule: Rule, facts: Facts) -> Proposal:
    """What the rule gives for the facts."""
    if facts.cause in (NATURE, CUSTOMER) or (facts.cause == FORCE_MAJEURE and not rule.pays_force_majeure):
        return Proposal(0, "exempt")
    if rule.by_value:
        return _insured(facts)
    if not rule.postage_times:
        return Proposal(0, "ordinary")
    most = rule.postage_times * facts.postage_fen
    return Proposal(most, "capped") if facts.loss_fen > most else Proposal(facts.loss_fen, "actual")


def _insured(facts: Facts) -> Proposal:
    if facts.loss == "lost":
        return Proposal(facts.insured_fen, "whole")
    if facts.value_fen <= 0 or facts.insured_fen >= facts.value_fen:
        return Proposal(min(facts.loss_fen, facts.insured_fen), "share")
    # A fen that does not come out whole is the customer's.
    share = -(-facts.loss_fen * facts.insured_fen // facts.value_fen)
    return Proposal(min(share, facts.insured_fen), "share")
