"""项目与申请: programmes with their applications, one application with what it demands, a voucher to print."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from youlu.core import clock
from youlu.domain.applications import selectors, services
from youlu.domain.applications.drafts import draft_start_for
from youlu.domain.applications.errors import ConsentNotReadError
from youlu.domain.applications.models import Proxy, State
from youlu.domain.applications.numbers import serial_make
from youlu.domain.applications.vouchers import voucher_issue
from youlu.domain.catalogue.errors import UnknownProgrammeError
from youlu.domain.catalogue.registry import programme_get
from youlu.domain.desk.selectors import orders_of_application
from youlu.interfaces.web.pages import staff_page
from youlu.interfaces.web.qr import qr_svg
from youlu.interfaces.web.views.apply import draft_hold

READ, HANDLE, ISSUE = "applications.read", "applications.handle", "voucher.issue"
STATES = [state for state in State if state != State.DRAFT]


@staff_page(READ)
def applications(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = {"programme": request.GET.get("programme", ""), "state": request.GET.get("state", "")}
    page = selectors.applications_page(actor=actor, held=request.GET.get("held") == "1",
                                       cursor=request.GET.get("after") or None, **asked)
    counts = selectors.programme_counts(actor=actor)
    return render(request, "web/applications/list.html", {
        "page": page, "counts": counts, "states": STATES, "asked": asked,
        "total": sum(one.total for one in counts),
        "under_way": sum(one.total - one.by_state.get(State.DELIVERED, 0) - one.by_state.get(State.REFUSED, 0)
                         for one in counts),
        "unproved": selectors.deliveries_unproved(actor=actor), "unmatched": selectors.unmatched_count(),
    })


@staff_page(READ)
def application(request: HttpRequest, number: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    sheet = selectors.application_sheet(actor=actor, number=number)
    return render(request, "web/applications/sheet.html", {
        "sheet": sheet, "orders": orders_of_application(actor=actor, application_id=sheet.row.id), "now": clock.now(),
        "sheet_title": pgettext("one", "申请"), "may_handle": actor.can(HANDLE),
        "may_reveal": actor.can("party.reveal"),
        "to_hand_in": sheet.status.programme.partner is None and sheet.row.state == State.SUBMITTED})


@staff_page(HANDLE)
def application_act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """POST: the document is handed in, or something demanded was done."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        if act == "handed-in":
            services.application_handed_in(actor=actor, number=number)
            messages.success(request, _("已接件。稍后自动收寄，邮件号出现在本页。"))
        else:
            services.demand_meet(actor=actor, number=number, demand=act)
            messages.success(request, _("已登记。"))
    return redirect("web:application", number=number)


@staff_page(ISSUE)
def voucher(request: HttpRequest, programme: str) -> HttpResponse:
    """A voucher with its code, to print. A fresh one on every POST."""
    spec = programme_get(programme)
    if spec.voucher is None:
        raise UnknownProgrammeError()
    slip = None
    if request.method == "POST" and "proxy" in request.POST:
        return _apply_for(request, programme)
    if request.method == "POST":
        serial = request.POST.get("serial", "").strip() or serial_make()
        text = voucher_issue(actor=request.actor, programme=programme, serial=serial)  # type: ignore[attr-defined]
        path = reverse("web:apply", args=[programme, text])
        path = path[path.index("/apply/"):]  # the public's, whatever chair this page is looked at from
        address = settings.PUBLIC_BASE_URL.rstrip("/") + path
        slip = {"serial": serial, "path": path, "address": address, "qr": qr_svg(address, label=str(spec.name))}
    return render(request, "web/applications/voucher.html", {"programme": spec, "slip": slip, "proxies": Proxy.choices})


def _apply_for(request: HttpRequest, programme: str) -> HttpResponse:
    """Walk the questions for somebody without a smartphone."""
    try:
        text, draft_id = draft_start_for(
            actor=request.actor, programme=programme, proxy=request.POST["proxy"],  # type: ignore[attr-defined]
            has_consented=request.POST.get("consented") == "1")
    except ConsentNotReadError as error:
        messages.error(request, error.message)
        return redirect("web:voucher", programme=programme)
    draft_hold(request, text, draft_id)
    return redirect("web:apply_check", programme=programme, voucher=text)
