"""GB/T 2260 division codes: two digits of province, two of prefecture, two of county, three more for a township.

A scope is a prefix of a code: "62" is Gansu, "6201" Lanzhou, "620102" Chengguan district.
"""

from __future__ import annotations

import re

from youlu.engines.codes.errors import CodeError, InvalidComponentError, InvalidFormatError, InvalidLengthError

LENGTHS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}
PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区", "21": "辽宁省",
    "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省",
    "36": "江西省", "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省",
    "45": "广西壮族自治区", "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省",
    "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}


def compact(text: str) -> str:
    """Without spaces and without the zeros that stand for "all of it": "620100" and "6201" are the same."""
    code = re.sub(r"\s", "", text)
    if len(code) >= 6 and code[2:].strip("0") == "":
        return code[:2]
    if len(code) >= 6 and code[4:].strip("0") == "":
        return code[:4]
    if len(code) in (9, 12) and code[6:].strip("0") == "":
        return code[:6]
    return code[:9] if len(code) == 12 and code[9:] == "000" else code


def validate(text: str) -> str:
    """The compact code.

    Raises
    ------
    InvalidFormatError, InvalidLengthError
    InvalidComponentError : no province has these two digits. Counties change: they are data, not code.
    """
    code = compact(text)
    if not (code.isascii() and code.isdigit()):
        raise InvalidFormatError()
    if len(code) not in LENGTHS:
        raise InvalidLengthError()
    if code[:2] not in PROVINCES:
        raise InvalidComponentError()
    return code


def is_valid(text: str) -> bool:
    try:
        validate(text)
    except CodeError:
        return False
    return True


def format(text: str) -> str:
    """Six digits at least: "6201" is "620100"."""
    return validate(text).ljust(6, "0")


def level(text: str) -> str:
    """province, prefecture, county, township or village."""
    return LENGTHS[len(validate(text))]


def within(text: str, scope: str) -> bool:
    """Whether the division lies in the scope, a prefix ("" is everywhere)."""
    return text.startswith(compact(scope) if len(scope) >= 6 else scope)


def parent(text: str) -> str | None:
    """The compact code of the division above; None above a province."""
    code = validate(text)
    lengths = sorted(LENGTHS)
    place = lengths.index(len(code))
    return code[: lengths[place - 1]] if place else None
