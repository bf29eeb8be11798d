"""检查: the audit's chain, sealed and verified."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database

audit = typer.Typer(no_args_is_help=True, help="审计链：封存、验证。 / The audit's chain: seal, verify.")
app.add_typer(audit, name="audit", rich_help_panel="检查")
WORDS = {"altered": "被改过", "foreign": "不是系统写的", "broken": "断链", "missing": "缺行", "cut": "尾部被截",
         "anchor": "与库外锚点不符"}


@audit.command()
def verify(
    anchor: list[Path] = typer.Option([], help="库外锚点文件，可多次 / anchor files kept elsewhere"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """验证审计没有被改、删、插、截。 / Verify that nothing was altered or cut. Example: ./youlu audit verify --json"""
    need_database(migrate=False)
    from youlu.core.sealing import audit_verify

    found = audit_verify(anchor_files=anchor or None)
    if as_json:
        typer.echo(json.dumps({**asdict(found), "clean": found.is_clean}, ensure_ascii=False))
    else:
        for finding in found.findings:
            place = "未封存" if finding.seal_no is None else f"第{finding.seal_no}号"
            typer.echo(f"■ {WORDS[finding.kind]} {place}  {finding.what}")
        typer.echo(f"已封存{found.sealed:,}条，待封存{found.waiting:,}条，对过{found.anchors:,}个锚点："
                   f"{'完整' if found.is_clean else '不完整'} / {'whole' if found.is_clean else 'NOT whole'}")
    raise typer.Exit(0 if found.is_clean else 1)


@audit.command()
def seal() -> None:
    """立即封存新的记录（平时每分钟自动）。 / Seal now what is sealed each minute. Example: ./youlu audit seal"""
    need_database(migrate=False)
    from youlu.core.sealing import audit_seal

    typer.echo(f"封存了{audit_seal():,}条。 / sealed")
