"""Lines of the log without personal data: no addresses with numbers in them, no query, no values in errors.

An error's text is written only where it cannot quote a row: of the machine and of the connection. Everything else
shows its type and where it happened.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import traceback
from typing import Any

import psycopg
from django.db import OperationalError

# Their texts speak of files, sockets and servers, never of what a customer wrote.
SPOKEN = (OSError, psycopg.OperationalError, OperationalError)
FACTS = ("event", "method", "route", "status", "ms", "request_id", "actor")


class LineFormatter(logging.Formatter):
    """One line a record, for people."""

    def format(self, record: logging.LogRecord) -> str:
        facts = facts_of(record)
        told = " ".join(f"{name}={value}" for name, value in facts.items() if name not in ("at", "level", "logger"))
        return f"{facts['at']} {facts['level']} {facts['logger']} {told}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts_of(record), ensure_ascii=False, default=str)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What is written of a record."""
    facts: dict[str, Any] = {
        "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname, "logger": record.name}
    mine = {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
    if mine:
        facts |= mine
    elif hasattr(record, "request"):  # of Django: its text quotes the address
        facts |= {"event": "refused", "status": getattr(record, "status_code", None),
                  "method": record.request.method, "route": route_of(record.request)}
    else:
        facts["message"] = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        facts["error"] = error_of(record.exc_info[1])
    return facts


def error_of(error: BaseException) -> dict[str, Any]:
    """Type, places (newest last) and, where it is safe, the text."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    told: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}",
                            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}
    if isinstance(error, SPOKEN):
        told["text"] = (str(error).splitlines() or [""])[0]
    return told


def route_of(request: Any) -> str:
    """The pattern of the address, "items/<str:number>"; "" where none fits."""
    match = getattr(request, "resolver_match", None)
    return match.route if match is not None else ""
