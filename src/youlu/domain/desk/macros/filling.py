"""Variables of a macro, and what they are on one order: masked where they are a person's, never a minute of arrival."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from youlu.domain.access.selectors import Actor
from youlu.domain.desk.macros.errors import MacroBracesError, MacroVariableError
from youlu.domain.desk.orders.reading import OrderPage
from youlu.domain.mail.selectors import items_of_parties
from youlu.domain.messages.phrases import day_phrase, segments, until_phrase, variables_in

VARIABLES = ("客户称呼", "邮件号", "承诺时间", "经办人", "工单号", "类型", "受理日期", "期限", "网点")
GAP = re.compile(r"〔缺([^〕]{1,10})〕")


def body_checked(body: str) -> None:
    """Raises MacroBracesError, MacroVariableError."""
    known = "、".join(VARIABLES)
    try:
        names = variables_in(body)
    except ValueError:
        raise MacroBracesError(known=known) from None
    if foreign := sorted(set(names) - set(VARIABLES)):
        raise MacroVariableError(names="、".join(foreign), known=known)


def values_of(*, actor: Actor, page: OrderPage) -> dict[str, str]:
    """What each variable is on this order; what it has not is left out."""
    row = page.row
    values = {
        "客户称呼": page.customer[0].name if page.customer else "客户", "邮件号": row.item_number, "经办人": actor.name,
        "工单号": str(row.number), "类型": row.kind_name, "受理日期": day_phrase(row.opened_at),
        "期限": until_phrase(row.due_at), "网点": row.unit, "承诺时间": _promised(page)}
    return {name: value for name, value in values.items() if value}


def _promised(page: OrderPage) -> str:
    """The time that the order's item is promised for now; "" where it has none."""
    if page.item_key is None:
        return ""
    items = items_of_parties(party_ids=(), first_key=page.item_key, limit=1)
    expected = items[0].expected if items else None
    return until_phrase(expected) if expected else ""


def filled(body: str, values: Mapping[str, str]) -> str:
    """The body with its values; what the order does not have stands as 〔缺…〕."""
    gaps = {name: f"〔缺{name}〕" for name in VARIABLES}
    return "".join(piece.text for piece in segments(body, {**gaps, **values}))


def gaps_in(text: str) -> Sequence[str]:
    """What was not filled in, in a text that is about to go."""
    return list(dict.fromkeys(GAP.findall(text)))
