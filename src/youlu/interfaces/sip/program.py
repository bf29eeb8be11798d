"""The program: settings read, the exchange run until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
from pathlib import Path

from youlu.interfaces.sip.exchange import Exchange
from youlu.interfaces.sip.settings import SettingsError, settings_read


def run(path: Path, *, level: str = "INFO") -> None:
    """Until SIGTERM or Ctrl-C. What is wrong with the settings or an address ends it in one line."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for other in ("httpx", "httpcore", "asyncio"):  # what they say of a message is not for a log
        logging.getLogger(other).setLevel(logging.ERROR)
    try:
        asyncio.run(_main(path))
    except SettingsError as error:
        raise SystemExit(f"{path}: {error}") from None
    except (OSError, sqlite3.Error) as error:
        raise SystemExit(f"{path}: [listen] or state cannot be had: {error}") from None


async def _main(path: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Exchange(settings_read(path)).run(stop)
