"""One row of another system's trace as it was written, read strictly: what is wrong is said by field and cure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from youlu.core import clock
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.traces.errors import TraceRowInvalidError
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact
from youlu.engines.codes.trace_codes import code_compact

# Every heading that is understood, by the field it stands for; the first is the field's own.
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("number", "邮件号", "邮件号码", "运单号", "traceNo", "waybillNo"),
    "code": ("code", "操作码", "opCode"),
    "office": ("office", "机构代码", "操作机构", "opOrgCode"),
    "occurred_at": ("occurred_at", "操作时间", "opTime"),
    "terminal": ("terminal", "终端", "设备号"),
    "next_office": ("next_office", "下一站"),
    "dest_office": ("dest_office", "寄达局"),
    "mail_class": ("mail_class", "邮件种类"),
    "cause": ("cause", "未妥投原因"),
}
NEEDED = ("number", "code", "office", "occurred_at")
FIELD_OF = {heading.lower(): field for field, headings in HEADINGS.items() for heading in headings}
CLASSES = {**{value: value for value in MailClass.values}, **{str(label): value for value, label in MailClass.choices}}
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S")
TEXT_MAX = 80


@dataclass(frozen=True)
class TraceRow:
    """A row that could be read; offices and code still in the words of its source."""

    item_key: int
    number: str
    code: str
    office: str
    occurred_at: dt.datetime
    terminal: str
    next_office: str
    dest_office: str
    mail_class: MailClass
    cause: int | None

    def sequence(self, source: str) -> int:
        """The scan's place in its terminal's sequence, made of all that the row says: the same row, the same number."""
        said = "\x1f".join((source, self.number, self.code, self.office, self.occurred_at.isoformat(), self.terminal,
                            self.next_office, self.dest_office, str(self.cause)))
        return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest()) >> 1

    def device(self, source: str) -> str:
        """The colon keeps it apart from every device of ours."""
        return f"trace:{source}:{self.terminal or self.office}"


def fields_of(raw: Mapping[Any, Any]) -> dict[str, str]:
    """The cells by our field names; columns that nobody knows are left out."""
    return {field: str(value).strip() for heading, value in raw.items()
            if value is not None and (field := FIELD_OF.get(str(heading).strip().lower()))}


def trace_read(raw: Any) -> TraceRow:
    """Read a row.

    Raises
    ------
    TraceRowInvalidError : with the field and what to write instead.
    """
    if not isinstance(raw, Mapping):
        raise TraceRowInvalidError(field=_("这一行"), what=_("不是一条轨迹，要写成字段和值"))
    cells = fields_of(raw)
    for field in NEEDED:
        if not cells.get(field):
            raise TraceRowInvalidError(field=HEADINGS[field][1], what=_("没有填，补上再导入"))
    for field, text in cells.items():
        if len(text) > TEXT_MAX or not text.isprintable():
            raise TraceRowInvalidError(field=HEADINGS[field][1], what=_("太长，或有看不见的字符，核对这一格"))
    key, number = _number(cells["number"])
    return TraceRow(
        key, number, code_compact(cells["code"]), cells["office"], _instant(cells["occurred_at"]),
        cells.get("terminal", ""), cells.get("next_office", ""), cells.get("dest_office", ""),
        _mail_class(cells.get("mail_class", ""), number), _cause(cells.get("cause", "")))


def _number(text: str) -> tuple[int, str]:
    number = number_compact(text)
    try:
        return item_key(number), number
    except ItemNumberError:
        raise TraceRowInvalidError(field=_("邮件号"), what=_("“{text}”不是邮件号码，核对位数和校验位").format(
            text=text[:40])) from None


def _instant(text: str) -> dt.datetime:
    """Beijing time where no offset is written, as the domestic systems print it."""
    read = None
    for form in FORMATS:
        try:
            read = dt.datetime.strptime(text, form)  # noqa: DTZ007  (the zone is put on below)
            break
        except ValueError:
            continue
    try:
        read = read or dt.datetime.fromisoformat(text)
    except ValueError:
        raise TraceRowInvalidError(field=_("操作时间"), what=_("“{text}”不是时间，要写成2022-07-29 17:00:00").format(
            text=text[:40])) from None
    if not 2000 <= read.year <= 2170:
        raise TraceRowInvalidError(field=_("操作时间"), what=_("{year}年不在能办理的范围内").format(year=read.year))
    return (read if read.tzinfo else read.replace(tzinfo=clock.SHANGHAI)).astimezone(dt.UTC)


def _mail_class(text: str, number: str) -> MailClass:
    if text:
        if text not in CLASSES:
            raise TraceRowInvalidError(field=_("邮件种类"), what=_("“{text}”不认识，写特快、快递包裹或挂号信函").format(
                text=text[:40]))
        return MailClass(CLASSES[text])
    if re.fullmatch(r"(96|98|99)\d{11}|(GA|KQ|PH|PA|CP).*", number):
        return MailClass.PARCEL
    return MailClass.REGISTERED if number[:1] in ("X", "R") else MailClass.EXPRESS


def _cause(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[1-9]\d\d", text):
        raise TraceRowInvalidError(field=_("未妥投原因"), what=_("“{text}”不是三位的原因代码").format(text=text[:40]))
    return int(text)
