"""Traces of another system by API: a list or lines of JSON; each row is answered."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import BaseModel, Field

from youlu.core.errors import YouluError
from youlu.domain.mail.traces.ingest import BATCH_MAX, traces_ingest
from youlu.interfaces.api.fields import PROBLEMS, actor_of, body_of, json_read, rows_within
from youlu.interfaces.api.scans import LINES

router = Router(tags=["traces"])


class TraceIn(BaseModel):
    """One row in the words of its source; a time without an offset is Beijing time. Chinese headings (邮件号, 操作码,
    机构代码, 操作时间, 下一站, 寄达局) are understood too."""

    number: str
    code: str = Field(description="操作码或EMSEVT事件 / op code or EMSEVT event")
    office: str
    occurred_at: str
    terminal: str = ""
    next_office: str = ""
    dest_office: str = Field("", description="收寄轨迹要写 / needed with an acceptance")
    mail_class: str = ""
    cause: str = ""


class TraceRowOut(Schema):
    """What became of one row: stored, duplicate, ignored (its code moves nothing), left (something is missing: see the
    sentence, then send it again) or refused."""

    row: int
    result: str
    code: str = ""
    sentence: str = ""


class TracesOut(Schema):
    stored: int
    duplicate: int
    ignored: int
    left: int
    refused: int
    rows: list[TraceRowOut]


@router.post("/{source}", response={200: TracesOut, **PROBLEMS},
             openapi_extra=body_of(TraceIn, most=BATCH_MAX, lines=LINES[0]))
def ingest(request: HttpRequest, source: str) -> dict[str, Any]:
    """Keep up to 1,000 rows of the source that the token is named after; send again whatever was not answered."""
    rows = rows_within(_rows(request), BATCH_MAX)
    outcomes = traces_ingest(actor=actor_of(request), source=source, rows=rows)
    counts = Counter(outcome.result for outcome in outcomes)
    return {
        **{name: counts[name] for name in ("stored", "duplicate", "ignored", "left", "refused")},
        "rows": [{"row": nth, "result": outcome.result, "code": outcome.error.code if outcome.error else "",
                  "sentence": outcome.error.message if outcome.error else ""} for nth, outcome in
                 enumerate(outcomes, 1)]}


def _rows(request: HttpRequest) -> list[Any]:
    if (request.content_type or "") in LINES:
        return [_line(line) for line in request.body.split(b"\n") if line.strip()]
    body = json_read(request.body)
    return body if isinstance(body, list) else [body]


def _line(line: bytes) -> Any:
    """A line that cannot be read is refused as its row."""
    try:
        return json_read(line)
    except YouluError:
        return None
