"""The tour's second screen: the Lanzhou night. A supervisor, two phones, the supervisor who takes over; two buttons.

Exists only where the chairs exist, like the first.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_of_user
from youlu.domain.continuity.selectors import is_behind, run_latest
from youlu.domain.continuity.services import closure_declare
from youlu.domain.desk.emergency.reading import watch_now
from youlu.domain.desk.handover.reading import handover_newest
from youlu.domain.workforce.selectors import present_now
from youlu.interfaces.web.seats import SEATS
from youlu.interfaces.web.views.tour import closure_open, dispatcher_of_tour, only_in_the_tour
from youlu.scenarios.lanzhou.night import day_begin, night_begin
from youlu.scenarios.lanzhou.tour import tour_closure


def night(request: HttpRequest) -> HttpResponse:
    """The screen; what it polls is its own part."""
    only_in_the_tour()
    part = "#state" if request.headers.get("HX-Request") else ""
    return render(request, f"web/tour/night.html{part}", _state())


@require_POST
def day(request: HttpRequest) -> HttpResponse:
    """Everybody on site, as many calls as on any day; not while something is closed or emergency mode is on."""
    only_in_the_tour()
    if closure_open() is None and watch_now() is None:
        day_begin(actor=_supervisor())
    return redirect("web:tour_night")


@require_POST
def fall(request: HttpRequest) -> HttpResponse:
    """The lockdown: the day's list is closed, fourteen are at home, seven live at the office, calls triple."""
    only_in_the_tour()
    if closure_open() is None:
        closure_declare(actor=dispatcher_of_tour(), closure=tour_closure())
    night_begin(actor=_supervisor())
    return redirect("web:tour_night")


def _supervisor() -> Actor:
    return actor_of_user(User.objects.get(username=SEATS["supervisor"]))


def _state() -> dict[str, Any]:
    present, watch, closure, run = present_now(), watch_now(), closure_open(), run_latest()
    return {
        "present": present, "watch": watch, "closure": closure, "is_behind": is_behind(),
        "is_night": bool(present.at_home), "handover": handover_newest(actor=_supervisor()),
        # The panes show another desk when people have moved; what is done inside a pane leaves it alone.
        "stamp": f"{present.on_site}-{present.at_home}-{bool(closure)}-{bool(run and run.is_finished)}"}
