"""运行: agencies and the telephone exchange, which exchange signed messages with us."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import typer

from youlu.interfaces.cli.access import GROUP
from youlu.interfaces.cli.app import app, need_database

if TYPE_CHECKING:
    from youlu.domain.access.selectors import Actor

partner = typer.Typer(no_args_is_help=True, help="合作单位和电话总机，互发签名消息。 / Agencies and the exchange.")
app.add_typer(partner, name="partner", rich_help_panel=GROUP)
CODE = typer.Argument(help="代码，电话总机固定写exchange / code; the telephone exchange is exchange")


def _actor() -> Actor:
    need_database()
    from youlu.domain.access.selectors import actor_of_system

    return actor_of_system(f"cli:{getpass.getuser()}")


@partner.command()
def register(
    code: str = CODE,
    name: str = typer.Option(help="单位名称 / name"),
    url: str = typer.Option(help="我们的消息发到哪里 / where our messages go"),
) -> None:
    """登记，两把密钥只显示这一次。 / Register; both keys are shown once.
    Example: ./youlu partner register exchange --name 热线总机 --url http://10.0.0.7:5080/messages"""
    actor = _actor()
    from youlu.domain.partners.services import partner_register

    keys = partner_register(actor=actor, code=code, name=name, url=url)
    typer.echo(f"sign {keys.secret_in}\nverify {keys.secret_out}")
    typer.echo("只显示这一次。对方用sign签它发来的，用verify验我们发去的。", err=True)


@partner.command()
def move(code: str = CODE, url: str = typer.Option(help="新地址 / the new address")) -> None:
    """换地址，等着的消息马上重发。 / Another address; what waits is sent at once."""
    actor = _actor()
    from youlu.domain.partners.services import partner_move

    partner_move(actor=actor, code=code, url=url)
    typer.echo(f"{code}: {url}")


@partner.command()
def key(code: str = CODE) -> None:
    """换对方签名的密钥，旧的到下一次换以前还能用。 / A new key to sign with; the old one is good until the next."""
    actor = _actor()
    from youlu.domain.partners.services import partner_key_rotate

    typer.echo(f"sign {partner_key_rotate(actor=actor, code=code)}")
