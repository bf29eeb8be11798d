"""旁路对照: our promises held against what another system's mail did, and what its traces lack."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.domain.insight.shadow import ShadowRow, shadow_report
from youlu.domain.mail.traces.selectors import sources_all, traces_left
from youlu.interfaces.web.forms import day_typed
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading.places import prefecture_name

N = gettext_noop
WEEK = dt.timedelta(days=6)
CAUSES = {"none": N("没有变故"), "closure": N("中断"), "lift": N("解除"), "missed": N("未赶上班次"),
          "moved": N("位置变化"), "timetable": N("班期调整"), "capacity": N("处理能力"),
          "undelivered": N("投递未妥"), "": N("其余")}
REASONS = {"unknown_code": N("操作码不认识"), "unknown_office": N("网点不认识"), "no_run": N("对不上班次"),
           "no_item": N("没有收寄记录"), "no_destination": N("收寄没有寄达局"), "no_way": N("班期里没有路"),
           "no_meaning": N("操作码不移动邮件")}


@dataclass(frozen=True)
class Line:
    """A row as it is shown; shares are written here, since a template cannot divide."""

    name: str
    row: ShadowRow
    kept: str
    path: str


@staff_page("shadow.read")
def shadow(request: HttpRequest) -> HttpResponse:
    actor, asked = actor_in(request), request.GET
    today = clock.local(clock.now()).date()
    last = _day(asked.get("to", ""), today)
    first = min(_day(asked.get("from", ""), last - WEEK), last)
    sources = sources_all(actor=actor)
    source = asked.get("source", "") if asked.get("source") in {row.code for row in sources} else ""
    report = shadow_report(actor=actor, first_date=first, last_date=last, source=source, cursor=asked.get("after"))
    left = traces_left(actor=actor, source=source, cursor=asked.get("left"))
    kept = asked.copy()
    kept.pop("after", None)
    kept.pop("left", None)
    return render(request, "web/shadow/report.html", {
        "first": first, "last": last, "sources": sources, "source": source, "total": report.total,
        "lines": [_line(gettext("合计"), report.total)] if report.total else [],
        "causes": [_line(gettext(CAUSES.get(row.key, row.key)), row) for row in report.causes],
        "flows": [_line(_flow(row.key), row) for row in report.flows.rows], "next_cursor": report.flows.next_cursor,
        "left": [(gettext(REASONS[row.reason]), row) for row in left.rows], "left_cursor": left.next_cursor,
        "kept": kept.urlencode(), "lead": _lead(report.total, has_source=bool(sources))})


def _lead(total: ShadowRow | None, *, has_source: bool) -> str:
    if not has_source:
        return gettext("还没有轨迹来源。登记一个，导入它的轨迹，这里就有对照。")
    if total is None:
        return gettext("这段时间妥投的旁路邮件不到10件，不出数字。")
    return numbered("%(items)s件旁路邮件，%(kept)s在收寄时算出的时限内妥投。", total.items) % {
        "items": f"{total.items:,}", "kept": _share(total.kept_share)}


def _line(name: str, row: ShadowRow) -> Line:
    return Line(name, row, _share(row.kept_share), "—" if row.path_share is None else _share(row.path_share))


def _share(share: float) -> str:
    return f"{share:.1%}"


def _flow(key: str) -> str:
    if not key:
        return gettext("其余")
    return " → ".join(prefecture_name(code) for code in key.split("-"))


def _day(text: str, otherwise: dt.date) -> dt.date:
    return day_typed(text) or otherwise
