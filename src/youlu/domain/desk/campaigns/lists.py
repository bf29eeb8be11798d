"""A supervisor's table: rows to customers, and what is wrong with the others, each with its line.

What a row says of a person is looked up, or made in `parties`, and not kept: a campaign knows lines, items and parties.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from django.utils.translation import gettext_noop as N

from youlu.core.sheets import table_rows
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.campaigns.errors import ListTooLongError
from youlu.domain.mail.models import Item
from youlu.domain.parties.sealing import NewParty, phone_key
from youlu.domain.parties.selectors import parties_of_phone_keys
from youlu.domain.parties.services import parties_create_bulk
from youlu.engines.codes import phone as phones
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact

ROWS_MAX = 200_000
BATCH = 5_000
PHONE_DIGITS_LEAST = 7  # 11185 is a number too, and nobody's own
HEADINGS = {
    "number": ("邮件号", "邮件号码", "单号", "item", "item number"),
    "phone": ("手机号", "电话", "联系电话", "手机", "phone"),
    "name": ("姓名", "客户", "name"),
    "mode": ("方式", "联系方式", "mode"),
}
MODES = {"": False, "消息": False, "message": False, "电话": True, "voice": True, "phone": True}
# code -> what is wrong, what to do
FAULTS = {
    "nothing": (N("没有邮件号，也没有电话"), N("写上其中一个")),
    "number_form": (N("不是邮件号"), N("写全13位，例如EZ207144368CN")),
    "number_check": (N("邮件号的校验位不对"), N("对着面单核对号码")),
    "item_unknown": (N("没有这件邮件"), N("核对号码，或改写电话")),
    "no_party": (N("这件邮件没有登记要找的人"), N("改写电话和姓名")),
    "phone_form": (N("不是电话号码"), N("写手机号，或带区号的固定电话")),
    "phone_unknown": (N("没有这个电话的客户，也没写姓名"), N("写上姓名，就按新客户打电话")),
    "mode": (N("方式写得不对"), N("写「消息」或「电话」，或空着")),
}


@dataclass(frozen=True)
class Target:
    """A row that can be used: whom to tell, about which item, from which line; `by_voice`: they need a call."""

    party_id: uuid.UUID
    item_key: int | None = None
    line: int | None = None
    by_voice: bool = False


@dataclass
class Listed:
    """What became of a list: rows that can be used, rows that cannot (line, code)."""

    targets: list[Target] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


@dataclass(repr=False)  # a traceback that shows locals must not show a person
class _Row:
    line: int
    by_voice: bool
    key: int | None = None
    index: bytes | None = None
    phone: str = ""
    name: str = ""


def list_read(*, actor: Actor, content: bytes, side: str = "addressee") -> Listed:
    """Read a CSV or .xlsx; `side` says who of an item is told, addressee or sender.

    The first row may name the columns (邮件号, 手机号, 姓名, 方式); without names each cell of the first column is an
    item's number or a telephone. Customers nobody knew yet are made where the row has a name, in the caller's
    transaction.

    Raises
    ------
    WorkbookError : it cannot be read as a table. ListTooLongError
    """
    actor.require("outreach.run")
    found = Listed()
    rows = _rows(table_rows(content), found)
    while batch := list(islice(rows, BATCH)):
        _look_up(actor, batch, side, found)
        if len(found.targets) + len(found.faults) > ROWS_MAX:
            raise ListTooLongError(most=f"{ROWS_MAX:,}")
    found.faults.sort()
    return found


def _rows(table: Iterator[tuple[int, list[str]]], found: Listed) -> Iterator[_Row]:
    """Row after row as it is looked up, as few in memory as a batch; what is wrong already goes to `found`."""
    first = next(table, None)
    columns = _columns(first[1]) if first else {}
    for line, cells in table if columns or first is None else chain([first], table):
        named = {name: cells[place] for name, place in columns.items() if place < len(cells)}
        row = _row(line, named if columns else _bare(cells))
        if isinstance(row, str):
            found.faults.append((line, row))
        else:
            yield row


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Which column is what, where the first row names at least a number or a telephone."""
    named = {heading: name for name, headings in HEADINGS.items() for heading in headings}
    columns = {named[cell.strip().lower()]: place for place, cell in reversed(list(enumerate(cells)))
               if cell.strip().lower() in named}
    return columns if columns.keys() & {"number", "phone"} else {}


def _bare(cells: Sequence[str]) -> dict[str, str]:
    first = next((cell for cell in cells if cell), "")
    return {"phone" if phones.is_valid(first) else "number": first}


def _row(line: int, said: dict[str, str]) -> _Row | str:
    """The row as it is looked up, or the code of what is wrong with it."""
    mode = MODES.get(said.get("mode", "").strip().lower())
    if mode is None:
        return "mode"
    row = _Row(line, mode, name=said.get("name", "").strip())
    number, phone = said.get("number", "").strip(), said.get("phone", "").strip()
    if number:
        try:
            row.key = item_key(number_compact(number))
        except ItemNumberError as error:
            return f"number_{error.reason}"
    elif not phone:
        return "nothing"
    if phone:
        if not phones.is_valid(phone) or len(phones.compact(phone)) < PHONE_DIGITS_LEAST:
            return "phone_form"
        row.phone, row.index = phone, phone_key(phone)
    return row


def _look_up(actor: Actor, rows: Sequence[_Row], side: str, found: Listed) -> None:
    """One question for the items of a batch and one for its telephones; a telephone beside a number says whom."""
    items = dict(Item.objects.filter(item_key__in=[row.key for row in rows if row.key is not None])
                 .values_list("item_key", f"{side}_id"))
    known = parties_of_phone_keys({row.index for row in rows if row.index is not None})
    known |= _made(actor, [row for row in rows if row.index is not None and row.index not in known and row.name
                           and (row.key is None or row.key in items)])
    for row in rows:
        party_id = known.get(row.index) if row.index is not None else items.get(row.key or 0)
        if row.key is not None and row.key not in items:
            found.faults.append((row.line, "item_unknown"))
        elif party_id is None:
            found.faults.append((row.line, "phone_unknown" if row.index is not None else "no_party"))
        else:
            found.targets.append(Target(party_id, row.key, row.line, row.by_voice))


def _made(actor: Actor, rows: Sequence[_Row]) -> dict[bytes, uuid.UUID]:
    """New customers, one a telephone. Nobody asked them whether messages are welcome: they are called."""
    fresh = {row.index: NewParty(name=row.name, phone=row.phone) for row in reversed(rows) if row.index is not None}
    if fresh:
        parties_create_bulk(actor=actor, parties=fresh.values())
    return {index: party.id for index, party in fresh.items()}
