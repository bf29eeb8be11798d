"""What the shell around every page shows: who, where, what time it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from youlu.core import clock


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"actor": getattr(request, "actor", None), "now_local": clock.local(clock.now())}
