"""运维: backup and restore."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import FAILED, Fault

GROUP = "运维"
NAMES = "youlu-*.tar"


@app.command(rich_help_panel=GROUP)
def backup(
    target: Path = typer.Argument(help="文件，或者一个文件夹 / a file, or a folder"),
    keys: Path = typer.Option(None, help="另存密钥的文件，放到别处 / the keys, in a file of their own"),
    keep: int = typer.Option(0, min=0, help="文件夹里只留最近几份，0为全留 / keep the newest of the folder"),
) -> None:
    """备份整个数据库，不必停机。 / Back up everything while it runs. Example: ./youlu backup /backup --keep 14"""
    need_database(migrate=False)
    from django.conf import settings

    from youlu.core.backup import backup_save
    from youlu.core.backup.keys import keys_save

    path, progress = backup_file_of(target), _Progress()
    try:
        written = backup_save(path, passphrase=settings.BACKUP_PASSPHRASE, tell=progress)
        if keys is not None:
            keys_save(keys, passphrase=settings.BACKUP_PASSPHRASE)
    except OSError as error:
        raise Fault(f"写不下去：{error.strerror}。", str(error.filename or path),
                    "换一个有空间、可写的地方；没写完的已经删掉。", status=FAILED) from None
    typer.echo(str(path))
    typer.echo(f"{sum(written.rows.values()):,}行，{len(written.rows)}张表，{path.stat().st_size / 1e6:,.1f} MB，"
               f"{progress.seconds:.1f}秒。", err=True)
    typer.echo("已加密。" if settings.BACKUP_PASSPHRASE else "没有加密：设YOULU_BACKUP_PASSPHRASE即可。", err=True)
    typer.echo(f"密钥在{keys}。和备份分开保管。" if keys else
               "密钥不在里面：没有密钥，个人数据读不出来。用--keys另存一份，和备份分开放。", err=True)
    for old in sorted(path.parent.glob(NAMES))[:-keep] if keep else ():
        old.unlink()
        typer.echo(f"删旧 / removed: {old.name}", err=True)


@app.command(rich_help_panel=GROUP)
def restore(
    path: Path = typer.Argument(help="备份文件 / the backup"),
    keys: Path = typer.Option(None, help="另存的密钥文件 / the file of keys"),
    replace: str = typer.Option("", help="数据库名：里面的可以全部换掉 / the database's name, if all may go"),
    without_keys: bool = typer.Option(False, "--without-keys", help="没有密钥也恢复 / personal data stays unreadable"),
    as_it_was: bool = typer.Option(False, "--as-it-was", help="先不升级到本版 / leave the tables of its version"),
    check: bool = typer.Option(False, "--check", help="只核对备份，不恢复 / only check the file"),
) -> None:
    """恢复备份，先整份核对。 / Restore, after checking all of it. Example: ./youlu restore FILE --keys KEYS"""
    passphrase = os.environ.get("YOULU_BACKUP_PASSPHRASE", "")
    if not path.is_file():
        raise Fault("没有这个文件。", str(path), "核对路径；备份名是youlu-日期-时间.tar。")
    if check:
        from youlu.core.backup import archive_check

        header, listed = archive_check(path, passphrase)
        typer.echo(f"完好：{header.made_at}，{sum(listed.rows.values()):,}行，{len(listed.rows)}张表。")
        return
    from youlu.core.backup.keys import keys_read

    # Before Django reads its keys: those of the backup become those of this data directory.
    need_database(migrate=False, keys=keys_read(keys, passphrase=passphrase) if keys is not None else None)
    from django.db import connections

    from youlu.core.backup import backup_restore

    progress = _Progress()
    header, listed = backup_restore(path, passphrase=passphrase, replace=replace, without_keys=without_keys,
                                    upgrade=not as_it_was, tell=progress)
    connections.close_all()
    typer.echo(f"已恢复{header.made_at}的备份：{sum(listed.rows.values()):,}行，{progress.seconds:.1f}秒。")
    typer.echo("接着：./youlu verify 全部复核，再开网页和后台任务。", err=True)


def backup_file_of(target: Path) -> Path:
    """The file that is meant: itself, or one named by the time in a folder."""
    if target.is_dir():
        return target / f"youlu-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}.tar"
    if not target.parent.is_dir():
        raise Fault("没有这个文件夹。", str(target.parent), "先建好文件夹，再备份。")
    return target


class _Progress:
    """A line a second at most."""

    def __init__(self) -> None:
        self.started = self.said = time.monotonic()

    def __call__(self, table: str, rows: int) -> None:
        now = time.monotonic()
        if now - self.said >= 1:
            self.said = now
            typer.echo(f"  {table} {rows:,}", err=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started
