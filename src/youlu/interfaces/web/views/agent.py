"""The phone of an agent: whom to call, what to say, what came of it; where one is."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.core.idempotency import key_typed
from youlu.core.sealed_box import box_key, box_open
from youlu.domain.desk import selectors, services
from youlu.domain.desk.contacts import OTHER_REASONS, REMARK_MAX, shelf_tag
from youlu.domain.desk.emergency.reading import my_notice
from youlu.domain.desk.errors import ContactGoneError
from youlu.domain.desk.phone.errors import AgentOnPhoneError, DialFirstError, NoNumberError
from youlu.domain.parties.services import party_reveal
from youlu.domain.workforce.models import Presence, Site
from youlu.domain.workforce.selectors import agent_of
from youlu.domain.workforce.services import presence_report
from youlu.interfaces.web.order_acts import uuid_of
from youlu.interfaces.web.pages import staff_page

AGE_MAX_S = 7 * 86_400
REVEAL_REASON = "双呼不通，改为直接拨打"


def _greeting(now: dt.datetime) -> str:
    hour = clock.local(now).hour
    return _("夜里好") if hour < 6 else _("早上好") if hour < 11 else _("中午好") if hour < 13 else (
        _("下午好") if hour < 18 else _("晚上好"))


def _shell(request: HttpRequest, tab: str, **more: Any) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    return {"agent": agent_of(actor), "greeting": _greeting(clock.now()), "now": clock.now(), "tab": tab,
            "notice": my_notice(actor=actor), "shelf_tag": shelf_tag(actor=actor), "shelf_key": box_key(), **more}


@require_GET
@staff_page("contact.take")
def my(request: HttpRequest) -> HttpResponse:
    """The next contact with its sentence; `?ask=time|other` opens the second tap where there is no script."""
    return _next_page(request)


def _next_page(request: HttpRequest, number: str = "", shown: uuid.UUID | None = None) -> HttpResponse:
    """The hand; a number stands on the card of whose it is, which comes first then."""
    actor = request.actor  # type: ignore[attr-defined]
    held = sorted(services.contacts_held(actor=actor), key=lambda one: one != shown)
    hand = selectors.hand(actor=actor, held=held)
    return render(request, "web/agent/next.html", _shell(
        request, "next", hand=hand, times=_callback_times(clock.now()), others=OTHER_REASONS.items(),
        ask=request.GET.get("ask", ""), number=number, shown=shown, has_exchange=selectors.exchange_is_set(),
        remark_max=REMARK_MAX,
         day_total=hand.told_today + hand.share))


def _callback_times(now: dt.datetime) -> list[tuple[str, str]]:
    """(value, label) of four times a customer may choose: the next whole hours by day, then tomorrow at nine."""
    local = clock.local(now)
    hour = local.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    today = [hour + dt.timedelta(hours=n) for n in (0, 1, 3)]
    chosen = [at for at in today if 9 <= at.hour <= 20 and at.date() == local.date()]
    morning = (local + dt.timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    return [(at.isoformat(), f"{at:%H:%M}") for at in chosen] + [(morning.isoformat(), _("明天9:00"))]


@require_POST
@staff_page("contact.take")
def take(request: HttpRequest) -> HttpResponse:
    """Fill the hand."""
    actor = request.actor  # type: ignore[attr-defined]
    if not services.contacts_hold(actor=actor):
        agent = agent_of(actor)
        messages.warning(request, _("没有接到。先在「我」里报在岗或居家，并开始接单。") if not agent.is_taking
                         else _("现在没有人等着联系。"))
    return redirect("web:my")


@require_POST
@staff_page("contact.take")
def call(request: HttpRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Ask the exchange to ring both ends."""
    try:
        services.call_ask(actor=request.actor, contact_id=contact_id)  # type: ignore[attr-defined]
    except (AgentOnPhoneError, ContactGoneError, NoNumberError) as error:
        messages.error(request, error.message)
    return redirect("web:my")


@require_POST
@staff_page("contact.take")
def reveal(request: HttpRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Show the number once, where the exchange cannot: the page of this answer has it, no other."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        party_id = services.contact_party(actor=actor, contact_id=contact_id)
    except (ContactGoneError, DialFirstError) as error:
        messages.error(request, error.message)
        return redirect("web:my")
    number = party_reveal(actor=actor, party_id=party_id, field="phone", reason=REVEAL_REASON)
    return _next_page(request, number, contact_id)


@require_POST
@staff_page("contact.take")
def result(request: HttpRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Record what came of it. Phones post here from their store too, and want JSON."""
    actor = request.actor  # type: ignore[attr-defined]
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        outcome = services.contact_result(
            actor=actor, contact_id=contact_id, said=_said(request),
            key=key_typed(request.POST.get("idempotency_key", "")),
            whose=request.POST.get("who", ""))
    except YouluError as error:
        if not wants_json:
            raise
        return JsonResponse({"code": error.code, "sentence": error.message}, status=error.status)
    services.contacts_hold(actor=actor)
    if wants_json:
        return JsonResponse({"state": outcome.state, "again": outcome.is_told_again_owed})
    if outcome.is_told_again_owed:
        messages.warning(request, _("刚才时间又变了，这位客户会再排到您或同事这里。"))
    return redirect("web:my")


def _said(request: HttpRequest) -> services.Said:
    """`pick` is told, unreached, scheduled:<instant> or other:<reason>; `age_s` how long ago it was picked."""
    kind, _colon, detail = request.POST.get("pick", "").partition(":")
    try:
        age_s = float(request.POST.get("age_s") or 0)
        if not math.isfinite(age_s):
            return services.Said("", 0)
        revision = int(request.POST.get("revision", ""))
        callback_at = dt.datetime.fromisoformat(detail) if kind == "scheduled" else None
    except ValueError:
        return services.Said("", 0)
    if callback_at is not None and callback_at.tzinfo is None:
        callback_at = callback_at.replace(tzinfo=clock.SHANGHAI)
    occurred_at = clock.now() - dt.timedelta(seconds=min(max(age_s, 0.0), AGE_MAX_S))
    return services.Said(kind, revision, occurred_at=occurred_at,
                         callback_at=callback_at, other=detail if kind == "other" else "", remark=_remark(request))


def _remark(request: HttpRequest) -> str:
    """What was typed, or what the phone sealed until there was a network."""
    box = request.POST.get("note_sealed", "")
    return box_open(box) if box else request.POST.get("note", "").strip()


@require_GET
@staff_page("contact.take")
def orders(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    return render(request, "web/agent/orders.html", _shell(
        request, "orders", page=selectors.order_list(actor=actor, view="mine"),
        notices=selectors.notices_of(actor=actor)))


@require_POST
@staff_page("contact.take")
def notices_seen(request: HttpRequest) -> HttpResponse:
    services.notices_seen(actor=request.actor,  # type: ignore[attr-defined]
                          notice_ids=[uuid_of(one) for one in request.POST.getlist("notice")])
    return redirect("web:my_orders")


@staff_page("contact.take")
def presence(request: HttpRequest) -> HttpResponse:
    """Where I am, whether I take work."""
    if request.method == "POST":
        site = request.POST.get("site", "")
        actor = request.actor  # type: ignore[attr-defined]
        presence_report(actor=actor, site=site, is_taking=request.POST.get("taking") != "0",
                        reason=request.POST.get("reason", ""))
        if site == Site.OUT or request.POST.get("taking") == "0":
            services.contacts_release(actor=actor)
        return redirect("web:my_presence")
    return render(request, "web/agent/presence.html", _shell(
        request, "me", sites=Site.choices, reasons=Presence.Reason.choices))
