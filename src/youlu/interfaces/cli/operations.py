"""运维: upgrade, doctor, stop."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.backups import GROUP, backup_file_of
from youlu.interfaces.cli.language import said

MARKS = {"ok": "✓ 正常", "warn": "▲ 注意", "fail": "■ 不行"}


@app.command(rich_help_panel=GROUP)
def upgrade(
    backup: Path = typer.Option(None, help="先备份到这个文件或文件夹 / back up there first"),
    wait_s: int = typer.Option(120, "--wait", help="等后台任务停下的秒数 / seconds to wait for workers"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """把数据库升级到本版，在途邮件不丢。 / Upgrade with items in flight. Example: ./youlu upgrade --backup /backup"""
    need_database(migrate=False)
    from django.conf import settings

    from youlu.core.backup import backup_save
    from youlu.core.schema import schema_check_upgradable
    from youlu.domain.continuity.upgrading import upgrade_run

    started = time.monotonic()
    pending = schema_check_upgradable().pending
    if backup is not None:
        path = backup_file_of(backup)
        backup_save(path, passphrase=settings.BACKUP_PASSPHRASE)
        typer.echo(f"已备份：{path}", err=True)
    items = upgrade_run(wait_s=wait_s, tell=lambda line: typer.echo(line, err=True))
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        typer.echo(json.dumps({"applied": list(pending), "items": items, "seconds": seconds}))
        return
    typer.echo(f"已升级：{len(pending)}步，邮件{items:,}件，{seconds}秒。后台任务自己会接着做。")
    typer.echo("接着：重启网页（systemctl restart youlu-web），再./youlu doctor。", err=True)


@app.command(rich_help_panel=GROUP)
def doctor(
    port: int = typer.Option(8000, help="网页的端口 / port of the pages"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """逐项体检，有毛病说怎么办。 / Check everything, each with its cure. Example: ./youlu doctor --json"""
    from youlu.interfaces.cli.checkup import checkup_run

    findings = checkup_run(port=port, start=need_database)
    if as_json:
        typer.echo(json.dumps([one.as_dict() for one in findings], ensure_ascii=False))
    else:
        for one in findings:
            typer.echo(f"{MARKS[one.state]}  {one.what}：{one.found}" + (f"\n        {one.cure}" if one.cure else ""))
    raise typer.Exit(1 if any(one.state == "fail" for one in findings) else 0)


@app.command(rich_help_panel=GROUP)
def stop(
    keep_database: bool = typer.Option(False, "--keep-database", help="内置数据库不停 / leave the embedded server"),
) -> None:
    """停下演示或服务，以及内置数据库。 / Stop the demo or server and the embedded database."""
    from youlu.core import postgres
    from youlu.interfaces.cli.processes import supervisor_stop

    home = Path(os.environ.get("YOULU_DATA_DIR", ".youlu")).resolve()
    stopped = [said("网页和后台任务", "the pages and the worker")] if supervisor_stop(home) else []
    if not keep_database and not os.environ.get("DATABASE_URL") and home.exists():
        server = postgres.server_locate(home)
        if server.is_running():
            server.stop()
            stopped.append(said("内置数据库", "the embedded database"))
    done = said(f"已停：{'、'.join(stopped)}。", f"Stopped: {', '.join(stopped)}.")
    typer.echo(done if stopped else "没有在跑的。 / Nothing was running.", err=True)
