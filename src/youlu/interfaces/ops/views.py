"""Is it alive, may it be sent requests, how does it go."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from youlu.core.errors import NotFoundError
from youlu.core.gauges import gauges_read
from youlu.core.metrics import CONTENT_TYPE, text_of
from youlu.core.schema import schema_state
from youlu.domain.access.selectors import actor_of_token
from youlu.interfaces.ops.middleware import request_counts

PERMISSION = "metrics.read"


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; it asks nobody else, so that a database at rest restarts no web server."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when requests may be sent here, 503 with what is missing otherwise."""
    checks = {"database": _database, "migrations": _migrations, "arrays": _arrays}
    state: dict[str, bool] = {}
    for name, check in checks.items():
        state[name] = state.get("database", True) and _holds(check)
    good = all(state.values())
    return JsonResponse({"ready": good, **state}, status=200 if good else 503)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text, for a token that may, or an address on the list; for others there is no such page."""
    if not (_by_token(request) or _by_address(request)):
        raise NotFoundError()
    return HttpResponse(text_of(gauges_read(), request_counts().total()), content_type=CONTENT_TYPE)


def _by_token(request: HttpRequest) -> bool:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    actor = actor_of_token(secret.strip()) if kind.lower() == "bearer" and secret else None
    return actor is not None and actor.can(PERMISSION)


def _by_address(request: HttpRequest) -> bool:
    """The peer's own address, never what a header claims: behind a proxy the list is of no use."""
    try:
        peer = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(peer in ipaddress.ip_network(one) for one in settings.METRICS_ALLOW)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, OSError):
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _migrations() -> bool:
    return schema_state().is_current


def _arrays() -> bool:
    """Arrays of the timetable can be read and made."""
    return os.access(Path(settings.DATA_DIR), os.W_OK)
