"""运维: the ring of keys under which personal data is encrypted."""

from __future__ import annotations

import getpass
import json
from typing import Any

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.backups import GROUP
from youlu.interfaces.cli.faults import Fault

secrets = typer.Typer(no_args_is_help=True, help="个人信息的密钥：轮换、清点、去掉旧的。 / Keys of personal data.")
app.add_typer(secrets, name="secrets", rich_help_panel=GROUP)


@secrets.command()
def rotate(batch: int = typer.Option(1000, help="一批多少行 / rows a batch")) -> None:
    """加一把新密钥并改写全部密文，中断了再跑一次就接着做。 / Rotate, resumable. Example: ./youlu secrets rotate"""
    need_database(migrate=False)
    from django.conf import settings

    from youlu.core import rekeying
    from youlu.core.crypto import newest_key

    if rekeying.values_left():
        typer.echo(f"接着改写到{newest_key()}（上次没做完）。", err=True)
    else:
        typer.echo(f"已加密钥{_ring(settings, '在每台机器的环里最后加一把新密钥，重启，再跑一次。').add()}；"
                   "各进程一秒内改用它。", err=True)
    done = rekeying.rekey(actor=f"system:cli:{getpass.getuser()}", batch=batch,
                          tell=lambda column, count: typer.echo(f"{column} {count:,}", err=True))
    left = rekeying.values_left()
    typer.echo(f"改写了{done:,}个值，还剩{left:,}个。" + ("再跑一次。" if left else "备份密钥环后，可去掉旧密钥。"))
    raise typer.Exit(1 if left else 0)


@secrets.command()
def left(as_json: bool = typer.Option(False, "--json", help="输出JSON / as JSON")) -> None:
    """每把密钥还有多少密文在用。 / What is under which key. Example: ./youlu secrets left --json"""
    need_database(migrate=False)
    from youlu.core.rekeying import keys_used

    used = keys_used()
    if as_json:
        typer.echo(json.dumps(used))
        return
    for column, keys in used.items():
        typer.echo(f"{column}：" + ("、".join(f"{key} {count:,}" for key, count in sorted(keys.items())) or "空"))


@secrets.command()
def drop(key: str = typer.Argument(help="旧密钥，例如 k1 / the old key")) -> None:
    """去掉不再有密文用的旧密钥。 / Take out a key that nothing uses. Example: ./youlu secrets drop k1"""
    need_database(migrate=False)
    from django.conf import settings

    from youlu.core.audit import audit_record
    from youlu.core.rekeying import key_check_droppable

    key_check_droppable(key)
    _ring(settings, f"{key}已没有密文在用，可以从环里去掉它。").drop(key)
    audit_record(actor=f"system:cli:{getpass.getuser()}", action="key.drop", object_type="key", object_id=key)
    typer.echo(f"已去掉{key}。用它写的旧备份要配上当时存的密钥文件才读得出。")


def _ring(settings: Any, cure: str) -> Any:
    """The ring, where it is kept in the secrets file; one in the environment is for the operator to change."""
    if not hasattr(settings.FIELD_KEYS, "add"):
        raise Fault("密钥环在YOULU_FIELD_KEYS里，程序改不了环境变量。", "YOULU_FIELD_KEYS", cure)
    return settings.FIELD_KEYS
