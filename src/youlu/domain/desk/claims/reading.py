"""A claim as the order's page and the customer see it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.claims.deciding import OPEN, State, two_step_fen
from youlu.domain.desk.models import Claim, ClaimRule
from youlu.domain.desk.orders.rows import OrderRow
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.selectors import AgentRow


@dataclass(frozen=True)
class ClaimRow:
    """What is known, what the rules give, what was decided; what the reader may do next."""

    state: str
    state_label: str
    mail_class: str
    class_name: str
    source: str
    loss: str
    cause: str
    postage_fen: int
    insured_fen: int
    value_fen: int
    loss_fen: int
    proposed_fen: int
    proposed_code: str
    postage_times: int
    decided_fen: int | None
    decided_by: str
    decided_at: dt.datetime | None
    confirmed_by: str
    note: str
    paid_at: dt.datetime | None
    voucher: str


@dataclass(frozen=True)
class ClaimPanel:
    """`claim` None: nothing written down yet. `is_on_site`: the reader, now."""

    claim: ClaimRow | None
    rules: tuple[tuple[str, str, str], ...]
    may_reckon: bool
    may_decide: bool
    is_on_site: bool
    may_confirm: bool
    may_pay: bool
    limit_fen: int


def claim_panel(*, actor: Actor, row: OrderRow, is_mine: bool, me: AgentRow | None) -> ClaimPanel | None:
    """None where the order is about no compensation, or the reader is not of the desk."""
    if row.kind != "claim" or not actor.can("desk.read"):
        return None
    found = Claim.objects.filter(order_id=row.id).select_related("rule").first()
    is_open = not row.is_closed and (found is None or found.state in OPEN)
    supervises = actor.can("desk.supervise")
    on_site = me is not None and me.site == Site.ON_SITE
    return ClaimPanel(
        _row(found) if found else None, tuple(ClaimRule.objects.order_by("rank").values_list("code", "name", "source")),
        is_mine and is_open, is_mine and is_open and found is not None, on_site,
        bool(found and found.state == State.TO_CONFIRM and supervises and found.decided_by != actor.id),
        bool(found and found.state == State.TO_PAY and supervises), two_step_fen())


def _row(claim: Claim) -> ClaimRow:
    names = actor_names([one for one in (claim.decided_by, claim.confirmed_by) if one])
    return ClaimRow(
        claim.state, str(claim.get_state_display()), claim.rule_id, claim.rule.name, claim.rule.source, claim.loss,
        claim.cause, claim.postage_fen, claim.insured_fen, claim.value_fen, claim.loss_fen, claim.proposed_fen,
        claim.proposed_code, claim.rule.postage_times, claim.decided_fen, names.get(claim.decided_by, ""),
        claim.decided_at, names.get(claim.confirmed_by, ""), claim.note, claim.paid_at, claim.voucher)


def claim_told(order_id: uuid.UUID) -> tuple[str, int] | None:
    """(state, fen) for the customer: only what is settled."""
    settled = (State.TO_PAY, State.PAID, State.REFUSED)
    found = Claim.objects.filter(order_id=order_id, state__in=settled).values_list("state", "decided_fen").first()
    return (found[0], found[1] or 0) if found else None
