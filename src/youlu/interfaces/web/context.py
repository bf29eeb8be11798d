"""What the shell around every page shows: who, where, what time it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from youlu.core import clock
from youlu.domain.desk.emergency.reading import emergency_now
from youlu.interfaces.web.nav import rooms_of

HTML_LANG = {"zh-hans": "zh-Hans", "en": "en"}


def shell(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    language = get_language() or "zh-hans"
    return {
        "actor": actor,
        "rooms": SimpleLazyObject(lambda: rooms_of(actor, request.path)),
        "page_base": "web/base.html" if actor else "web/base_citizen.html",
        "html_lang": HTML_LANG.get(language, language),
        "now": SimpleLazyObject(clock.now),
        "now_local": SimpleLazyObject(lambda: clock.local(clock.now())),
        "clock_rate": SimpleLazyObject(clock.rate),
        "emergency": SimpleLazyObject(emergency_now) if actor else None,
        "is_demo": SimpleLazyObject(clock.is_scenario),
    }
