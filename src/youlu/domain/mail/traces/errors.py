"""What can be wrong with traces, with the cure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError


class SourceNotFoundError(YouluError):
    code = "traces.no_source"
    status = 404
    sentence = _("没有这个轨迹来源。请先登记：./youlu traces source 代码 --name 名称。")


class SourceInvalidError(YouluError):
    code = "traces.source_invalid"
    status = 422
    sentence = _("来源代码用小写字母、数字和下划线，32个以内。")


class TraceRowInvalidError(YouluError):
    code = "traces.bad_row"
    status = 422
    sentence = _("{field}：{what}")


class TraceUnusableError(YouluError):
    """A row that was read and not used; it is kept in the list of what is missing."""

    code = "traces.left"
    status = 422
    sentence = _("{why}：{foreign}。{cure}")


class NotInShadowError(YouluError):
    code = "traces.not_in_shadow"
    status = 409
    sentence = _("邮件不是这个来源的旁路邮件，旁路来源的轨迹不改动它。要让来源更新在办的邮件，请改为正式来源。")


class ShadowItemError(YouluError):
    code = "mail.in_shadow"
    status = 409
    sentence = _("这件邮件只作旁路对照，不对外承诺，也不派工单。请在原系统里办理。")
