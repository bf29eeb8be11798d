"""What a browser is told to refuse: nothing inline, no frames, no sniffing; and what the server refuses by itself."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import people

from youlu.interfaces.web.views import timetables

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [path for suffix in ("*.html", "*.py", "*.js") for path in (ROOT / "src/youlu").rglob(suffix)]
INLINE = re.compile(r"""\sstyle=["']|<style\b|\son[a-z]+=["']|javascript:|setAttribute\(["']style|hx-on""")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\b(?:src|type=\"application/json\"))", re.I)


def test_no_template_carries_a_style_or_a_script_of_its_own() -> None:
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path in SOURCES
             for match in [*INLINE.finditer(path.read_text()), *INLINE_SCRIPT.finditer(path.read_text())]]
    assert not found, "the pages' policy refuses it: use a class, an attribute of an SVG, or a file"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login", "/track", "/no-such-page", "/api/v1/items/EZ207144368CN"])
def test_every_answer_says_what_the_browser_must_refuse(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.django_db
def test_only_the_tour_frames_pages_and_only_its_own(client: Client, settings: Any) -> None:
    settings.TOUR_SEATS = True
    headers = client.get("/").headers
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
def test_what_somebody_logged_in_saw_is_not_kept_by_the_browser(dispatcher: Client) -> None:
    assert dispatcher.get("/closures").headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    client.get("/login")
    cookie = client.cookies["csrftoken"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_over_https_cookies_belong_to_the_host_and_the_browser_remembers_https(tmp_path: Path) -> None:
    """In a process of its own: settings are read once."""
    script = ("import json,django;django.setup();from django.conf import settings as s;"
              "from youlu.interfaces.web.guards import page_policy;"
              "print(json.dumps([s.SESSION_COOKIE_NAME,s.CSRF_COOKIE_NAME,s.SESSION_COOKIE_SECURE,"
              "s.CSRF_COOKIE_SECURE,s.SECURE_HSTS_SECONDS,s.SECURE_SSL_REDIRECT,page_policy()]))")
    environment = {"YOULU_HTTPS": "1", "YOULU_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT / "src"),
                   "DATABASE_URL": "postgresql://nobody@127.0.0.1/none", "DJANGO_SETTINGS_MODULE":
                   "youlu.config.settings", "PATH": "/usr/bin:/bin"}
    read = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    session, csrf, *secure, hsts, redirect, policy = json.loads(read.stdout)
    assert (session, csrf) == ("__Host-session", "__Host-csrf")
    assert secure == [True, True]
    assert hsts >= 31_536_000
    assert redirect
    assert "upgrade-insecure-requests" in policy


@pytest.mark.django_db
def test_a_foreign_host_name_is_refused(client: Client) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "kind"), [("/track", "text/html"), ("/api/v1/scans", "application/problem+json")])
def test_what_is_too_long_is_refused_before_it_is_read(client: Client, settings: Any, path: str, kind: str) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20
    answer = client.post(path, data=b"x" * (2**20 + 1), content_type="application/json")
    assert answer.status_code == 413
    assert answer.headers["Content-Type"].startswith(kind)
    assert "1MB" in answer.content.decode()


@pytest.mark.django_db
def test_a_page_for_large_files_takes_them_from_whoever_is_signed_in_and_says_itself_what_is_too_large(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_MAX_BYTES = 2**10
    monkeypatch.setattr(timetables, "UPLOAD_MAX", 2**20)
    monkeypatch.setattr(timetables.gtfs_upload, "takes_bytes", 2**20)
    file = {"feed": io.BytesIO(b"x" * (2**20 + 1))}
    assert client.post("/timetables/gtfs", file).status_code == 413  # a stranger
    people.zhao_dispatcher()
    client = people.signed_in("zhaolei")
    answer = client.post("/timetables/gtfs", {"feed": io.BytesIO(b"x" * (2**20 + 1))})
    assert (answer.status_code, "超过50MB" in answer.content.decode()) == (422, True)
    answer = client.post("/timetables/gtfs", {"feed": io.BytesIO(b"x" * 2**21)})
    assert (answer.status_code, "1MB" in answer.content.decode()) == (413, True)


@pytest.mark.django_db
def test_a_form_from_another_site_is_refused() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login", {"login": "x", "password": "y"})
    assert answer.status_code == 403


@pytest.mark.django_db
def test_security_txt_names_whom_to_tell_where_somebody_is_named(client: Client, settings: Any) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:anquan@post.example"
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:anquan@post.example\n" in text
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", text, re.M)
