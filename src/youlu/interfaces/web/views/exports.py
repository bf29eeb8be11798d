"""导出: the orders of a filter as a workbook, made while one waits or by the worker, and as a table that streams."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_noop as N
from django.views.decorators.http import require_GET

from youlu.core.errors import YouluError
from youlu.domain.desk.exporting.keeping import (
    AT_WORK,
    export_ask,
    export_file,
    export_filter,
    export_is_short,
    export_make,
    export_own,
    exports_own,
)
from youlu.domain.desk.jobs import export_go_defer
from youlu.domain.desk.selectors import OrderFilter
from youlu.interfaces.web.pages import actor_in, staff_page

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REASONS = (("complaint", N("处理投诉查询")), ("contact", N("联系客户")), ("authority", N("有权机关依法查询")),
           ("other", N("其他")))


@staff_page("desk.supervise")
def exports(request: HttpRequest) -> HttpResponse:
    """What one asked for, and the form for one more of the list's filter."""
    actor, error = actor_in(request), None
    asked = request.GET if request.method != "POST" else QueryDict(request.POST.get("kept", ""))
    chosen = OrderFilter.of(asked)
    if request.method == "POST":
        try:
            export_id = export_ask(actor=actor, chosen=chosen, has_words=request.POST.get("words") == "1",
                                   reason=request.POST.get("reason", ""))
        except YouluError as problem:
            if problem.status not in (409, 422):
                raise
            error = problem
        else:
            if export_is_short(export_id):
                export_make(export_id)
            else:
                export_go_defer()
            return redirect("web:order_export", export_id)
    return render(request, "web/desk/exports.html", {
        "rows": exports_own(actor=actor), "kept": urlencode(chosen.query()), "at_work": AT_WORK,
        "may_words": actor.can("party.reveal"), "reasons": REASONS, "error": error.message if error else ""},
        status=error.status if error else 200)


@require_GET
@staff_page("desk.supervise")
def one(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """How far it is, polled; then the file. The way back to the list has the filter, but not what was searched for: it
    may be somebody's name."""
    row = export_own(actor=actor_in(request), export_id=export_id)
    part = "#state" if request.headers.get("HX-Target") == "export-state" else ""
    kept = replace(export_filter(row), text="")
    return render(request, f"web/desk/export.html{part}", {
        "row": row, "is_at_work": row.state in AT_WORK, "kept": urlencode(kept.query())})


@require_GET
@staff_page("desk.supervise")
def file(request: HttpRequest, export_id: uuid.UUID) -> Any:
    parts, size = export_file(actor=actor_in(request), export_id=export_id)
    return StreamingHttpResponse(parts, content_type=WORKBOOK, headers={
        "Content-Disposition": 'attachment; filename="orders.xlsx"', "Content-Length": str(size),
        "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})
