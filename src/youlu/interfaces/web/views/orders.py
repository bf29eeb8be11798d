"""Work orders beyond the pool: acts, many at once, saved views, the supervisor's list, what offices are asked, kinds
with the picture of their life."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.applications.errors import UnknownApplicationError
from youlu.domain.desk import selectors, services
from youlu.domain.desk.orders.exporting import orders_export
from youlu.domain.desk.orders.life import WHO_NAMES, Life
from youlu.domain.desk.selectors import OrderFilter
from youlu.interfaces.web import wording
from youlu.interfaces.web.figures.life import LifeMove, LifeState, life_draw
from youlu.interfaces.web.order_acts import order_act_do, uuid_of
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.templatetags.youlu import domain_word
from youlu.interfaces.web.views.desk import order_shown, pool

BULK_WORDS = {"take": "接单", "assign": "指派", "chase": "催办", "supervise": "督办", "close": "办结"}


@require_POST
@staff_page("order.read")
def act(request: HttpRequest, order_id: uuid.UUID, act: str) -> HttpResponse:
    """One act, once a key; what cannot be done is said on the order's own page, beside what was written. A page
    that keeps the words until the answer comes wants JSON."""
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        order_act_do(actor=actor_in(request), order_id=order_id, act=act, posted=request.POST)
    except YouluError as error:
        if isinstance(error, NotFoundError):
            raise
        if wants_json:
            return JsonResponse({"code": error.code, "sentence": error.message}, status=error.status)
        return order_shown(request, order_id, failed=act, error=error)
    back = _back(request, order_id)
    return JsonResponse({"next": back}) if wants_json else redirect(back)


@require_POST
@staff_page("desk.work")
def application(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """Which application under a programme the order is about."""
    try:
        services.order_apply_to(actor=actor_in(request), order_id=order_id, number=request.POST.get("application", ""))
    except UnknownApplicationError as error:
        return order_shown(request, order_id, failed="application", error=error)
    return redirect("web:order", order_id)


def _back(request: HttpRequest, order_id: uuid.UUID) -> str:
    """The order if it is still the actor's to see (an office that gave it back sees its list), with the same list."""
    kept = OrderFilter.of(QueryDict(request.POST.get("kept", ""))).query()
    try:
        selectors.order_page(actor=actor_in(request), order_id=order_id)
    except NotFoundError:
        return reverse("web:asked")
    return reverse("web:order", args=[order_id]) + (f"?{urlencode(kept)}" if kept else "")


@require_POST
@staff_page("desk.read")
def bulk(request: HttpRequest) -> HttpResponse:
    """One act on the orders that were ticked, and what came of each."""
    agent = request.POST.get("agent", "")
    chosen = request.POST.get("bulk", "")
    try:
        rows = services.orders_bulk(
            actor=actor_in(request), act=chosen, note=request.POST.get("note", ""),
            key=request.POST.get("idempotency_key", ""),
            order_ids=[uuid_of(one) for one in request.POST.getlist("order")],
            agent_id=uuid_of(agent) if agent else None)
    except YouluError as error:
        if error.status != 422:
            raise
        messages.error(request, error.message)
        return redirect(_list_url(request))
    return render(request, "web/desk/bulk.html", {
        "rows": rows, "done": sum(row.is_done for row in rows), "word": BULK_WORDS[chosen], "back": _list_url(request)})


def _list_url(request: HttpRequest) -> str:
    kept = OrderFilter.of(QueryDict(request.POST.get("kept", ""))).query()
    return reverse("web:desk") + (f"?{urlencode(kept)}" if kept else "")


@require_GET
@staff_page("desk.supervise")
def export(request: HttpRequest) -> Any:
    """The filter's orders as a table for Excel."""
    rows = orders_export(actor=actor_in(request), chosen=OrderFilter.of(request.GET))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="orders.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@staff_page("desk.read")
def view_save(request: HttpRequest) -> HttpResponse:
    chosen = OrderFilter.of(QueryDict(request.POST.get("kept", "")))
    try:
        services.view_save(actor=actor_in(request), name=request.POST.get("name", ""), chosen=chosen,
                           is_shared=request.POST.get("shared") == "1")
    except YouluError as error:
        if error.status != 422:
            raise
        messages.error(request, error.message)
    return redirect(_list_url(request))


@require_POST
@staff_page("desk.read")
def view_drop(request: HttpRequest, view_id: uuid.UUID) -> HttpResponse:
    services.view_drop(actor=actor_in(request), view_id=view_id)
    return redirect("web:desk")


@staff_page("desk.supervise")
def alerts(request: HttpRequest) -> HttpResponse:
    """What needs a supervisor's look; taken off by a tick."""
    if request.method == "POST":
        services.alerts_seen(actor=actor_in(request),
                             alert_ids=[uuid_of(one) for one in request.POST.getlist("alert")])
        return redirect("web:order_alerts")
    page = selectors.alerts_list(actor=actor_in(request), cursor=request.GET.get("cursor"))
    return render(request, "web/desk/alerts.html", {"page": page, "total": selectors.alerts_count()})


@require_GET
@staff_page("desk.unit")
def asked(request: HttpRequest) -> HttpResponse:
    """What offices of the actor's scope were asked and have not answered for good."""
    return pool(request, is_unit=True, told=selectors.unit_notices_of(actor=actor_in(request)))


@require_POST
@staff_page("desk.unit")
def asked_seen(request: HttpRequest) -> HttpResponse:
    services.unit_notices_seen(actor=actor_in(request),
                               notice_ids=[uuid_of(one) for one in request.POST.getlist("notice")])
    return redirect("web:asked")


@require_GET
@staff_page("desk.supervise")
def kinds(request: HttpRequest) -> HttpResponse:
    return render(request, "web/desk/kinds.html", {
        "kinds": selectors.kinds_all(actor=actor_in(request)), "push": selectors.rules()})


@require_POST
@staff_page("desk.supervise")
def push_set(request: HttpRequest) -> HttpResponse:
    """Give orders by itself, or not."""
    services.push_set(actor=actor_in(request), is_on=request.POST.get("on") == "1")
    return redirect("web:kinds")


@require_GET
@staff_page("desk.supervise")
def kind(request: HttpRequest, code: str) -> HttpResponse:
    """One kind: the picture, the same as a table, its clocks and where its figures are from."""
    page = selectors.kind_page(actor=actor_in(request), code=code)
    return render(request, "web/desk/kind.html", {
        "page": page, "picture": _picture(page), "acts": _acts(page.life),
        "reply": wording.span(page.first_reply_min), "close": wording.span(page.close_min),
        "warn": wording.span(page.warn_min), "open": sum(page.open_by_state.values())})


def _picture(page: selectors.KindPage) -> str:
    life = page.life
    states = [LifeState(s.value, domain_word(str(s.label)), _count(page.open_by_state.get(s.value, 0)))
              for s in life.states]
    moves = [LifeMove(start.value, end.value, domain_word(act.name)) for act, start, end in life.moves()]
    return life_draw(states, moves, title=domain_word(page.name), desc=gettext(
        "从受理到办结%(states)s个状态，%(moves)s条路") % {"states": len(states), "moves": len(moves)})


def _count(number: int) -> str:
    return gettext("%(n)s张") % {"n": wording.count(number)} if number else ""


def _acts(life: Life) -> list[dict[str, object]]:
    """Every act as a line of the table."""
    return [{"name": act.name, "who": [WHO_NAMES[who] for who in act.who],
             "froms": [str(state.label) for state in act.froms], "to": str(act.to.label) if act.to else "",
             "source": act.source} for act in life.acts]
