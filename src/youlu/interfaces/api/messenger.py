"""A messenger's messages: signed (Standard Webhooks), so no token; on an order before the answer."""

from __future__ import annotations

import uuid
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field, ValidationError

from youlu.domain.desk.channels.messenger import message_believe, message_take
from youlu.domain.desk.orders.messaging import MESSAGE_MAX
from youlu.interfaces.api.fields import ProblemOut, body_of, row_error

router = Router(tags=["messenger"])


class SaidIn(Schema):
    """`sender` is the messenger's own id of who writes, opaque to us; `phone` where it knows one."""

    model_config = ConfigDict(extra="forbid", strict=True)
    sender: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX, pattern=r"^[^\x00]*\S[^\x00]*$")]
    phone: Annotated[str, Field(max_length=20, pattern=r"^[^\x00]*$")] = ""


class TakenOut(Schema):
    message_id: str
    order_id: uuid.UUID


@router.post("", auth=None, response={200: TakenOut, 401: ProblemOut, 409: ProblemOut, 422: ProblemOut},
             openapi_extra=body_of(SaidIn))
def receive(request: HttpRequest) -> TakenOut:
    """Keep one message: 200 says it is committed; sent again, it is answered the same and kept once."""
    message_id = message_believe(headers=request.headers, body=request.body)
    try:
        said = SaidIn.model_validate_json(request.body)
    except ValidationError as error:
        raise row_error(error) from None
    return TakenOut(message_id=message_id, order_id=message_take(
        message_id=message_id, sender=said.sender, text=said.text, phone=said.phone))
