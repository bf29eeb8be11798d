"""What an office sets for its own desk: a kind's clocks, service hours, figures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from youlu.core.errors import YouluError
from youlu.domain.desk.configuring import (
    HoursSetting,
    KindSetting,
    figure_set,
    figures_all,
    hours_all,
    hours_set,
    kind_change,
    kind_setting,
)
from youlu.domain.desk.trade import SKILL_NAMES
from youlu.interfaces.web.pages import actor_in, staff_page

UNITS = {1: gettext_lazy("分钟"), 60: gettext_lazy("小时"), 1440: gettext_lazy("天")}
SPANS = {
    "first_reply_min": gettext_lazy("首次回复"), "close_min": gettext_lazy("办结"),
    "warn_min": gettext_lazy("到期前多久算临期"), "return_min": gettext_lazy("接了多久没动就退回，0不退"),
}
LETTER_SPANS = {"again_min": gettext_lazy("再次来文后多久内答复，0不另计")}
LETTER_COUNTS = {"pass_on_days": gettext_lazy("来文单位几个工作日内转办"),
                 "outside_days": gettext_lazy("来文单位几天内答复申诉人")}
COUNTS = {"reopen_days": gettext_lazy("办结后几天内能重开"), "handling_s": gettext_lazy("一张大约办多少秒")}
WEEKDAYS = (gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"),
            gettext_lazy("周五"), gettext_lazy("周六"), gettext_lazy("周日"))


@staff_page("desk.supervise")
def kind_form(request: HttpRequest, code: str) -> HttpResponse:
    """A kind's figures in a form; orders that begin afterwards have them."""
    setting = kind_setting(actor=actor_in(request), code=code)
    if request.method != "POST":
        return _kind_shown(request, setting)
    typed = _typed(setting, request.POST)
    try:
        kind_change(actor=actor_in(request), setting=typed)
    except YouluError as error:
        if error.status != 422:
            raise
        return _kind_shown(request, typed, error)
    messages.success(request, gettext("存好了，从现在起的工单按新的期限；已有的不变。"))
    return redirect("web:kind", code)


def _kind_shown(request: HttpRequest, setting: KindSetting, error: YouluError | None = None) -> HttpResponse:
    spans = []
    for name, said in _spans(setting).items():
        unit, number = _span(setting.figures[name])
        spans.append({"name": name, "said": said, "number": number, "unit": unit})
    counts = [{"name": name, "said": said, "number": setting.figures[name]} for name, said in _counts(setting).items()]
    return render(request, "web/desk/kind_form.html", {
        "setting": setting, "spans": spans, "counts": counts, "units": UNITS.items(), "skills": SKILL_NAMES.items(),
        "hours": hours_all(actor=actor_in(request)), "error": error.message if error else "",
    }, status=error.status if error else 200)


def _span(minutes: int) -> tuple[int, int]:
    """(unit, number): the longest unit that leaves nothing over."""
    unit = next((unit for unit in sorted(UNITS, reverse=True) if minutes > 0 and minutes % unit == 0), 1)
    return unit, minutes // unit


def _typed(setting: KindSetting, posted: QueryDict) -> KindSetting:
    figures = {name: _whole(posted.get(name, "")) * _unit(posted.get(f"{name}_unit", "")) for name in _spans(setting)}
    figures |= {name: _whole(posted.get(name, "")) for name in _counts(setting)}
    return KindSetting(
        setting.code, setting.name, figures, posted.get("reply_calendar", ""), posted.get("close_calendar", ""),
        posted.get("at_home") == "1", tuple(posted.getlist("skills")), posted.get("needs_call_back") == "1",
        posted.get("needs_responsibility") == "1", posted.get("source", ""), setting.law_days, setting.has_own_clock)


def _spans(setting: KindSetting) -> dict[str, Any]:
    return SPANS | LETTER_SPANS if setting.has_own_clock else SPANS


def _counts(setting: KindSetting) -> dict[str, Any]:
    return COUNTS | LETTER_COUNTS if setting.has_own_clock else COUNTS


def _whole(text: str) -> int:
    """A number as typed, -1 where it is none: no figure may be that."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) <= 7 else -1


def _unit(text: str) -> int:
    return int(text) if text in {str(unit) for unit in UNITS} else 1


@staff_page("desk.supervise")
def settings(request: HttpRequest, error: YouluError | None = None, failed: str = "") -> HttpResponse:
    """Service hours and figures, each with its source and a form of its own; what was refused stands as typed."""
    actor = actor_in(request)
    return render(request, "web/desk/settings.html", {
        "figures": [(row, row.code == failed) for row in figures_all(actor=actor)], "typed": request.POST,
        "hours": [_hours_shown(request.POST if failed == f"hours-{row.code}" else None, row)
                  for row in hours_all(actor=actor)],
        "error": error.message if error else "", "failed": failed}, status=error.status if error else 200)


def _hours_shown(typed: QueryDict | None, row: HoursSetting) -> dict[str, Any]:
    shown = row if typed is None else _hours_typed(row.code, row.name, typed)
    return {"row": shown, "is_failed": typed is not None,
            "days": list(zip(WEEKDAYS, shown.week, strict=True))}


def _hours_typed(code: str, name: str, posted: QueryDict) -> HoursSetting:
    return HoursSetting(
        code, name, tuple(posted.get(f"day{n}", "") for n in range(len(WEEKDAYS))),
        posted.get("day_off", "") if posted.get("has_day_off") == "1" else None,
        posted.get("makeup", "") if posted.get("has_makeup") == "1" else None, posted.get("source", ""))


@require_POST
@staff_page("desk.supervise")
def figure(request: HttpRequest, code: str) -> HttpResponse:
    try:
        figure_set(actor=actor_in(request), code=code, value=_number(request.POST.get("value", "")),
                   source=request.POST.get("source", ""))
    except YouluError as error:
        if error.status != 422:
            raise
        return settings(request, error, code)
    messages.success(request, gettext("存好了，从下一次计算起按新的数。"))
    return redirect("web:desk_settings")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")  # refused as every number that is none


@require_POST
@staff_page("desk.supervise")
def hours(request: HttpRequest, code: str) -> HttpResponse:
    setting = _hours_typed(code, "", request.POST)
    try:
        hours_set(actor=actor_in(request), setting=setting)
    except YouluError as error:
        if error.status != 422:
            raise
        return settings(request, error, f"hours-{code}")
    messages.success(request, gettext("存好了，从现在起的工单按新的时间计；已有的不变。"))
    return redirect("web:desk_settings")
