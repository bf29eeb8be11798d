"""Field types that the API's bodies share: instants with an offset, offices by code, problems."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Annotated, Any, overload

from django.http import HttpRequest, JsonResponse
from ninja import Schema
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor
from youlu.domain.network.selectors import office_get

FIRST_YEAR, LAST_YEAR = 2000, 2170  # a planned leg packs its day into 16 bits
EXAMPLE = "2022-07-29T17:00:00+08:00"


class NotJsonError(YouluError):
    code = "api.not_json"
    status = 400
    sentence = "内容不是JSON：{what}。请检查引号、逗号和编码（UTF-8）。"


class TooManyRowsError(YouluError):
    code = "api.too_many_rows"
    status = 422
    sentence = "一次最多{most}条，这次有{rows}条。请分几次发。"


class NoRowsError(YouluError):
    code = "api.no_rows"
    status = 422
    sentence = "没有一条内容。请至少发一条。"


class KeyMissingError(YouluError):
    code = "api.key_missing"
    status = 422
    sentence = "缺少请求编号。请在Idempotency-Key头里写1到200个字符，重发同一请求时用同一编号。"


class RowInvalidError(YouluError):
    """One row of many that is not what the description says."""

    code = "api.bad_row"
    status = 422
    sentence = "{field}：{what}"


class UnknownCodeError(YouluError):
    code = "api.unknown_code"
    status = 422
    sentence = "没有代码为“{code}”的网点。请核对代码。"


def _instant(value: Any) -> dt.datetime:
    if not isinstance(value, str):
        raise PydanticCustomError("instant", "时间要写成文字，例如{example}", {"example": EXAMPLE})
    try:
        read = dt.datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("instant", "“{value}”不是日期时间，要写成{example}",
                                  {"value": value[:40], "example": EXAMPLE}) from None
    if read.tzinfo is None:
        raise PydanticCustomError("naive", "“{value}”没有写时区，北京时间要写成{example}",
                                  {"value": value[:40], "example": EXAMPLE})
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise PydanticCustomError("instant", "{year}年不在能办理的范围内，请核对日期", {"year": read.year})
    return read.astimezone(dt.UTC)  # one instant, one spelling: a scan's digest must not depend on the offset


Instant = Annotated[dt.datetime, BeforeValidator(_instant),
                    WithJsonSchema({"type": "string", "format": "date-time", "examples": [EXAMPLE]})]
OfficeCode = Annotated[str, Field(min_length=1, max_length=40, description="网点代码 / code of an office")]


class ProblemOut(Schema):
    """RFC 9457; `code` is stable, `detail` is the sentence for a person."""

    type: str
    title: str
    status: int
    code: str
    detail: str


PROBLEMS: dict[Any, Any] = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut,
                            422: ProblemOut, 429: ProblemOut, 503: ProblemOut}


class OfficeOut(Schema):
    code: str
    name: str


def office_out(office_id: int) -> OfficeOut:
    office = office_get(office_id)
    return OfficeOut(code=office.code, name=office.name)


@overload
def iso(instant: dt.datetime) -> str: ...
@overload
def iso(instant: None) -> None: ...
@overload
def iso(instant: dt.datetime | None) -> str | None: ...
def iso(instant: dt.datetime | None) -> str | None:
    """In the clock of the counter, with its offset."""
    return None if instant is None else clock.local(instant).isoformat()


def actor_of(request: HttpRequest) -> Actor:
    """Whose token it is."""
    return request.auth  # type: ignore[attr-defined]


def answered_once(request: HttpRequest, work: Callable[[], tuple[int, Any]]) -> JsonResponse:
    """Do a write once for the caller's key, or give the answer that it had."""
    status, answer = answer_once(caller=actor_of(request).id, key=key_of(request),
                                 body=request.path.encode() + b"\0" + request.body, work=work)
    return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False})


def key_of(request: HttpRequest) -> str:
    """The caller's key of a write. Raises KeyMissingError."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 1 <= len(key) <= 200 or "\0" in key:
        raise KeyMissingError()
    return key


def json_read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        raise NotJsonError(what=getattr(error, "msg", "不能识别")) from None


def rows_within(rows: list[Any], most: int) -> list[Any]:
    """The rows, if there is one and not more than `most`."""
    if not rows:
        raise NoRowsError()
    if len(rows) > most:
        raise TooManyRowsError(most=most, rows=len(rows))
    return rows


def row_error(error: ValidationError) -> RowInvalidError:
    """The first thing that is wrong with a row, with the field's name."""
    first = error.errors(include_url=False, include_context=False)[0]
    return RowInvalidError(field=".".join(str(part) for part in first["loc"]) or "这一条", what=first["msg"])


def body_of(schema: type[BaseModel], *, many: str = "", most: int = 1, lines: str = "") -> dict[str, Any]:
    """What the description of the API says of a body that is read row by row."""
    one = schema.model_json_schema()
    rows = {"type": "array", "items": one, "minItems": 1, "maxItems": most}
    shape = {"type": "object", "properties": {many: rows}, "required": [many]} if many else {"oneOf": [one, rows]}
    content: dict[str, Any] = {"application/json": {"schema": shape}}
    if lines:
        content[lines] = {"schema": one}
    return {"requestBody": {"required": True, "content": content}}
