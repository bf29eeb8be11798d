"""What went wrong, in three lines: 什么不对 / 在哪里 / 怎么办.

Exit 2 for a command that cannot be, 1 for one that failed.
"""

from __future__ import annotations

import re

import typer

from youlu.core.errors import YouluError

USAGE, FAILED = 2, 1


class Fault(Exception):
    """Something wrong with what was typed; `more` are lines below the three (candidates, an example)."""

    def __init__(self, what: str, where: str, how: str, *, more: list[str] | None = None, status: int = USAGE) -> None:
        super().__init__(what)
        self.what, self.where, self.how, self.more, self.status = what, where, how, more or [], status

    @classmethod
    def of(cls, error: YouluError, where: str = "", *, status: int = FAILED) -> Fault:
        """The first sentence of an error says what, the rest says what to do."""
        what, how = _halves(error.message)
        candidates = error.details.get("candidates", ())
        more = [f"  {one['code']:<10} {one['full_name']}" for one in candidates]
        return cls(what, where or error.code, how, more=more, status=status)


def _halves(message: str) -> tuple[str, str]:
    first, _, rest = message.partition("。")
    return first + "。", rest.strip() or "核对后再试。"


def fault_tell(fault: Fault) -> int:
    """Say it on the error stream; returns the exit code."""
    # A leading word of its own for each line: readable without colour, and by a screen reader.
    for word, text in (("什么不对", fault.what), ("在哪里", fault.where), ("怎么办", fault.how)):
        typer.echo(f"{word}：{re.sub(r'[。]+$', '。', text)}", err=True)
    for line in fault.more:
        typer.echo(line, err=True)
    return fault.status
