"""Messages as letters: by SMTP, one connection for a batch. What a letter carries besides its sentence (its subject,
what it answers, words that may be a person's) is asked of the app that ordered it when the letter goes out, and kept
nowhere."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.module_loading import import_string

from youlu.domain.messages.models import Message
from youlu.domain.parties.callers import address_to_write

SUBJECT = "【邮政】通知"
NO_ADDRESS, REFUSED = "no_address", "refused"
FINAL = (NO_ADDRESS, REFUSED)  # tried again it would be no other


@dataclass(frozen=True, repr=False)  # a traceback that shows locals must not show a person's words
class Cover:
    """What goes around the sentence of a letter. `in_reply_to` is the Message-ID of the letter that is answered."""

    subject: str
    message_id: str
    in_reply_to: str = ""
    enclosed: str = ""


class Postbox:
    """The mail server, asked when the first letter comes; where it cannot be reached no other letter is tried."""

    def __init__(self) -> None:
        self._server: Any = None
        self._fault = ""

    def __enter__(self) -> Postbox:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    def post(self, message: Message) -> str:
        """Send the letter; "" when the server has taken it, else what went wrong in a word (never its answer)."""
        to = address_to_write(message.party_id)
        if not to:
            return NO_ADDRESS
        fault = self._fault or self._opened()
        return fault or self._sent(letter_of(message, to))

    def _opened(self) -> str:
        if self._server is not None:
            return ""
        if not settings.MAIL_FROM or not settings.EMAIL_HOST:
            return "no_mail_server"
        try:
            server = get_connection()
            server.open()
        except (OSError, smtplib.SMTPException) as error:
            self._fault = type(error).__name__
            return self._fault
        self._server = server
        return ""

    def _sent(self, letter: EmailMessage) -> str:
        try:
            self._server.send_messages([letter])
        except smtplib.SMTPResponseException as error:
            return REFUSED if error.smtp_code >= 500 else type(error).__name__
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return REFUSED if min(codes) >= 500 else type(error).__name__
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._fault = type(error).__name__
            return self._fault
        except (smtplib.SMTPException, ValueError):  # an address or a header that no mail server takes
            return REFUSED
        return ""


def letter_of(message: Message, to: str) -> EmailMessage:
    """The letter; marked so that no machine answers it."""
    cover = _cover(message) or Cover(SUBJECT, f"<{message.id}@{sending_domain()}>")
    headers = {"Message-ID": cover.message_id, "Auto-Submitted": "auto-generated"}
    if cover.in_reply_to:
        headers |= {"In-Reply-To": cover.in_reply_to, "References": cover.in_reply_to}
    body = f"{message.text}\n\n{cover.enclosed}" if cover.enclosed else message.text
    return EmailMessage(cover.subject, body, settings.MAIL_FROM, [to], headers=headers)


def sending_domain() -> str:
    """Of the address that letters come from: Message-IDs end in it."""
    return settings.MAIL_FROM.rpartition("@")[2].strip("<> ") or "post.invalid"


def _cover(message: Message) -> Cover | None:
    named = [config.letter_cover for config in apps.get_app_configs() if hasattr(config, "letter_cover")]
    covers = (import_string(name)(message.request_key) for name in named)
    return next((cover for cover in covers if cover is not None), None)
