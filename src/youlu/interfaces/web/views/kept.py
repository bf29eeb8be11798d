"""时限达成: of the mail due on each day, how much was there, by the standard and by the promise."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from youlu.domain.insight.rates import kept_read
from youlu.domain.promise.standard_lists import CLASSES
from youlu.interfaces.web.figures.kept import kept_bars
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading import kept as reading
from youlu.interfaces.web.reading.standards import classes


@staff_page("insight.read")
def kept(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("class", "")
    page = kept_read(actor=actor_in(request), mail_class=chosen if chosen in CLASSES else "")
    days = reading.days_shown(page)
    return render(request, "web/kept/page.html", {
        "page": page, "lead": reading.lead_of_kept(page), "days": list(reversed(days)),
        "prefectures": reading.prefectures_shown(page), "classes": classes(), "chosen": chosen,
        "bars": kept_bars(days, title=reading.bars_title(), desc=reading.lead_of_kept(page)) if days else ""})
