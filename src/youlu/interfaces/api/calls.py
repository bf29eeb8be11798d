"""The telephone exchange by API: signed as partners' messages are (Standard Webhooks), so no token. Each body is
`{"type": …, "timestamp": …, "data": {"call": …}}`; `call` is the exchange's own name of the call."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema

from youlu.core import clock
from youlu.domain.desk.services import CallWay, call_hear, call_number, call_route
from youlu.interfaces.api.fields import ProblemOut, iso

router = Router(tags=["calls"])
REFUSALS: dict[Any, Any] = dict.fromkeys((401, 404, 409, 422), ProblemOut)
EXAMPLE = {"call": "20220729-0001", "number": "13893100000", "agent": "2207"}


def _body(*topics: str) -> dict[str, Any]:
    """What the description says of a body that is believed before it is read."""
    schema = {"type": "object", "required": ["type", "timestamp", "data"], "properties": {
        "type": {"type": "string", "enum": list(topics)},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {"type": "object", "required": ["call"], "properties": {
            "call": {"type": "string", "pattern": "^[!-~]{1,100}$"}, "number": {"type": "string"},
            "agent": {"type": "string"}, "skill": {"type": "string"},
            "tried": {"type": "array", "items": {"type": "string"}}}, "example": EXAMPLE}}}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


class HeardOut(Schema):
    """`again`: this message id had come before. `call_back_at`: the time promised to a caller who asked for it; null
    where none can be promised. `unread`: fields that could not be understood and were left out."""

    message_id: str
    call: str
    again: bool
    call_back_at: str | None
    unread: list[str]


class WhyOut(Schema):
    """`code`: known (had the customer's case before), least (holds least of those able), busy, nobody. `load`: orders
    in the agent's hand; `able`: people present who may take it."""

    code: str
    load: int
    able: int


class WayOut(Schema):
    """`to`: agent (ring the staff number), queue, call_back (offer it at `call_back_at`) or nobody. `at`: the desk's
    time, which timestamps must not be ahead of."""

    call: str
    at: str
    to: Literal["agent", "queue", "call_back", "nobody"]
    agent: str | None
    wait_s: int | None
    ahead: int | None
    call_back_at: str | None
    why: WhyOut
    said: str
    unread: list[str]


class NumberOut(Schema):
    number: str


@router.post("/events", auth=None, response={200: HeardOut, **REFUSALS}, openapi_extra=_body(
    "call.ringing", "call.answered", "call.transferred", "call.ended", "call.call_back"))
def hear(request: HttpRequest) -> HeardOut:
    """Take one piece of news of a call; 200 says it is kept. News may come in any order and more than once."""
    heard = call_hear(headers=request.headers, body=request.body)
    return HeardOut(message_id=heard.message_id, call=str(heard.call_id), again=heard.again,
                    call_back_at=heard.call_back_at, unread=list(heard.unread))


@router.post("/route", auth=None, response={200: WayOut, **REFUSALS}, openapi_extra=_body("call.route"))
def route(request: HttpRequest) -> WayOut:
    """Where the call goes now. Ask again when `agent` did not answer (their number in `tried`), and at least once a
    minute for as long as the caller waits."""
    way = call_route(headers=request.headers, body=request.body)
    return WayOut(call=str(way.call_id), at=iso(way.at), to=way.to, agent=way.staff_no or None, wait_s=way.wait_s,
                  ahead=way.ahead, call_back_at=iso(way.call_back_at), said=_said(way), unread=list(way.unread),
                  why=WhyOut(code=way.why.code, load=way.why.load, able=way.why.able))


def _said(way: CallWay) -> str:
    """The decision in a sentence for the exchange's log."""
    able = f"能接的{way.why.able}人"
    why = {"known": "办过这位客户的事", "least": f"{able}里手上最少", "busy": f"{able}都在电话上",
           "nobody": "没有能接的人在岗"}[way.why.code]
    back = f"{clock.local(way.call_back_at):%m-%d %H:%M}" if way.call_back_at else ""
    free = f"，约{way.wait_s}秒才有空" if way.wait_s is not None else ""
    return {"agent": f"转{way.staff_no}：{why}，手上{way.why.load}张工单。",
            "queue": f"排队：{why}，前面{way.ahead}人，约{way.wait_s}秒。",
            "call_back": f"提出{back}起回电：{why}{free}。",
            "nobody": f"{why}，排班也没有能约回电的时间。"}[way.to]


@router.post("/number", auth=None, response={200: NumberOut, **REFUSALS}, openapi_extra=_body("call.number"))
def number(request: HttpRequest) -> JsonResponse:
    """The customer's number of a two-ended call that is to be dialled now. Each asking is in the audit; keep the number
    nowhere."""
    found = call_number(headers=request.headers, body=request.body)
    return JsonResponse({"number": found}, headers={"Cache-Control": "no-store"})
