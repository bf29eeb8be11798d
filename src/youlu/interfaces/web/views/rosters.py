"""Rosters: the list, one roster by day or by half hour, leave, wishes and swaps; every act a form."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.core.numbered import numbered
from youlu.domain.workforce.errors import NoHistoryError
from youlu.domain.workforce.feeds import feed_read
from youlu.domain.workforce.forecasting import demand_forecast_start, forecasts_newest
from youlu.domain.workforce.models import Basis, Leave
from youlu.domain.workforce.rostering.board import roster_board
from youlu.domain.workforce.rostering.drafts import roster_draft_from, shift_edit, shifts_swap
from youlu.domain.workforce.rostering.law import LEGAL_BASIS
from youlu.domain.workforce.rostering.publishing import (
    roster_approve,
    roster_publish,
    roster_send_back,
    roster_withdraw,
)
from youlu.domain.workforce.rostering.reading import roster_list, roster_published_at, run_newest, shifts_between
from youlu.domain.workforce.rostering.solving import roster_repair, roster_solve_start, roster_stop
from youlu.domain.workforce.selectors import people_now
from youlu.domain.workforce.swaps import swap_confirm, swap_refuse, swaps_waiting
from youlu.domain.workforce.timeoff import leave_ask, leave_decide, leave_list, wish_list
from youlu.interfaces.web.forms import day_typed
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading import rosters as reading

DAYS_USUAL = 14
LIMITS_S = (5, 30, 120)


@require_GET
@staff_page("workforce.read")
def rosters(request: HttpRequest) -> HttpResponse:
    """What is in force, the drafts, the search that goes on; a form for a new one."""
    actor = actor_in(request)
    now = roster_published_at()
    today = clock.today()
    after = now.last_date + dt.timedelta(days=1) if now else today + dt.timedelta(days=7 - today.weekday())
    return render(request, "web/rosters/list.html", {
        "page": roster_list(actor=actor, cursor=request.GET.get("after")), "now_row": now,
        "lead": reading.lead_of_rosters(now), "run": run_newest(actor=actor), "forecasts": forecasts_newest(),
        "may_edit": actor.can("workforce.roster"), "after": after.isoformat(), "days": DAYS_USUAL,
        "tomorrow": (today + dt.timedelta(days=1)).isoformat(), "bases": Basis.choices, "legal": LEGAL_BASIS,
        "limits": LIMITS_S, "states": reading.STATES})


@require_POST
@staff_page("workforce.roster")
def roster_ask(request: HttpRequest, act: str) -> HttpResponse:
    """new, repair, forecast: what the worker is asked to do for a period."""
    actor, posted = actor_in(request), request.POST
    start_date, days = _day_or_tomorrow(posted.get("start", "")), _number(posted.get("days", ""), DAYS_USUAL)
    basis = posted.get("basis", "")
    legal = posted.get("legal", "").strip() or LEGAL_BASIS.get(Basis(basis), "") if basis in Basis.values else ""
    if act == "forecast":
        try:
            demand_forecast_start(actor=actor, start_date=start_date, days=days, surge=_surge(posted.get("surge", "")))
        except NoHistoryError as error:  # the page that mends it
            messages.error(request, error.message)
            return redirect("web:roster_needs")
        messages.success(request, _("已开始预测，算完会写进人力需求。"))
    elif act == "new":
        roster_solve_start(actor=actor, start_date=start_date, days=days, basis=basis, legal_basis=legal,
                           limit_s=_number(posted.get("limit", ""), LIMITS_S[0]),
                           must_cover=posted.get("must") == "1")
    elif act == "repair":
        roster_repair(actor=actor, start_date=start_date, days=days, basis=basis, legal_basis=legal)
    else:
        raise NotFoundError()
    return redirect("web:rosters")


@require_POST
@staff_page("workforce.roster")
def roster_run_stop(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    roster_stop(actor=actor_in(request), run_id=run_id)
    return redirect("web:rosters")


@require_GET
@staff_page("workforce.read")
def roster(request: HttpRequest, roster_id: uuid.UUID) -> HttpResponse:
    """People by days, or one day by half hours (`?day=`); `?edit=` opens a person's form."""
    actor = actor_in(request)
    board = roster_board(actor=actor, roster_id=roster_id)
    by_day = "day" in request.GET
    day = reading.day_of(board, request.GET.get("day", ""))
    edited = reading.person_of(board, request.GET.get("edit", ""))
    can_edit = actor.can("workforce.roster") and board.head.state == "draft"
    return render(request, "web/rosters/board.html", {
        "board": board, "head": board.head, "lead": reading.lead_of_roster(board), "by_day": by_day, "day": day,
        "band": reading.band_of_day(board, day) if by_day else reading.band_of_days(board),
        "short": reading.table_of_day(board, day) if by_day else (),
        "lanes": reading.lanes_of(board, day) if by_day else (), "hours": range(0, 24, 2),
        "matrix": _matrix(board) if not by_day else (), "edited": edited if can_edit else None,
        "cell": edited.cells.get(day) if edited else None, "can_edit": can_edit,
        "may_publish": actor.can("workforce.publish"), "may_make": actor.can("workforce.roster"),
        "is_mine": board.head.made_by == actor.id, "state": reading.STATES[board.head.state]})


@require_POST
@staff_page("workforce.roster")
def roster_cell(request: HttpRequest, roster_id: uuid.UUID) -> HttpResponse:
    """A person's day of a draft: another kind or start, at home, off, or swapped with somebody's."""
    actor, posted = actor_in(request), request.POST
    day, agent_id = _day_or_tomorrow(posted.get("day", "")), _id(posted.get("agent", ""))
    back = f"{reverse('web:roster', args=[roster_id])}?day={day.isoformat()}&edit={agent_id}"
    try:
        if posted.get("swap"):
            shifts_swap(actor=actor, roster_id=roster_id, work_date=day, agent_id=agent_id,
                        other_id=_id(posted.get("swap", "")))
        else:
            shift_edit(actor=actor, roster_id=roster_id, agent_id=agent_id, work_date=day,
                       kind=posted.get("kind", ""), start_min=_minute(posted.get("start", "")),
                       site=posted.get("site", ""))
    except YouluError as error:
        messages.error(request, error.message)
    return redirect(back)


@require_POST
@staff_page("workforce.roster")
def roster_act(request: HttpRequest, roster_id: uuid.UUID, act: str) -> HttpResponse:
    """copy, approve, back, publish, withdraw."""
    actor = actor_in(request)
    try:
        if act == "copy":
            return redirect("web:roster", roster_draft_from(actor=actor, roster_id=roster_id))
        if act == "approve":
            roster_approve(actor=actor, roster_id=roster_id, edits=_number(request.POST.get("edits", ""), -1))
            messages.success(request, _("已审核。发布后生效。"))
        elif act == "publish":
            version = roster_publish(actor=actor, roster_id=roster_id)
            messages.success(request, _("第%(n)s版班表已发布，各人手机上看得到。") % {"n": version})
        elif act == "back":
            roster_send_back(actor=actor, roster_id=roster_id)
        elif act == "withdraw":
            roster_withdraw(actor=actor, roster_id=roster_id)
        else:
            raise NotFoundError()
    except NotFoundError:
        raise
    except YouluError as error:
        if error.status == 403 and error.code == "core.not_allowed":
            raise
        messages.error(request, error.message)
    return redirect("web:roster", roster_id)


@require_GET
@staff_page("workforce.read")
def roster_leave(request: HttpRequest) -> HttpResponse:
    """Leave, wishes and swaps, what waits for an answer first."""
    actor = actor_in(request)
    leaves, swaps = leave_list(actor=actor), swaps_waiting(actor=actor)
    return render(request, "web/rosters/leave.html", {
        "leaves": leaves, "wishes": wish_list(actor=actor), "swaps": swaps,
        "people": people_now(actor=actor) if actor.can("workforce.edit") else (), "kinds": Leave.Kind.choices,
        "tomorrow": clock.today() + dt.timedelta(days=1),
        "waiting": sum(row.state == "asked" for row in leaves), "may_edit": actor.can("workforce.edit"),
        "may_publish": actor.can("workforce.publish")})


@require_POST
@staff_page("workforce.edit")
def roster_leave_new(request: HttpRequest) -> HttpResponse:
    """Somebody else's leave, whole days, first and last included: asked for, or granted in the same act."""
    posted, actor = request.POST, actor_in(request)
    agent_id = _id(posted.get("agent", ""))
    first, last = day_typed(posted.get("first", "")), day_typed(posted.get("last", ""))
    if first is None or last is None:
        messages.error(request, _("写上从哪天到哪天。"))
        return redirect("web:roster_leave")
    start_at, end_at = clock.midnight(first), clock.midnight(last + dt.timedelta(days=1))
    try:
        leave_ask(actor=actor, agent_id=agent_id, kind=posted.get("kind", ""), start_at=start_at, end_at=end_at,
                  granted=posted.get("granted") == "1")
    except YouluError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, error.message)
        return redirect("web:roster_leave")
    shifts = len(shifts_between(max(start_at, clock.now()), end_at, agent_id=agent_id))
    messages.success(request, _("已记下请假。"))
    if shifts:
        messages.warning(request, numbered("这段时间已发布了%(n)s个班。批了以后到「排班」里少改重排。", shifts) % {
            "n": shifts})
    return redirect("web:roster_leave")


@require_POST
@staff_page("workforce.edit")
def roster_leave_act(request: HttpRequest, leave_id: uuid.UUID, act: str) -> HttpResponse:
    if act not in ("grant", "refuse"):
        raise NotFoundError()
    leave_decide(actor=actor_in(request), leave_id=leave_id, granted=act == "grant")
    return redirect("web:roster_leave")


@require_POST
@staff_page("workforce.publish")
def roster_swap_act(request: HttpRequest, swap_id: uuid.UUID, act: str) -> HttpResponse:
    """A supervisor's yes publishes at once, if it is lawful."""
    try:
        if act == "confirm":
            swap_confirm(actor=actor_in(request), swap_id=swap_id)
            messages.success(request, _("已换班，新的班表已发布。"))
        elif act == "refuse":
            swap_refuse(actor=actor_in(request), swap_id=swap_id)
        else:
            raise NotFoundError()
    except NotFoundError:
        raise
    except YouluError as error:
        messages.error(request, error.message)
    return redirect("web:roster_leave")


@require_GET
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """An agent's shifts for a calendar program, which has no login: whoever has the address."""
    return HttpResponse(feed_read(secret), content_type="text/calendar; charset=utf-8",
                        headers={"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"})


def _matrix(board: Any) -> list[dict[str, Any]]:
    """People by days; a cell is a shift, leave or nothing."""
    return [{"person": person, "cells": [
        {"day": day, "cell": person.cells.get(day), "away": day in person.away,
         "clash": person.clash_days.get(day, "")} for day in board.dates]} for person in board.people]


def _day_or_tomorrow(text: str) -> dt.date:
    return day_typed(text) or clock.today() + dt.timedelta(days=1)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFoundError() from None


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else otherwise


def _surge(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return -1.0


def _minute(text: str) -> int | None:
    """Minutes after midnight of "08:30"; None where nothing, or nothing of the kind, was written."""
    hour, colon, minute = text.partition(":")
    if not colon or not (hour.isdecimal() and minute.isdecimal()) or len(text) > 5:
        return None
    return int(hour) * 60 + int(minute)
