"""What rosters are made for: people wanted by half hour, typed or foreseen, and the history forecasts learn from."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.core.numbered import numbered
from youlu.core.sheets import lines_in
from youlu.domain.workforce.availability import weekday_names
from youlu.domain.workforce.contracts import skills_known
from youlu.domain.workforce.history import HistoryTaken, history_known, history_take
from youlu.domain.workforce.models import Demand, StaffNeed
from youlu.domain.workforce.needs import NeedTyped, needs_clear, needs_of_days, needs_type
from youlu.interfaces.web.forms import day_typed
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading.needs import need_days

WEEK = 7
DAY_END = 1_440


@require_GET
@staff_page("workforce.read")
def needs(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, typed: dict[str, Any] | None = None, need_error: str = "",
          file_error: str = "", taken: HistoryTaken | None = None) -> HttpResponse:
    """A week of needs, the two forms, and what was wrong with what was sent last."""
    actor, today = actor_in(request), clock.today()
    first = day_typed(request.GET.get("from", "")) or today
    monday = first - dt.timedelta(days=first.weekday())
    if typed is None:
        begin = today + dt.timedelta(days=7 - today.weekday())
        typed = {"first": begin.isoformat(), "last": (begin + dt.timedelta(days=13)).isoformat(),
                 "weekdays": [str(n) for n in range(5)], "start": "08:00", "end": "16:00", "channel": "call"}
    is_bad = bool(need_error or file_error or (taken and taken.left))
    return render(request, "web/rosters/needs.html", {
        "days": need_days(needs_of_days(actor=actor, first=monday, days=WEEK)), "history": history_known(),
        "before": monday - dt.timedelta(days=WEEK), "after": monday + dt.timedelta(days=WEEK), "monday": monday,
        "may_edit": actor.can("workforce.roster"), "typed": typed, "need_error": need_error, "file_error": file_error,
        "taken": taken, "channels": StaffNeed.Channel.choices, "sources": Demand.Channel.choices,
        "weekdays": [(str(n), name) for n, name in enumerate(weekday_names())],
        "skills": skills_known(actor=actor)}, status=422 if is_bad else 200)


@require_POST
@staff_page("workforce.roster")
def needs_typed(request: HttpRequest) -> HttpResponse:
    """Write these half hours, or (`act` clear) take back what stands in them."""
    posted, actor = request.POST, actor_in(request)
    try:
        typed = _typed(request)
        if posted.get("act") == "clear":
            gone = needs_clear(actor=actor, typed=typed)
            messages.success(request, numbered("清掉了%(n)s个半小时的需求。", gone) % {"n": gone})
        else:
            done = needs_type(actor=actor, typed=typed)
            messages.success(request, numbered("写进了%(n)s个半小时的需求。现在可以排班。", done) % {"n": done})
    except YouluError as error:
        if error.status != 422:
            raise
        return _page(request, typed={**posted.dict(), "weekdays": posted.getlist("weekdays")}, need_error=error.message)
    return redirect(f"{reverse('web:roster_needs')}?from={typed.first.isoformat()}")


@require_POST
@staff_page("workforce.roster")
def needs_history(request: HttpRequest) -> HttpResponse:
    """A file of what came: kept at once; lines that could not be used are named by this answer."""
    upload = request.FILES.get("file")
    try:
        taken = history_take(actor=actor_in(request), channel=request.POST.get("channel", ""),
                             lines=lines_in(upload.file) if upload and upload.file else ())
    except YouluError as error:
        if error.status != 422:
            raise
        return _page(request, file_error=error.message)
    return _page(request, taken=taken)


def _typed(request: HttpRequest) -> NeedTyped:
    """What was typed; what is no number or no day is as far from what may be as it gets, and is refused by name."""
    posted = request.POST
    never = dt.date.max
    people, expected = posted.get("people", "").strip(), posted.get("expected", "").strip()
    return NeedTyped(
        day_typed(posted.get("first", "")) or never, day_typed(posted.get("last", "")) or dt.date.min,
        tuple(int(day) for day in posted.getlist("weekdays") if day in "0123456" and len(day) == 1),
        _minute(posted.get("start", "")), _minute(posted.get("end", "")), posted.get("channel", ""),
        posted.get("skill", "").strip(), _number(people) if people else None, _number(expected) if expected else 0.0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _minute(text: str) -> int:
    """Minutes after midnight of "08:30", also of "24:00"; -1: nothing of the kind."""
    hour, colon, minute = text.strip().replace("：", ":").partition(":")
    if not colon or not (hour.isdecimal() and minute.isdecimal()) or len(hour) > 2 or len(minute) != 2:
        return -1
    found = int(hour) * 60 + int(minute)
    return found if int(minute) < 60 and found <= DAY_END else -1
