"""A claim's way: reckoned, decided on site, above a limit confirmed by a second person, paid.

Each step is one conditional UPDATE: the state it begins in, for the holder that the order is theirs, for deciding that
they are on site now. Steps stand in the order's history with the amount; words are sealed.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError, StaleError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.claims.errors import (
    ClaimFactsError,
    ClaimReasonError,
    ClaimSecondError,
    ClaimSiteError,
    ClaimStateError,
)
from youlu.domain.desk.claims.reckoning import CAUSES, LOSSES, Facts, Rule, reckon
from youlu.domain.desk.errors import OrderNotHeldError, OrderStateError
from youlu.domain.desk.models import Claim, ClaimRule, WorkOrder
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.desk.parameters import figures_now
from youlu.domain.workforce.models import Presence, Site
from youlu.domain.workforce.selectors import agent_of

FEN_MOST = 100_000_00
State = Claim.State
OPEN = (State.RECKONED, State.SENT_BACK)
LIMIT = "claim_two_step_fen"


@transaction.atomic
def claim_reckon(*, actor: Actor, order_id: uuid.UUID, mail_class: str, facts: Facts) -> int:
    """Write down the facts; returns the fen that the rules give. Again as often as facts change, until it is decided.

    Raises
    ------
    ClaimFactsError, ClaimStateError, OrderNotHeldError, NotFoundError
    """
    order = _held(actor, order_id)
    rule = ClaimRule.objects.filter(code=mail_class).first()
    if rule is None or not _are_facts(rule, facts):
        raise ClaimFactsError(most=FEN_MOST // 100)
    found = reckon(Rule(rule.code, rule.by_value, rule.postage_times, rule.pays_force_majeure), facts)
    Claim.objects.bulk_create([Claim(order_id=order_id, rule=rule)], ignore_conflicts=True)
    written = Claim.objects.filter(order_id=order_id, state__in=OPEN).update(
        rule=rule, **asdict(facts), proposed_fen=found.fen, proposed_code=found.code, state=State.RECKONED)
    if not written:
        raise ClaimStateError()
    happened(order.id, actor, "claim_reckon", clock.now(), detail=money(found.fen))
    return found.fen


def _are_facts(rule: ClaimRule, facts: Facts) -> bool:
    amounts = (facts.postage_fen, facts.insured_fen, facts.value_fen, facts.loss_fen)
    return (facts.loss in LOSSES and facts.cause in CAUSES and all(0 <= fen <= FEN_MOST for fen in amounts)
            and (facts.insured_fen > 0 or not rule.by_value)
            and (facts.loss_fen <= facts.value_fen or not facts.value_fen))


@transaction.atomic
def claim_decide(*, actor: Actor, order_id: uuid.UUID, fen: int, note: str = "") -> None:
    """Fix the amount, 0 for none: by who holds the order and is on site. Above the limit it waits for a second person.

    Raises
    ------
    ClaimSiteError, ClaimStateError, ClaimReasonError, ClaimFactsError, OrderNotHeldError, NotFoundError
    """
    _held(actor, order_id)
    claim = Claim.objects.filter(order_id=order_id).first()
    if claim is None or claim.state not in OPEN:
        raise ClaimStateError()
    if not 0 <= fen <= FEN_MOST:
        raise ClaimFactsError(most=FEN_MOST // 100)
    if fen != claim.proposed_fen and not note.strip():
        raise ClaimReasonError()
    at = clock.now()
    there = Presence.objects.filter(agent_id=agent_of(actor).id, until=None, site=Site.ON_SITE)
    done = Claim.objects.filter(Exists(there), order_id=order_id, state__in=OPEN,
                                proposed_fen=claim.proposed_fen).update(
        state=State.TO_CONFIRM if fen > two_step_fen() else _settled(fen), decided_fen=fen, decided_by=actor.id,
        decided_at=at, note=note.strip())
    if not done:
        raise StaleError() if there.exists() else ClaimSiteError()
    _told(actor, order_id, "claim_decide", fen)


@transaction.atomic
def claim_confirm(*, actor: Actor, order_id: uuid.UUID) -> None:
    """The second pair of eyes: a supervisor, and not who decided.

    Raises
    ------
    ClaimSecondError, ClaimStateError, NotAllowedError
    """
    claim = _to_confirm(actor, order_id)
    done = Claim.objects.filter(order_id=order_id, state=State.TO_CONFIRM, decided_fen=claim.decided_fen).exclude(
        decided_by=actor.id).update(state=_settled(claim.decided_fen or 0), confirmed_by=actor.id,
                                    confirmed_at=clock.now())
    if not done:
        raise StaleError()
    _told(actor, order_id, "claim_confirm", claim.decided_fen or 0)


@transaction.atomic
def claim_send_back(*, actor: Actor, order_id: uuid.UUID, note: str) -> None:
    """The second person does not agree: with a reason, back to whoever holds the order."""
    claim = _to_confirm(actor, order_id)
    if not note.strip():
        raise ClaimReasonError()
    if not Claim.objects.filter(order_id=order_id, state=State.TO_CONFIRM).update(state=State.SENT_BACK):
        raise StaleError()
    _told(actor, order_id, "claim_back", claim.decided_fen or 0, note.strip())


def _to_confirm(actor: Actor, order_id: uuid.UUID) -> Claim:
    actor.require("desk.supervise")
    order_seen(actor=actor, order_id=order_id)
    claim = Claim.objects.filter(order_id=order_id).first()
    if claim is None or claim.state != State.TO_CONFIRM:
        raise ClaimStateError()
    if claim.decided_by == actor.id:
        raise ClaimSecondError()
    return claim


@transaction.atomic
def claim_pay(*, actor: Actor, order_id: uuid.UUID, voucher: str) -> None:
    """Money went out, once, under the voucher's number.

    Raises
    ------
    ClaimStateError : nothing is to be paid, or it was.
    """
    actor.require("desk.supervise")
    order_seen(actor=actor, order_id=order_id)
    number = voucher.strip()[:40]
    done = bool(number) and Claim.objects.filter(order_id=order_id, state=State.TO_PAY).update(
        state=State.PAID, paid_at=clock.now(), voucher=number)
    if not done:
        raise ClaimStateError()
    claim = Claim.objects.get(order_id=order_id)
    _told(actor, order_id, "claim_pay", claim.decided_fen or 0)


def claim_is_decided() -> Q:
    """For an order's closing: no claim of it is undecided, and a kind that is about one has it."""
    undecided = Claim.objects.filter(order_id=OuterRef("id"), state__in=(*OPEN, State.TO_CONFIRM))
    decided = Claim.objects.filter(order_id=OuterRef("id"))
    return ~Exists(undecided) & (~Q(kind_id="claim") | Exists(decided))


def two_step_fen() -> int:
    """Above it a second person confirms."""
    return int(figures_now(LIMIT)[LIMIT])


def _held(actor: Actor, order_id: uuid.UUID) -> WorkOrder:
    """The order under lock, the actor's own and not closed."""
    actor.require("desk.work")
    order_seen(actor=actor, order_id=order_id)
    order = WorkOrder.objects.select_for_update().filter(id=order_id).first()
    if order is None:
        raise NotFoundError()
    if order.taken_by != agent_of(actor).id:
        raise OrderNotHeldError(act="定赔偿")
    if order.state == WorkOrder.State.CLOSED:
        raise OrderStateError(state=order.get_state_display(), act="定赔偿")
    return order


def _settled(fen: int) -> Claim.State:
    return State.TO_PAY if fen else State.REFUSED


def _told(actor: Actor, order_id: uuid.UUID, act: str, fen: int, note: str = "") -> None:
    happened(order_id, actor, act, clock.now(), note, money(fen))
    audit_record(actor=actor.id, action=act.replace("_", "."), object_type="order", object_id=str(order_id), fen=fen)


def money(fen: int) -> str:
    return f"{fen / 100:.2f}元"
