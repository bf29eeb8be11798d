"""Who is where, and what the people present hold of this hour."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.capacity import NEVER_H, Side, Strip, capacity_strip
from youlu.domain.desk.selectors import parameters
from youlu.domain.network.selectors import MeasureRow, measures_in_force
from youlu.domain.promise.effects import compounds_touched
from youlu.domain.workforce.contracts import unregistered
from youlu.domain.workforce.models import Presence
from youlu.domain.workforce.selectors import (
    AgentRow,
    agents_living_in,
    homes_known,
    people_now,
    present_now,
)
from youlu.interfaces.web.agent_forms import NewAgentForm
from youlu.interfaces.web.pages import staff_page
from youlu.interfaces.web.wording import span

SERVED_THERE = ("acceptance", "delivery", "counter")


@require_GET
@staff_page("workforce.read")
def people(request: HttpRequest) -> HttpResponse:
    return people_page(request)


def people_page(request: HttpRequest, form: NewAgentForm | None = None) -> HttpResponse:
    """Everybody with where they are, and the form that gives an account a staff number."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = people_now(actor=actor)
    return render(request, "web/workforce/people.html", {
        "rows": rows, "form": form or NewAgentForm(unregistered(actor=actor)) if actor.can("workforce.edit") else None,
        "present": present_now(), "taking": sum(row.is_taking for row in rows),
        "may_edit": actor.can("workforce.edit"), "closed_in": _closed_in(actor, rows)},
        status=422 if form and form.errors else 200)


def _closed_in(actor: Actor, rows: tuple[AgentRow, ...]) -> list[AgentRow]:
    """Who lives in a place under a measure and is not taken to be bound there yet: whom to ask."""
    if not actor.can("workforce.home"):
        return []
    measures = [measure for measure in measures_in_force() if _may_keep_in(measure)]
    if not measures:
        return []
    compounds = compounds_touched(homes_known(actor=actor), measures)
    bound = {row.id for row in rows if row.reason == Presence.Reason.LOCKED_DOWN}
    return [row for row in agents_living_in(actor=actor, compound_ids=compounds) if row.id not in bound]


def _may_keep_in(measure: MeasureRow) -> bool:
    """Whether people of the place may be kept at home: it still runs, and is about them, not about mail that passes.
    A list of compounds, and a lockdown, is; a wider place closed by a landslide only where nobody is served there."""
    is_local = measure.zone_kind == "compound" or measure.cause == "lockdown" or measure.act in SERVED_THERE
    return is_local and (measure.ends_at is None or measure.ends_at > clock.now())


@require_GET
@staff_page("workforce.read")
def capacity(request: HttpRequest) -> HttpResponse:
    return render(request, "web/workforce/capacity.html", {**strip_rows(capacity_strip()), "figures": parameters()})


@require_GET
@staff_page("workforce.read")
def capacity_part(request: HttpRequest) -> HttpResponse:
    """The strip alone, polled; 304 while nothing changed."""
    html = render_to_string("web/workforce/strip.html", strip_rows(capacity_strip()), request=request)
    tag = f'"{hashlib.sha256(html.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    return HttpResponse(html, headers={"ETag": tag, "Cache-Control": "no-cache"})


def strip_rows(strip: Strip) -> dict[str, Any]:
    """The strip as its template shows it."""
    sides = (_side(_("什么都不做"), strip.nothing), _side(_("消息先行，居家分流"), strip.split))
    return {"strip": strip, "sides": sides, "saved": round(strip.nothing.calls.lost - strip.split.calls.lost)}


def _side(name: str, side: Side) -> dict[str, Any]:
    calls = side.calls
    whole = max(calls.arrivals, 1e-9)
    at_once = calls.held - calls.waiting
    return {"name": name, "side": side, "at_once": round(at_once), "waiting": round(calls.waiting),
            "lost": round(calls.lost), "arrivals": round(calls.arrivals), "wait_s": round(calls.wait_s),
            "within": round(100 * calls.within_share), "busy": round(100 * calls.occupancy), "short": side.people_short,
            "parts": (("kept", 100 * at_once / whole), ("risk", 100 * calls.waiting / whole),
                      ("late", 100 * calls.lost / whole)),
            "orders": _hours(side.orders_done_h), "contacts": _hours(side.contacts_done_h)}


def _hours(hours: float) -> str:
    if hours >= NEVER_H:
        return _("办不完")
    return span(60 * hours) if hours else _("没有积着的")
