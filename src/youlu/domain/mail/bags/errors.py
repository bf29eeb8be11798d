"""What the person at the sealing table is told when a bag cannot be handled as asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError


class ContainerNumberInvalidError(YouluError):
    code = "mail.container_number_invalid"
    status = 422
    sentence = _("总包号或路单号不对：我们的号是ZB或ZC加十二位数字，别的系统的总包号是15到35位字母数字。请核对标签。")


class ContainerScanInvalidError(YouluError):
    code = "mail.container_scan_invalid"
    status = 422
    sentence = _("这一步不完整：{what}。补全后只重发这一条即可。")


class ContentInvalidError(YouluError):
    code = "mail.content_invalid"
    status = 422
    sentence = _("清单里的“{number}”不是{kind}。请核对后重扫。")


class ContainerNotFoundError(YouluError):
    code = "mail.container_not_found"
    status = 404
    sentence = _("没有查到这个总包或路单。请核对标签上的号码。")


class DifferenceNotFoundError(YouluError):
    code = "mail.difference_not_found"
    status = 404
    sentence = _("没有这条差异，或不在您的辖区。请刷新清单。")


class DifferenceSettledError(YouluError):
    code = "mail.difference_settled"
    status = 409
    sentence = _("这条差异已由{by}处理为“{outcome}”。请刷新清单。")
