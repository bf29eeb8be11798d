"""The command line: groups by job, reading commands take --json, errors in three lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

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


from youlu.interfaces.cli import ground, network, scenario  # noqa: E402, F401  (commands register themselves)
