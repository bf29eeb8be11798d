"""The pool of work orders with the caller's items on top."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.errors import UnknownApplicationError
from youlu.domain.applications.selectors import application_link
from youlu.domain.desk import selectors, services
from youlu.domain.desk.channels.names import AT_DESK
from youlu.domain.desk.errors import ItemNotKnownError, LinkNotSentError
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.life import PRIORITIES
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.orders.registering import link_again
from youlu.domain.desk.selectors import OrderFilter
from youlu.domain.desk.services import Asked
from youlu.domain.mail.selectors import items_of_parties
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.selectors import AgentRow, agent_of, people_now
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact
from youlu.interfaces.web.claim_words import CAUSES, LOSSES, proposal_said, yuan_of
from youlu.interfaces.web.order_acts import RESPONSIBILITIES, act_forms, moment_of, uuid_of
from youlu.interfaces.web.order_why import queue_said, why_said
from youlu.interfaces.web.pages import actor_in, staff_page

N = gettext_noop
VIEWS = (("open", N("待派")), ("mine", N("我的")), ("all", N("未办结")), ("late", N("超时")), ("closed", N("已办结")))
DUE = (("late", N("已超时")), ("soon", N("一小时内到期")), ("today", N("今天到期")))
MARKED = (("supervised", N("督办")), ("chased", N("催办")), ("repeated", N("重复来电")), ("extend", N("申请延时")),
          ("paused", N("等客户")), ("assumed", N("假期未公布")))
STATES = [(code, label) for code, label in WorkOrder.State.choices if code not in ("open", "closed")]
LIST = "pool-list"
AMOUNTS = ("loss", "postage", "insured", "value")
PANE = "order-pane"


def _me(request: HttpRequest) -> AgentRow | None:
    try:
        return agent_of(request.actor)  # type: ignore[attr-defined]
    except NotAnAgentError:
        return None


def pool(request: HttpRequest, *, is_unit: bool = False, status: int = 200, **more: Any) -> HttpResponse:
    """Three columns: the list, one order or a new one, the customer with their items. An office sees its own list.

    A bare pool asks for its first order in a request of its own, so that the list never waits for it.
    """
    actor = actor_in(request)
    present = _present(actor)  # first: whoever is named below is among them
    me = None if is_unit else _me(request)
    chosen = OrderFilter.of(request.GET)
    if is_unit or (chosen.view == "mine" and me is None):
        chosen = replace(chosen, view="unit" if is_unit else "all")
    page = selectors.order_list(actor=actor, cursor=request.GET.get("cursor"), chosen=chosen)
    kept = urlencode(chosen.query())
    opens = page.rows[0].id if page.rows and not more.keys() - {"told"} else None
    listed = {"page": page, "chosen": chosen, "kept": kept, "now": clock.now(), "me": me, "is_unit": is_unit,
              "order": None, "opens": opens, "here": more["order"].row.id if more.get("order") else opens,
              "may_supervise": actor.can("desk.supervise"), "present": present}
    if request.headers.get("HX-Target") == LIST:
        return render(request, "web/desk/pool.html#list", listed)
    return render(request, "web/desk/pool.html", {
        **listed, "views": VIEWS, "dues": DUE, "marks": MARKED, "states": STATES, "kinds": selectors.order_kinds(),
        "channels": AT_DESK.items(), "subtypes": selectors.subtypes_all(),
        **({} if is_unit else _of_desk(request, me)), "phone": "", "may_reveal": actor.can("party.reveal"),
        "may_apply": actor.can("applications.read"), **more},
        status=status)


def _of_desk(request: HttpRequest, me: AgentRow | None) -> dict[str, Any]:
    """What only the desk sees around its list."""
    actor = actor_in(request)
    return {"counts": selectors.order_counts(), "saved": selectors.views_of(actor=actor),
            "notices": selectors.notices_count(me.id) if me else 0,
            "alerts": selectors.alerts_count() if actor.can("desk.supervise") else 0}


def _present(actor: Actor) -> list[AgentRow]:
    """To whom a supervisor may give an order now."""
    return [row for row in people_now(actor=actor) if row.is_taking] if actor.can("desk.supervise") else []


def _opened(request: HttpRequest, order_id: uuid.UUID, *, failed: str = "", error: str = "") -> dict[str, Any]:
    """One order with its customer and their items, its own first."""
    actor = actor_in(request)
    page = selectors.order_page(actor=actor, order_id=order_id)
    theirs = [person.id for person in page.customer] if actor.can("desk.read") else []
    items = items_of_parties(party_ids=theirs, first_key=page.item_key)
    buttons, forms = act_forms(page.acts, failed=failed, error=error)
    return {"order": page, "people": page.customer, "buttons": buttons, "forms": forms,
            "items": items, "typed": request.POST,
            "may_work": actor.can("desk.work"), "subtypes": selectors.subtypes_all(),
            "may_link": actor.can("desk.work") and actor.can("applications.read") and not page.row.is_closed,
            "priorities": PRIORITIES.items(),
            "responsibilities": RESPONSIBILITIES, "follow": _follow(request, page),
            "why": why_said(page.why) if page.why else "", "queue": queue_said(page.queue) if page.queue else "",
            "may_promise": (actor.can("desk.work") and any(one.phone for one in page.customer)
                            and not page.row.is_closed),
            "promised": selectors.promise_open(page.customer_key) if actor.can("desk.read") else None,
            "may_dial": page.is_mine and any(one.phone for one in page.customer) and selectors.exchange_is_set(),
            "files": selectors.attachments_of(actor=actor, order_id=order_id) if page.may_have_files else (),
            **_claim(request, page)}


def _claim(request: HttpRequest, page: selectors.OrderPage) -> dict[str, Any]:
    """What the order's customer is paid, where the order is about that."""
    if page.row.kind != "claim":
        return {}
    panel = selectors.claim_panel(actor=actor_in(request), row=page.row, is_mine=page.is_mine, me=_me(request))
    one = panel.claim if panel else None
    amounts = {name: yuan_of(getattr(one, f"{name}_fen")) if one else "" for name in AMOUNTS}
    return {"claim": panel, "losses": LOSSES, "causes": CAUSES, "amounts": amounts,
            "proposal": proposal_said(one) if one else "", "proposed_yuan": yuan_of(one.proposed_fen) if one else ""}


def _follow(request: HttpRequest, page: selectors.OrderPage) -> str:
    """The address by which a customer with a telephone follows the order; only the desk hands it out."""
    if not page.customer or not actor_in(request).can("desk.read"):
        return ""
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse("web:follow", args=[follow_link(page.row.id)])


def order_shown(
    request: HttpRequest, order_id: uuid.UUID, *, failed: str = "", error: YouluError | None = None
) -> HttpResponse:
    """The order beside its list, with the act that failed open and its error beside it."""
    more = _opened(request, order_id, failed=failed, error=error.message if error else "")
    offered = [form.code for form in more["forms"]]
    more["act_error"] = error.message if error and failed not in offered else ""
    is_unit = not actor_in(request).can("desk.read")
    if request.headers.get("HX-Target") == PANE:
        return render(request, "web/desk/pool.html#pane", {
            **more, "is_unit": is_unit, "now": clock.now(), "kept": urlencode(OrderFilter.of(request.GET).query()),
            "may_reveal": actor_in(request).can("party.reveal")})
    return pool(request, is_unit=is_unit, is_asked=True, status=error.status if error else 200, **more)


@require_GET
@staff_page("desk.read")
def desk(request: HttpRequest) -> HttpResponse:
    return pool(request)


@require_GET
@staff_page("order.read")
def order(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    return order_shown(request, order_id)


@require_POST
@staff_page("desk.work")
def link_send(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """The customer asks for the link again."""
    try:
        at_once = link_again(actor=actor_in(request), order_id=order_id)
    except LinkNotSentError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, gettext("链接发出去了。") if at_once else gettext("链接在免打扰时段过后发出。"))
    return redirect("web:order", order_id)


@require_POST
@staff_page("desk.read")
def caller(request: HttpRequest) -> HttpResponse:
    """Who calls: posted, so that no telephone number stands in an address or a log."""
    phone = request.POST.get("phone", "")
    try:
        found = selectors.caller_find(actor=actor_in(request), phone=phone)
    except YouluError as error:
        return pool(request, phone=phone, phone_error=error.message)
    return pool(request, phone=phone, caller=found, people=found.people,
                items=items_of_parties(party_ids=found.party_ids))


@require_POST
@staff_page("desk.work")
def order_new(request: HttpRequest) -> HttpResponse:
    """Write the order down; who asks again about the same gets the order that is there."""
    posted = request.POST
    try:
        opened = services.order_receive(actor=actor_in(request), key=posted.get("idempotency_key", ""), asked=Asked(
            kind=posted.get("kind", ""), subtype=_subtype(request), title=posted.get("title", "").strip() or "来电",
            body=posted.get("body", ""), channel=posted.get("channel", "phone"),
            party_id=uuid_of(posted["party"]) if posted.get("party") else None,
            item_key=_item_key(posted.get("item", "")), application_id=_application(request),
            needs_compensation=posted.get("compensation") == "1",
            outside_no=posted.get("outside_no", ""), clock_from=moment_of(posted.get("clock_from", ""))))
    except YouluError as error:
        if error.status != 422 and not isinstance(error, UnknownApplicationError):
            raise
        return pool(request, status=422, caller=_caller_again(request), new_error=error.message, typed=posted,
                    new_subtype=_subtype(request), phone=posted.get("phone", ""))
    if opened.is_repeat:
        messages.warning(request, gettext("这件事已经有工单在办，没有另建，记了一次重复来电。"))
    return redirect("web:order", opened.order_id)


def _subtype(request: HttpRequest) -> str:
    """What was chosen beside the kind that was chosen: what stands beside another is not meant."""
    return request.POST.get(f"subtype.{request.POST.get('kind', '')}", "")


def _caller_again(request: HttpRequest) -> selectors.Caller:
    """The caller of a form that could not be taken, so that nothing has to be asked again."""
    phone = request.POST.get("phone", "")
    return selectors.caller_find(actor=actor_in(request), phone=phone) if phone else selectors.Caller((), (), (), 0)


def _application(request: HttpRequest) -> uuid.UUID | None:
    number = request.POST.get("application", "").strip()
    return application_link(actor=actor_in(request), number=number).id if number else None


def _item_key(number: str) -> int | None:
    if not number.strip():
        return None
    try:
        return item_key(number_compact(number))
    except ItemNumberError:
        raise ItemNotKnownError() from None


@require_POST
@staff_page("desk.work")
def order_next(request: HttpRequest) -> HttpResponse:
    order_id = services.order_take_next(actor=actor_in(request))
    if order_id is None:
        messages.warning(request, gettext("没有您能接的工单。先报在岗情况，再来接。"))
        return redirect("web:desk")
    return redirect("web:order", order_id)
