"""Versions of the standard times in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.core.numbered import numbered
from youlu.domain.access.selectors import Actor
from youlu.domain.network.selectors import office_find, offices_all
from youlu.domain.promise.standard_lists import CLASSES
from youlu.domain.promise.versions import StandardLineRow, VersionRow, version_answer
from youlu.engines.codes import divisions
from youlu.interfaces.web import wording
from youlu.interfaces.web.reading.places import short_name

STATES = {"draft": gettext_noop("未启用"), "ahead": gettext_noop("待生效"), "in_force": gettext_noop("现行"),
          "over": gettext_noop("已过")}
# Named here so that both languages have them; they come from the domain.
WORDS = (gettext_noop("工作日"), gettext_noop("自然日"), gettext_noop("特快"), gettext_noop("快递包裹"),
         gettext_noop("挂号信函"), gettext_noop("收寄时没有启用的标准时限"),
         gettext_noop("这一版标准没有写这两地的这种邮件"), gettext_noop("日历未知：{year}年放假安排尚未导入"))


@dataclass(frozen=True)
class VersionShown:
    row: VersionRow
    state: str
    days: str


@dataclass(frozen=True)
class Place:
    """What was asked for: `code` of a division, "" for everywhere; `prefix` what lines are looked for by."""

    text: str = ""
    code: str = ""
    name: str = ""
    is_unknown: bool = False

    @property
    def prefix(self) -> str:
        return "x" if self.is_unknown else self.code


def version_row(row: VersionRow) -> VersionShown:
    days = ""
    if row.valid_from:
        days = gettext("%(day)s起收寄的") % {"day": wording.day(row.valid_from)}
        if row.valid_until:
            days += gettext("，%(day)s前") % {"day": wording.day(row.valid_until)}
    return VersionShown(row, gettext(STATES[row.state]), days)


def lead_of_versions(rows: Sequence[VersionRow]) -> str:
    now = next((row for row in rows if row.state == "in_force"), None)
    if now is None:
        return gettext("没有现行的标准时限：报价和邮件页只说计划和承诺。")
    said = {"version": now.id, "lines": wording.count(now.lines)}
    if now.is_model:
        return numbered("现行的是第%(version)s版，%(lines)s行：示例模型，不是公布的标准。", now.lines) % said
    return numbered("现行的是第%(version)s版，%(lines)s行。", now.lines) % said


def lead_of_version(row: VersionRow) -> str:
    said = {"version": row.id, "state": gettext(STATES[row.state]), "lines": wording.count(row.lines)}
    return numbered("标准时限第%(version)s版，%(state)s，%(lines)s行。", row.lines) % said


def lead_of_holidays(last: int | None) -> str:
    if last is None:
        return gettext("%(year)s年放假安排尚未导入，按工作日的标准时限现在算不出。") % {"year": clock.today().year}
    return gettext("放假安排知道到%(year)s年底，%(next)s年的还没有导入。") % {"year": last, "next": last + 1}


def classes() -> list[tuple[str, str]]:
    return [("", gettext("全部")), *((key, gettext(name)) for key, name in CLASSES.items())]


def place_read(text: str) -> Place:
    """A division by its code, or by the name of an office in it."""
    text = text.strip()[:40]
    if not text:
        return Place()
    if text.isascii() and text.isdigit() and divisions.is_valid(text):
        return Place(text, divisions.validate(text)[:6], text)
    try:
        office = office_find(text)
    except YouluError:
        return Place(text, is_unknown=True)
    wide = {"provincial_centre": 4, "centre": 4}.get(office.kind, 6)
    return Place(text, office.division_code[:wide], short_name(office.name))


def answer(actor: Actor, version: int, start: Place, end: Place) -> list[str]:
    """What holds between the two places asked for, by kind of mail."""
    if not (start.code and end.code):
        return []
    return [gettext("%(kind)s：收寄后%(days)s个%(unit)s，%(cutoff)s截止") % {
        "kind": gettext(kind), "days": days, "unit": gettext(unit), "cutoff": cutoff}
        for kind, days, unit, cutoff in version_answer(actor=actor, version=version, origin=start.code, dest=end.code)]


def lines_shown(lines: Sequence[StandardLineRow]) -> list[tuple[StandardLineRow, str, str]]:
    """Lines with the names of their places."""
    names: dict[str, str] = {"*": gettext("全国")}
    for code in {code for line in lines for code in (line.origin, line.dest)} - {"*"}:
        names[code] = _division_name(code)
    return [(line, names[line.origin], names[line.dest]) for line in lines]


def _division_name(code: str) -> str:
    prefix = divisions.compact(code)
    if len(prefix) == 2:
        return divisions.PROVINCES.get(prefix, code)
    exact = [office for office in offices_all() if office.division_code[:6] == code]
    return short_name(exact[0].name) if exact else code
