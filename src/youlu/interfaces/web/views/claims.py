"""What an order's page posts about compensation."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.claims.reckoning import Facts
from youlu.interfaces.web.claim_words import fen_of
from youlu.interfaces.web.order_acts import said_in
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.views.desk import order_shown


def _reckon(actor: Actor, order_id: uuid.UUID, posted: QueryDict) -> None:
    services.claim_reckon(actor=actor, order_id=order_id, mail_class=posted.get("mail_class", ""), facts=Facts(
        posted.get("loss", ""), posted.get("cause", ""),
        *(fen_of(posted.get(name, "")) for name in ("postage", "insured", "value", "loss_amount"))))


def _decide(actor: Actor, order_id: uuid.UUID, posted: QueryDict) -> None:
    services.claim_decide(actor=actor, order_id=order_id, fen=fen_of(posted.get("amount", "")),
                          note=posted.get("note", ""))


STEPS: dict[str, Callable[[Actor, uuid.UUID, QueryDict], object]] = {
    "reckon": _reckon, "decide": _decide,
    "confirm": lambda actor, order_id, posted: services.claim_confirm(actor=actor, order_id=order_id),
    "back": lambda actor, order_id, posted: services.claim_send_back(
        actor=actor, order_id=order_id, note=posted.get("note", "")),
    "pay": lambda actor, order_id, posted: services.claim_pay(
        actor=actor, order_id=order_id, voucher=posted.get("voucher", "")),
}


@require_POST
@staff_page("desk.work")
def claim_step(request: HttpRequest, order_id: uuid.UUID, step: str) -> HttpResponse:
    """One step, once a key; what cannot be done is said on the order's own page."""
    if step not in STEPS:
        raise NotFoundError()
    try:
        services.act_once(
            actor=actor_in(request), order_id=order_id, act=f"claim {step}", said=said_in(request.POST),
            key=request.POST.get("idempotency_key", ""),
            work=lambda: STEPS[step](actor_in(request), order_id, request.POST))
    except YouluError as error:
        if isinstance(error, NotFoundError):
            raise
        return order_shown(request, order_id, failed="claim", error=error)
    return redirect("web:order", order_id)
