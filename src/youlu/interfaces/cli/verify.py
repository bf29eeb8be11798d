"""检查: recount everything by a second, slow method."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.language import said

GROUP = "检查"
STEP_WORDS = {"revisions": "改期", "scans": "轨迹", "promises": "承诺"}


@app.command(rich_help_panel=GROUP)
def verify(
    seed: int = typer.Option(None, help="抽样种子，默认随机并打印 / seed of the sample, printed"),
    sample: int = typer.Option(5_000, help="重新搜索几条承诺 / promises searched again"),
    all_: bool = typer.Option(False, "--all", help="全部重查 / search all of them"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """用另一套慢方法全部重数：轨迹、改期、承诺。 / Recount by a slow method. Example: ./youlu verify --sample 500"""
    need_database(migrate=False)
    from youlu.domain.continuity.recount import recount_run

    seed = secrets.randbelow(10**6) if seed is None else seed
    started = time.monotonic()
    typer.echo(said(f"种子 {seed}，抽查 {'全部' if all_ else f'{sample:,}条'}…",
                    f"seed {seed}, {'all' if all_ else f'{sample:,}'} promises searched again…"), err=True)
    found = recount_run(seed=seed, sample=None if all_ else sample, acknowledged=_acknowledged(), tell=_progress)
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        typer.echo(json.dumps({**asdict(found), "seconds": seconds}, ensure_ascii=False))
    else:
        for finding in found.findings:
            typer.echo(f"■ {finding.kind} {finding.number} {finding.what}")
        typer.echo(said(f"{found.items:,}件邮件，{found.revisions:,}次承诺，{found.scans:,}条已回执轨迹，"
                        f"重新搜索{found.promises:,}条（种子{seed}，{seconds}秒）：",
                        f"{found.items:,} items, {found.revisions:,} promises, {found.scans:,} acknowledged scans, "
                        f"{found.promises:,} searched again (seed {seed}, {seconds} s):"))
        typer.echo(f"丢失 {found.lost} · 重复 {found.doubled} · 不符 {found.mismatches}"
                   f"   / {found.lost} lost, {found.doubled} doubled, {found.mismatches} mismatches")
    raise typer.Exit(0 if found.is_clean else 1)


def _progress(step: str, done: int, of: int) -> None:
    if of > 1 and done % max(100, of // 1000 * 100) == 0:  # ten lines or so
        typer.echo(f"  {said(STEP_WORDS[step], step)} {done:,}/{of:,}", err=True)


def _acknowledged() -> Iterator[tuple[int, str, int]] | None:
    """The scenario's own ledger of acknowledged scans, outside the database; None where none was kept."""
    from django.conf import settings

    from youlu.scenarios.ledger import ScanLedger

    ledger = ScanLedger(Path(settings.DATA_DIR))
    if not ledger.folder.exists():
        return None
    scans = ledger.read()
    return zip(scans.item_key.tolist(), scans.device.tolist(), scans.sequence.tolist(), strict=True)
