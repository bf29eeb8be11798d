"""An agent's own roster on the phone: shifts, leave, wishes, swaps, a calendar address, consent to emergency hours."""

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
from youlu.domain.workforce.availability import (
    availability_clashes,
    availability_of,
    availability_set,
    weekday_names,
)
from youlu.domain.workforce.contracts import consented_at, emergency_consent
from youlu.domain.workforce.feeds import feed_made_at, feed_make, feed_revoke
from youlu.domain.workforce.models import Leave
from youlu.domain.workforce.rostering.reading import my_shifts, shift_kinds
from youlu.domain.workforce.selectors import agent_of, colleagues, presence_history
from youlu.domain.workforce.swaps import swap_answer, swap_ask, swap_take_back, swaps_of
from youlu.domain.workforce.timeoff import (
    leave_ask,
    leave_list,
    leave_take_back,
    wish_drop,
    wish_list,
    wish_set,
)
from youlu.interfaces.web.forms import day_typed
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.views.agent import _shell
from youlu.interfaces.web.views.person import week_posted

AHEAD_DAYS = 14


@require_GET
@staff_page("workforce.self")
def shift(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, address: str = "", *, week: list[str] | None = None,
          week_error: str = "") -> HttpResponse:
    """`address`: of the calendar that was just made, shown by this answer and no other."""
    actor = actor_in(request)
    me, today = agent_of(actor).id, clock.today()
    tomorrow = today + dt.timedelta(days=1)
    return render(request, "web/agent/shift.html", _shell(
        request, "shift", rows=presence_history(actor=actor, agent_id=me, limit=10),
        days=my_shifts(actor=actor, first=today, days=AHEAD_DAYS), leaves=leave_list(actor=actor, agent_id=me),
        wishes=wish_list(actor=actor, agent_id=me), swaps=swaps_of(actor=actor), kinds=shift_kinds(),
        colleagues=colleagues(actor=actor), leave_kinds=Leave.Kind.choices, tomorrow=tomorrow.isoformat(),
        week=list(zip(weekday_names(), week or availability_of(actor=actor, agent_id=me), strict=True)),
        outside=availability_clashes(actor=actor, agent_id=me), week_error=week_error,
        feed_at=feed_made_at(actor=actor), address=address, consented=consented_at(actor=actor)),
        status=422 if week_error else 200)


def _done(request: HttpRequest, act: Any, said: str = "") -> HttpResponse:
    """Do it, say what came of it, go back to the page: also when it was refused."""
    try:
        act()
    except NotFoundError:
        raise
    except YouluError as error:
        messages.error(request, error.message)
    else:
        if said:
            messages.success(request, said)
    return redirect("web:my_shift")


@require_POST
@staff_page("workforce.self")
def leave(request: HttpRequest) -> HttpResponse:
    """Whole days, first and last included."""
    posted = request.POST
    first, last = day_typed(posted.get("first", "")), day_typed(posted.get("last", ""))
    if first is None or last is None:
        messages.error(request, _("写上从哪天到哪天。"))
        return redirect("web:my_shift")
    return _done(request, lambda: leave_ask(
        actor=actor_in(request), kind=posted.get("kind", ""), start_at=clock.midnight(first),
        end_at=clock.midnight(last + dt.timedelta(days=1))), _("已提交，等主管批。"))


@require_POST
@staff_page("workforce.self")
def leave_back(request: HttpRequest, leave_id: uuid.UUID) -> HttpResponse:
    return _done(request, lambda: leave_take_back(actor=actor_in(request), leave_id=leave_id), _("已撤回。"))


@require_POST
@staff_page("workforce.self")
def wish(request: HttpRequest) -> HttpResponse:
    """`pick`: off, or the code of a kind of shift."""
    posted = request.POST
    pick, day = posted.get("pick", ""), day_typed(posted.get("day", ""))
    if day is None:
        messages.error(request, _("写上哪一天。"))
        return redirect("web:my_shift")
    return _done(request, lambda: wish_set(
        actor=actor_in(request), work_date=day, kind="" if pick == "off" else pick,
        weight=int(posted.get("weight", "1")) if posted.get("weight", "1") in ("1", "2", "3") else 0,
        is_for=pick != "off"), _("心愿记下了，排班时会尽量满足。"))


@require_POST
@staff_page("workforce.self")
def wish_off(request: HttpRequest, wish_id: uuid.UUID) -> HttpResponse:
    return _done(request, lambda: wish_drop(actor=actor_in(request), wish_id=wish_id))


@require_POST
@staff_page("workforce.self")
def hours(request: HttpRequest) -> HttpResponse:
    """One's own hours of the week; what cannot be read stays typed, with what is wrong with it."""
    week = week_posted(request)
    try:
        availability_set(actor=actor_in(request), week=week)
    except YouluError as error:
        if error.status != 422:
            raise
        return _page(request, week=week, week_error=error.message)
    messages.success(request, _("可排的时间记下了，下一份班表照它排。"))
    return redirect("web:my_shift")


@require_POST
@staff_page("workforce.self")
def swap(request: HttpRequest) -> HttpResponse:
    posted = request.POST
    day, other = day_typed(posted.get("day", "")), _uuid(posted.get("other", ""))
    if day is None or other is None:
        messages.error(request, _("选好哪一天、和谁换。"))
        return redirect("web:my_shift")
    return _done(request, lambda: swap_ask(
        actor=actor_in(request), work_date=day, other_id=other, other_date=day_typed(posted.get("other_day", ""))),
        _("已问同事。同事同意、主管确认后生效。"))


@require_POST
@staff_page("workforce.self")
def swap_act(request: HttpRequest, swap_id: uuid.UUID, act: str) -> HttpResponse:
    """accept, refuse: the colleague's word; back: one's own taken back."""
    actor = actor_in(request)
    if act == "back":
        return _done(request, lambda: swap_take_back(actor=actor, swap_id=swap_id), _("已撤回。"))
    if act not in ("accept", "refuse"):
        raise NotFoundError()
    return _done(request, lambda: swap_answer(actor=actor, swap_id=swap_id, accepts=act == "accept"))


@require_POST
@staff_page("workforce.self")
def consent(request: HttpRequest) -> HttpResponse:
    return _done(request, lambda: emergency_consent(
        actor=actor_in(request), consents=request.POST.get("consents") == "1"))


@require_POST
@staff_page("workforce.self")
def feed(request: HttpRequest) -> HttpResponse:
    """A new address, shown once; or none any more."""
    actor = actor_in(request)
    if request.POST.get("act") == "revoke":
        return _done(request, lambda: feed_revoke(actor=actor), _("日历地址已作废。"))
    return _page(request, request.build_absolute_uri(reverse("web:calendar", args=[feed_make(actor=actor)])))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
