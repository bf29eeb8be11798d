"""运行: the SIP exchange of a desk, a program of its own."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import typer

from youlu.interfaces.cli.access import GROUP
from youlu.interfaces.cli.app import app
from youlu.interfaces.cli.faults import Fault

phone = typer.Typer(no_args_is_help=True, help="电话：SIP中继和座席话机之间的交换。 / Telephones by SIP.")
app.add_typer(phone, name="phone", rich_help_panel=GROUP)


@phone.command()
def sip(
    settings: Path = typer.Argument(help="配置文件，只许本人读 / settings, readable by their owner alone"),
    check: bool = typer.Option(False, "--check", help="只检查配置 / only look at the settings"),
    level: str = typer.Option("INFO", help="日志级别 / level of the log"),
) -> None:
    """运行SIP交换，不用数据库，可在另一台机器上。 / Run the SIP exchange; needs no database.
    Example: ./youlu phone sip /etc/youlu-phone.toml"""
    from youlu.interfaces.sip.settings import SettingsError, settings_read

    try:
        read = settings_read(settings)
    except SettingsError as error:
        raise Fault(f"配置不对：{error.what}", error.where, "改好再运行。样子：./youlu phone example") from None
    if check:
        typer.echo(f"座席{len(read.agents)}人，配置可用。")
        return
    # A program of its own: what the command line has loaded is not carried along for months.
    os.execv(sys.executable, [  # noqa: S606
        sys.executable, "-m", "youlu.interfaces.sip", str(settings), level.upper()])


@phone.command()
def example() -> None:
    """打印一份配置样例。 / Print settings to begin with. Example: ./youlu phone example > phone.toml"""
    from youlu.interfaces.sip.settings import EXAMPLE

    typer.echo(EXAMPLE, nl=False)


@phone.command()
def secret() -> None:
    """随机编一个话机密码。 / Make a secret for a telephone. Example: ./youlu phone secret"""
    typer.echo(secrets.token_urlsafe(18))
