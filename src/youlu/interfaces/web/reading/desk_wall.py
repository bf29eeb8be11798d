"""The wall's facts as a room reads them from ten metres: one sentence, seven figures, bars, alarms."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from youlu.core.numbered import numbered
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.wall.alarms import Alarm, alarms_of
from youlu.domain.desk.wall.facts import Arrivals, Going, Wall
from youlu.domain.workforce.models import Site
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.figures.arrivals import arrivals_draw
from youlu.interfaces.web.reading.campaigns import moment
from youlu.interfaces.web.templatetags.youlu import domain_word

N = gettext_noop
ALARMS_SHOWN, OUTREACHES_SHOWN = 6, 5
FIRST_HALF_HOUR = 16  # the lines open at eight
DUE = {
    "very_late": (N("超4小时以上"), "late"), "late": (N("超4小时以内"), "late"), "hour": (N("1小时内"), "risk"),
    "four": (N("4小时内"), "unknown"), "day": (N("24小时内"), "unknown"), "later": (N("24小时以后"), "unknown"),
    "paused": (N("停着等客户"), "unknown")}
CHANNELS = {"call": N("来电数"), "order": N("新工单")}


@dataclass(frozen=True)
class Bar:
    name: str
    count: int
    state: str


@dataclass(frozen=True)
class Line:
    """An outreach: how far, and until when."""

    name: str
    told: int
    whole: int
    state: str
    says: str


@dataclass(frozen=True)
class Said:
    state: str
    text: str


@dataclass(frozen=True)
class Picture:
    name: str
    svg: str
    is_counted: bool


def lead(wall: Wall, alarms: tuple[Alarm, ...]) -> str:
    """What needs somebody first; all well where nothing does."""
    here = sum(seats.taking for seats in wall.seats)
    said = numbered("%(n)s人在办，", here) % {"n": here}
    open_now = wall.waiting + wall.taken
    said += numbered("%(n)s张工单没办结", open_now) % {"n": wording.count(open_now)}
    urgent = sum(alarm.state == "late" for alarm in alarms)
    if urgent:
        return said + numbered("，%(n)s件事要马上处理。", urgent) % {"n": urgent}
    return said + (gettext("，有事要留意。") if alarms else gettext("，没有要处理的警报。"))


def figures(wall: Wall) -> tuple[rows.Figure, ...]:
    """Seven, the widest first."""
    voice = sum(one.waiting_voice for one in wall.outreaches)
    message = sum(one.waiting_message for one in wall.outreaches)
    taking = sum(seats.taking for seats in wall.seats)
    return (
        rows.Figure(gettext("待派"), wall.waiting, "unknown", "orders"),
        rows.Figure(gettext("处理中"), wall.taken, "unknown", "orders"),
        rows.Figure(gettext("1小时内到期"), wall.due["hour"], "risk" if wall.due["hour"] else "unknown", "orders"),
        rows.Figure(gettext("超时工单"), wall.late, "late" if wall.late else "kept", "orders"),
        rows.Figure(gettext("等电话"), voice, "unknown", "customers"),
        rows.Figure(gettext("等消息"), message, "unknown", "customers"),
        rows.Figure(gettext("在办"), taking, "kept" if taking else "late", "people"))


def due_bars(wall: Wall) -> list[Bar]:
    return [Bar(gettext(name), wall.due[code], state if wall.due[code] else "unknown")
            for code, (name, state) in DUE.items()]


def seats(wall: Wall) -> list[tuple[str, int, int]]:
    """(site, taking work, not)."""
    return [(domain_word(str(Site(one.site).label)), one.taking, one.paused) for one in wall.seats]


def calls(wall: Wall) -> list[Bar]:
    """Of today, and now; nothing where no exchange tells of calls."""
    if wall.calls is None:
        return []
    one = wall.calls
    return [Bar(gettext("今天呼入"), one.came, "unknown"), Bar(gettext("接起"), one.answered, "unknown"),
            Bar(gettext("没等到"), one.abandoned, "risk" if one.abandoned else "unknown"),
            Bar(gettext("正在等"), one.waiting, "risk" if one.waiting else "unknown"),
            Bar(gettext("约好的回电没打"), one.broken, "late" if one.broken else "unknown")]


def lines(wall: Wall) -> list[Line]:
    return [_line(one, wall) for one in wall.outreaches[:OUTREACHES_SHOWN]]


def _line(one: Going, wall: Wall) -> Line:
    if one.state == Campaign.State.STOPPED:
        return Line(one.name, one.told, one.whole, "late", gettext("已停"))
    if one.pace.ends_at is None:
        return Line(one.name, one.told, one.whole, "late", gettext("七天内打不完"))
    return Line(one.name, one.told, one.whole, "kept" if one.pace.is_in_time else "risk",
                gettext("%(at)s办完") % {"at": moment(one.pace.ends_at, wall.at)})


def alarms_said(alarms: tuple[Alarm, ...]) -> list[Said]:
    return [Said(alarm.state, _said(alarm)) for alarm in alarms[:ALARMS_SHOWN]]


def _said(alarm: Alarm) -> str:
    values = alarm.values
    if alarm.code == "outreach_stopped":
        return gettext("「%(name)s」停了：%(why)s。") % {
            "name": values["name"], "why": domain_word(str(Campaign.Why(values["why"]).label))}
    if alarm.code == "outreach_late":
        said = gettext("「%(name)s」照现在的人赶不上期限。") % {"name": values["name"]}
        short = numbered("要再添%(n)s人。", values["short"]) % {"n": values["short"]}
        return said + (short if values["short"] else "")
    if alarm.code == "very_late":
        return numbered("%(n)s张工单超时超过4小时。", values["n"]) % {"n": wording.count(values["n"])}
    if alarm.code == "broken":
        return numbered("%(n)s个约好的回电没打。", values["n"]) % {"n": wording.count(values["n"])}
    if alarm.code == "queue":
        return numbered("%(n)s个来电在等。", values["n"]) % {"n": wording.count(values["n"])}
    if alarm.code == "nobody_on_site":
        return gettext("现场没有人接电话。")
    if alarm.code == "alerts":
        return numbered("%(n)s条提醒等主管看。", values["n"]) % {"n": wording.count(values["n"])}
    return gettext("最近一小时%(what)s比预测多%(pct)s%%。") % {
        "what": gettext(CHANNELS[alarm.code.partition("_")[0]]), "pct": values["pct"]}


def pictures(wall: Wall) -> list[Picture]:
    return [_picture(one) for one in wall.arrivals]


def _picture(one: Arrivals) -> Picture:
    name = gettext(CHANNELS[one.channel])
    came, foreseen = sum(one.came or ()), sum(one.expected[:len(one.came)]) if one.came is not None else 0.0
    desc = gettext("今天到现在来了%(came)s，预测%(foreseen)s") % {
        "came": wording.count(came), "foreseen": wording.count(foreseen)}
    return Picture(f"{name} · {desc}" if one.came is not None else name, arrivals_draw(
        one.expected, one.came or (), first=FIRST_HALF_HOUR, title=name, desc=desc, id=f"arrivals-{one.channel}",
        came_word=gettext("实际"), expected_word=gettext("预测")),
        one.came is not None)


def read(wall: Wall) -> dict[str, object]:
    """Everything the template asks for."""
    alarms = alarms_of(wall)
    return {"lead": lead(wall, alarms), "figures": figures(wall), "bars": due_bars(wall), "seats": seats(wall),
            "calls": calls(wall),
            "most": max([1, *wall.due.values()]), "lines": lines(wall), "alarms": alarms_said(alarms),
            "more": max(len(alarms) - ALARMS_SHOWN, 0), "pictures": pictures(wall), "now": wall.at,
            "more_outreaches": max(len(wall.outreaches) - OUTREACHES_SHOWN, 0)}
