"""The pool of work orders with the caller's items on top, and outreach: how far telling is, what may be said."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.desk import selectors, services
from youlu.domain.mail.selectors import items_of_parties
from youlu.domain.messages.selectors import wording_list
from youlu.domain.messages.services import wording_approve, wording_withdraw
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.selectors import AgentRow, agent_of
from youlu.interfaces.web.pages import staff_page
from youlu.interfaces.web.reading.wordings import wording_card

N = gettext_noop
VIEWS = (("open", N("待派")), ("mine", N("我的")), ("all", N("未办结")), ("closed", N("办结")))


def _me(request: HttpRequest) -> AgentRow | None:
    try:
        return agent_of(request.actor)  # type: ignore[attr-defined]
    except NotAnAgentError:
        return None


def _pool(request: HttpRequest, **more: Any) -> HttpResponse:
    """Three columns: the list, one order or a new one, the customer with their items."""
    actor = request.actor  # type: ignore[attr-defined]
    view = request.GET.get("view", "open")
    me = _me(request)
    page = selectors.order_list(actor=actor, view="all" if view == "mine" and me is None else view,
                                cursor=request.GET.get("cursor"))
    if not more and page.rows:
        more = _opened(request, page.rows[0].id)
    return render(request, "web/desk/pool.html", {
        "me": me, "view": view, "views": VIEWS, "page": page, "counts": selectors.order_counts(), "order": None,
        "phone": "", "may_reveal": actor.can("party.reveal"), "now": clock.now(), **more})


def _opened(request: HttpRequest, order_id: uuid.UUID) -> dict[str, Any]:
    """One order with its customer and their items; on a bare pool the first of the list."""
    page = selectors.order_page(actor=request.actor, order_id=order_id)  # type: ignore[attr-defined]
    return {"order": page, "people": page.customer,
            "items": items_of_parties(party_ids=[person.id for person in page.customer])}


@require_GET
@staff_page("desk.read")
def desk(request: HttpRequest) -> HttpResponse:
    return _pool(request)


@require_GET
@staff_page("desk.read")
def order(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    return _pool(request, is_asked=True, **_opened(request, order_id))


@require_POST
@staff_page("desk.read")
def caller(request: HttpRequest) -> HttpResponse:
    """Who calls: posted, so that no telephone number stands in an address or a log."""
    phone = request.POST.get("phone", "")
    try:
        found = selectors.caller_find(actor=request.actor, phone=phone)  # type: ignore[attr-defined]
    except YouluError as error:
        return _pool(request, phone=phone, phone_error=error.message)
    return _pool(request, phone=phone, caller=found, people=found.people, kinds=selectors.order_kinds(),
                 items=items_of_parties(party_ids=found.party_ids))


@require_POST
@staff_page("desk.work")
def order_new(request: HttpRequest) -> HttpResponse:
    party = request.POST.get("party") or None
    order_id = services.order_open(
        actor=request.actor, key=request.POST.get("idempotency_key", ""),  # type: ignore[attr-defined]
        kind=request.POST.get("kind", ""), title=request.POST.get("title", "").strip() or "来电",
        body=request.POST.get("body", ""),
        party_id=uuid.UUID(party) if party else None, needs_compensation=request.POST.get("compensation") == "1")
    return redirect("web:order", order_id)


@require_POST
@staff_page("desk.work")
def order_next(request: HttpRequest) -> HttpResponse:
    order_id = services.order_take_next(actor=request.actor)  # type: ignore[attr-defined]
    if order_id is None:
        messages.warning(request, gettext("没有您能接的工单。先报在岗情况，再来接。"))
        return redirect("web:desk")
    return redirect("web:order", order_id)


@require_POST
@staff_page("desk.work")
def order_act(request: HttpRequest, order_id: uuid.UUID, act: str) -> HttpResponse:
    """take, answer, close, give_back; what cannot be done is said on the order's own page."""
    actor = request.actor  # type: ignore[attr-defined]
    acts = {
        "take": lambda: services.order_take(actor=actor, order_id=order_id),
        "answer": lambda: services.order_answer(actor=actor, order_id=order_id, text=request.POST.get("text", "")),
        "close": lambda: services.order_close(
            actor=actor, order_id=order_id, was_called_back=request.POST.get("called_back") == "1",
            responsibility=request.POST.get("responsibility", "")),
        "give_back": lambda: services.order_give_back(actor=actor, order_id=order_id),
    }
    if act not in acts:
        raise NotFoundError()
    try:
        acts[act]()
    except YouluError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message)
    return redirect("web:order", order_id)


@require_GET
@staff_page("outreach.read")
def outreach(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.outreach_list(actor=actor)
    return render(request, "web/desk/outreach.html", {
        "rows": rows, "total": _total(rows),
        "wordings": [wording_card(row, clock.now()) for row in wording_list(actor=actor)],
        "may_approve": actor.can("messages.approve")})


def _total(rows: tuple[selectors.OutreachRow, ...]) -> dict[str, int]:
    return {name: sum(getattr(row, name) for row in rows)
            for name in ("customers", "told", "told_message", "waiting_message", "waiting_voice", "given_up")}


@require_POST
@staff_page("messages.approve")
def wording_act(request: HttpRequest, wording_id: uuid.UUID, act: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    if act not in ("approve", "withdraw"):
        raise NotFoundError()
    if act == "approve":
        wording_approve(actor=actor, wording_id=wording_id)
    else:
        wording_withdraw(actor=actor, wording_id=wording_id, reason=request.POST.get("reason", ""))
    return redirect("web:outreach")
