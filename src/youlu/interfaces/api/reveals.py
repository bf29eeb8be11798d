"""Personal data in plain by API: one value of one person of one object, for a reason, into the audit."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from youlu.domain.desk.reveals import NOTE_MAX, RevealReason, revealed
from youlu.interfaces.api.fields import PROBLEMS, actor_of

router = Router(tags=["reveals"])


class RevealIn(Schema):
    """`key` is the number of the item or application, or the id of the work order; `who` is its addressee, sender or
    customer. `note` says more than `reason`, without names and numbers; for authority and other it must."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["item", "application", "order"]
    key: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
    who: Annotated[str, Field(pattern=r"^(addressee|sender|customer[0-9]{0,3})$")]
    field: Literal["name", "phone", "id_number", "address"]
    reason: RevealReason
    note: Annotated[str, Field(max_length=NOTE_MAX, pattern=r"^[^\x00]*$")] = ""


class RevealOut(Schema):
    value: str


@router.post("", response={200: RevealOut, **PROBLEMS})
def reveal(request: HttpRequest, asked: RevealIn) -> RevealOut:
    """Show one value. No `Idempotency-Key`: an answer with personal data is kept nowhere, each asking is in the audit
    and counts towards the day's number."""
    return RevealOut(value=revealed(
        actor=actor_of(request), kind=asked.kind, key=asked.key, who=asked.who, field=asked.field,
        reason=asked.reason.value, note=asked.note))
