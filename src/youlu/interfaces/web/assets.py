"""What pages load beside their HTML: one style sheet, one sprite, htmx, our script. No build, no files to collect.

Each is made once per process, named by the hash of its content and cached for ever; the far side asks again only
when the content has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, reverse

from youlu.core.errors import NotFoundError
from youlu.interfaces.web.app_icon import icon_png
from youlu.interfaces.web.figures.land import land_sprite
from youlu.interfaces.web.icons import sprite_build

HERE = Path(__file__).parent
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """`hash` is 12 hex digits of SHA-256 of the content."""

    name: str
    content_type: str
    content: bytes
    packed: bytes
    hash: str


def _style() -> str:
    """All sheets in order of their names, without comments and indentation."""
    whole = "\n".join(path.read_text() for path in sorted((HERE / "css").glob("*.css")))
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", whole, flags=re.S)).strip()


def _tour_style() -> str:
    # Apart from the product's sheet: only one page of a demonstration asks for it.
    return (HERE / "css" / "tour" / "tour.css").read_text()


def _timetable_style() -> str:
    return (HERE / "css" / "timetable" / "timetable.css").read_text()


def _clocks_style() -> str:
    return (HERE / "css" / "clocks" / "clocks.css").read_text()


def _desk_style() -> str:
    return (HERE / "css" / "desk" / "desk.css").read_text()


def _campaigns_style() -> str:
    return (HERE / "css" / "campaigns" / "campaigns.css").read_text()


def _calls_style() -> str:
    return (HERE / "css" / "calls" / "calls.css").read_text()


def _emergency_style() -> str:
    return (HERE / "css" / "emergency" / "emergency.css").read_text()


def _roster_style() -> str:
    # A bar's place on the grid is a class of its own: the page's policy lets no style into an element.
    columns = "".join(f".a{n}{{grid-column-start:{n + 1}}}.n{n + 1}{{grid-column-end:span {n + 1}}}" for n in range(48))
    return (HERE / "css" / "roster" / "roster.css").read_text() + f"@layer parts{{{columns}}}"


def _timetable_script() -> str:
    return (HERE / "js" / "timetable" / "timetable.js").read_text()


def _script() -> str:
    return "\n".join(path.read_text() for path in sorted((HERE / "js").glob("*.js")))


def _htmx() -> str:
    # Version 2 by its file name: the package ships 4 beside it.
    return files("django_htmx").joinpath("static", "django_htmx", "htmx-2.min.js").read_text()


def _passkey() -> str:
    # What allauth ships for passkeys; only pages about logins ask for it.
    parts = ("mfa/static/mfa/js/webauthn-json", "mfa/static/mfa/js/webauthn", "account/static/account/js/onload")
    # With a semicolon between: each begins with a bracket, which would call the one before.
    return ";\n".join(files("allauth").joinpath(f"{part}.js").read_text() for part in parts)


# Inline, in the head of every page: a request less.
FAVICON = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#006B48"/>'
    '<path d="M7 10h18v12H7zM7 11l9 7 9-7" fill="none" stroke="#fff" stroke-width="2.4"/></svg>'
)

MAKERS: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "youlu.css": ("text/css; charset=utf-8", _style),
    "tour.css": ("text/css; charset=utf-8", _tour_style),
    "timetable.css": ("text/css; charset=utf-8", _timetable_style),
    "clocks.css": ("text/css; charset=utf-8", _clocks_style),
    "roster.css": ("text/css; charset=utf-8", _roster_style),
    "calls.css": ("text/css; charset=utf-8", _calls_style),
    "desk.css": ("text/css; charset=utf-8", _desk_style),
    "campaigns.css": ("text/css; charset=utf-8", _campaigns_style),
    "emergency.css": ("text/css; charset=utf-8", _emergency_style),
    "timetable.js": ("text/javascript; charset=utf-8", _timetable_script),
    "youlu.js": ("text/javascript; charset=utf-8", _script),
    "htmx.js": ("text/javascript; charset=utf-8", _htmx),
    "passkey.js": ("text/javascript; charset=utf-8", _passkey),
    "icons.svg": ("image/svg+xml", sprite_build),
    "land.svg": ("image/svg+xml", land_sprite),
    "icon-192.png": ("image/png", partial(icon_png, 192)),
    "icon-512.png": ("image/png", partial(icon_png, 512)),
}


@cache
def asset(name: str) -> Asset:
    """The asset of that name; NotFoundError for any other name."""
    if name not in MAKERS:
        raise NotFoundError(name=name)
    content_type, make = MAKERS[name]
    made = make()
    content = made.encode() if isinstance(made, str) else made
    return Asset(
        name, content_type, content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:12]
    )


def asset_url(name: str) -> str:
    return _address(name, get_script_prefix())


@cache
def _address(name: str, prefix: str) -> str:
    """Below `prefix`, the chair of the tour that the page is seen from; a page names two dozen assets."""
    return reverse("web:asset", args=[asset(name).hash, name])


def asset_serve(request: HttpRequest, hash: str, name: str) -> HttpResponse:
    """Serve by name; an old hash gets the present content, uncached, so that a page from before an update works."""
    found = asset(name)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.packed if packed else found.content, content_type=found.content_type)
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = FOREVER if hash == found.hash else "no-cache"
    return response
