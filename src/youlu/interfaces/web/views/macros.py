"""快捷处理: a supervisor writes them; an agent opens them on an order, filled, and does one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.desk import selectors
from youlu.domain.desk.errors import UnknownUnitError
from youlu.domain.desk.macros.applying import macro_apply
from youlu.domain.desk.macros.filling import VARIABLES
from youlu.domain.desk.macros.reading import MacroRow, macro_get, macros_list, macros_offered
from youlu.domain.desk.macros.writing import BODY_MAX, NAME_MAX, MacroAct, macro_end, macro_write
from youlu.domain.desk.orders.life import PRIORITIES
from youlu.domain.desk.services import form_once
from youlu.domain.network.selectors import office_find
from youlu.interfaces.web.order_acts import said_in, uuid_of
from youlu.interfaces.web.pages import actor_in, staff_page

PLAIN = ("note", "answer", "wait")


@staff_page("desk.supervise")
def macros(request: HttpRequest) -> HttpResponse:
    """What is in use, and the form of one more or of the next version."""
    if request.method == "POST":
        try:
            form_once(actor=actor_in(request), about="", act="macro write", key=request.POST.get("idempotency_key", ""),
                      said=said_in(request.POST), work=lambda: _write(request))
        except YouluError as error:
            if error.status != 422:
                raise
            return _shown(request, _typed(request), error)
        messages.success(request, gettext("存好了，客服员从现在起用这一版。"))
        return redirect("web:macros")
    edited = request.GET.get("edit")
    return _shown(request, _of(macro_get(actor=actor_in(request), macro_id=uuid_of(edited))) if edited else {})


def _shown(request: HttpRequest, typed: dict[str, Any], error: YouluError | None = None) -> HttpResponse:
    return render(request, "web/desk/macros.html", {
        "rows": macros_list(actor=actor_in(request)), "kinds": selectors.order_kinds(), "typed": typed,
        "variables": VARIABLES, "error": error.message if error else "", "priorities": PRIORITIES.items(),
        "name_max": NAME_MAX, "body_max": BODY_MAX}, status=error.status if error else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    posted = request.POST
    return {**{name: posted.get(name, "") for name in ("name", "body", "priority", "office", "hours")},
            "kinds": posted.getlist("kinds"), "acts": posted.getlist("acts")}


def _of(row: MacroRow) -> dict[str, Any]:
    """A macro as the form has it."""
    priority, office, extend = row.act("prioritise"), row.act("dispatch"), row.act("extend")
    return {"name": row.name, "body": row.body, "kinds": row.kinds,
            "acts": [code for code in PLAIN if row.act(code)],
            "priority": str(priority.priority) if priority else "", "office": office.more if office else "",
            "hours": extend.hours if extend else ""}


def _write(request: HttpRequest) -> None:
    typed = _typed(request)
    acts = [MacroAct(code) for code in typed["acts"] if code in PLAIN]
    if typed["priority"]:
        acts.append(MacroAct("prioritise", priority=_number(typed["priority"])))
    if typed["hours"]:
        acts.append(MacroAct("extend", hours=_number(typed["hours"])))
    if typed["office"].strip():
        try:
            acts.append(MacroAct("dispatch", office_id=office_find(typed["office"]).id))
        except YouluError:
            raise UnknownUnitError() from None  # none of that name, or several
    macro_write(actor=actor_in(request), name=typed["name"], body=typed["body"], acts=acts, kinds=typed["kinds"])


def _number(text: str) -> int:
    """-1 for what is none: the service says which can be."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1


@require_POST
@staff_page("desk.supervise")
def end(request: HttpRequest, macro_id: uuid.UUID) -> HttpResponse:
    form_once(actor=actor_in(request), about=str(macro_id), act="macro end", said={},
              key=request.POST.get("idempotency_key", ""),
              work=lambda: macro_end(actor=actor_in(request), macro_id=macro_id))
    return redirect("web:macros")


@require_GET
@staff_page("desk.work")
def offered(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """The macros of one order, filled: a part of its page, or a page where there is no script."""
    return _offered(request, order_id)


@require_POST
@staff_page("desk.work")
def apply(request: HttpRequest, order_id: uuid.UUID, macro_id: uuid.UUID) -> HttpResponse:
    """Do one; what could not be done is said beside the text as it was sent."""
    try:
        macro_apply(actor=actor_in(request), order_id=order_id, macro_id=macro_id, text=request.POST.get("text", ""),
                    key=request.POST.get("idempotency_key", ""))
    except YouluError as error:
        if isinstance(error, NotFoundError):
            raise
        return _offered(request, order_id, failed=macro_id, error=error)
    return redirect(reverse("web:order", args=[order_id]))


def _offered(
    request: HttpRequest, order_id: uuid.UUID, *, failed: uuid.UUID | None = None, error: YouluError | None = None
) -> HttpResponse:
    offers = macros_offered(actor=actor_in(request), order_id=order_id)
    part = "#part" if request.headers.get("HX-Request") else ""
    return render(request, f"web/desk/order_macros.html{part}", {
        "row": offers.page.row, "offers": offers.rows, "failed": failed, "typed": request.POST.get("text", ""),
        "error": error.message if error else "", "may_write": actor_in(request).can("desk.supervise")},
        status=error.status if error else 200)
