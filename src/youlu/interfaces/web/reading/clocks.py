"""The three clocks in words, each with where it is from: 标准, 计划, 承诺."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from youlu.core.clock import hhmm
from youlu.core.numbered import numbered
from youlu.domain.mail.models import Place
from youlu.domain.mail.selectors import ItemPage, ItemRow
from youlu.domain.promise.selectors import Quote
from youlu.domain.promise.standards import Standard
from youlu.interfaces.web import wording
from youlu.interfaces.web.rows import ClockRow

DAY_MIN = 1440


def clocks_of_quote(quote: Quote) -> tuple[ClockRow, ...]:
    """What is published, what the timetable can do without any closure, what would be promised now."""
    planned, promised = quote.undisturbed_arrive_by, quote.arrive_by
    return (
        standard_clock(quote.standard),
        ClockRow("planned", gettext("计划"), wording.wave(planned) if planned else gettext("时刻表里没有路"),
                 gettext("班期第%(id)s版") % {"id": quote.timetable}, gettext("不算中断"), planned is not None),
        ClockRow("promised", gettext("承诺"), wording.wave(promised) if promised else gettext("现在说不出时间"),
                 gettext("现行中断之下，收寄时所许"), is_known=promised is not None),
    )


def clocks_of_item(page: ItemPage) -> tuple[ClockRow, ...]:
    """The three as they stood at acceptance."""
    clocks = page.clocks
    planned = clocks.planned_at
    source = gettext("班期第%(id)s版") % {"id": clocks.timetable} if clocks.timetable else gettext("收寄时的班期")
    at = gettext("%(at)s到投递局") % {"at": wording.stamp(planned)} if planned else gettext("没有记下")
    promised_at = gettext("%(at)s收寄时所许") % {"at": wording.stamp(page.row.accepted_at)}
    return (
        standard_clock(clocks.standard),
        ClockRow("planned", gettext("计划"), at, source, gettext("按收寄时的班次"), planned is not None),
        ClockRow("promised", gettext("承诺"), wording.wave(clocks.committed), promised_at),
    )


def beside_clocks(row: ItemRow) -> tuple[tuple[str, str], ...]:
    """What moves: when it is expected now, or when it was delivered, and what the customer last heard."""
    if row.place >= Place.DELIVERED:
        now = (gettext("妥投") if row.place == Place.DELIVERED else gettext("退回"), wording.stamp(row.since))
    else:
        now = (gettext("现在预计"), wording.wave(row.expected) if row.expected else wording.state_word("noway"))
    return now, (gettext("告知过"), wording.wave(row.told) if row.told else gettext("还没有"))


def standard_clock(standard: Standard) -> ClockRow:
    name = gettext("标准")
    source = source_words(standard)
    if standard.day is None:
        return ClockRow("standard", name, standard.why_words, source, rule_words(standard), is_known=False)
    return ClockRow("standard", name, due_words(standard.day, standard.arrive_by, standard.due_min), source,
                    rule_words(standard))


def due_words(day: dt.date, at: dt.datetime | None, due_min: int) -> str:
    """8月3日 周三内, or by an hour of that day."""
    if at is None or due_min == DAY_MIN:
        return gettext("%(day)s当天内") % {"day": wording.day(day)}
    return wording.wave(at)


def source_words(standard: Standard) -> str:
    if standard.version is None:
        return ""
    said = {"version": standard.version, "source": standard.document_no or standard.source}
    model = gettext("（示例模型，不是公布的标准）") if standard.is_model else ""
    return gettext("第%(version)s版·%(source)s") % said + model


def rule_words(standard: Standard) -> str:
    """D+2个工作日，17:30截止."""
    if standard.days is None:
        return ""
    said = {"days": standard.days, "cutoff": hhmm(standard.cutoff_min)}
    if standard.unit == "working":
        return numbered("收寄后%(days)s个工作日，%(cutoff)s截止", standard.days) % said
    return numbered("收寄后%(days)s天，%(cutoff)s截止", standard.days) % said
