"""From what a person typed to what is kept, or to the sentence that says what to write instead."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from youlu.core.numbered import numbered
from youlu.domain.applications.errors import BadAnswerError
from youlu.domain.catalogue.spec import Field, FieldKind
from youlu.engines.codes import divisions, phone, resident_id
from youlu.engines.codes.errors import CodeError, InvalidChecksumError, InvalidComponentError, InvalidLengthError

_DATE = re.compile(r"(\d{4})[-年/.](\d{1,2})[-月/.](\d{1,2})日?")
YES, NO = "yes", "no"


def answer_clean(field: Field, typed: str, *, today: dt.date) -> str:
    """The answer as kept: trimmed, normalised. An optional question may be left empty ("").

    Raises
    ------
    BadAnswerError : naming the question, with what to write.
    """
    text = re.sub(r"\s+", " ", typed.replace("\0", "")).strip()
    if not text:
        if field.required:
            raise BadAnswerError(key=field.key, problem=_missing(field))
        return ""
    if len(text) > field.length_max:
        most = field.length_max
        raise BadAnswerError(key=field.key, problem=numbered("最多写{n}个字。", most).format(n=most))
    return CLEANERS[field.kind](field, text, today)


def _missing(field: Field) -> str:
    if field.kind in (FieldKind.CHOICE, FieldKind.CONSENT, FieldKind.DIVISION):
        return _("请选择一项。")
    return _("请填写这一项。")


def _name(field: Field, text: str, today: dt.date) -> str:
    if re.search(r"\d", text):
        raise BadAnswerError(key=field.key, problem=_("姓名里不能有数字。"))
    return text


def _phone(field: Field, text: str, today: dt.date) -> str:
    number = phone.compact(text)
    if not phone.is_valid(number) or len(number) < 7:
        raise BadAnswerError(key=field.key, problem=_("手机是11位数字，固定电话要带区号，例如0931-8888888。"))
    return number


def _id_number(field: Field, text: str, today: dt.date) -> str:
    try:
        return resident_id.validate(text, on=today)
    except InvalidLengthError:
        problem = _("公民身份号码是18位。数一数，看有没有漏写。")
    except InvalidChecksumError:
        problem = _("公民身份号码有一位写错了。请对照证件再核对一遍。")
    except InvalidComponentError:
        problem = _("公民身份号码里的地区或出生日期不存在。请对照证件再核对一遍。")
    except CodeError:
        problem = _("公民身份号码是17位数字加一位数字或X。")
    raise BadAnswerError(key=field.key, problem=problem)


def _address(field: Field, text: str, today: dt.date) -> str:
    if len(text) < 4:
        raise BadAnswerError(key=field.key, problem=_("地址太短。写到门牌或楼、单元、室。"))
    return text


def _choice(field: Field, text: str, today: dt.date) -> str:
    if text not in {choice.value for choice in field.choices}:
        raise BadAnswerError(key=field.key, problem=_("请选择一项。"))
    return text


def _consent(field: Field, text: str, today: dt.date) -> str:
    if text not in (YES, NO):
        raise BadAnswerError(key=field.key, problem=_("请选择一项。"))
    return text


def _division(field: Field, text: str, today: dt.date) -> str:
    if not divisions.is_valid(text) or len(divisions.compact(text)) < 6:
        raise BadAnswerError(key=field.key, problem=_("请选择一个县（区）。"))
    return divisions.compact(text)


def _date(field: Field, text: str, today: dt.date) -> str:
    match = _DATE.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in match.groups())).isoformat() if match else _no_date(field)
    except ValueError:
        return _no_date(field)


def _no_date(field: Field) -> str:
    raise BadAnswerError(key=field.key, problem=_("没有这一天。写成年-月-日，例如2022-08-01。"))


def _text(field: Field, text: str, today: dt.date) -> str:
    return text


CLEANERS: dict[FieldKind, Callable[[Field, str, dt.date], str]] = {
    FieldKind.NAME: _name, FieldKind.PHONE: _phone, FieldKind.ID_NUMBER: _id_number, FieldKind.ADDRESS: _address,
    FieldKind.CHOICE: _choice, FieldKind.CONSENT: _consent, FieldKind.DIVISION: _division, FieldKind.DATE: _date,
    FieldKind.TEXT: _text,
}
