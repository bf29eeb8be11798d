"""Pages that are polled: the same content answers 304, which costs nothing."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_polled(request: HttpRequest, template: str, context: dict[str, Any], *, seen: Any) -> HttpResponse:
    """Render with an ETag made of `seen`, the rows the page depends on; 304 when the asker has it already."""
    part = "part" if request.headers.get("HX-Request") else "page"
    actor = getattr(request, "actor", None)
    told = hashlib.sha256(repr((part, seen, request.LANGUAGE_CODE, actor and actor.id)).encode())
    tag = f'W/"{told.hexdigest()[:24]}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag and part == "part":
        response = HttpResponseNotModified()
    else:
        response = render(request, template, context)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response
