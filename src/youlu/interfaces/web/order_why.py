"""Why somebody has an order, and why nobody has it yet: one sentence each, with the figures of the decision."""

from __future__ import annotations

from django.utils.translation import gettext as _

from youlu.domain.desk.assignment.queue import QueuePlace
from youlu.domain.desk.assignment.reasons import Why
from youlu.domain.desk.trade import SKILL_NAMES
from youlu.interfaces.web import wording
from youlu.interfaces.web.templatetags.youlu import domain_word


def why_said(why: Why) -> str:
    """The reason of the line, in the reader's language."""
    figures = {"load": why.load, "able": why.able, "waited": wording.span(why.waited_min),
               "skills": _("、").join(domain_word(SKILL_NAMES.get(skill, skill)) for skill in why.lacks)}
    sentence = {
        "known": _("以前办过这位客户或这件邮件的工单；当时手里%(load)s张，这张等了%(waited)s。"),
        "least": _("在场%(able)s人能办，数他手里最少（%(load)s张）；这张等了%(waited)s。"),
        "first": _("要下一张时，能办的里面它最急；当时手里%(load)s张，这张等了%(waited)s。"),
        "chosen": _("自己挑的。"), "given": _("主管指派的。"),
    }[why.code] % figures
    return sentence + (_("没有登记的技能：%(skills)s。") % figures if why.lacks else "")


def call_why_said(why: Why) -> str:
    """Why a call went where it went."""
    return {
        "known": _("办过这位客户的事。"),
        "least": _("能接的%(able)s人里手上最少（%(load)s张）。") % {"able": why.able, "load": why.load},
        "busy": _("能接的%(able)s人都在电话上。") % {"able": why.able},
    }.get(why.code, _("没有能接的人在岗。"))


def queue_said(place: QueuePlace) -> str:
    """Where the order stands in the pool and who could do it."""
    ahead = (_("前面还有1000张以上") if place.is_far else _("前面还有%(n)s张") % {"n": place.ahead} if place.ahead
             else _("下一张就是它"))
    if not place.able:
        skills = _("、").join(domain_word(skill) for skill in place.skills)
        who = (_("在接单的人里没有人能办：要会%(skills)s") % {"skills": skills} if skills
               else _("在接单的人里没有人能办"))
    elif place.full == place.able:
        who = _("在接单的%(n)s人能办，都已满手") % {"n": place.able}
    else:
        who = _("在接单的%(n)s人能办") % {"n": place.able}
    return _("%(ahead)s；%(who)s。") % {"ahead": ahead, "who": who}
