"""What can be said no to when a time is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError
from youlu.core.sheets import LineFault


class TooManyClassGroupsError(YouluError):
    code = "promise.too_many_class_groups"
    status = 422
    sentence = _("同时生效的措施把邮件种类分成了{most}组以上。请把豁免种类相同的措施合并后再登记。")


class RevisionMovedError(YouluError):
    """A timetable was activated between looking up the newest and reading it: look again."""

    code = "promise.revision_moved"
    status = 409
    sentence = _("班期刚刚换了版本。再试一次。")


class OrdinaryNotPromisedError(YouluError):
    code = "promise.ordinary"
    status = 422
    sentence = _("平常邮件只计数，没有时限承诺。要承诺请按给据邮件（特快、快递包裹、挂号）交寄。")


class NoTimetableError(YouluError):
    code = "promise.no_timetable"
    status = 409
    sentence = _("还没有启用的班期。先运行 ./youlu network build，或在“邮路班期”里启用一个版本。")


class ListRefusedError(YouluError):
    """A table that was handed in and not taken; `faults` are the lines, at most `SHOWN` in the sentence."""

    code = "promise.list_refused"
    status = 422
    sentence = _("有{total}处要改，一行也没有导入。{lines}")
    faults: tuple[LineFault, ...] = ()

    SHOWN = 5

    @classmethod
    def of(cls, faults: Sequence[LineFault]) -> ListRefusedError:
        error = cls(total=len(faults), lines="".join(map(str, faults[:cls.SHOWN])))
        error.faults = tuple(faults)
        return error


class StandardNotFoundError(YouluError):
    code = "promise.standard_not_found"
    status = 404
    sentence = _("没有这一版标准时限。到“标准时限”看有哪些版本。")


class StandardActivatedError(YouluError):
    code = "promise.standard_activated"
    status = 409
    sentence = _("第{version}版已经启用，不能改也不能撤：按它收寄的邮件还要按它考核。要换就导入新的一版。")


class StandardRetroactiveError(YouluError):
    code = "promise.standard_retroactive"
    status = 422
    sentence = _("标准时限从收寄日{date}起不行：只能从今天或以后起，已收寄的邮件保留当时的标准。")


class StandardPeriodError(YouluError):
    code = "promise.standard_period"
    status = 422
    sentence = _("到期日{until}不在起始日{date}之后。到期日当天起不再适用，不写就一直有效。")
