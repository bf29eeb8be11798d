"""The command line: groups by job, reading commands take --json, errors in three lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import typer

from youlu.core.errors import YouluError
from youlu.interfaces.cli.faults import Fault, fault_tell

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="邮路：在网络中断时守住邮政的承诺。 / Youlu keeps the post's promises when the network breaks.")

_start: Callable[..., None] | None = None


def prepare_with(start: Callable[..., None]) -> None:
    """Take from config the function that makes the database ready and starts Django."""
    global _start
    _start = start


def need_database(**options: Any) -> None:
    """Called first by every command that reads or writes the database."""
    assert _start is not None  # noqa: S101
    _start(**options)


def run(args: Sequence[str]) -> None:
    """Run one command; what was anticipated ends in three lines and an exit code, never in a traceback."""
    try:
        app(prog_name="./youlu", args=list(args))
    except YouluError as error:
        raise SystemExit(fault_tell(Fault.of(error))) from None
    except Fault as fault:
        raise SystemExit(fault_tell(fault)) from None


# Commands register themselves; none imports Django before it is called, so that some need no database.
from youlu.interfaces.cli import (  # noqa: E402, F401
    access,
    arrivals,
    audit,
    backups,
    bags,
    closures,
    demo,
    docs,
    ground,
    items,
    network,
    operations,
    partners,
    phone,
    programme,
    promise,
    retention,
    scans_file,
    scenario,
    secrets,
    standards,
    verify,
)
from youlu.interfaces.cli.routes import app as routes  # noqa: E402

app.add_typer(routes, name="routes", rich_help_panel="网络")
from youlu.interfaces.cli.traces import app as traces  # noqa: E402

app.add_typer(traces, name="traces", rich_help_panel="邮件")
from youlu.interfaces.cli.shadow import app as shadow  # noqa: E402

app.add_typer(shadow, name="shadow", rich_help_panel="邮件")
