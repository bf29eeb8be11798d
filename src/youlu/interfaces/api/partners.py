"""Messages from agencies: signed (Standard Webhooks), so no token; kept before the answer."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from youlu.domain.partners.services import message_receive

router = Router(tags=["partners"])


class ReceiptOut(Schema):
    message_id: str
    again: bool


class ProblemOut(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str


@router.post("/{partner}/messages", auth=None, response={200: ReceiptOut, 401: ProblemOut, 422: ProblemOut})
def receive(request: HttpRequest, partner: str) -> ReceiptOut:
    """Keep one message: 200 says it is committed, `again` that it had come before."""
    receipt = message_receive(partner=partner, headers=request.headers, body=request.body)
    return ReceiptOut(message_id=receipt.message_id, again=receipt.again)
