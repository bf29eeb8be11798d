"""Every write carries a caller's key: same key and body, the stored answer; another body, 422; still running, 409."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from youlu.core.clock import real_now
from youlu.core.errors import YouluError
from youlu.core.ids import uuid7
from youlu.core.models import CallerKey


class KeyReusedError(YouluError):
    code = "core.key_reused"
    status = 422
    sentence = "这个请求编号已用于另一份内容。请换一个编号重发。"


class KeyBusyError(YouluError):
    code = "core.key_busy"
    status = 409
    sentence = "同一请求正在处理。请稍候再查结果，不要换编号重发。"


def answer_once(
    *, caller: str, key: str, body: bytes, work: Callable[[], tuple[int, Any]]
) -> tuple[int, Any]:
    """Do `work` once for (caller, key) and keep its (status, JSON answer) in the same transaction.

    Raises
    ------
    KeyReusedError : the key came before with another body.
    KeyBusyError : the first call with this key has not finished.
    """
    digest = hashlib.sha256(body).digest()
    with transaction.atomic(), connection.cursor() as cursor:
        # A second caller would wait on the unique index for as long as the first works: try the lock instead.
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7))", [f"{caller} {key}"])
        if not cursor.fetchone()[0]:
            raise KeyBusyError()
        stored = CallerKey.objects.filter(caller=caller, key=key).first()
        if stored is not None:
            if bytes(stored.body_digest) != digest:
                raise KeyReusedError()
            return stored.status or 200, stored.answer
        status, answer = work()
        CallerKey.objects.create(
            id=uuid7(), caller=caller, key=key, body_digest=digest, status=status, answer=answer, made_at=real_now()
        )
        return status, answer
