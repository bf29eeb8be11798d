"""An outreach as its page says it: the sentence, the picture, causes, versions, what the list could not use."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.domain.desk.campaigns.lists import FAULTS
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.campaigns.report import Report, ahead_of
from youlu.interfaces.web import wording
from youlu.interfaces.web.figures.telling import Telling, Words, telling_draw
from youlu.interfaces.web.reading.wordings import wording_name
from youlu.interfaces.web.templatetags.youlu import domain_word

N = gettext_noop
FAULTS_SHOWN = 20
State = Campaign.State
TAGS = {State.DRAFT: "unknown", State.RUNNING: "kept", State.STOPPED: "late", State.DONE: "kept",
        State.DROPPED: "unknown"}
LEFT_OUT = {"unreachable": N("没有电话，也没同意收消息"), "refused": N("说过不用再联系"), "faults": N("用不了的行")}
# Said by the domain, worded here.
WORDS = (N("待开始"), N("进行中"), N("已停"), N("办完"), N("不办了"), N("表格"), N("项目名单"), N("工单视图"),
         N("等开始"), N("主管停的"), N("口径撤回了，没有现行的一版"), N("新一版口径要说邮件号，名单里有人没有邮件"))


@dataclass(frozen=True)
class Cause:
    """Why customers were not told; `what` they are waiting for, or "" where it is over."""

    name: str
    count: int
    what: str = ""


@dataclass(frozen=True)
class Fault:
    line: int
    what: str
    cure: str


def lead(report: Report) -> str:
    """How far, and until when."""
    tally, campaign = report.tally, report.head.campaign
    counts = {"told": wording.count(tally.told), "n": wording.count(tally.whole)}
    if campaign is not None and campaign.state == State.DRAFT:
        said = numbered("%(n)s位客户等着开始。", campaign.customers) % {"n": wording.count(campaign.customers)}
        return said + outlook(report)
    if campaign is not None and campaign.state == State.STOPPED:
        return gettext("停了：%(why)s。已告知%(told)s位，共%(n)s位。") % {
            **counts, "why": domain_word(str(Campaign.Why(campaign.why).label))}
    if campaign is not None and campaign.state == State.DROPPED:
        return gettext("不办了。已告知%(told)s位，其余不必再告知。") % counts
    if not tally.waiting:
        return gettext("办完了：%(n)s位里告知了%(told)s位。") % counts
    return gettext("已告知%(told)s位，共%(n)s位。") % counts + outlook(report)


def outlook(report: Report) -> str:
    """Done by Thursday 15:00 with the people there are, or how many are missing."""
    pace = report.pace
    values = {"at": moment(pace.ends_at, report.at) if pace.ends_at else "",
              "due": moment(report.head.due_at, report.at)}
    if pace.ends_at is None:
        return gettext("照现在的人，七天内打不完。")
    if pace.is_in_time:
        return gettext("照现在的人，%(at)s办完，期限%(due)s。") % values
    said = gettext("照现在的人，%(at)s才办完，晚于期限%(due)s。") % values
    short = numbered("期限前要再添%(n)s人打电话。", pace.people_short) % {"n": pace.people_short}
    return said + (short if pace.people_short else "")


def moment(at: dt.datetime, now: dt.datetime) -> str:
    """17:40 of today, else 7月29日 周五17:40."""
    local = clock.local(at)
    if local.date() == clock.local(now).date():
        return gettext("今天%(time)s") % {"time": f"{local:%H:%M}"}
    return gettext("%(day)s%(time)s") % {"day": wording.day(at), "time": f"{local:%H:%M}"}


def causes(report: Report) -> list[Cause]:
    """Who has not been told, by what stands in the way; those that have none are left out."""
    tally = report.tally
    untried = tally.waiting_voice - tally.tried - tally.in_hand
    quiet = gettext("%(at)s起再发") % {"at": moment(report.quiet_until, report.at)} if report.quiet_until else ""
    is_stopped = report.head.campaign is not None and report.head.campaign.state in (State.DRAFT, State.STOPPED)
    rows = [
        Cause(gettext("夜间不打扰") if quiet else gettext("等消息发出"), tally.waiting_message,
              quiet or gettext("马上发")),
        Cause(gettext("等电话"), max(untried, 0), gettext("按期限先后打")),
        Cause(gettext("正在联系"), tally.in_hand, gettext("客服员手里")),
        Cause(gettext("没接通"), tally.tried, gettext("两小时后再打，三次为止")),
        Cause(gettext("还没开始或已停") if is_stopped else gettext("超出电话比例，没有打"), tally.held,
              gettext("开始后再办") if is_stopped else gettext("提高比例就打")),
        Cause(gettext("三次没接通"), tally.given_up),
        *(Cause(domain_word(name), n) for name, n in sorted(tally.other.items())),
        Cause(gettext("不必再告知"), tally.moot)]
    return [row for row in rows if row.count]


def versions(report: Report) -> list[tuple[str, int, int]]:
    return [(wording_name(code), version, n) for code, version, n in report.tally.by_wording]


def faults(campaign: Campaign) -> list[Fault]:
    """The first rows that could not be used."""
    return [Fault(line, gettext(FAULTS[code][0]), gettext(FAULTS[code][1]))
            for line, code in campaign.faults[:FAULTS_SHOWN]]


def fault_counts(campaign: Campaign) -> list[tuple[str, int]]:
    """What was wrong, the commonest first."""
    return [(gettext(FAULTS[code][0]), n) for code, n in Counter(code for _, code in campaign.faults).most_common()]


def left_out(campaign: Campaign) -> list[tuple[str, int]]:
    return [(gettext(LEFT_OUT[code]), n) for code, n in campaign.left_out.items() if code != "faults"]


def picture(report: Report) -> str:
    """Told over time against the plan."""
    campaign = report.head.campaign
    planned = [(dt.datetime.fromisoformat(at), n) for at, n in campaign.plan] if campaign else []
    is_ahead = bool(report.tally.waiting) or report.head.may_start
    happened = report.curve if is_ahead else report.curve[:-1]  # what is over ends where its last word was said
    return telling_draw(
        Telling(happened, planned, ahead_of(report) if is_ahead else (), report.at if is_ahead else None,
                report.head.due_at, report.tally.whole,
                report.pace.earliest_at if is_ahead and report.voice_left else None,
                report.pace.latest_at if is_ahead else None),
        Words(gettext("告知进度"), lead(report), gettext("已告知"), gettext("开始时的计划"), gettext("照现在的人"),
              gettext("期限"), gettext("现在")))


def progress_rows(report: Report) -> list[tuple[dt.datetime, int]]:
    """The picture's numbers, every so often, newest first."""
    step = max(len(report.curve) // 12, 1)
    return list(reversed([*report.curve[:-1:step], report.curve[-1]]))
