"""Errors that were anticipated: a stable code, an HTTP status and the sentence a user reads."""

from __future__ import annotations

import sys
from typing import Any


class YouluError(Exception):
    """Something that a user did, or that befell them, told in their language.

    Subclasses set `code` (stable, dotted: "mail.duplicate_number"), `status` and `sentence`, a translatable
    template that says what is wrong and what to do; keyword arguments fill it and travel in `details`.
    """

    code = "core.error"
    status = 400
    sentence: Any = "没有完成。"  # str or lazy translation

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.message)

    @property
    def message(self) -> str:
        sentence = str(self.sentence)  # lazy: in the reader's language already; plain: perhaps translated
        return _translated(sentence).format(**self.details)


def _translated(sentence: str) -> str:
    """In the reader's language; as it stands where the web framework was never begun: errors of commands need none."""
    if "django.conf" not in sys.modules:
        return sentence
    from django.conf import settings
    from django.utils.translation import gettext

    return gettext(sentence) if settings.configured else sentence


class NotFoundError(YouluError):
    """Not there, or not yours: the two are told alike."""

    code = "core.not_found"
    status = 404
    sentence: Any = "没有找到。请核对后再试。"


class NotAllowedError(YouluError):
    code = "core.not_allowed"
    status = 403
    sentence = "您的岗位没有这项权限。需要时请联系主管。"


class StaleError(YouluError):
    """What the caller saw has changed since: look again, then repeat."""

    code = "core.stale"
    status = 409
    sentence = "内容刚被别人改过。请刷新后再试。"
