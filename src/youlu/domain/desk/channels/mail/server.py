"""An inbox on its server, by IMAP. Of a letter the structure and the heading are fetched first, of its parts only what
is wanted and only so many bytes of it; nothing of what the server says goes into an error or a log."""

from __future__ import annotations

import datetime as dt
import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import CapabilityError, LoginError

from youlu.domain.desk.channels.mail.errors import UNFETCHED, InboxError, UnreadableLetterError
from youlu.domain.desk.channels.mail.inboxes import InboxSetup
from youlu.domain.desk.channels.mail.structure import Part, parts_of

TIMEOUT_S = 20.0
HEADER_MAX = 65_536  # bytes
DONE, ASIDE = "youlu", "youlu-aside"  # folders beside the inbox


@dataclass(frozen=True, repr=False)
class Sheet:
    """What is known of a letter before anything of its body is fetched."""

    uid: int
    arrived_at: dt.datetime
    header: bytes
    parts: tuple[Part, ...]


class Mailbox:
    """A folder that is selected. Letters are called by their UID."""

    def __init__(self, setup: InboxSetup, client: IMAPClient, uidvalidity: int) -> None:
        self.setup, self.uidvalidity = setup, uidvalidity
        self._client = client
        self._folders: dict[str, str] = {}

    def unread(self) -> list[int]:
        """UIDs of the letters that nobody has read, oldest first."""
        return sorted(self._client.search(["UNSEEN", "UNDELETED"]))

    def arrived_at(self, uid: int) -> dt.datetime | None:
        return self._client.fetch([uid], ["INTERNALDATE"]).get(uid, {}).get(b"INTERNALDATE")

    def sheet(self, uid: int) -> Sheet | None:
        """None where the letter has gone meanwhile.

        Raises
        ------
        UnreadableLetterError : the server or the library makes nothing of it.
        """
        wanted = ["INTERNALDATE", "BODYSTRUCTURE", f"BODY.PEEK[HEADER]<0.{HEADER_MAX}>"]
        found = self._fetched(uid, wanted)
        if not found:
            return None
        try:
            return Sheet(uid, found[b"INTERNALDATE"], found[b"BODY[HEADER]<0>"] or b"",
                         parts_of(found[b"BODYSTRUCTURE"]))
        except (LookupError, TypeError, ValueError, AttributeError):
            raise UnreadableLetterError("structure") from None

    def part(self, uid: int, part: Part, most: int) -> bytes:
        """The first `most` bytes of a part, as they are sent."""
        found = self._fetched(uid, [f"BODY.PEEK[{part.path}]<0.{most}>"])
        return found.get(f"BODY[{part.path.upper()}]<0>".encode()) or b""

    def done(self, uid: int) -> None:
        """Mark the letter as dealt with, and put it away where the server can."""
        self._put(uid, DONE)

    def aside(self, uid: int) -> None:
        self._put(uid, ASIDE)

    def _put(self, uid: int, folder: str) -> None:
        self._client.add_flags([uid], [SEEN], silent=True)
        where = self._folder(folder) if self._client.has_capability("MOVE") else ""
        if where:
            self._client.move([uid], where)

    def _folder(self, name: str) -> str:
        """The folder as this server calls it, made where there is none; "" where it lets nobody make one."""
        if name not in self._folders:
            self._folders[name] = next((one for one in self._names(name) if self._is_there(one)), "")
        return self._folders[name]

    def _names(self, name: str) -> Iterator[str]:
        yield name
        if self._client.has_capability("NAMESPACE"):
            personal = self._client.namespace().personal
            yield from (prefix + name for prefix, _ in personal or () if prefix)

    def _is_there(self, name: str) -> bool:
        try:
            if not self._client.folder_exists(name):
                self._client.create_folder(name)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return False
        return True

    def _fetched(self, uid: int, wanted: list[str]) -> dict[bytes, Any]:
        try:
            return self._client.fetch([uid], wanted).get(uid, {})
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ValueError, LookupError, TypeError, RecursionError):
            raise UnreadableLetterError(UNFETCHED) from None


@contextmanager
def mailbox_open(setup: InboxSetup) -> Iterator[Mailbox]:
    """The inbox, logged in and selected.

    Raises
    ------
    InboxError : at any time until it is closed.
    """
    fault = "unreachable"
    client: IMAPClient | None = None
    try:
        if not setup.password:
            raise InboxError(name=setup.name, fault="password")
        context = _context(setup)
        client = IMAPClient(setup.host, setup.port, ssl=setup.is_tls, ssl_context=context, timeout=TIMEOUT_S)
        client.normalise_times = False
        fault = "tls"
        if not setup.is_tls and (client.has_capability("STARTTLS") or not setup.is_loopback):
            client.starttls(context)
        fault = "login"
        client.login(setup.user, setup.password)
        fault = "protocol"
        if client.has_capability("ID"):  # some providers of China let nobody in who does not say what they are
            client.id_({"name": "youlu"})
        yield _selected(setup, client)
    except (ssl.SSLError, CapabilityError):
        raise InboxError(name=setup.name, fault="tls") from None
    except LoginError:
        raise InboxError(name=setup.name, fault="login") from None
    except (imaplib.IMAP4.abort, OSError):
        raise InboxError(name=setup.name, fault="unreachable" if fault == "login" else fault) from None
    except imaplib.IMAP4.error:
        raise InboxError(name=setup.name, fault=fault) from None
    finally:
        if client is not None:
            _closed(client)


def _context(setup: InboxSetup) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=setup.ca_file or None)


def _selected(setup: InboxSetup, client: IMAPClient) -> Mailbox:
    try:
        said = client.select_folder(setup.folder)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise InboxError(name=setup.name, fault="folder") from None
    if said.get(b"READ-ONLY") is not None or SEEN not in said.get(b"PERMANENTFLAGS", (SEEN,)):
        raise InboxError(name=setup.name, fault="readonly")
    return Mailbox(setup, client, int(said.get(b"UIDVALIDITY", 0)))


def _closed(client: IMAPClient) -> None:
    """Say good-bye; a line that is dead is only let go."""
    for leave in (client.logout, client.shutdown):
        if _left(leave):
            return


def _left(leave: Callable[[], object]) -> bool:
    try:
        leave()
    except (imaplib.IMAP4.error, OSError):
        return False
    return True
