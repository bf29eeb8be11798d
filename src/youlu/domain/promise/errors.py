"""What can be said no to when a time is asked for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError


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
