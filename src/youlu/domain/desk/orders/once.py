"""An act once a caller's key: whoever was cut off while it was saved sends it again, and nothing is doubled."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping

from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor

KEY_MAX = 200  # a form's own is 36; longer ones are somebody's play


def act_once(
    *, actor: Actor, order_id: uuid.UUID, act: str, key: str, said: Mapping[str, str], work: Callable[[], object]
) -> None:
    """Do `work` once for the actor's key; without a key, at once.

    Parameters
    ----------
    said : what the form says: the same key with other words is another form's

    Raises
    ------
    KeyReusedError, KeyBusyError, and whatever the act's own service raises: then nothing is kept of the key.
    """
    form_once(actor=actor, about=str(order_id), act=act, key=key, said=said, work=work)


def form_once(
    *, actor: Actor, about: str, act: str, key: str, said: Mapping[str, str], work: Callable[[], object]
) -> None:
    """The same for a form about something else: a macro, an article; "" where it is about nothing that is there yet."""
    if not key:
        work()
        return

    def once() -> tuple[int, None]:
        work()
        return 200, None

    body = json.dumps([about, act, sorted(said.items())]).encode()
    answer_once(caller=actor.id, key=key[:KEY_MAX], body=body, work=once)
