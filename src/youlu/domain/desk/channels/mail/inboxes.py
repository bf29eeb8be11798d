"""The inboxes of the settings: where, whose, what kind of order its letters become."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.conf import settings

from youlu.domain.desk.channels.mail.errors import InboxSetupError

NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
KIND = "enquiry"
PORTS = {"imaps": 993, "imap": 143}


@dataclass(frozen=True)
class InboxSetup:
    """`is_tls`: encrypted from the first byte; else by STARTTLS, which only a server of this machine may lack."""

    name: str
    host: str
    port: int
    is_tls: bool
    user: str
    folder: str
    kind: str
    ca_file: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def inboxes_set() -> tuple[InboxSetup, ...]:
    """Every inbox of `YOULU_INBOXES`, in its order.

    Raises
    ------
    InboxSetupError : one is written wrongly, or two have one name.
    """
    found: dict[str, InboxSetup] = {}
    for nth, written in enumerate(settings.INBOXES.split(), 1):
        name, _, url = written.partition("=")
        try:
            found[name] = _setup(name, urlsplit(url), fresh=name not in found)
        except ValueError:
            raise InboxSetupError(nth=nth) from None
    return tuple(found.values())


def _setup(name: str, url: SplitResult, *, fresh: bool) -> InboxSetup:
    asked = parse_qs(url.query, strict_parsing=bool(url.query))
    right = (fresh and NAME.fullmatch(name) and url.scheme in PORTS and url.hostname and url.username
             and url.password is None and not asked.keys() - {"kind", "ca"})
    if not right:
        raise ValueError(name)
    return InboxSetup(
        name, url.hostname or "", url.port or PORTS[url.scheme], url.scheme == "imaps", unquote(url.username or ""),
        unquote(url.path.strip("/")) or "INBOX", asked.get("kind", [KIND])[0], asked.get("ca", [""])[0],
        settings.INBOX_PASSWORDS.get(name, settings.INBOX_PASSWORD))
