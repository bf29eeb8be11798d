"""What every page request passes: the chair's own session, the language, the actor, errors as pages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from youlu.core.errors import YouluError
from youlu.core.once import reading
from youlu.domain.access.selectors import actor_of_user

Next = Callable[[HttpRequest], HttpResponse]


class SeatSessionMiddleware(SessionMiddleware):
    """Django's sessions; in the tour each chair (`/seat/<name>/`) has a cookie of its own."""

    def process_request(self, request: HttpRequest) -> None:
        seat = request.META.get("youlu.seat")
        if seat:
            key = request.COOKIES.get(f"seat-{seat}")
            request.session = self.SessionStore(key)
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        seat = request.META.get("youlu.seat")
        own = response.cookies.pop(settings.SESSION_COOKIE_NAME, None) if seat else None
        if own is not None:
            response.set_cookie(f"seat-{seat}", own.value, httponly=True, samesite="Lax",
                                secure=settings.SESSION_COOKIE_SECURE)
        return response


class LanguageMiddleware:
    """Chinese, until somebody chooses otherwise: a browser's own language says little about who sits at a counter."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class ActorMiddleware:
    """`request.actor` is who asks, or None for the public."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.actor = actor_of_user(user) if user.is_authenticated else None  # type: ignore[attr-defined]
        response = self.get_response(request)
        if user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"  # on a shared counter the next one presses "back"
        return response


class ErrorPageMiddleware:
    """An anticipated error becomes a page with its sentence."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, YouluError):
            return None
        return render(request, "web/error.html", {"error": error}, status=error.status)


class ReadingMiddleware:
    """What every row of a page asks for is read once for a request that changes nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with reading():
            return self.get_response(request)
