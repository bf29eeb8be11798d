"""项目: begin a programme, look at those found, print a voucher."""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault

GROUP = "项目"
PROGRAMMES = Path(__file__).resolve().parents[2] / "programmes"
programme = typer.Typer(no_args_is_help=True, help="项目：身份证直邮、立功喜报等。 / Programmes: declared services.")
app.add_typer(programme, name="programme", rich_help_panel=GROUP)


@programme.command()
def new(name: str = typer.Argument(help="文件夹名 / the folder's name, for example archive_mail")) -> None:
    """从样板开一个新项目。 / Begin a programme from the template. Example: ./youlu programme new archive_mail"""
    from youlu.domain.catalogue.copying import CopyRefusedError, programme_copy

    try:
        folder = programme_copy(name=name, programmes=PROGRAMMES)
    except CopyRefusedError as error:
        raise Fault(str(error), f"programme new {name}", "看已有的名字：./youlu programme list") from None
    typer.echo(str(folder))
    typer.echo(f"下一步：改 programme.py，再运行 / edit, then run: ./youlu test tests/programmes {folder}", err=True)


@programme.command(name="list")
def list_(as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON")) -> None:
    """找到的项目，和违反约定之处。 / Programmes found, contract checked. Example: ./youlu programme list"""
    need_database(migrate=False)
    from youlu.domain.catalogue.contract import contract_problems
    from youlu.domain.catalogue.registry import programme_folder, programmes

    rows = [{"code": code, "name": one.name.zh, "name_en": one.name.en, "mail_class": one.mail_class,
             "applies": str(one.applies), "partner": one.partner,
             "problems": contract_problems(one, programme_folder(code))} for code, one in programmes().items()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for code, one in programmes().items():
        problems = contract_problems(one, programme_folder(code))
        typer.echo(f"{'■' if problems else '●'} {code:<16} {one.mail_class:<11} {one.name.zh}")
        for problem in problems:
            typer.echo(f"    {problem}")


@programme.command()
def voucher(
    code: str = typer.Argument(help="项目代码 / the programme's code"),
    serial: str = typer.Option("", help="凭证号，不写就新编一个 / serial, made up if missing"),
    base: str = typer.Option("", help="网址开头 / start of the address; default YOULU_PUBLIC_BASE_URL"),
    as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON"),
) -> None:
    """出一张凭证，画出二维码。 / Make a voucher, draw its code. Example: ./youlu programme voucher id_card_mail"""
    need_database()
    import segno
    from django.conf import settings

    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.applications.numbers import serial_make
    from youlu.domain.applications.vouchers import voucher_issue

    serial = serial or serial_make()
    text = voucher_issue(actor=actor_of_system("command-line"), programme=code, serial=serial)
    address = f"{(base or settings.PUBLIC_BASE_URL).rstrip('/')}/apply/{code}/{text}"
    if as_json:
        typer.echo(json.dumps({"serial": serial, "voucher": text, "address": address}))
        return
    segno.make_qr(address).terminal(compact=True)
    typer.echo(address)


@programme.command(name="card-centre")
def card_centre(
    port: int = typer.Option(8010, help="它的端口 / its port"),
    youlu: str = typer.Option("", help="邮路的网址 / where Youlu is; default YOULU_PUBLIC_BASE_URL"),
    make_after: float = typer.Option(None, help="受理几秒后自动制证 / make cards by itself after so many seconds"),
) -> None:
    """运行演示用的制证中心（独立程序）。 / The demo's centre. Example: ./youlu programme card-centre"""
    need_database()
    from django.conf import settings

    from youlu.domain.access.selectors import actor_of_system
    from youlu.scenarios.partners.beside import card_centre_beside

    command, environment = card_centre_beside(actor=actor_of_system("command-line"), port=port,
                                              youlu=youlu or settings.PUBLIC_BASE_URL, make_after_s=make_after)
    typer.echo(f"制证中心在 http://127.0.0.1:{port}/control/state", err=True)
    os.execve(command[0], command, {**os.environ, **environment})  # noqa: S606
