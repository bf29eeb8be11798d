"""Whether the database's tables are those of this version of the program."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from youlu.core.errors import YouluError
from youlu.core.postgres_features import OLDEST, server_version


class NewerDatabaseError(YouluError):
    code = "core.newer_database"
    status = 409
    sentence = "数据库属于更新的版本（{migration}这里没有）。用那个版本的程序，或者恢复升级前的备份。"


class OldServerError(YouluError):
    code = "core.old_server"
    status = 409
    sentence = "PostgreSQL {version}太旧，需要15或更新。先升级数据库服务器。"


@dataclass(frozen=True)
class SchemaState:
    """Migrations by "app.name": `pending` are to be applied, `unknown` were applied by a newer version."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return not self.pending and not self.unknown


def schema_state() -> SchemaState:
    """Compare the migrations applied with those of this version."""
    loader = MigrationLoader(connection)
    applied, known = set(loader.applied_migrations), set(loader.graph.nodes)
    ours = {app for app, _ in known}
    return SchemaState(
        tuple(sorted(f"{app}.{name}" for app, name in known - applied)),
        tuple(sorted(f"{app}.{name}" for app, name in applied - known - set(loader.replacements) if app in ours)))


def schema_check_upgradable() -> SchemaState:
    """What an upgrade has to do.

    Raises
    ------
    NewerDatabaseError : the database is ahead of the program.
    OldServerError : before PostgreSQL 15.
    """
    state = schema_state()
    if state.unknown:
        raise NewerDatabaseError(migration=state.unknown[-1])
    if server_version() < OLDEST:
        raise OldServerError(version=f"{server_version() / 10_000:.0f}")
    return state
