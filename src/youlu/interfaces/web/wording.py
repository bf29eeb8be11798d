"""How instants, durations, counts and states are written on pages, in the reader's language.

Instants are aware; people read Asia/Shanghai. Customers read the wave of a day (「8月3日18时前」), never a minute.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from youlu.core import clock

WEEKDAYS_ZH = "一二三四五六日"
STATE_WORDS = {
    "kept": _("守时"),
    "risk": _("有风险"),
    "late": _("逾限"),
    "closed": _("中断"),
    "noway": _("无路可达"),
    "unknown": _("待定"),
}
ACT_WORDS = {
    "acceptance": _("停收"),
    "dispatch": _("停发"),
    "transit": _("停运"),
    "delivery": _("停投"),
    "counter": _("停营"),
}


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def _moment(value: dt.datetime | dt.date) -> dt.datetime | dt.date:
    return clock.local(value) if isinstance(value, dt.datetime) else value


def day(value: dt.datetime | dt.date) -> str:
    """7月29日 周五 / Fri 29 Jul."""
    local = _moment(value)
    if is_english():
        return f"{local:%a} {local.day} {local:%b}"
    return f"{local.month}月{local.day}日 周{WEEKDAYS_ZH[local.weekday()]}"


def day_long(value: dt.datetime | dt.date) -> str:
    """2022年7月29日 星期五 / Friday 29 July 2022."""
    local = _moment(value)
    if is_english():
        return f"{local:%A} {local.day} {local:%B} {local.year}"
    return f"{local.year}年{local.month}月{local.day}日 星期{WEEKDAYS_ZH[local.weekday()]}"


def day_short(value: dt.datetime | dt.date) -> str:
    """7月29日 / 29 Jul."""
    local = _moment(value)
    return f"{local.day} {local:%b}" if is_english() else f"{local.month}月{local.day}日"


def stamp(value: dt.datetime) -> str:
    """07-29 17:42, for tables, in both languages."""
    return f"{clock.local(value):%m-%d %H:%M}"


def hm(value: dt.datetime) -> str:
    return f"{clock.local(value):%H:%M}"


def wave(value: dt.datetime) -> str:
    """The end of a delivery wave as customers hear it: 8月3日 周三18时前 / by 18:00 on Wed 3 Aug."""
    local = clock.local(value)
    if is_english():
        return f"by {local:%H:%M} on {day(value)}"
    return f"{day(value)}{local.hour}时{f'{local.minute}分' if local.minute else ''}前"


def span(minutes: float) -> str:
    """1小时48分, 3天2小时, 25分 / 1 h 48 min, 3 d 2 h, 25 min; the sign is the caller's."""
    whole = abs(round(minutes))
    days, rest = divmod(whole, 1440)
    hours, mins = divmod(rest, 60)
    units = ("d", "h", "min") if is_english() else ("天", "小时", "分")
    gap = " " if is_english() else ""
    parts = [f"{n}{gap}{unit}" for n, unit in zip((days, hours, mins), units, strict=True) if n]
    return gap.join(parts[:2]) or f"0{gap}{units[2]}"


def span_column(minutes: float) -> str:
    """1:48, for columns and labels of diagrams."""
    whole = abs(round(minutes))
    return f"{whole // 60}:{whole % 60:02d}"


def days_later(minutes: float) -> str:
    """How much later as a customer feels it: 3天, or hours below a day."""
    if abs(minutes) < 1440:
        return span(round(minutes / 60) * 60 or minutes)
    days = round(abs(minutes) / 1440)
    return f"{days} {'day' if days == 1 else 'days'}" if is_english() else f"{days}天"


def count(number: float | None) -> str:
    return "–" if number is None else f"{number:,.0f}"


def yuan(fen: int) -> str:
    """Money to whole yuan from a hundred on, 1,234元 / CNY 1,234; below with its fen."""
    amount = f"{fen / 100:,.0f}" if fen >= 10_000 or fen % 100 == 0 else f"{fen / 100:,.2f}"
    return f"CNY {amount}" if is_english() else f"{amount}元"


def state_word(state: str) -> str:
    return str(STATE_WORDS[state])


def split_words(*, kept: int, moved: int, noway: int) -> str:
    """What became of the mail a closure hit, in one line."""
    return gettext("仍守时%(kept)s · 改期%(moved)s · 无路%(noway)s") % {
        "kept": count(kept),
        "moved": count(moved),
        "noway": count(noway),
    }
