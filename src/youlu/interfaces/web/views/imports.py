"""批量建单: a file of orders is sent, looked at, confirmed, and made row by row."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.desk.importing.making import import_start, import_stop
from youlu.domain.desk.importing.reading import import_bad_lines, import_page, import_template, imports_list
from youlu.domain.desk.importing.receiving import SIZE_MAX, import_receive
from youlu.domain.desk.jobs import import_go_defer
from youlu.interfaces.web.pages import actor_in, staff_page

ACTS = {"start": import_start, "stop": import_stop}


@staff_page("desk.supervise")
def imports(request: HttpRequest) -> HttpResponse:
    """The files that came, and the form for one more."""
    error: YouluError | None = None
    if request.method == "POST":
        upload = request.FILES.get("file")
        content = b"" if upload is None or (upload.size or 0) > SIZE_MAX else upload.read()
        try:
            import_id, again = import_receive(actor=actor_in(request), content=content)
        except YouluError as problem:
            if problem.status != 422:
                raise
            error = problem
        else:
            if again:
                messages.warning(request, gettext("这份文件传过了，没有另收。这是它的情况。"))
            import_go_defer()
            return redirect("web:order_import", import_id)
    return render(request, "web/desk/imports.html", {
        "rows": imports_list(actor=actor_in(request)), "error": error.message if error else ""},
        status=error.status if error else 200)


@require_GET
@staff_page("desk.supervise")
def one(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    page = import_page(actor=actor_in(request), import_id=import_id, cursor=request.GET.get("cursor"))
    part = "#state" if request.headers.get("HX-Target") == "import-state" else ""
    return render(request, f"web/desk/import.html{part}", {"row": page.row, "first": page.first, "bad": page.bad})


@require_POST
@staff_page("desk.supervise")
def act(request: HttpRequest, import_id: uuid.UUID, act: str) -> HttpResponse:
    """start (or go on), stop."""
    if act not in ACTS:
        raise NotFoundError()
    try:
        ACTS[act](actor=actor_in(request), import_id=import_id)
    except YouluError as error:
        if error.status != 409:
            raise
        messages.error(request, error.message)
    import_go_defer()
    return redirect("web:order_import", import_id)


@require_GET
@staff_page("desk.supervise")
def bad(request: HttpRequest, import_id: uuid.UUID) -> Any:
    """The bad rows as a file to mend."""
    rows = import_bad_lines(actor=actor_in(request), import_id=import_id)
    return _csv(StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8"), "orders-to-mend.csv")


@require_GET
@staff_page("desk.supervise")
def template(request: HttpRequest) -> Any:
    return _csv(HttpResponse(import_template(), content_type="text/csv; charset=utf-8"), "orders.csv")


def _csv(response: Any, name: str) -> Any:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
