"""Every write carries a caller's key: same key and body, the stored answer; another body, 422; still running, 409."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from youlu.core.bulk import cursor_raw, objects_insert, objects_insert_once
from youlu.core.clock import real_now
from youlu.core.errors import YouluError
from youlu.core.models import CallerKey


class KeyReusedError(YouluError):
    code = "core.key_reused"
    status = 422
    sentence = "这个请求编号已用于另一份内容。请换一个编号重发。"


class KeyBusyError(YouluError):
    code = "core.key_busy"
    status = 409
    sentence = "同一请求正在处理。请稍候再查结果，不要换编号重发。"


# One look, the lock in the same statement: what it sees is from before the lock, so that a call that ends in between is
# not seen. The key's own uniqueness then refuses, and the second look sees it.
LOOK = """
SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7)), k.body_digest, k.status, k.answer
FROM (SELECT) one LEFT JOIN core_callerkey k ON k.caller = %s AND k.key = %s"""


KEY_MAX = 64


def key_typed(key: str) -> str:
    """The key as a form sends it; a fresh one for what is none: its deed is done, and done again when sent again."""
    return key if 0 < len(key) <= KEY_MAX and key.isprintable() else str(uuid.uuid4())


class _LateError(Exception):
    """A call with the same key ended between our look and our lock."""


@dataclass(frozen=True)
class Written:
    """An answer together with new objects that are yet to be stored: in one statement with the caller's key, where
    the deed has no need of them before."""

    status: int
    answer: Any
    objects: tuple[models.Model, ...]


def answer_once(
    *, caller: str, key: str, body: bytes, work: Callable[[], tuple[int, Any] | Written]
) -> tuple[int, Any]:
    """Do `work` once for (caller, key) and keep its (status, JSON answer) in the same transaction.

    Raises
    ------
    KeyReusedError : the key came before with another body.
    KeyBusyError : the first call with this key has not finished.
    """
    digest = hashlib.sha256(body).digest()
    try:
        return _answer(caller, key, digest, work)
    except _LateError:
        return _answer(caller, key, digest, work)


def answer_written(*, caller: str, key: str, body: bytes, written: Written) -> tuple[int, Any]:
    """The same for a deed that is nothing but new objects and looks at nothing first: one statement, in no transaction
    of its own. Who comes second waits those milliseconds and gets the first's answer.

    Raises
    ------
    KeyReusedError : the key came before with another body.
    """
    digest = hashlib.sha256(body).digest()
    if objects_insert_once(_kept(caller, key, digest, written), *written.objects):
        return written.status, written.answer
    stored = CallerKey.objects.filter(caller=caller, key=key).values_list("body_digest", "status", "answer").first()
    if stored is None:  # forgotten by its age between the two: as good as running
        raise KeyBusyError()
    stored_digest, status, answer = stored
    if bytes(stored_digest) != digest:
        raise KeyReusedError()
    return status or 200, answer


def _kept(caller: str, key: str, digest: bytes, written: Written) -> CallerKey:
    return CallerKey(caller=caller, key=key, body_digest=digest, status=written.status, answer=written.answer,
                     made_at=real_now())


@transaction.atomic
def _answer(
    caller: str, key: str, digest: bytes, work: Callable[[], tuple[int, Any] | Written]
) -> tuple[int, Any]:
    # A second caller would wait on the unique index for as long as the first works: try the lock instead.
    with cursor_raw() as cursor:
        cursor.execute(LOOK, [f"{caller} {key}", caller, key], prepare=True)
        is_ours, stored_digest, stored_status, stored_answer = cursor.fetchone()  # type: ignore[misc]
    if not is_ours:
        raise KeyBusyError()
    if stored_digest is not None:
        if bytes(stored_digest) != digest:
            raise KeyReusedError()
        return stored_status or 200, json.loads(stored_answer or "null")
    done = work()
    written = done if isinstance(done, Written) else Written(*done, objects=())
    if not objects_insert(*written.objects, _kept(caller, key, digest, written), unless_there=True):
        raise _LateError()
    return written.status, written.answer
