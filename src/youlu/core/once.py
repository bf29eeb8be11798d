"""Within one reading request some things are read once: the epoch, the newest revision, whatever every row asks for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

Value = TypeVar("Value")
_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept_for_the_request", default=None)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Keep what `once` reads until the block ends: for requests that change nothing."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def already(name: str) -> Any:
    """What `once` has read under this name in the request at hand, or None."""
    return (_kept.get() or {}).get(name)


def once(name: str, read: Callable[[], Value]) -> Value:
    """What `read` gives; outside `reading` it is read every time."""
    kept = _kept.get()
    if kept is None:
        return read()
    if name not in kept:
        kept[name] = read()
    return kept[name]
