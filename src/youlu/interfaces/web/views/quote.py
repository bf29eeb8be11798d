"""问时限: when mail between two places arrives now, by which way, and why not sooner."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop

from youlu.core import clock
from youlu.interfaces.web.drawing import diagram_draw
from youlu.interfaces.web.forms import QuoteForm, local_value
from youlu.interfaces.web.pages import staff_page
from youlu.interfaces.web.reading import quotes as reading

N = gettext_noop
# Asked often, and each shows something else of the network.
EXAMPLES = (("兰州", "康县", N("到山区县")), ("兰州", "敦煌", N("河西走廊全程")),
            ("天水", "兰州", N("到省会")))


@staff_page("promise.quote")
def quote(request: HttpRequest) -> HttpResponse:
    if not request.GET.get("start") and not request.GET.get("end"):
        form = QuoteForm(initial={"ready_at": local_value(clock.now()), "mail_class": "express"})
        return render(request, "web/quote/page.html", {"form": form, "examples": EXAMPLES})
    asked = request.GET.copy()
    asked["ready_at"] = asked.get("ready_at") or local_value(clock.now())
    form = QuoteForm(asked)
    context: dict[str, object] = {"form": form}
    status = 200
    start, end = (form.offices.get(name) for name in ("start", "end")) if form.is_valid() else (None, None)
    if start and end:
        begun = time.perf_counter()
        page = reading.quote_read(
            start=start,
            end=end,
            ready_at=form.cleaned_data["ready_at"],
            mail_class=form.cleaned_data["mail_class"],
        )
        context |= {
            "page": page,
            "lead": reading.lead_of_quote(page),
            "took_ms": round((time.perf_counter() - begun) * 1000),
            "diagram_svg": diagram_draw(page.diagram, id="way", height=190, is_way=True) if page.diagram else "",
        }
    else:
        status = 422
        context |= {f"{name}_candidates": found for name, found in form.candidates.items()}
    return render(request, "web/quote/page.html", context, status=status)
