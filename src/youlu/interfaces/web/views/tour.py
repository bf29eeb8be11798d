"""The tour: four real pages of the product side by side, each from its own chair, and four buttons.

Exists only where the chairs exist (`./youlu demo`, on the loopback address).
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_of_user
from youlu.domain.continuity.selectors import ClosureRow, closures_list, is_behind, run_latest
from youlu.domain.continuity.services import closure_declare, closure_lift
from youlu.domain.mail.selectors import items_counted
from youlu.interfaces.web.reading import items as reading
from youlu.interfaces.web.seats import SEATS
from youlu.scenarios.lanzhou.tour import TITLE, tour_closure, tour_facts

RECOUNT_SAMPLE = 500


def tour(request: HttpRequest) -> HttpResponse:
    """The screen of the tour; `?part=state` is what it polls."""
    only_in_the_tour()
    part = "#state" if request.headers.get("HX-Request") else ""
    items = {} if part else {"items": sum(row.items for row in items_counted())}
    return render(request, f"web/tour/page.html{part}", _state() | items)


def citizen(request: HttpRequest) -> HttpResponse:
    """The citizen's phone: the public tracking answer for the tour's own item, as the citizen would read it."""
    only_in_the_tour()
    facts = tour_facts()
    if facts is None:
        raise Http404
    response = render(request, "web/track/answer.html",
                      {"page": reading.tracking_read(number=facts.number, tail=facts.phone_tail)})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Declare the closure of the day's list, as the dispatcher."""
    only_in_the_tour()
    if closure_open() is None:
        closure_declare(actor=dispatcher_of_tour(), closure=tour_closure())
    return redirect("web:tour")


@require_POST
def kill(request: HttpRequest) -> HttpResponse:
    """SIGKILL to our own worker. Its supervisor starts another, which goes on where this one was."""
    only_in_the_tour()
    pid_file = Path(settings.DATA_DIR) / "worker.pid"
    if pid_file.exists():
        try:
            os.kill(int(pid_file.read_text()), signal.SIGKILL)
        except ProcessLookupError:
            return redirect("web:tour")  # just dead: the supervisor is at it
        with _kills().open("a") as file:
            file.write(pid_file.read_text() + "\n")
    return redirect("web:tour")


@require_POST
def recount(request: HttpRequest) -> HttpResponse:
    """Start `youlu verify` in a process of its own; its answer is read from a file."""
    only_in_the_tour()
    seed = secrets.randbelow(10**6)
    answer = _answer()
    answer.write_text(json.dumps({"running": True, "seed": seed, "sample": RECOUNT_SAMPLE}))
    half_made = answer.with_suffix(".part")
    command = (f'"{sys.executable}" -m youlu verify --json --seed {seed} --sample {RECOUNT_SAMPLE} > "{half_made}";'
               f' mv "{half_made}" "{answer}"')
    subprocess.Popen(["/bin/sh", "-c", command], stderr=subprocess.DEVNULL, start_new_session=True)
    return redirect("web:tour")


@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """Lift the closure, as the dispatcher, on the paper of the organ that closed."""
    only_in_the_tour()
    row = closure_open()
    if row is not None:
        closure_lift(actor=dispatcher_of_tour(), closure_id=row.id, authority=row.authority,
                     document_no="演示〔2022〕12号（解除）")
    return redirect("web:tour")


def only_in_the_tour() -> None:
    if not settings.TOUR_SEATS:
        raise Http404


def dispatcher_of_tour() -> Actor:
    return actor_of_user(User.objects.get(username=SEATS["dispatcher"]))


def closure_open() -> ClosureRow | None:
    """The tour's closure while it is open."""
    newest = _newest()
    return newest if newest and newest.lifted_at is None else None


def _newest() -> ClosureRow | None:
    """The last closure of the tour's, open or lifted; None before it was closed the first time."""
    rows = closures_list(actor=dispatcher_of_tour(), open_only=False).rows
    return next((row for row in rows if row.title == TITLE), None)


def _state() -> dict[str, Any]:
    run, newest, behind = run_latest(), _newest(), is_behind()
    closure, lifted = (None, newest) if newest and newest.lifted_at else (newest, None)
    answer = json.loads(_answer().read_text()) if _answer().exists() else None
    kills = len(_kills().read_text().splitlines()) if _kills().exists() else 0
    return {
        "run": run, "closure": closure, "lifted": lifted, "is_behind": behind, "recount": answer, "kills": kills,
        "seats": SEATS,
        # What the panes show changes with this; the script then reloads them.
        "stamp": f"{run.epoch if run else 0}-{bool(run and run.is_finished)}-{behind}",
    }


def _answer() -> Path:
    return Path(settings.DATA_DIR) / "recount.json"


def _kills() -> Path:
    return Path(settings.DATA_DIR) / "kills.txt"
