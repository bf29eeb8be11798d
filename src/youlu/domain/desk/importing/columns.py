"""The columns of a file of orders, and what a row of it asks for or does wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from youlu.core import clock
from youlu.core.sheets import FORMULA_BEGINS
from youlu.domain.desk.importing.errors import ImportHeadError
from youlu.domain.desk.models import OrderKind
from youlu.domain.desk.orders.kinds import subtypes_all
from youlu.domain.desk.orders.opening import AGES_OF_CASE, TITLE_MAX, Asked
from youlu.domain.parties.errors import BadPhoneError
from youlu.domain.parties.sealing import phone_key
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact

KIND, TITLE, BODY, PHONE, NAME, ITEM, OUTSIDE, FROM, PAYS, SUBTYPE = (
    "类型", "标题", "内容", "客户电话", "客户姓名", "邮件号", "来文编号", "来文时间", "要定赔偿", "类别")
COLUMNS = (KIND, TITLE, BODY, PHONE, NAME, ITEM, OUTSIDE, FROM, PAYS, SUBTYPE)
# As an English table names them.
ALIASES = dict(zip(("kind", "title", "text", "telephone", "name", "item", "letter", "letter time", "compensation",
                    "subtype"), COLUMNS, strict=True))
NEEDED = (KIND, TITLE)
BODY_MAX, NAME_MAX = 4_000, 40
YES, NO = {"是", "y", "yes", "1", "true"}, {"", "否", "n", "no", "0", "false"}
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M")
# Code of a fault -> what is wrong, how to mend it. A value that was typed stands apart: it may be a person's.
FAULTS = {
    "kind": ("没有这种工单", "照工单类型的名称写，例如查询、催投、投诉"),
    "subtype": ("这种工单没有这个类别", "投诉写延误、丢失、短少、损毁、服务态度、虚假签收或资费；不知道就空着"),
    "title_none": ("没有标题", "用一句话写明什么事"),
    "title_long": ("标题太长", "标题最多80个字，多的写进内容"),
    "body_long": ("内容太长", "内容最多4000个字"),
    "phone": ("不是电话号码", "手机写11位数字，固定电话带区号；不知道就空着"),
    "name": ("有姓名没有电话", "补上客户电话，或者把姓名删掉"),
    "item": ("不是邮件号", "核对面单；不知道就空着"),
    "shadow": ("只作旁路对照的邮件，不派工单", "请在原系统里办理，这一行删掉"),
    "case": ("来文编号和来文时间不齐或不合理", "两样都写；来文时间不晚于现在，不早于60天前"),
    "moment": ("不是日期时间", "写成2022-07-29 17:30"),
    "yes_no": ("不是“是”或“否”", "写是或否，空着就是否"),
    "other": ("建不了单", "照右边的说明改好再传"),
}


@dataclass(frozen=True)
class Fault:
    column: str
    code: str
    value: str = ""

    @property
    def what(self) -> str:
        return FAULTS[self.code][0]

    @property
    def cure(self) -> str:
        return FAULTS[self.code][1]


@dataclass(frozen=True)
class RowRead:
    """What a line asks for, with its customer's number and name, or its faults."""

    asked: Asked | None
    phone: str
    name: str
    faults: tuple[Fault, ...]


def places_of(head: Sequence[str]) -> dict[str, int]:
    """Column -> place. Raises ImportHeadError."""
    named = [ALIASES.get(name.strip().lower(), name.strip()) for name in head]
    places = {name: named.index(name) for name in COLUMNS if name in named}
    if missing := [name for name in NEEDED if name not in places]:
        raise ImportHeadError(missing="、".join(missing))
    return places


class RowReader:
    """Reads lines under one head, by the kinds of work that there are now."""

    def __init__(self, head: Sequence[str]) -> None:
        self.places = places_of(head)
        kinds = list(OrderKind.objects.values_list("code", "name", "has_own_clock"))
        self.kinds = {word: code for code, name, _ in kinds for word in (code, name)}
        self.own_clock = {code for code, _, own in kinds if own}
        self.subtypes = {(one.kind, word): one.code for one in subtypes_all() for word in (one.code, one.name)}
        self.now = clock.now()

    def read(self, cells: Sequence[str]) -> RowRead:
        said = {name: _plain(cells[place]) if place < len(cells) else "" for name, place in self.places.items()}
        get, faults = lambda name: said.get(name, ""), list[Fault]()
        kind = self.kinds.get(get(KIND), "")
        if not kind:
            faults.append(Fault(KIND, "kind", get(KIND)))
        subtype = self.subtypes.get((kind, get(SUBTYPE)), "")
        if kind and get(SUBTYPE) and not subtype:
            faults.append(Fault(SUBTYPE, "subtype", get(SUBTYPE)))
        faults += _text_faults(get(TITLE), get(BODY))
        faults += _customer_faults(get(PHONE), get(NAME))
        key, item_faults = _item(get(ITEM))
        pays, pays_faults = get(PAYS).lower() in YES, _yes_no_faults(get(PAYS))
        from_, case_faults = self._case(kind, get(OUTSIDE), get(FROM))
        faults += [*item_faults, *case_faults, *pays_faults]
        asked = None if faults else Asked(
            kind, get(TITLE), get(BODY), "file", None, key, None, pays, get(OUTSIDE), from_, subtype=subtype)
        return RowRead(asked, get(PHONE), get(NAME), tuple(faults))

    def _case(self, kind: str, number: str, from_text: str) -> tuple[dt.datetime | None, list[Fault]]:
        """Number and day of a letter, for kinds that count from it; others keep the number alone."""
        if not from_text and not (number and kind in self.own_clock):
            return None, []
        from_ = _moment(from_text)
        if from_ is None:
            return None, [Fault(FROM, "moment" if from_text else "case", from_text)]
        if not number or len(number) > 60 or not self.now - AGES_OF_CASE <= from_ <= self.now:
            return None, [Fault(FROM, "case", from_text)]
        return from_, []


def _plain(cell: str) -> str:
    """Without the apostrophe by which we ourselves write what a spreadsheet would run, and without NUL."""
    cell = cell.strip().replace("\0", "\ufffd")
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_BEGINS) else cell


def _text_faults(title: str, body: str) -> list[Fault]:
    found = []
    if not title:
        found.append(Fault(TITLE, "title_none"))
    elif len(title) > TITLE_MAX:
        found.append(Fault(TITLE, "title_long", title))
    if len(body) > BODY_MAX:
        found.append(Fault(BODY, "body_long"))
    return found


def _customer_faults(phone: str, name: str) -> list[Fault]:
    if not phone:
        return [Fault(NAME, "name", name)] if name else []
    try:
        phone_key(phone)
    except BadPhoneError:
        return [Fault(PHONE, "phone", phone)]
    return []


def _item(number: str) -> tuple[int | None, list[Fault]]:
    if not number:
        return None, []
    try:
        return item_key(number_compact(number)), []
    except ItemNumberError:
        return None, [Fault(ITEM, "item", number)]


def _yes_no_faults(text: str) -> list[Fault]:
    return [] if text.lower() in YES | NO else [Fault(PAYS, "yes_no", text)]


def _moment(text: str) -> dt.datetime | None:
    for shape in MOMENTS:
        try:
            return dt.datetime.strptime(text, shape).replace(tzinfo=clock.SHANGHAI)
        except ValueError:
            continue
    return None
