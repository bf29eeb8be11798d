"""Real mail servers of the tests, on this machine alone: Debian's Dovecot for the inbox, aiosmtpd for what goes out."""

from __future__ import annotations

import datetime as dt
import imaplib
import ipaddress
import itertools
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imapclient import IMAPClient

from youlu.domain.desk.channels.mail.inboxes import InboxSetup, inboxes_set

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
PASSWORD = "geheim-Kennwort-77"
REQUIRED = "YOULU_IMAP_REQUIRED"
CONF = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{dir}/mail/%u
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/home/%u allow_all_users=yes
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""
_nth = itertools.count(1)


class MailServer:
    """One Dovecot as a user without rights; any user name has an inbox of its own, all with one password."""

    def __init__(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="youlu-imap-"))
        self.port = _free_port()
        self._who = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[IMAPClient] = []
        _certificate(self.dir)
        (self.dir / "conf").write_text(CONF.format(
            dir=self.dir, user=self._who.pw_name, group=_group(self._who.pw_gid), uid=self._who.pw_uid,
            gid=self._who.pw_gid, password=PASSWORD, port=self.port))
        for one in (self.dir, *self.dir.iterdir()):
            os.chown(one, self._who.pw_uid, self._who.pw_gid)

    def start(self) -> None:
        as_user = {"user": self._who.pw_uid, "group": self._who.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        self._process = subprocess.Popen([str(DOVECOT), "-F", "-c", str(self.dir / "conf")], cwd=self.dir,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)  # type: ignore[call-overload]
        for _ in range(2_000):
            with suppress(OSError, ssl.SSLError), self.client("probe"):
                return
            if self._process.poll() is not None:
                break
        raise RuntimeError((self.dir / "log").read_text() if (self.dir / "log").exists() else "dovecot did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        for client in self._clients:  # a line left open is a warning in whatever test runs when it is collected
            with suppress(OSError, imaplib.IMAP4.error):
                client.shutdown()
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def client(self, user: str) -> IMAPClient:
        """A mail program of the inbox's owner."""
        context = ssl.create_default_context(cafile=str(self.dir / "cert.pem"))
        client = IMAPClient("127.0.0.1", self.port, ssl=True, ssl_context=context, timeout=30)
        self._clients.append(client)
        client.login(user, PASSWORD)
        return client


class Post:
    """One inbox on the server, as its owner and those who write to it see it."""

    def __init__(self, server: MailServer, settings: Any) -> None:
        self.server, self.user = server, f"kefu{next(_nth)}"
        self.settings = settings
        self.client = server.client(self.user)
        self.client.create_folder("post")
        self.configure()

    def configure(self, *, password: str = PASSWORD, kind: str = "enquiry", port: int = 0) -> InboxSetup:
        self.settings.INBOXES = (f"kefu=imaps://{self.user}@127.0.0.1:{port or self.server.port}/post?kind={kind}"
                                 f"&ca={self.server.dir}/cert.pem")
        self.settings.INBOX_PASSWORDS = {"kefu": password}
        return inboxes_set()[0]

    @property
    def setup(self) -> InboxSetup:
        return inboxes_set()[0]

    def receive(self, letter: EmailMessage | bytes) -> None:
        self.client.append("post", letter if isinstance(letter, bytes) else letter.as_bytes())

    def unread(self) -> int:
        return self.client.folder_status("post", ["UNSEEN"])[b"UNSEEN"]

    def count(self, folder: str) -> int:
        return self.client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"] if self.client.folder_exists(folder) else 0


class Received:
    """What a mail server that takes letters for others got from us."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refused = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refused:
            return self.refused
        self.letters.append(envelope)
        return "250 OK"


@contextmanager
def smtp_running(settings: Any) -> Iterator[Received]:
    received = Received()
    controller = Controller(received, hostname="127.0.0.1", port=_free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.MAIL_FROM = "邮政客服 <kefu@post.example>"
    try:
        yield received
    finally:
        controller.stop()


def dovecot_needed() -> None:
    if DOVECOT is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail("dovecot is missing: apt install dovecot-imapd")
        pytest.skip("dovecot is missing: apt install dovecot-imapd")


def letter(text: str = "我的药到哪了？", *, subject: str = "药品没到", sender: str = "王建民 <wang@mail.example>",
           **headers: str) -> EmailMessage:
    """A letter as a mail program writes it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "kefu@post.example", subject
    made["Message-ID"] = headers.pop("message_id", f"<{next(_nth)}.{os.getpid()}@mail.example>")
    made["Date"] = "Fri, 29 Jul 2022 12:00:00 +0800"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256()))
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
