"""网点: one office with its capacity and its backlog."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from youlu.interfaces.web.pages import staff_page
from youlu.interfaces.web.reading import offices as reading


@staff_page("network.read")
def office(request: HttpRequest, office_id: int) -> HttpResponse:
    page = reading.office_page(office_id=office_id)
    return render(request, "web/offices/detail.html", {"page": page, "lead": reading.lead_of_office(page)})
