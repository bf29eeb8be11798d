"""One database server for all tests: `DATABASE_URL` where it is set, else the project's embedded one."""

from __future__ import annotations

import os

from youlu.config.environment import database_ensure

# Before Django reads its settings: every worker process of the run shares the server, each with a database of its own.
if not os.environ.get("DATABASE_URL"):
    database_ensure()
