"""Tables and times on a terminal: no frames, numbers right, Han two cells wide, no colour off a terminal."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from youlu.interfaces.cli.faults import Fault

PIPE_WIDTH = 200  # nobody's window: do not wrap what another program reads
EXAMPLE = "2022-07-29 17:00"


def table_print(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Print rows under their columns; those named in `right` are aligned right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(width=width, highlight=False).print(table)


def instant_read(text: str, option: str) -> dt.datetime:
    """Shanghai clock time as people type it, or ISO with an offset.

    Raises
    ------
    Fault : no such time.
    """
    from youlu.core.clock import SHANGHAI

    try:
        read = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise Fault(f"“{text}”不是日期时间，或者没有这一天。", f'{option} "{text}"',
                    f'写成年-月-日 时:分，例如 {option} "{EXAMPLE}"。') from None
    if not 2000 <= read.year <= 2170:
        raise Fault(f"{read.year}年没有班期。", f'{option} "{text}"', "核对年份。")
    return read if read.tzinfo else read.replace(tzinfo=SHANGHAI)


def stamp(instant: dt.datetime | None) -> str:
    """07-29 17:42; 未定 where there is none."""
    from youlu.core.clock import local

    return f"{local(instant):%m-%d %H:%M}" if instant else "未定"


def iso(instant: dt.datetime | None) -> str | None:
    from youlu.core.clock import local

    return local(instant).isoformat() if instant else None


def span(minutes: int) -> str:
    """1:48."""
    return f"{minutes // 60}:{minutes % 60:02d}"
