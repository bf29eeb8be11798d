"""Which calls somebody may see: the one place that says so."""

from __future__ import annotations

import uuid

from django.db.models import Q

from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.phone.models import Call
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.selectors import agent_of


def calls_seen(actor: Actor) -> Q:
    """A supervisor sees every call; an agent those that are at their telephone, or are offered to it.

    Raises
    ------
    NotAllowedError
    """
    actor.require("desk.read")
    if actor.can("desk.supervise"):
        return Q()
    try:
        me = agent_of(actor).id
    except NotAnAgentError:
        return Q(pk__in=[])
    return Q(agent_id=me) | Q(agent_id=None, offered_to=me)


def call_seen(*, actor: Actor, call_id: uuid.UUID) -> Call:
    """Raises NotFoundError: it is not there, or not theirs."""
    call = Call.objects.filter(calls_seen(actor), id=call_id).first()
    if call is None:
        raise NotFoundError()
    return call
