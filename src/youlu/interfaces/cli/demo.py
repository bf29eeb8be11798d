"""运行: the tour, everything in one command on a machine that has only Python."""

from __future__ import annotations

import os
import shutil
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.language import said

CARD_CENTRE_PORT_AFTER = 10  # beside the web port
CARD_MADE_AFTER_S = 5.0
# What a demo keeps in the data directory; the keys stay.
BESIDE = ("tour.json", "kills.txt", "recount.json", "card_centre.sqlite", "ledger", "arrays", "audit-anchor.jsonl")


@app.command(rich_help_panel="运行")
def demo(
    port: int = typer.Option(8000, help="端口 / port"),
    items: int = typer.Option(100_000, min=1_000, help="在途邮件数 / items in flight"),
    fresh: bool = typer.Option(False, "--fresh", help="丢掉上次的演示，从头来 / throw the last demo away, begin anew"),
    open_browser: bool = typer.Option(True, "--open/--no-open", help="打开浏览器 / open the browser"),
) -> None:
    """五分钟演示：封控、改期、告知、复核。 / The tour of five minutes. Example: ./youlu demo"""
    steps = _Steps()
    os.environ["YOULU_TOUR_SEATS"] = "1"
    os.environ.setdefault("YOULU_PUBLIC_BASE_URL", f"http://127.0.0.1:{port}")
    need_database()
    if fresh:
        _throw_away()
    steps.done(said("数据库就绪", "the database is ready"))
    _kernels()
    steps.done(said("计算内核就绪", "the kernels are compiled"))
    _scenario(items)
    steps.done(said("兰州场景就绪", "the scenario of Lanzhou is ready"))
    from django.conf import settings
    from django.db import connections

    from youlu.domain.access.selectors import actor_of_system
    from youlu.interfaces.cli.processes import run_together, server_command, worker_command
    from youlu.scenarios.partners.beside import card_centre_beside

    centre, centre_env = card_centre_beside(
        actor=actor_of_system("demo"), port=port + CARD_CENTRE_PORT_AFTER, youlu=f"http://127.0.0.1:{port}",
        make_after_s=CARD_MADE_AFTER_S)
    connections.close_all()
    address = f"http://127.0.0.1:{port}/tour"
    threading.Thread(target=_say_open, args=(address, open_browser), daemon=True).start()
    run_together({"web": server_command("127.0.0.1", port), "worker": worker_command(), "card-centre": centre},
                 pid_dir=Path(settings.DATA_DIR), envs={"card-centre": centre_env})


def _say_open(address: str, open_browser: bool) -> None:
    """Name the page once it answers: a line that comes sooner sends people to an error of their browser."""
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60):  # noqa: S310  our own, on this machine
                break
        except OSError:
            time.sleep(0.3)
    typer.echo(f"打开 / open: {address}   （停止 / stop: Ctrl-C）", err=True)
    if open_browser and os.environ.get("DISPLAY"):
        webbrowser.open(address)


def _throw_away() -> None:
    """Empty a database that holds a demo, and what the demo keeps beside it; any other stays as it is."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from youlu.core.backup.load import room_make
    from youlu.scenarios.lanzhou.load import scenario_loaded

    if not scenario_loaded():
        return
    room_make(connection.settings_dict["NAME"])
    for name in BESIDE:
        path = Path(settings.DATA_DIR) / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    call_command("migrate", verbosity=0)


def _kernels() -> None:
    from youlu.engines import promise, queueing

    promise.kernels_compile()
    queueing.kernels_compile()


def _scenario(items: int) -> None:
    """Load the scenario the first time, wake it up afterwards."""
    from youlu.scenarios.lanzhou.load import scenario_load, scenario_loaded, scenario_resume
    from youlu.scenarios.lanzhou.tour import tour_prepare

    if scenario_loaded():
        scenario_resume()
    else:
        scenario_load(items=items, tell=lambda *line: typer.echo(f"  {said(*line)}", err=True))
    tour_prepare()


class _Steps:
    """One line a step with its seconds."""

    def __init__(self) -> None:
        self.at = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        typer.echo(f"● {what}  {now - self.at:.1f} s", err=True)
        self.at = now

