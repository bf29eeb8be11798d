"""The WSGI application; in the tour, `/seat/<name>/…` is the same product seen from another chair."""

from __future__ import annotations

import os
import re
from typing import Any

from youlu.config.parentage import die_with_parent

die_with_parent()  # before anything that takes long to import: a parent may be killed meanwhile
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from youlu.core.memory import kept_from_now_on

SEAT = re.compile(r"^/seat/([a-z]+)(/.*)$")


def with_seats(inner: Any) -> Any:
    """Move `/seat/<name>` from the path to SCRIPT_NAME, so that every link of the page keeps the chair."""

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        match = SEAT.match(environ.get("PATH_INFO", ""))
        if match:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + f"/seat/{match[1]}"
            environ["PATH_INFO"] = match[2]
            environ["youlu.seat"] = match[1]
        return inner(environ, start_response)

    return application


application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  pages and API are read in now, not while the first who asks waits
kept_from_now_on()
if settings.TOUR_SEATS:
    application = with_seats(application)
