"""Outermost: every request is counted and, at level INFO, gets one line in the log."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from youlu.core.metrics import RequestCounts
from youlu.interfaces.ops.logs import route_of

log = logging.getLogger("youlu.request")
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# By the beginning of the route; the first that fits.
BY_ROUTE = (("api/v1/scans", "api_scans"), ("api/v1/items", "api_items"), ("api/v1", "api_other"), ("track", "track"),
            ("appl", "apply"), ("assets", "assets"), ("healthz", "ops"), ("readyz", "ops"), ("metrics", "ops"))
_counts: dict[str, RequestCounts] = {}


def request_counts() -> RequestCounts:
    """The counts of this installation's machine."""
    folder = str(settings.DATA_DIR)
    if folder not in _counts:
        _counts[folder] = RequestCounts(Path(folder) / "metrics")
    return _counts[folder]


class ObserveMiddleware:
    """Sets `request.request_id` and the answer's `X-Request-ID`: the proxy's own where it sent one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        response.headers["X-Request-ID"] = request_id
        request_counts().add(route_class(request), response.status_code, seconds)
        if log.isEnabledFor(logging.INFO):
            log.info("request", extra={
                "event": "request", "method": request.method, "route": route_of(request),
                "status": response.status_code, "ms": round(seconds * 1000, 1), "request_id": request_id,
                "actor": opaque_actor(request)})
        return response


def route_class(request: HttpRequest) -> str:
    """One of core.metrics.CLASSES."""
    route = route_of(request)
    if getattr(request, "resolver_match", None) is None:
        return "unknown"
    return next((name for start, name in BY_ROUTE if route.startswith(start)), "pages")


def opaque_actor(request: HttpRequest) -> str:
    """The same twelve letters for the same person or token of this installation, from which neither is known."""
    actor = getattr(request, "actor", None) or getattr(request, "auth", None)
    if not getattr(actor, "id", None):
        return ""
    key = settings.SECRET_KEY.encode()
    return hmac.digest(key, f"log {actor.id}".encode(), hashlib.sha256).hex()[:12]  # type: ignore[union-attr]
