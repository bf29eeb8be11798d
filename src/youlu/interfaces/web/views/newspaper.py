"""「这一版报纸」: the page that the product was built from, figure by figure, for anybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from youlu.interfaces.web.nav import ROOMS
from youlu.interfaces.web.newspaper_reading import lead, systems_read


def newspaper(request: HttpRequest) -> HttpResponse:
    systems = systems_read()
    names = {room.view.removeprefix("web:"): room.name for room in ROOMS}
    rows = [(system, [(figure, reverse(f"web:{figure.page}") if figure.page else "", names.get(figure.page, ""))
                      for figure in system.figures]) for system in systems]
    return render(request, "web/newspaper.html", {"lead": lead(systems), "rows": rows})
