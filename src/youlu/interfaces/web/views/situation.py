"""态势: what is wrong now, in one sentence, seven figures, a map, a time-distance diagram and the urgent work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from youlu.interfaces.web import rows
from youlu.interfaces.web.drawing import diagram_draw, map_draw, trip_rows
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.polling import render_polled
from youlu.interfaces.web.reading import situation as reading

LATE_PCT_FROM = 80.0  # left end of the dumbbells' scale


@staff_page("situation.read")
def situation(request: HttpRequest) -> HttpResponse:
    return _answer(request, theme="")


@staff_page("situation.read")
def wall(request: HttpRequest) -> HttpResponse:
    """The same page for a screen of 1920 by 1080 that nobody touches."""
    return _answer(request, theme="wall")


def _answer(request: HttpRequest, *, theme: str) -> HttpResponse:
    page = reading.situation_read(actor=actor_in(request), line=request.GET.get("line", ""))
    part = "page"
    if request.headers.get("HX-Request"):
        part = "picture" if request.GET.get("part") == "picture" else "live"
    context = {
        "page": page,
        "theme": theme,
        "map_svg": map_draw(page),
        "low_pct": LATE_PCT_FROM,
        "target_pct": reading.TARGET_PCT,
        "most_items": max((flow.items for flow in page.flows), default=1),
        "diagram_svg": diagram_draw(page.diagram) if page.diagram else "",
        "trips": trip_rows(page.diagram) if page.diagram else [],
        "lines": reading.lines_offered(),
        "line": request.GET.get("line", ""),
        "now": page.read_at,
    }
    return render_polled(request, f"web/situation/{part}.html", context, seen=_seen(page))


def _seen(page: rows.Situation) -> object:
    """Everything but the instant it was read at, to the minute: the diagram's now line moves."""
    return page.lead, page.figures, page.areas, page.flows, page.closures, page.work, page.desk, page.read_at.minute
