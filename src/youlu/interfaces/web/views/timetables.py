"""邮路班期: routes, a route's timetable and its draft, what a draft would do, putting it in force, GTFS."""

from __future__ import annotations

import datetime as dt
import io
import uuid
import zipfile

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.continuity import timetables as loop
from youlu.domain.network import drafts, timetables
from youlu.domain.network.errors import DraftChangedError, DraftNotFoundError, FeedRefusedError
from youlu.domain.network.gtfs import gtfs_export, gtfs_import
from youlu.domain.network.gtfs_files import feed_zip
from youlu.domain.network.models import Route
from youlu.interfaces.web import wording
from youlu.interfaces.web.pages import actor_in, staff_page, takes_files
from youlu.interfaces.web.reading import timetables as reading
from youlu.interfaces.web.timetable_form import TimetableForm

UPLOAD_MAX = 50 * 2**20  # bytes


@staff_page("timetable.read")
def routes(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    text, level = request.GET.get("q", "").strip(), request.GET.get("level", "")
    level = level if level in Route.Level.values else ""
    page = timetables.routes_list(actor=actor, text=text, level=level, cursor=request.GET.get("after"))
    open_drafts, revisions = timetables.drafts_list(actor=actor), timetables.revisions_list(actor=actor)
    return render(request, "web/timetable/routes.html", {
        "lead": reading.lead_of_routes(revisions, open_drafts), "page": page, "query": text, "level": level,
        "levels": [("", gettext("全部"))] + [(key, gettext(str(label))) for key, label in Route.Level.choices],
        "drafts": open_drafts, "revisions": revisions, "may_edit": actor.can("timetable.edit")})


@staff_page("timetable.edit")
@require_POST
def draft_new(request: HttpRequest) -> HttpResponse:
    """Begin a draft, and go on where one came from."""
    draft_id = drafts.draft_make(actor=actor_in(request), title=request.POST.get("title", "")[:60])
    route_id = request.POST.get("route", "")
    if route_id.isdigit():
        return redirect(_route_url(int(route_id), draft_id))
    return redirect("web:timetable_draft", draft_id=draft_id)


@staff_page("timetable.read")
def route(request: HttpRequest, route_id: int) -> HttpResponse:
    """The timetable in force, or, with ?draft=, as the draft has it, to be edited."""
    draft_id = _draft_id(request)
    if request.method == "POST" and draft_id is not None:
        return _route_save(request, route_id, draft_id)
    shown = timetables.route_timetable(actor=actor_in(request), route_id=route_id, draft_id=draft_id)
    draft = timetables.draft_get(actor=actor_in(request), draft_id=draft_id) if draft_id else None
    return _route_page(request, TimetableForm(shown), draft)


def _route_save(request: HttpRequest, route_id: int, draft_id: uuid.UUID) -> HttpResponse:
    actor = actor_in(request)
    actor.require("timetable.edit")
    draft = timetables.draft_get(actor=actor, draft_id=draft_id)
    shown = timetables.route_timetable(actor=actor, route_id=route_id, draft_id=draft_id)
    form = TimetableForm(shown, request.POST)
    act, _, rest = (request.POST.getlist("do") or ["save"])[-1].partition(":")
    key, _, minutes = rest.partition(":")
    number = int(key) if key.isdigit() else -1
    puts, drops = form.puts, []
    if act == "shift" and minutes.lstrip("+-").isdigit():
        puts = form.shifted(number, max(-1440, min(1440, int(minutes))))
    elif act == "add":
        puts = [*puts, *filter(None, [form.copied(number)])]
    elif act == "drop":
        puts, drops = [put for put in puts if put.trip_key != number], [number]
        form.columns.pop(number, None)
    if act == "restore":  # as it is in force
        puts = [drafts.TripInput.of(row) for row in drafts.trips_newest([number]).values()]
    elif not form.is_good:
        form = TimetableForm(shown, request.POST) if act == "drop" else form
        return _route_page(request, form, draft, status=422)
    version = request.POST.get("version", "")
    try:
        drafts.draft_save(actor=actor, draft_id=draft_id, version=int(version) if version.isdigit() else 0, puts=puts,
                          drops=drops)
    except DraftChangedError as error:
        messages.error(request, error.message)
        return _route_page(request, form, draft, status=error.status)
    messages.success(request, gettext("已存进草稿，还没有生效。看影响、定日期、启用，在草稿页。"))
    return redirect(_route_url(route_id, draft_id))


def _route_page(
    request: HttpRequest, form: TimetableForm, draft: timetables.DraftRow | None, status: int = 200
) -> HttpResponse:
    actor = actor_in(request)
    can_edit = draft is not None and draft.state == "draft" and actor.can("timetable.edit")
    return render(request, "web/timetable/route.html", {
        "form": form, "route": form.shown.route, "draft": draft, "can_edit": can_edit,
        "diagram": reading.route_diagram(form.shown, draggable=can_edit), "days": reading.weekday_names(),
        "lead": reading.lead_of_route(form.shown, draft), "dropped": form.shown.dropped,
        "drafts": timetables.drafts_list(actor=actor) if draft is None else (),
        "may_edit": actor.can("timetable.edit")}, status=status)


@staff_page("timetable.read")
def draft(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """What a draft changes, what that would do, and the form that puts it in force."""
    return _draft_page(request, draft_id)


def _draft_page(request: HttpRequest, draft_id: uuid.UUID, error: str = "", status: int = 200) -> HttpResponse:
    actor = actor_in(request)
    row = timetables.draft_get(actor=actor, draft_id=draft_id)
    effect = loop.effect_latest(actor=actor, draft_id=draft_id)
    day = effect.effective_date if effect else clock.today() + dt.timedelta(days=1)
    return render(request, "web/timetable/draft.html", {
        "draft": row, "changes": timetables.draft_changes(actor=actor, draft_id=draft_id), "error": error,
        "effect": reading.effect_rows(effect, row) if effect else None,
        "date": request.POST.get("date") or day.isoformat(), "lead": reading.lead_of_draft(row),
        "is_open": row.state == "draft", "may_edit": actor.can("timetable.edit"),
        "may_activate": actor.can("timetable.activate")}, status=status)


@staff_page("timetable.read")
@require_POST
def draft_act(request: HttpRequest, draft_id: uuid.UUID, act: str) -> HttpResponse:
    """effect, stop, activate, discard."""
    actor, version = actor_in(request), request.POST.get("version", "")
    read = int(version) if version.isdigit() else 0
    try:
        if act == "effect":
            loop.effect_ask(actor=actor, draft_id=draft_id, version=read, effective_date=_date(request))
        elif act == "stop":
            loop.effect_stop(actor=actor, draft_id=draft_id)
        elif act == "discard":
            drafts.draft_discard(actor=actor, draft_id=draft_id, version=read)
            messages.success(request, gettext("草稿已作废，现行班期没有变。"))
            return redirect("web:routes")
        elif act == "activate":
            revision = loop.timetable_activate(actor=actor, draft_id=draft_id, version=read,
                                               effective_date=_date(request))
            said = gettext("第%(id)s版从%(date)s的班次起生效。在途邮件正在重算，时间变了的客户随后收到消息。")
            messages.success(request, said % {
                "id": revision.id, "date": wording.day(revision.effective_date or clock.today())})
        else:
            raise DraftNotFoundError()
    except DraftNotFoundError:
        raise
    except YouluError as error:
        return _draft_page(request, draft_id, error.message, status=error.status)
    return redirect("web:timetable_draft", draft_id=draft_id)


@takes_files(UPLOAD_MAX)
@staff_page("timetable.edit")
def gtfs_upload(request: HttpRequest) -> HttpResponse:
    """A GTFS zip into a draft; everything wrong is listed by file, line and cure."""
    if request.method != "POST":
        return render(request, "web/timetable/gtfs.html")
    upload = request.FILES.get("feed")
    if upload is None or (upload.size or 0) > UPLOAD_MAX:
        error = gettext("没有选文件。选一个GTFS的ZIP。")
        error = gettext("文件超过50MB。分省导出后再传。") if upload is not None else error
        return render(request, "web/timetable/gtfs.html", {"error": error}, status=422)
    try:
        done = gtfs_import(actor=actor_in(request), open_lines=feed_zip(io.BytesIO(upload.read())),
                           title=request.POST.get("title", "")[:60] or gettext("GTFS导入"))
    except FeedRefusedError as refused:
        return render(request, "web/timetable/gtfs.html", {"error": refused.message}, status=refused.status)
    if done.draft_id is None:
        return render(request, "web/timetable/gtfs.html", {"done": done}, status=422)
    messages.success(request, gettext("读了%(trips)s个班次：加开%(new)s，改%(changed)s，停开%(dropped)s。") % {
        "trips": wording.count(done.trips), "new": done.new, "changed": done.changed, "dropped": done.dropped})
    for warning in done.warnings:
        messages.warning(request, warning)
    return redirect("web:timetable_draft", draft_id=done.draft_id)


@staff_page("timetable.read")
def gtfs_download(request: HttpRequest) -> HttpResponse:
    """The timetable in force as a GTFS zip, which comes in again unchanged."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in gtfs_export(actor=actor_in(request)).items():
            archive.writestr(name, "".join(lines))
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="youlu-gtfs-{clock.today():%Y%m%d}.zip"'
    return response


def _draft_id(request: HttpRequest) -> uuid.UUID | None:
    text = request.GET.get("draft", "")
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise DraftNotFoundError() from error


def _date(request: HttpRequest) -> dt.date:
    try:
        return dt.date.fromisoformat(request.POST.get("date", ""))
    except ValueError:
        return dt.date.min  # the service says which dates can be


def _route_url(route_id: int, draft_id: uuid.UUID) -> str:
    return f"{reverse('web:route', args=[route_id])}?draft={draft_id}"
