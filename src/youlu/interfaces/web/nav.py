"""The rooms of the product as the rail and the start page show them.

A room appears when its page exists and the actor may enter; nothing else has to be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import gettext, gettext_noop, pgettext


@dataclass(frozen=True)
class Room:
    """`short` stands in the rail (two characters), `name` is the trade's own; `permission` None: every actor."""

    view: str
    icon: str
    short: str
    name: str
    says: str
    permission: str | None = None
    last: bool = False  # at the foot of the rail


N = gettext_noop
ROOMS = (
    Room("web:situation", "gauge", N("态势"), N("态势"), N("全省邮件、中断和最急的工作"), "situation.read"),
    Room("web:closures", "construction", N("中断"), N("中断管理"), N("登记、预览、延期、解除"), "closure.read"),
    Room("web:routes", "route", N("班期"), N("邮路班期"), N("邮路、班次，编制和启用"), "timetable.read"),
    Room("web:items", "package", N("邮件"), N("邮件查询"), N("按号码查，或看逾限、有风险、改期的清单"), "mail.read"),
    Room("web:exceptions", "triangle-alert", N("滞留"), N("滞留与逾限"), N("逾限、错向、静默、有风险"), "mail.read"),
    Room("web:bags", "boxes", N("总包"), N("总包与车辆"), N("总包和车辆在哪里，开拆差异"), "mail.read"),
    Room("web:quote", "timer", N("时限"), N("问时限"), N("两地之间现在什么时候能送到，为什么"), "promise.quote"),
    Room("web:kept", "badge-check", N("达成"), N("时限达成"), N("标准和承诺各守住了多少"), "insight.read"),
    Room("web:standards", "calendar-clock", N("标准"), N("标准时限"), N("公布的时限和放假安排"), "standard.read"),
    Room("web:outreach", "megaphone", N("外呼"), N("主动客服"), N("客户问之前先告诉客户"), "outreach.read"),
    Room("web:desk", "headset", N("工单"), N("工单池"), N("查询、投诉、催投、回访"), "desk.read"),
    Room("web:asked", "clipboard-list", N("协查"), N("协查工单"), N("派到本单位的工单，在同一张单上回"), "desk.unit"),
    Room("web:my", "phone", N("我的"), N("我的任务"), N("下一个要联系的人和该说的话"), "contact.take"),
    Room("web:people", "users", N("在岗"), N("人员在岗"), N("谁在岗、谁居家、谁离岗"), "workforce.read"),
    Room("web:rosters", "calendar-range", N("排班"), N("排班"), N("谁几时上班，够不够，合不合规则"), "workforce.read"),
    Room("web:emergency", "chart-column", N("应急"), N("应急值守"), N("三个方案，采用一个"), "emergency.read"),
    Room("web:handover", "list-checks", N("交接"), N("交接班"), N("这一班留给下一班的，两个人签"), "handover.sign"),
    Room("web:applications", "id-card", N("申请"), N("项目与申请"), N("身份证直递、喜报等"), "applications.read"),
    Room("web:accounts", "users", N("账号"), N("账号与岗位"), N("谁能登录，以什么岗位"), "access.admin"),
    Room("web:audit", "shield", N("审计"), N("审计"), N("谁在什么时候做了什么"), "audit.read"),
    Room("web:shadow", "ruler", N("旁路"), N("旁路对照"), N("现有系统的邮件，按我们的时限算准不准"), "shadow.read"),
    Room("web:newspaper", "file-text", N("报纸"), N("这一版报纸"), N("每个数字在哪里跑")),
    Room("web:situation_wall", "monitor", N("大屏"), N("总览大屏"), N("挂在墙上看的态势"), "situation.read", last=True),
    Room("web:home", "circle-user", N("我"), N("我的首页"), N("岗位、语言、退出"), last=True),
)


@dataclass(frozen=True)
class Entry:
    url: str
    icon: str
    short: str
    name: str
    says: str
    last: bool
    here: bool


def rooms_of(actor: Any, path: str) -> list[Entry]:
    """The rooms `actor` may enter, the one of `path` marked."""
    found: list[tuple[Room, str]] = []
    for room in ROOMS:
        if room.permission and not (actor and actor.can(room.permission)):
            continue
        url = _address(room.view, get_script_prefix())
        if url:
            found.append((room, url))
    inside = [url for _, url in found if path == url or (path.startswith(url + "/"))]
    here = max(inside, key=len, default="")
    return [
        Entry(url, room.icon, short_word(room.short), gettext(room.name), gettext(room.says), room.last,
              url == here)
        for room, url in found
    ]


@cache
def _address(view: str, prefix: str) -> str:
    """Below `prefix`, the chair of the tour that is looked from; empty where this site has no such page."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def short_word(short: str) -> str:
    """What stands in the rail; a word that means something else elsewhere has a translation of its own."""
    shown = pgettext("rail", short)
    return gettext(short) if shown == short else shown
