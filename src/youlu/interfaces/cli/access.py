"""运行: tokens for devices and partners, without which the API answers nobody."""

from __future__ import annotations

import getpass

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault

GROUP = "运行"
PERMISSIONS = ("mail.accept", "mail.scan", "mail.read", "closure.declare", "closure.read", "promise.quote",
               "metrics.read")
token = typer.Typer(no_args_is_help=True, help="令牌：终端和合作单位凭它调接口。 / Tokens of devices and partners.")
app.add_typer(token, name="token", rich_help_panel=GROUP)


@token.command()
def issue(
    name: str = typer.Argument(help="谁用，例如 手持终端1 / who uses it"),
    may: list[str] = typer.Option(help=f"权限，可多次：{' '.join(PERMISSIONS)}"),
    scope: str = typer.Option("", help="辖区代码前缀 / division-code prefix"),
    partner: bool = typer.Option(False, "--partner", help="合作单位，不是手持终端 / a partner, not a device"),
) -> None:
    """发一个令牌，只显示这一次。 / Issue a token, shown once. Example: ./youlu token issue 终端1 --may mail.scan"""
    unknown = [one for one in may if one not in PERMISSIONS]
    if unknown:
        raise Fault(f"没有“{unknown[0]}”这项权限。", f"--may {unknown[0]}", f"从这些里选：{'、'.join(PERMISSIONS)}。")
    need_database()
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.access.services import token_issue

    secret = token_issue(actor=actor_of_system(f"cli:{getpass.getuser()}"), name=name, permissions=may, scope=scope,
                         kind="partner" if partner else "device")
    typer.echo(secret)
    typer.echo("只显示这一次；库里只存它的摘要。用法：Authorization: Bearer 令牌", err=True)
