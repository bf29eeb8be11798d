"""The telephone on pages: the call at one's own, what it is about, calls of two ends, the desk's calls and promises."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.domain.desk import selectors, services
from youlu.domain.desk.phone.errors import (
    AgentOnPhoneError,
    NoExchangeError,
    NoNumberError,
    NoOneToCallError,
    NoTimeError,
    PromiseUnclosedError,
)
from youlu.domain.desk.phone.promising import Promise
from youlu.domain.mail.selectors import items_of_parties
from youlu.interfaces.web import wording
from youlu.interfaces.web.order_why import call_why_said
from youlu.interfaces.web.pages import actor_in, staff_page

SHOWN = 5  # items of a caller: the others stand on the order


@require_GET
@staff_page("contact.take")
def at_phone(request: HttpRequest) -> HttpResponse:
    """The call at the agent's telephone, polled. What the page has already (`seen`) is not sent again, so that a button
    under somebody's finger stays where it is."""
    call = selectors.my_live(actor=actor_in(request))
    tag = _tag(call)
    if request.GET.get("seen") == tag:
        return HttpResponse(status=204)
    answer = render(request, "web/calls/pop.html", {"tag": tag, **_shown(call)})
    answer["Cache-Control"] = "no-store"
    return answer


def _tag(call: selectors.Call | None) -> str:
    """What changes with everything that the page shows of the call."""
    if call is None:
        return ""
    return "-".join(str(one) for one in (call.id, *(
        int(at is not None) for at in (call.rang_at, call.answered_at, call.party_id)), call.order_id or ""))


def _shown(call: selectors.Call | None) -> dict[str, Any]:
    if call is None:
        return {"here": None}
    here = selectors.at_phone(call)
    items = items_of_parties(party_ids=[person.id for person in here.people], limit=SHOWN + 1)
    return {"here": here, "call": call, "items": items[:SHOWN], "has_more": len(items) > SHOWN,
            "now": clock.now(), "why": call_why_said(here.why) if here.why else ""}


@require_POST
@staff_page("desk.work")
def to_order(request: HttpRequest, call_id: uuid.UUID) -> HttpResponse:
    """Open the order that the call is about, or write it down."""
    order_id = services.call_to_order(actor=actor_in(request), call_id=call_id, order=request.POST.get("order", ""))
    return redirect("web:order", order_id)


@require_POST
@staff_page("desk.work")
def dial(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """Have the exchange call both ends."""
    try:
        services.order_dial(actor=actor_in(request), order_id=order_id)
    except (AgentOnPhoneError, NoExchangeError, NoNumberError) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已请总机双呼。接起您的电话，等客户那头接通。"))
    return redirect("web:order", order_id)


@require_POST
@staff_page("desk.work")
def promise(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """Promise the order's customer a call back."""
    _promised(request, lambda: services.order_call_back_promise(actor=actor_in(request), order_id=order_id))
    return redirect("web:order", order_id)


@require_POST
@staff_page("desk.work")
def promise_call(request: HttpRequest, call_id: uuid.UUID) -> HttpResponse:
    """Promise whoever is on the telephone a call back; the page after it is the order that keeps it."""
    made = _promised(request, lambda: services.live_call_back_promise(actor=actor_in(request), call_id=call_id))
    return redirect("web:order", made.order_id) if made else redirect("web:desk")


def _promised(request: HttpRequest, make: Callable[[], Promise]) -> Promise | None:
    try:
        made = make()
    except (NoOneToCallError, NoTimeError, PromiseUnclosedError) as error:
        messages.error(request, error.message)
        return None
    messages.success(request, _("约好%(at)s回电。到时候有人打，交接班也看得到。") % {
        "at": wording.stamp(made.promised_at)})
    return made


@require_GET
@staff_page("desk.read")
def calls(request: HttpRequest) -> HttpResponse:
    """Calls and promised call-backs: a supervisor's of the whole desk, an agent's calls of their own telephone."""
    actor = actor_in(request)
    page = selectors.calls_page(actor=actor, cursor=request.GET.get("cursor"))
    return render(request, "web/calls/page.html", {
        "page": page, "now": clock.now(), "is_all": actor.can("desk.supervise"),
        "lines": [(row, call_why_said(row.why) if row.why else "") for row in page.calls.rows]})
