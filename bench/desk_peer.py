"""django-helpdesk beside the desk: in an environment of its own, never among the product's requirements."""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.desk import TOKEN, TURNS, Creating, api_figures, p95
from bench.desk_caller import Caller

WARM = 5  # answers that do not count
PACKAGES = ("django-helpdesk==2.6.1", "granian", "psycopg[binary]")
SETTINGS = '''
import os
SECRET_KEY = "bench"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "peer_urls"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.sites", "django.contrib.messages", "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework", "helpdesk"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                           "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 600, **PEER_DATABASE}}
SITE_ID = 1
STATIC_URL = "/static/"
STATIC_ROOT = "/nonexistent"
MEDIA_URL = "/media/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGIN_URL = "/login/"
HELPDESK_ACTIVATE_API_ENDPOINT = True
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"]}
HELPDESK_TEAMS_MODE_ENABLED = False
HELPDESK_ENABLE_PER_QUEUE_STAFF_PERMISSION = False
'''
URLS = '''
from django.contrib import admin
from django.urls import include, path
urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls", namespace="helpdesk"))]
'''
WSGI = '''
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "peer_settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
'''
FILL = '''
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "peer_settings"
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from helpdesk.models import FollowUp, Queue, Ticket
import datetime as dt
count, titles = int(sys.argv[1]), json.load(open("titles.json"))
user = User.objects.create_superuser("bench", "bench@example.org", "bench")
queue = Queue.objects.create(title="desk", slug="desk", allow_public_submission=True)
now, BODY = timezone.now(), "客户说三天前就该到，家里等着用，打了两次电话没人接。"
opened = max(count // 50, 1)
for first in range(0, count, 5000):
    rows = Ticket.objects.bulk_create([Ticket(
        title=titles[n % len(titles)], queue=queue, created=now - dt.timedelta(minutes=20 * (count - n)),
        modified=now, submitter_email="c@example.org", priority=3, assigned_to=user if n < count - opened else None,
        status=Ticket.OPEN_STATUS if n >= count - opened else Ticket.CLOSED_STATUS,
        description=BODY) for n in range(first, min(first + 5000, count))])
    FollowUp.objects.bulk_create([FollowUp(ticket=row, date=row.created, title="opened", user=user, public=True)
                                  for row in rows])
client = Client()
client.force_login(user)
print(json.dumps({"session": client.cookies["sessionid"].value, "queue": queue.id}))
'''


def versus(args: argparse.Namespace, ours: Creating, by_api: Creating) -> dict[str, Any]:
    """Ours and its own in turns: the list of what is open, then creating by form, then by program."""
    with helpdesk(tickets=args.only, port=args.port + 1) as (theirs, their_api, listed):
        took: dict[str, list[float]] = {"ours": [], "theirs": []}
        for n in range(args.times + WARM):
            pair = {"ours": [ours.caller.get("/desk?view=all")], "theirs": listed()}
            for name, answers in pair.items():
                if any(status != 200 for status, _, _ in answers):
                    raise SystemExit(f"{name}: {answers[0][2][:300]!r}")
                if n >= WARM:
                    took[name].append(sum(ms for _, ms, _ in answers))
        for two in ((ours, theirs), (by_api, their_api)):
            for one in two:
                one.go(1.0)
                one.forget()
            for _ in range(TURNS):
                for one in two:
                    one.go(args.seconds / TURNS)
    mine, its = ours.figures(), theirs.figures()
    medians = {name: round(statistics.median(one), 1) for name, one in took.items()}
    return {**_ratios(mine, its), **{f"api_{name}": value for name, value in _ratios(
                by_api.figures(), their_api.figures()).items()},
            "list_ratio": round(medians["theirs"] / medians["ours"], 1),
            "django_helpdesk": {"version": PACKAGES[0], "tickets": args.only,
                                "list_p95_ms": p95(took["theirs"]), "list_median_ms": medians["theirs"],
                                "our_list_median_ms": medians["ours"], **its, **api_figures(their_api)}}


def _ratios(mine: dict[str, float], its: dict[str, float]) -> dict[str, float]:
    cpu = [one["create_web_cpu_ms"] + one["create_database_cpu_ms"] for one in (its, mine)]
    return {"create_ratio": round(mine["create_per_s"] / its["create_per_s"], 2),
            "create_cpu_ratio": round(cpu[0] / cpu[1], 2)}


@contextmanager
def helpdesk(*, tickets: int, port: int) -> Iterator[
        tuple[Creating, Creating, Callable[[], list[tuple[int, float, bytes]]]]]:
    """Its server with so many tickets: how it creates by form and by program, and the answers that make up its list."""
    from bench import ground

    home, database = _installed(), "copy_desk_peer"
    server = ground.server()
    ground.database_make("desk_peer")
    (home / "peer_settings.py").write_text(
        f"PEER_DATABASE = {_database(server.dsn(database))!r}\n{SETTINGS}", encoding="utf-8")
    made = _python(home, "peer_fill.py", str(tickets))
    web = subprocess.Popen([str(home / "env/bin/python"), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
                            "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--log-level", "warning",
                            "--no-ws", "peer_wsgi:application"], cwd=home, env={**os.environ, "PYTHONPATH": str(home)})
    try:
        _wait(port)
        caller = Caller(port, f"sessionid={made['session']}; csrftoken={TOKEN}", TOKEN)
        query = base64.b64encode(json.dumps({
            "filtering": {"status__in": [1, 2]}, "filtering_null": {}, "sorting": "created", "sortreverse": False,
            "search_string": ""}).encode()).decode()

        def listed() -> list[tuple[int, float, bytes]]:
            return [caller.get("/tickets/"),
                    caller.get(f"/datatables_ticket_list/{query}?draw=1&start=0&length=50")]

        def create(one: Caller, nth: int) -> tuple[int, float, bytes]:
            return one.post("/tickets/submit/", queue=str(made["queue"]), title=f"城关药品没收到{nth}", priority="3",
                            body="客户说三天前就该到，家里等着用。", submitter_email="c@example.org")

        def create_by_api(one: Caller, nth: int) -> tuple[int, float, bytes]:
            return one.post_json("/api/tickets/", {
                "queue": made["queue"], "title": f"城关药品没收到{nth}", "priority": 3,
                "submitter_email": "c@example.org", "description": "客户说三天前就该到，家里等着用。",
            }, **{"X-CSRFToken": TOKEN})

        yield (Creating(caller, create, web.pid, database),
               Creating(caller, create_by_api, web.pid, database, expect=201), listed)
    finally:
        web.terminate()
        web.wait(20)
        ground.copy_drop("desk_peer")


def _installed() -> Path:
    """Its environment, made once; written anew what the bench itself says to it."""
    from bench import ground
    from bench.desk_orders import titles

    home = ground.home() / "peers" / "django-helpdesk"
    if not (home / "env" / "done").exists():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home / "env")], check=True)
        subprocess.run([str(home / "env/bin/python"), "-m", "pip", "install", "-q", *PACKAGES], check=True,
                       stdout=sys.stderr)
        (home / "env" / "done").touch()
    for name, text in (("peer_urls.py", URLS), ("peer_wsgi.py", WSGI), ("peer_fill.py", FILL),
                       ("titles.json", json.dumps(titles()))):
        (home / name).write_text(text, encoding="utf-8")
    return home


def _database(dsn: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(dsn)
    return {"NAME": parts["dbname"], "USER": parts.get("user", ""), "HOST": parts.get("host", ""),
            "PORT": str(parts.get("port", "")), "PASSWORD": parts.get("password", "")}


def _python(home: Path, *args: str) -> dict[str, Any]:
    done = subprocess.run([str(home / "env/bin/python"), *args], cwd=home, env={**os.environ, "PYTHONPATH": str(home)},
                          check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the peer did not come up")
