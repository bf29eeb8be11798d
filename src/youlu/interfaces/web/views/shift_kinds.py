"""班种: what kinds of shift there are, and the form that adds one or changes it."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.workforce.contracts import skills_known
from youlu.domain.workforce.kinds import (
    KindRow,
    KindTyped,
    kind_add,
    kind_change,
    kind_restore,
    kind_retire,
    kinds_list,
)
from youlu.domain.workforce.models import Activity, Site
from youlu.interfaces.web.pages import actor_in, staff_page

SEPARATORS = re.compile(r"[、，,；;\s]+")
ACTS = {"retire": kind_retire, "restore": kind_restore}


@require_GET
@staff_page("workforce.read")
def kinds(request: HttpRequest) -> HttpResponse:
    """All of them; `?edit=` fills the form in with one."""
    return _page(request)


def _page(request: HttpRequest, *, typed: dict[str, Any] | None = None, error: str = "") -> HttpResponse:
    actor = actor_in(request)
    rows = kinds_list(actor=actor)
    edited = next((row for row in rows if row.code == request.GET.get("edit") and row.is_used), None)
    if typed is None:
        typed = _shown(edited) if edited else {"sites": ["on_site"], "activity": "queue", "break_min": "30"}
    return render(request, "web/rosters/kinds.html", {
        "rows": [row for row in rows if row.is_used], "retired": [row for row in rows if not row.is_used],
        "may_edit": actor.can("workforce.roster"), "typed": typed, "error": error,
        "activities": Activity.choices, "sites": Site.choices[:2], "skills": skills_known(actor=actor)},
        status=422 if error else 200)


@require_POST
@staff_page("workforce.roster")
def kind_save(request: HttpRequest) -> HttpResponse:
    """A new kind, or (`code`) one that is changed."""
    posted, actor = request.POST, actor_in(request)
    typed, code = _typed(request), posted.get("code", "")
    try:
        new = kind_change(actor=actor, code=code, typed=typed) if code else kind_add(actor=actor, typed=typed)
    except YouluError as error:
        if error.status != 422:
            raise
        return _page(request, typed={**posted.dict(), "sites": posted.getlist("sites")}, error=error.message)
    if code and new != code:
        messages.success(request, _("已改。已排的班还是原来的时间，新排的照新的。"))
    else:
        messages.success(request, _("已存，下一份班表就用它。"))
    if typed.length_min - typed.break_min > 11 * 60:
        messages.warning(request, _("这种班带薪超过11小时，标准工时排不上，只有综合工时或应急时排得上。"))
    return redirect("web:shift_kinds")


@require_POST
@staff_page("workforce.roster")
def kind_act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """retire, restore."""
    if act not in ACTS:
        raise NotFoundError()
    try:
        ACTS[act](actor=actor_in(request), code=code)
    except YouluError as error:
        if error.status != 422:
            raise
        messages.error(request, error.message)
    return redirect("web:shift_kinds")


def _shown(row: KindRow) -> dict[str, Any]:
    kind = row.typed
    end = (kind.start_min + kind.length_min) % 1_440 or 1_440
    pause = (kind.start_min + kind.break_at_min) % 1_440
    return {"code": row.code, "name": kind.name, "start": clock.hhmm(kind.start_min), "end": clock.hhmm(end),
            "pause": clock.hhmm(pause) if kind.break_min else "", "break_min": str(kind.break_min),
            "activity": kind.activity, "sites": list(kind.sites), "skills": "、".join(kind.skills),
            "serves": "、".join(kind.serves)}


def _typed(request: HttpRequest) -> KindTyped:
    """Times of the day into minutes after the start; what is no time is refused with the hours."""
    posted = request.POST
    start, end, pause = (_minute(posted.get(name, "")) for name in ("start", "end", "pause"))
    length = ((end - start) % 1_440 or 1_440) if start >= 0 and end >= 0 else -1
    rest = posted.get("break_min", "").strip()
    return KindTyped(
        posted.get("name", ""), start, length, (pause - start) % 1_440 if pause >= 0 and start >= 0 else 0,
        int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < 5 else 0 if not rest else -5,
        posted.get("activity", ""), tuple(posted.getlist("sites")), _words(posted.get("skills", "")),
        _words(posted.get("serves", "")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in SEPARATORS.split(text) if word)


def _minute(text: str) -> int:
    """Minutes after midnight of "08:30", also of "24:00"; -1: nothing of the kind."""
    hour, colon, minute = text.strip().replace("：", ":").partition(":")
    if not colon or not (hour.isdecimal() and minute.isdecimal()) or len(hour) > 2 or len(minute) != 2:
        return -1
    found = int(hour) * 60 + int(minute)
    return found if int(minute) < 60 and found <= 1_440 else -1
