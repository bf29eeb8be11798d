"""The WSGI application; in the tour, `/seat/<name>/…` is the same product seen from another chair."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from youlu.core.memory import kept_from_now_on

PR_SET_PDEATHSIG = 1
SEAT = re.compile(r"^/seat/([a-z]+)(/.*)$")


def die_with_parent() -> None:
    """A worker of the web server ends when its parent is killed: it would answer on, holding the port, and after an
    upgrade with the old program, beside the server that was started in the parent's place. Linux and granian only."""
    if sys.platform == "linux" and b"granian" in Path("/proc/self/cmdline").read_bytes():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


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


die_with_parent()
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  pages and API are read in now, not while the first who asks waits
kept_from_now_on()
if settings.TOUR_SEATS:
    application = with_seats(application)
