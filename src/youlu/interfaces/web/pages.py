"""Who may open a page. The public sees public pages; staff pages ask for a permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from youlu.domain.access.selectors import Actor

View = Callable[..., HttpResponse]


def actor_in(request: HttpRequest) -> Actor:
    """Who asks, on a page that staff alone may open."""
    return request.actor  # type: ignore[attr-defined]


def staff_page(permission: str) -> Callable[[View], View]:
    """Let actors with the permission in, send the public to the login, answer 403 to the others."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return redirect_to_login(request.get_full_path(), resolve_url("web:login"))
            actor.require(permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def takes_files(most: int) -> Callable[[View], View]:
    """Outermost on a view that takes files of so many bytes where other requests may be no longer than
    `YOULU_UPLOAD_MAX_MB`; for whoever is signed in."""

    def decorate(view: View) -> View:
        view.takes_bytes = most  # type: ignore[attr-defined]
        return view

    return decorate
