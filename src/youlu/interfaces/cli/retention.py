"""运维: personal data that has been kept long enough, and that of somebody who asks for it."""

from __future__ import annotations

import getpass
import json
import uuid

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.backups import GROUP
from youlu.interfaces.cli.faults import Fault

WORDS = {"id_number": "证件号", "party": "客户（姓名、电话、地址）", "order_text": "工单里客户说的话"}
retention = typer.Typer(no_args_is_help=True, help="个人信息保存期。 / How long personal data is kept.")
app.add_typer(retention, name="retention", rich_help_panel=GROUP)


@retention.command()
def run(
    dry_run: bool = typer.Option(False, "--dry-run", help="只数，不删 / count only"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """删掉保存期满的个人信息（平时每夜自动）。 / Erase what is due. Example: ./youlu retention run --dry-run"""
    need_database(migrate=False)
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.desk.retention import order_texts_expire
    from youlu.domain.parties.retention import parties_expire

    actor = actor_of_system(f"cli:{getpass.getuser()}")
    counted = parties_expire(actor=actor, dry_run=dry_run)
    counted |= {"order_text": order_texts_expire(actor=actor, dry_run=dry_run)}
    if as_json:
        typer.echo(json.dumps(counted | {"dry_run": dry_run}))
        return
    for name, number in counted.items():
        typer.echo(f"{WORDS[name]}：{'到期' if dry_run else '已删'}{number:,}条")


@app.command(rich_help_panel=GROUP)
def erase_party(
    party: str = typer.Argument(help="客户编号（UUID） / id of the party"),
    reason: str = typer.Option(help="谁要求的，文号 / who asked, under which number"),
) -> None:
    """应本人要求删除一位客户。 / Erase somebody who asks. Example: ./youlu erase-party 0190… --reason 本人申请"""
    need_database(migrate=False)
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.parties.services import party_erase_on_request

    try:
        party_id = uuid.UUID(party)
    except ValueError:
        raise Fault("客户编号写得不对。", party, "编号是36个字符，例如01a22596-dc6b-7ebf-9323-ae6e8f6a617c。") from None
    party_erase_on_request(actor=actor_of_system(f"cli:{getpass.getuser()}"), party_id=party_id, reason=reason)
    typer.echo("已删除姓名、电话、证件号、地址。邮件、申请、工单和审计还在，只剩一个编号，认不出是谁。")
