"""The program `youlu`: commands that need no database start without one."""

from __future__ import annotations

import os
import sys
from typing import Any


def main() -> None:
    """Run the command line; commands themselves call `config.start` when they need Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")
    from youlu.interfaces.cli.app import prepare_with, run

    prepare_with(start)
    run(sys.argv[1:])


def start(*, migrate: bool = True, keys: dict[str, Any] | None = None) -> None:
    """Make the database ready and start Django in this process; `keys` become this installation's first."""
    from youlu.config.environment import database_ensure, secrets_place

    if keys is not None:
        secrets_place(keys)
    database_ensure()
    import django

    django.setup()
    if migrate:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
