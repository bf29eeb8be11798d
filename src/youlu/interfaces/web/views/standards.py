"""标准时限: versions, one version and its lines, taking one in, putting one in force; the years of holidays."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.core.sheets import LineFault
from youlu.domain.promise.errors import ListRefusedError, StandardNotFoundError
from youlu.domain.promise.holidays import Source, holiday_lists, holidays_import, year_last_known
from youlu.domain.promise.versions import (
    standard_activate,
    standard_discard,
    standard_import,
    version_export,
    version_get,
    version_lines,
    versions_list,
)
from youlu.interfaces.web.pages import actor_in, staff_page, takes_files
from youlu.interfaces.web.reading import standards as reading

UPLOAD_MAX = 20 * 2**20  # bytes
FAULTS_SHOWN = 100


@takes_files(UPLOAD_MAX)
@staff_page("standard.read")
def standards(request: HttpRequest) -> HttpResponse:
    """The versions; a file that is sent becomes a new one, or is refused line by line."""
    faults: tuple[LineFault, ...] = ()
    if request.method == "POST":
        made, faults = _import_standard(request)
        if made is not None:
            return redirect("web:standard", version=made)
    rows = versions_list(actor=actor_in(request))
    return render(request, "web/standards/list.html", {
        "lead": reading.lead_of_versions(rows), "rows": [reading.version_row(row) for row in rows],
        "may_edit": actor_in(request).can("standard.edit"), "typed": request.POST,
        **_told(faults)}, status=422 if faults else 200)


def _import_standard(request: HttpRequest) -> tuple[int | None, tuple[LineFault, ...]]:
    actor_in(request).require("standard.edit")
    content, fault = _upload(request)
    if fault is not None:
        return None, (fault,)
    try:
        version = standard_import(actor=actor_in(request), content=content, source=_source(request))
    except ListRefusedError as error:
        return None, error.faults
    except YouluError as error:
        return None, (LineFault(1, error.message.rstrip("。"), gettext("改好后整份重传")),)
    messages.success(request, gettext("第%(version)s版已导入，还没有启用。") % {"version": version})
    return version, ()


def _upload(request: HttpRequest) -> tuple[bytes, LineFault | None]:
    upload = request.FILES.get("file")
    if upload is None:
        return b"", LineFault(1, gettext("没有选文件"), gettext("选一个CSV或.xlsx"))
    if (upload.size or 0) > UPLOAD_MAX:
        return b"", LineFault(1, gettext("文件超过20MB"), gettext("用上级区划归并后再传"))
    return upload.read(), None


def _source(request: HttpRequest) -> Source:
    return Source(*(request.POST.get(name, "").strip() for name in ("title", "document_no", "address")))


def _told(faults: tuple[LineFault, ...]) -> dict[str, object]:
    return {"faults": faults[:FAULTS_SHOWN], "faults_total": len(faults)}


@staff_page("standard.read")
def version(request: HttpRequest, version: int) -> HttpResponse:
    return _version_page(request, version)


def _version_page(request: HttpRequest, version: int, error: str = "", status: int = 200) -> HttpResponse:
    actor = actor_in(request)
    row = version_get(actor=actor, version=version)
    start, end = (reading.place_read(request.GET.get(name, "")) for name in ("origin", "dest"))
    page = version_lines(actor=actor, version=version, origin=start.prefix, dest=end.prefix,
                         mail_class=request.GET.get("class", ""), cursor=request.GET.get("after"))
    return render(request, "web/standards/version.html", {
        "row": reading.version_row(row), "lead": reading.lead_of_version(row), "lines": reading.lines_shown(page.rows),
        "next_cursor": page.next_cursor, "start": start, "end": end, "chosen": request.GET.get("class", ""),
        "classes": reading.classes(), "answer": reading.answer(actor, version, start, end), "error": error,
        "may_activate": actor.can("standard.activate") and row.state == "draft",
        "may_discard": actor.can("standard.edit") and row.state == "draft",
        "from": request.POST.get("from") or clock.today().isoformat(), "until": request.POST.get("until", ""),
        }, status=status)


@staff_page("standard.read")
@require_POST
def version_act(request: HttpRequest, version: int, act: str) -> HttpResponse:
    """activate, discard."""
    actor = actor_in(request)
    try:
        if act == "activate":
            until = request.POST.get("until", "")
            standard_activate(actor=actor, version=version, valid_from=_date(request.POST.get("from", "")),
                              valid_until=_date(until) if until else None)
            messages.success(request, gettext("已启用。已收寄的邮件仍按收寄时的那一版。"))
        elif act == "discard":
            standard_discard(actor=actor, version=version)
            messages.success(request, gettext("这一版已撤掉。"))
            return redirect("web:standards")
        else:
            raise StandardNotFoundError()
    except YouluError as error:
        if error.status in (403, 404):
            raise
        return _version_page(request, version, error.message, error.status)
    return redirect("web:standard", version=version)


@staff_page("standard.read")
def download(request: HttpRequest, version: int) -> HttpResponse:
    """A version as CSV, which comes in again unchanged."""
    response = HttpResponse(version_export(actor=actor_in(request), version=version),
                            content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="standard-{version}.csv"'
    return response


@staff_page("standard.read")
def holidays(request: HttpRequest) -> HttpResponse:
    """The years that are known; a file that is sent becomes the list of its year."""
    faults: tuple[LineFault, ...] = ()
    if request.method == "POST":
        faults = _import_holidays(request)
        if not faults:
            return redirect("web:holidays")
    last = year_last_known()
    return render(request, "web/standards/holidays.html", {
        "lead": reading.lead_of_holidays(last), "rows": holiday_lists(actor=actor_in(request)),
        "may_edit": actor_in(request).can("calendar.edit"), "typed": request.POST,
        "year": request.POST.get("year") or (last or clock.today().year - 1) + 1, **_told(faults)},
        status=422 if faults else 200)


def _import_holidays(request: HttpRequest) -> tuple[LineFault, ...]:
    actor_in(request).require("calendar.edit")
    content, fault = _upload(request)
    year = request.POST.get("year", "")
    if not (year.isascii() and year.isdigit() and 2000 <= int(year) <= 2200):
        fault = fault or LineFault(1, gettext("没有写年份"), gettext("写四位数的年份"))
    if fault is not None:
        return (fault,)
    try:
        holidays_import(actor=actor_in(request), content=content, year=int(year), source=_source(request))
    except ListRefusedError as error:
        return error.faults
    except YouluError as error:
        return (LineFault(1, error.message.rstrip("。"), gettext("改好后整份重传")),)
    messages.success(request, gettext("%(year)s年放假安排已导入，标准时限从现在起照它数工作日。") % {"year": year})
    return ()


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return dt.date.min  # the service says which dates can be
