"""From a planning to what the page of 应急值守 shows: the sentence, three cards, one table with intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.domain.desk.emergency.assumptions import BASIS_WORDS, PLAN_NAMES
from youlu.domain.desk.emergency.reading import FigureRow, PlanningRow
from youlu.domain.workforce.selectors import Present
from youlu.interfaces.web import wording
from youlu.interfaces.web.figures.whisker import whisker
from youlu.interfaces.web.templatetags.youlu import domain_word

N = gettext_noop
# Said by the domain, worded here: plan names, their one line, kinds of shift, legal bases, reasons of staleness.
WORDS = (
    N("就地稳住"), N("消息先行、居家分流"), N("邻市支援"), N("小晚班"), N("早班"), N("中班"), N("晚班"), N("长早班"),
    N("长晚班"), N("短早班"), N("短中班"), N("短晚班"), N("居家小晚班"), N("居家早班"), N("居家中班"), N("居家晚班"),
    N("居家长早班"), N("居家长晚班"), N("居家短早班"), N("居家短中班"), N("居家短晚班"), N("值守"), N("在上的班"),
    N("标准工时：每天8小时、每周44小时，每月加班不超过36小时，七天休一天（劳动法第36、38、41条）"),
    N("应急工时：抢险救灾不受加班时数限制，逐人同意并记录，超过8小时按1.5倍付（劳动法第42、44条）"),
    N("有人的在岗情况变了"), N("过了90分钟，或又有班次开始了"), N("应急值守换了方案或已经解除"),
    N("挂断后再来电"), N("隔多久再来电"), N("一通来电后的整理"), N("一天忙闲的差别"), N("听到提示改用短信或网页查件"),
    N("愿意留号等回电"), N("答应回电的时限"), N("双呼比直接接听多用"), N("一次电话联系能接通"), N("超过8小时的工时"),
    N("休息日上班的工时"), N("放假日上班的工时"),
    N("变异系数"), N("倍"), N("行业常用值，未核实：总机接通两头"), N("劳动法第44条：延时1.5倍"),
)
SAYS = {
    "a": N("只排标准工时：在岗的接电话，居家的办工单、打告知电话。接不住的写明。"),
    "b": N("先发消息；居家的办工单，也用双呼回电。经本人同意排应急工时，每天最长10小时。"),
    "c": N("邻市出人接电话，自己的人每天7小时。从明早起。"),
}


@dataclass(frozen=True)
class Cell:
    """`value` with its unit; `interval` in words; `drawing`; `against` doing nothing, in words."""

    value: str
    interval: str = ""
    drawing: str = ""
    against: str = ""
    state: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Card:
    """A plan as its card says it. `clashing`: why there is no lawful roster."""

    code: str
    letter: str
    name: str
    says: str
    is_best: bool
    lost: str
    basis: str
    facts: tuple[tuple[str, str], ...]
    gives_way: tuple[str, ...]
    clashing: str
    adopt: str


@dataclass(frozen=True)
class Plans:
    lead: str
    why: tuple[str, ...]
    cards: tuple[Card, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    took: str
    replications: int


def people_words(present: Present, surge: float) -> str:
    n = {"home": present.at_home, "site": present.on_site, "out": present.out, "times": f"{surge:g}"}
    return gettext("%(home)s人居家，%(site)s人在岗，%(out)s人不在，来电是平时%(times)s倍") % n


def plans_read(row: PlanningRow, present: Present) -> Plans:
    """The page of a planning that is ready."""
    assert row.result is not None  # noqa: S101
    result, plans = row.result, row.result["plans"]
    ready = [plan for plan in plans if not plan["clashing"]]
    columns = (result["nothing"], *(plan.get("figures", {}) for plan in plans))
    heads = (gettext("什么都不做"), *(letter_name(plan["code"]) for plan in plans))
    cards = tuple(_card(plan, result["best"], row) for plan in plans)
    return Plans(_lead(row, present, ready), tuple(_why(result["best"], ready)), cards, heads,
                 (*_figure_rows(columns), *_fact_rows(row, plans)),
                 gettext("算了%(s)s秒") % {"s": f"{row.wall_ms / 1_000:.1f}"} if row.wall_ms else "",
                 result["replications"])


def letter_name(code: str) -> str:
    return gettext("%(letter)s %(name)s") % {"letter": code.upper(), "name": domain_word(PLAN_NAMES[code])}


def _lead(row: PlanningRow, present: Present, ready: Sequence[Mapping[str, Any]]) -> str:
    assert row.result is not None  # noqa: S101
    head = people_words(present, row.inputs["surge"])
    lost = _mean(row.result["nothing"]["lost_tonight_h"])
    nothing = wording.count(lost)
    best = next((p for p in ready if p["code"] == row.result["best"]["code"]), None)
    if best is None:
        return numbered("%(head)s：什么都不做，今晚每小时丢%(n)s通电话；现在也排不出合法的班。", lost) % {
            "head": head, "n": nothing}
    return numbered("%(head)s：什么都不做，今晚每小时丢%(n)s通电话；方案%(plan)s丢%(m)s通。", lost) % {
        "head": head, "n": nothing, "plan": best["code"].upper(),
        "m": wording.count(_mean(best["figures"]["lost_tonight_h"]))}


def _why(best: Mapping[str, Any], ready: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why the marked plan, in words; and what another city could add."""
    by_code = {plan["code"]: plan for plan in ready}
    chosen = by_code.get(best["code"])
    if chosen is None:
        return []
    others = [p for p in ready if p["code"] != best["code"] and not p["levers"]["lent"]]
    said = []
    for other in others:
        n = {"best": best["code"].upper(), "other": other["code"].upper(),
             "n": wording.count(_unmet(other) - _unmet(chosen))}
        said.append((gettext("不靠别人，方案%(best)s没接住、没按时、没告知的最少，每天比方案%(other)s少%(n)s件，差别大于误差。")
                     if best["apart"] else
                     gettext("方案%(best)s每天比方案%(other)s少留%(n)s件，但差别在误差之内：看改动和工时来选。")) % n)
    lent = next((p for p in ready if p["levers"]["lent"]), None)
    if lent and best["of_all"] == lent["code"]:
        said.append(numbered("邻市肯借%(n)s人的话，方案%(code)s更好。", lent["levers"]["lent"]) % {
            "n": lent["levers"]["lent"], "code": lent["code"].upper()})
    return said


def _mean(figure: Sequence[float] | None) -> float | None:
    return None if figure is None else figure[0]


def _unmet(plan: Mapping[str, Any]) -> float:
    return _mean(plan["figures"]["unmet_day"]) or 0.0


def _card(plan: Mapping[str, Any], best: Mapping[str, Any], row: PlanningRow) -> Card:
    code = plan["code"]
    name = domain_word(PLAN_NAMES[code])
    if plan["clashing"]:
        return Card(code, code.upper(), name, gettext(SAYS[code]), False, "", _basis(plan), (), (),
                    _clash_words(plan["clashing"]), "")
    return Card(
        code, code.upper(), name, gettext(SAYS[code]), code == best["code"],
        _lost_words(_mean(plan["figures"]["lost_tonight_h"])),
        _basis(plan), tuple(_facts(plan)), tuple(_gives_way(plan, row)), "",
        gettext("看方案%(letter)s并采用") % {"letter": code.upper()})


def _lost_words(lost: float | None) -> str:
    return numbered("今晚每小时丢%(n)s通", lost) % {"n": wording.count(lost)}


def _basis(plan: Mapping[str, Any]) -> str:
    return domain_word(BASIS_WORDS[plan["basis"]])


def _clash_words(rules: Sequence[str]) -> str:
    if "nobody" in rules:
        return gettext("没有人能上班：在岗和居家的都是0人。")
    return gettext("排不出合法的班：%(rules)s不能同时满足。少排几天，或借人再算。") % {"rules": "、".join(rules)}


def _facts(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    split = plan["split"]
    who = [gettext("接电话%(n)s人") % {"n": split.get("queue", 0)}]
    if split.get("written"):
        who.append(gettext("居家办%(n)s人") % {"n": split["written"]})
    if split.get("night_duty"):
        who.append(gettext("只值夜%(n)s人") % {"n": split["night_duty"]})
    if split.get("lent"):
        who.append(gettext("外援%(n)s人") % {"n": split["lent"]})
    return [
        (gettext("分工"), "，".join(who) if not wording.is_english() else ", ".join(who)),
        (gettext("工时"), gettext("%(h)s小时，最长一班%(longest)s小时") % {
            "h": wording.count(plan["hours"]), "longest": f"{plan['longest_h']:g}"}),
        (gettext("工钱"), wording.yuan(plan["pay_fen"])),
        (gettext("改动"), gettext("%(people)s人%(shifts)s个班次") % plan["changes"]),
    ]


def _gives_way(plan: Mapping[str, Any], row: PlanningRow) -> list[str]:
    """What is turned away, moved, put last, lent: said, because it is not done for nothing."""
    levers = plan["levers"]
    n = {key: wording.count(value) for key, value in levers.items()}
    said = [gettext("改发消息：预计%(contacts_message)s位客户先收消息，%(contacts_voice)s位打电话") % n]
    if levers["self_service_day"]:
        said.append(numbered("引开：每天%(self_service_day)s通来电听提示改用短信和网页查",
                             levers["self_service_day"]) % n)
    if levers["call_backs_day"]:
        said.append(gettext("改回电：每天%(call_backs_day)s通留号，2小时内由居家的人双呼回电") % n)
    if levers["deferred_day"]:
        said.append(gettext("排最后：查询类工单每天%(deferred_day)s张，手上的%(deferred_open)s张告知客户") % n)
    if levers["lent"]:
        said.append(numbered("要邻市点头：借%(lent)s人，明早到位", levers["lent"]) % n)
    lost = _mean(plan["figures"]["lost_day"])
    said.append(numbered("仍接不住：每天%(n)s通来电挂断", lost) % {"n": wording.count(lost)})
    if plan["levers"]["calls_day"] and row.inputs["days"] == 1:
        said.append(gettext("只排一天"))
    return said


# key, label, note, how it is written, whether less is better
FIGURE_ROWS: tuple[tuple[str, str, str, str, bool], ...] = (
    ("lost_tonight_h", N("今晚每小时丢的来电"), N("通，含再打进来的"), "count", True),
    ("answered_share", N("来电接起"), N("占全部来电"), "share", False),
    ("within_share", N("20秒内接起"), N("占全部来电"), "share", False),
    ("wait_s", N("接起的人平均等"), N("秒"), "count", True),
    ("call_backs_kept", N("按时回电"), N("占留号的人"), "share", False),
    ("orders_on_time", N("工单按时"), N("占到期的工单"), "share", False),
    ("orders_left", N("期末没办完的工单"), N("张"), "count", True),
    ("contacts_share", N("客户已告知"), N("占该告知的客户"), "share", False),
    ("unmet_day", N("每天没办到的"), N("丢的来电、超时工单、没告知的客户"), "count", True),
)


def _figure_rows(columns: Sequence[Mapping[str, Any]]) -> list[Row]:
    rows = []
    for key, label, note, form, less in FIGURE_ROWS:
        write = WRITE[form]
        figures = [column.get(key) for column in columns]
        most = 1.0 if form == "share" else max((f[2] for f in figures if f), default=0.0)
        cells = [_cell(figure, write, most, less, (column.get("against") or {}).get(key), form)
                 for figure, column in zip(figures, columns, strict=True)]
        if any(figures):
            rows.append(Row(gettext(label), gettext(note), tuple(cells)))
    return rows


def _cell(figure: Sequence[float] | None, write: Callable[[float], str], most: float, less: bool,
          against: Sequence[float] | None, form: str) -> Cell:
    if figure is None:
        return Cell("–")
    state, words = "unknown", ""
    if against is not None:
        sure = against[1] > 0 or against[2] < 0
        better = (against[0] < 0) == less
        state = "kept" if sure and better else "late" if sure else "unknown"
        words = _against_words(against, form) if sure else gettext("和不做分不出")
    interval = f"{write(max(figure[1], 0.0))}–{write(figure[2])}"
    return Cell(write(figure[0]), interval, whisker(figure, most, state=state), words, state)


def _against_words(against: Sequence[float], form: str) -> str:
    value = 100 * against[0] if form == "share" else against[0]
    number = f"{'+' if value > 0 else '−'}{wording.count(abs(value))}"
    return gettext("比不做%(n)s") % {"n": gettext("%(n)s个百分点") % {"n": number} if form == "share" else number}


def _percent(value: float) -> str:
    percent = 100 * max(0.0, min(value, 1.0))
    return f"{percent:.0f}%" if percent in (0, 100) or 1 <= percent <= 99 else f"{percent:.1f}%"


WRITE: Mapping[str, Callable[[float], str]] = {"count": wording.count, "share": _percent}


def _fact_rows(row: PlanningRow, plans: Sequence[Mapping[str, Any]]) -> list[Row]:
    end = row.start_at + dt.timedelta(days=row.inputs["days"])

    def each(write: Callable[[Mapping[str, Any]], str]) -> tuple[Cell, ...]:
        return tuple(Cell("–") if plan["clashing"] else Cell(write(plan)) for plan in plans)

    return [
        Row(gettext("电话告知办完"), gettext("消息在允许的时段马上发"), (
            Cell(gettext("没人打")), *each(lambda p: _half_day(p["figures"]["contacts_done_at"], end)))),
        Row(gettext("工时"), gettext("小时，含外援"), (Cell("–"), *each(lambda p: wording.count(p["hours"])))),
        Row(gettext("加班"), gettext("小时"), (Cell("–"), *each(lambda p: wording.count(p["overtime_h"])))),
        Row(gettext("工钱"), gettext("估算，按参数"), (Cell("–"), *each(lambda p: wording.yuan(p["pay_fen"])))),
        Row(gettext("改动的班次"), gettext("人和天"), (Cell("0"), *each(lambda p: str(p["changes"]["shifts"])))),
    ]


def _half_day(at: str | None, end: dt.datetime) -> str:
    if at is None:
        return gettext("期内办不完")
    local = clock.local(dt.datetime.fromisoformat(at))
    n = {"day": wording.day_short(local)}
    return gettext("%(day)s上午") % n if local.hour < 12 else gettext("%(day)s下午") % n if local.hour < 18 else (
        gettext("%(day)s晚上") % n)


def nights_read(nights: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was left, with what the plan had said beside what came of it."""
    return [{**night, "said": _said(night["summary"].get("said") or {})} for night in nights]


def _said(said: Mapping[str, Any]) -> str:
    lost, orders, told = (_mean(said.get(name)) for name in ("lost_tonight_h", "orders_on_time", "contacts_share"))
    words = [_lost_words(lost)] if lost is not None else []
    if orders is not None:
        words.append(gettext("工单按时%(n)s") % {"n": _percent(orders)})
    if told is not None:
        words.append(gettext("客户已告知%(n)s") % {"n": _percent(told)})
    return ("，" if not wording.is_english() else ", ").join(words)


def figures_read(rows: Sequence[FigureRow]) -> list[tuple[FigureRow, str, str]]:
    """What the plans rest on, value and unit as a person reads them: money in yuan."""
    return [(row, wording.yuan(round(row.value)), "") if row.unit == "分" else
            (row, f"{row.value:g}", domain_word(row.unit)) for row in rows]


def adopt_label(code: str, *, people: int, returned: int) -> str:
    """The button says what pressing it does."""
    n = {"plan": code.upper(), "people": people, "orders": wording.count(returned)}
    if returned:
        return numbered("采用方案%(plan)s：发布排班、%(orders)s张工单换人办、告知%(people)s人", people) % n
    return numbered("采用方案%(plan)s：发布排班、告知%(people)s人", people) % n


def roster_days(shifts: Sequence[Any]) -> list[tuple[dt.date, list[Any]]]:
    """The roster by day."""
    days: dict[dt.date, list[Any]] = {}
    for shift in shifts:
        days.setdefault(shift.date, []).append(shift)
    return sorted(days.items())
