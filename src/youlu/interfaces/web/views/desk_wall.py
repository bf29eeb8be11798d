"""客服大屏, for a screen of 1920 by 1080 that nobody touches."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from youlu.domain.desk.wall.facts import wall_read
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.polling import render_polled
from youlu.interfaces.web.reading import desk_wall as reading


@require_GET
@staff_page("desk.wall")
def wall(request: HttpRequest) -> HttpResponse:
    found = wall_read(actor=actor_in(request))
    part = "live" if request.headers.get("HX-Request") else "page"
    return render_polled(request, f"web/wall/{part}.html", reading.read(found), seen=(
        found.due, found.waiting, found.alerts, found.calls, found.seats, found.arrivals, found.outreaches,
        found.at.minute))
