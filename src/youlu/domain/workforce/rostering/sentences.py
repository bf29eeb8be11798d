"""Rules, clashes and their least relaxation in the words of whoever reads."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from youlu.core.clock import hhmm
from youlu.core.numbered import numbered
from youlu.domain.workforce.rostering.checking import LEFT_OUT, Broken
from youlu.domain.workforce.rostering.problem import RosterInput
from youlu.engines.roster import Clash

N = gettext_noop
RULE_WORDS = {
    "skill": N("没有这种班要的技能"),
    "site": N("这种班不能在那里上，或人不在"),
    "leave": N("这天在休假"),
    "availability": N("不在本人可排的时间里"),
    "one_shift_a_day": N("一天排了两个班"),
    "pinned": N("动了已经钉住的班"),
    "wishes": N("心愿没有满足"),
    "min_rest": N("两个班之间休息不足11小时"),
    "never_followed_by": N("这两种班不能连着上"),
    "rest_day_in_seven": N("连续七天没有一个整天休息"),
    "max_consecutive_days": N("连续工作超过5天"),
    "min_consecutive_days": N("只上了单独一天班"),
    "min_consecutive_rest_days": N("休息日没有连成两天"),
    "max_weekends": N("上班的周末太多"),
    "max_shifts_of_kind": N("值守班超过上限"),
    "fair_shares": N("值守班分得不匀"),
    "fair_weekends": N("周末班分得不匀"),
    "max_minutes_day": N("一天的工时超过上限"),
    "law_hours_day": N("一天超过8小时再加3小时加班"),
    "max_minutes_week": N("一周的工时超过本人上限"),
    "max_minutes": N("总工时超过上限"),
    "min_minutes": N("总工时不足下限"),
    "contract_hours": N("工时和合同差得多"),
    "law_overtime": N("一个月加班超过36小时"),
    "keep_published": N("改动已发布的班"),
    "cover": N("人手不够"),
    LEFT_OUT: N("没有登记技能，或已不在岗，不能排班"),
}
BARRED_WORDS = {
    "leave": N("{n}人在休假"), "site": N("{n}人不在或只能居家"), "skill": N("{n}人没有技能"),
    "availability": N("{n}人那时不可排"), "min_rest": N("{n}人休息不足11小时"),
    "rest_day_in_seven": N("{n}人七天里要歇一天"), "law_overtime": N("{n}人加班已到36小时"),
    "law_hours_day": N("{n}人一天不能更长"), "one_shift_a_day": N("{n}人当天已有班"),
}
OTHERWISE = N("{n}人受别的规则限制")


def rule_words(rule: str) -> str:
    return gettext(RULE_WORDS.get(rule, rule))


def broken_sentence(row: Broken, names: Mapping[str, str], days: int = 1) -> str:
    """One rule broken, by whom and when: the first of so many days."""
    if days > 1 and row.staff_no:
        return numbered("{name}（{staff_no}）{date}等{n}天：{rule}。", days).format(
            name=names.get(row.staff_no, ""), staff_no=row.staff_no, date=day_words(row.work_date), n=days,
            rule=rule_words(row.rule))
    if not row.staff_no:
        return gettext("{date}：{rule}。").format(date=day_words(row.work_date), rule=rule_words(row.rule))
    return gettext("{name}（{staff_no}）{date}：{rule}。").format(
        name=names.get(row.staff_no, ""), staff_no=row.staff_no, date=day_words(row.work_date),
        rule=rule_words(row.rule))


def day_words(day: dt.date) -> str:
    return f"{day.month}-{day.day:02d}"


def clash_facts(clashes: Iterable[Clash], asked: RosterInput) -> list[dict[str, Any]]:
    """Clashes as they are kept with a run (JSON): no words, so that each reader has their own."""
    return [{"rule": c.rule, "staff_no": c.person, "name": asked.names.get(c.person, ""),
             "date": asked.problem.date_of(min(max(c.day, 0), asked.problem.days - 1)).isoformat(),
             "start_min": c.start_min, "end_min": c.end_min, "skill": c.skill, "amount": round(c.amount, 2),
             "barred": dict(Counter(rule for _, rule in c.barred))} for c in clashes]


def clash_sentence(fact: Mapping[str, Any]) -> str:
    """What must give way, at least, and why nobody else can stand in."""
    date = day_words(dt.date.fromisoformat(fact["date"]))
    if fact["rule"] == "cover":
        said = gettext("{date} {start}–{end}至少缺{n}人{skill}").format(
            date=date, start=hhmm(fact["start_min"]), end=hhmm(fact["end_min"]), n=_number(fact["amount"]),
            skill=gettext("（技能：{skill}）").format(skill=fact["skill"]) if fact["skill"] else "")
        why = gettext("、").join(
            gettext(BARRED_WORDS.get(rule, OTHERWISE)).format(n=n) for rule, n in fact["barred"].items())
        return gettext("{said}：{why}。").format(said=said, why=why) if why else gettext("{said}。").format(said=said)
    if fact["staff_no"]:
        return gettext("{name}（{staff_no}）要让一步：{rule}。").format(
            name=fact["name"], staff_no=fact["staff_no"], rule=rule_words(fact["rule"]))
    return gettext("要让一步：{rule}。").format(rule=rule_words(fact["rule"]))


def clashes_lead(facts: list[Mapping[str, Any]]) -> str:
    """The sentence over the list: how much must give way at least."""
    cover = [fact for fact in facts if fact["rule"] == "cover"]
    if len(cover) == len(facts):
        people = sum(fact["amount"] * (fact["end_min"] - fact["start_min"]) / 60 for fact in cover)
        return gettext("按现有的人和规则排不出：最少还差{hours}人时。").format(hours=_number(people))
    return numbered("按现有的人和规则排不出：最少有{n}处要让步。", len(facts)).format(n=len(facts))


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
