"""What stands before every page: headers, the size of what is sent, how long a login lasts, the second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from youlu.core.clock import real_now
from youlu.domain.access.errors import UploadTooBigError
from youlu.domain.access.selectors import is_second_factor_owed

Next = Callable[[HttpRequest], HttpResponse]
API = "/api/"
FORM_ROOM = 2**20  # bytes of a form around a file
# Nothing inline, neither script nor style; whoever needs a width writes an attribute of an SVG.
PAGE_POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
               "manifest-src 'self'; worker-src 'self'; "
               "frame-src {frames}; frame-ancestors {frames}; base-uri 'none'; form-action 'self'{upgrade}")
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
FEATURES = ("camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), "
            "browsing-topics=(), publickey-credentials-get=(self), publickey-credentials-create=(self)")
# `since` and `seen` of a session, in seconds: the machine's clock, never the scenario's.
SINCE, SEEN = "since_s", "seen_s"
SEEN_STEP_S = 60


class SecurityHeadersMiddleware:
    """The policy of the page or of the API, and what else a browser should refuse to do."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy",
                           API_POLICY if request.path.startswith(API) else page_policy())
        headers.setdefault("X-Frame-Options", "SAMEORIGIN" if settings.TOUR_SEATS else "DENY")
        headers.setdefault("Permissions-Policy", FEATURES)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith(API):
            headers.setdefault("Cache-Control", "no-store")
        return response


def page_policy() -> str:
    """Only the tour frames pages, its own."""
    frames = "'self'" if settings.TOUR_SEATS else "'none'"
    upgrade = "; upgrade-insecure-requests" if settings.SESSION_COOKIE_SECURE else ""
    return PAGE_POLICY.format(frames=frames, upgrade=upgrade)


class UploadLimitMiddleware:
    """Say 413 before reading what is too long, on a page and on the API alike.

    A page that takes larger files says so by `pages.takes_files`: whoever is signed in may send it as much, and a
    little more, so that the page itself can say what is too large.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        length = _length(request)
        if length <= settings.UPLOAD_MAX_BYTES:
            return None
        most = getattr(view, "takes_bytes", 0)
        if length <= most + FORM_ROOM and request.user.is_authenticated:
            return None
        return self._refuse(request, max(most, settings.UPLOAD_MAX_BYTES))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return self._refuse(request, settings.UPLOAD_MAX_BYTES) if isinstance(error, RequestDataTooBig) else None

    def _refuse(self, request: HttpRequest, most: int) -> HttpResponse:
        error = UploadTooBigError(most_mb=most // 2**20)
        if request.path.startswith(API):
            return JsonResponse(
                {"type": f"urn:youlu:error:{error.code}", "title": error.code, "status": error.status,
                 "code": error.code, "detail": error.message},
                status=error.status, content_type="application/problem+json",
                json_dumps_params={"ensure_ascii": False})
        response = render(request, "413.html", {"error": error}, status=error.status)
        response["Connection"] = "close"
        return response


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class SessionLifetimeMiddleware:
    """A login ends after so many hours whatever happens, and after so many idle minutes."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(real_now().timestamp())
            since = request.session.setdefault(SINCE, now)
            seen = request.session.get(SEEN, now)
            if now - since > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_S:
                logout(request)
            elif now - seen >= SEEN_STEP_S or SEEN not in request.session:
                request.session[SEEN] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Whoever owes a second factor sees nothing but the pages on which to set it up."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and is_second_factor_owed(request.user):
            request.actor = None  # type: ignore[attr-defined]
            if not request.path_info.startswith(_open_paths()):
                return redirect("mfa_index")
        return self.get_response(request)


def _open_paths() -> tuple[str, ...]:
    from django.urls import get_script_prefix

    prefix = get_script_prefix().rstrip("/")
    paths = (reverse("mfa_index"), reverse("web:login"), reverse("web:logout"), reverse("web:language"),
             reverse("account_reauthenticate"), "/assets/")
    return tuple(path.removeprefix(prefix) for path in paths)
