"""The settings of the exchange: one TOML file that only its owner may read, for it holds keys."""

from __future__ import annotations

import ipaddress
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from youlu.interfaces.sip.uris import BadMessageError, host_port

SIP_PORT = 5060
SECRET_LEAST = 16
STAFF_NO = re.compile(r"[0-9A-Za-z-]{1,20}", re.ASCII)
NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
EXAMPLE = """\
state = "/var/lib/youlu-phone/state.sqlite"  # news that wait, no number

[youlu]
url = "https://youlu.example.cn"
sign = "whsec_..."    # both from ./youlu partner register exchange
verify = "whsec_..."

[listen]
sip = "10.0.0.7:5060"
messages = "10.0.0.7:5080"  # register http://10.0.0.7:5080/messages

[trunk]
address = "10.0.0.5:5060"
accept = ["10.0.0.5"]  # only from here calls come in
number = "11185"       # what customers see
# user = "…"           # where the operator asks for it
# secret = "…"

[agents.2207]
secret = "…"           # at least 16 characters by chance; the telephone registers with 2207 and this
[agents.2208]
address = "10.0.0.12:5060"  # a telephone that never moves
"""


class SettingsError(Exception):
    """What is wrong, and where in the file; never a secret."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what, self.where = what, where


@dataclass(frozen=True, repr=False)
class AgentSettings:
    """Either a secret that the telephone registers with, or a place where it always is."""

    staff_no: str
    secret: str = ""
    place: tuple[str, int] | None = None


@dataclass(frozen=True, repr=False)
class TrunkSettings:
    place: tuple[str, int]
    accept: tuple[Network, ...]
    number: str
    user: str = ""
    secret: str = ""

    def is_from(self, host: str) -> bool:
        return any(ipaddress.ip_address(host) in network for network in self.accept)


@dataclass(frozen=True)
class Limits:
    """`ring_s`: how long an agent is rung; `ask_s`: how often a waiting call is asked for; `away_s`: how long Youlu may
    be silent before a new caller is turned away; `calls`: at most at once; `datagrams`: a second from a stranger."""

    ring_s: float = 18.0
    ask_s: float = 10.0
    away_s: float = 30.0
    calls: int = 500
    datagrams: int = 20


@dataclass(frozen=True, repr=False)
class Settings:
    url: str
    sign: str
    verify: str
    sip: tuple[str, int]
    here: str  # host:port as the trunk and the telephones reach us
    messages: tuple[str, int]
    trunk: TrunkSettings
    agents: Mapping[str, AgentSettings]
    limits: Limits
    state: Path


def settings_read(path: Path) -> Settings:
    """Raises SettingsError."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError("others may read the keys in it: chmod 600", str(path))
        raw = tomllib.loads(path.read_text())
    except OSError as error:
        raise SettingsError(error.strerror or "cannot be read", str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsError("is not TOML", str(path)) from None
    youlu, listen = _table(raw, "youlu"), _table(raw, "listen")
    sip = _place(listen, "listen", "sip")
    advertised = _place(listen, "listen", "advertise") if "advertise" in listen else sip
    url = _text(youlu, "youlu", "url").rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise SettingsError("begins with http:// or https://", "youlu.url")
    return Settings(
        url, _key(youlu, "sign"), _key(youlu, "verify"), sip, f"{advertised[0]}:{advertised[1]}",
        _place(listen, "listen", "messages"), _trunk(_table(raw, "trunk")), _agents(_table(raw, "agents")),
        _limits(raw.get("limits", {})), Path(raw.get("state") or path.with_suffix(".sqlite")))


def _trunk(table: dict[str, Any]) -> TrunkSettings:
    accept = table.get("accept")
    if not isinstance(accept, list) or not accept:
        raise SettingsError("lists the addresses that calls may come from", "trunk.accept")
    try:
        networks = tuple(ipaddress.ip_network(one) for one in accept)
    except ValueError:
        raise SettingsError("holds something that is no address", "trunk.accept") from None
    number = _text(table, "trunk", "number")
    if not NUMBER.fullmatch(number):
        raise SettingsError("is the number that customers see, in digits", "trunk.number")
    return TrunkSettings(_place(table, "trunk", "address"), networks, number, str(table.get("user", "")),
                         str(table.get("secret", "")))


def _agents(table: dict[str, Any]) -> dict[str, AgentSettings]:
    agents = {}
    for staff_no, agent in table.items():
        where = f"agents.{staff_no}"
        is_one = isinstance(agent, dict) and ("secret" in agent) != ("address" in agent)
        if not STAFF_NO.fullmatch(staff_no) or not is_one:
            raise SettingsError("has a staff number and either a secret or an address", where)
        if "address" in agent:
            agents[staff_no] = AgentSettings(staff_no, place=_place(agent, where, "address"))
            continue
        secret = _text(agent, where, "secret")
        if len(secret) < SECRET_LEAST:
            raise SettingsError(f"a secret has at least {SECRET_LEAST} characters", where)
        agents[staff_no] = AgentSettings(staff_no, secret)
    return agents


def _limits(table: dict[str, Any]) -> Limits:
    known = {name: type(getattr(Limits(), name)) for name in Limits.__annotations__}
    for name, value in table.items():
        if name not in known or isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise SettingsError(f"one of {', '.join(known)}, greater than 0", f"limits.{name}")
    return Limits(**{name: known[name](value) for name, value in table.items()})


def _table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    table = raw.get(name)
    if not isinstance(table, dict):
        raise SettingsError("is missing", f"[{name}]")
    return table


def _text(table: dict[str, Any], where: str, name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise SettingsError("is missing", f"{where}.{name}")
    return value


def _key(table: dict[str, Any], name: str) -> str:
    key = _text(table, "youlu", name)
    try:
        Webhook(key)
    except (EmptyWebhookSecretError, ValueError):
        raise SettingsError("is no key of ./youlu partner register exchange", f"youlu.{name}") from None
    return key


def _place(table: dict[str, Any], where: str, name: str) -> tuple[str, int]:
    """An address in digits with its port: no name service stands between a call and a telephone."""
    text = _text(table, where, name)
    try:
        host, port = host_port(text)
        ipaddress.IPv4Address(host)
    except (BadMessageError, ValueError):
        raise SettingsError("is an IPv4 address with a port, as 10.0.0.7:5060", f"{where}.{name}") from None
    return host, port or SIP_PORT
