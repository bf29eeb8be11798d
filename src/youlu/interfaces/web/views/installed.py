"""What makes the agents' phone pages an app: its manifest, its worker, and the page that stands without a network.

None of them knows who asks: the worker keeps these and the shell's assets, never a page with somebody's data.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from youlu.interfaces.web.app_icon import BRAND
from youlu.interfaces.web.assets import asset_url

WORKER = Path(__file__).parent.parent / "js" / "worker" / "worker.js"
SHELL = ("youlu.css", "calls.css", "roster.css", "youlu.js", "htmx.js", "icons.svg")
ICONS = (192, 512)


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    icons = [{"src": asset_url(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
             for size in ICONS for purpose in ("any", "maskable")]
    return JsonResponse({
        "id": reverse("web:my"), "name": "邮路", "short_name": "邮路", "lang": "zh-Hans",
        "start_url": reverse("web:my"), "scope": reverse("web:home"), "display": "standalone",
        "background_color": "#FFFFFF", "theme_color": BRAND,
        "icons": icons}, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The worker with the present names of what it keeps: another style sheet or language is another worker."""
    kept = {"offline": reverse("web:my_offline"), "assets": [asset_url(name) for name in SHELL]}
    page = render(request, "web/agent/offline.html").content
    name = hashlib.sha256(json.dumps(kept).encode() + page).hexdigest()[:12]
    said = json.dumps({**kept, "cache": f"youlu-{get_language()}-{name}"})
    response = HttpResponse(f"const KEPT = {said};\n{WORKER.read_text()}",
                            content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the phone shows without a network, the same for everybody."""
    return render(request, "web/agent/offline.html")
