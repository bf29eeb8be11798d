"""What a counter, a device or a citizen is told when mail cannot be taken as asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError


class ItemNumberInvalidError(YouluError):
    code = "mail.number_invalid"
    status = 422
    sentence = _("邮件号不对：应为两位字母、九位数字、两位国家代码（末位数字是校验位），或十三位国内单号。请核对面单。")


class ItemNumberTakenError(YouluError):
    code = "mail.number_taken"
    status = 409
    sentence = _("这个邮件号已经收寄过。请换一张面单。")


class NumbersExhaustedError(YouluError):
    code = "mail.numbers_exhausted"
    status = 503
    sentence = _("号段{service}已用完。请到“邮件”设置里增加号段后再收寄。")


class AcceptanceStoppedError(YouluError):
    code = "mail.acceptance_stopped"
    status = 409
    sentence = _("{place}因{reason}暂停收寄。恢复后即可办理；豁免的邮件种类请核对公告。")


class NoWayError(YouluError):
    code = "mail.no_way"
    status = 409
    sentence = _("现在没有路能到{dest}，说不出送达时间，因此不能收寄。中断解除后再试。")


class ScanFromFutureError(YouluError):
    code = "mail.scan_from_future"
    status = 422
    sentence = _("轨迹时间晚于现在。请校准终端时钟后重发。")


class ScanUnknownPlaceError(YouluError):
    code = "mail.scan_unknown_place"
    status = 422
    sentence = _("没有这个网点或班次：{place}。请核对代码。")


class ScanChangedError(YouluError):
    code = "mail.scan_changed"
    status = 409
    sentence = _("同一终端的同一序号已有另一条轨迹。请用新的序号重发，需要更正时写明更正哪一条。")


class ScanInvalidError(YouluError):
    code = "mail.scan_invalid"
    status = 422
    sentence = _("轨迹不完整：{what}。补全后只重发这一条即可。")


class ItemNotFoundError(YouluError):
    """For the public a wrong number, a wrong phone and an unknown item read alike."""

    code = "mail.not_found"
    status = 404
    sentence = _("没有查到。核对单号和手机号后四位，或打11185。")


class TooManyTriesError(YouluError):
    code = "mail.too_many_tries"
    status = 429
    sentence = _("查询太频繁。请过一小时再试，或打11185，有人帮您办。")


class NothingToActOnError(YouluError):
    code = "mail.nothing_to_act_on"
    status = 409
    sentence = _("这件邮件现在没有未妥投的登记，不用处理。请先看轨迹。")


class ActionNotAllowedError(YouluError):
    code = "mail.action_not_allowed"
    status = 409
    sentence = _("未妥投原因是{cause}，不能{action}。可以：{allowed}。")


class CountInvalidError(YouluError):
    code = "mail.count_invalid"
    status = 422
    sentence = _("平常邮件的数没有记下：{what}。改好后整批重报。")
