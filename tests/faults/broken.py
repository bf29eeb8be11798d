"""Web applications that are broken on purpose, for the controls: each dies once in a while between the insert of scans
and the fold of their items."""

from __future__ import annotations

import os
import signal
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from youlu.config import wsgi

dies_in_the_middle = wsgi.application

from youlu.domain.mail import scans  # noqa: E402

_store = scans.scans_store
DIED = Path(os.environ["YOULU_DATA_DIR"]) / "died"


def _store_and_die(*args: Any, **options: Any) -> Any:
    stored = _store(*args, **options)
    calls = len(DIED.read_text()) if DIED.exists() else 0
    DIED.write_text("x" * (calls + 1))
    if calls % 3 == 1:  # every third call, counted across restarts
        os.kill(os.getpid(), signal.SIGKILL)
    return stored


scans.scans_store = _store_and_die


def dies_in_the_middle_without_transaction(environ: Any, start_response: Any) -> Any:
    scans.transaction = SimpleNamespace(atomic=nullcontext)
    return wsgi.application(environ, start_response)
