"""What can go wrong with vouchers and applications, in the applicant's words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError


class ForgedVoucherError(YouluError):
    code = "applications.voucher_forged"
    status = 404
    sentence = _("这个二维码不是有效的凭证。请重新扫描凭证上的二维码，或打11185。")


class ExpiredVoucherError(YouluError):
    code = "applications.voucher_expired"
    status = 410
    sentence = _("这张凭证已于{day}到期，不能再申请直邮。请带凭证到窗口领取，或打11185。")


class UsedVoucherError(YouluError):
    code = "applications.voucher_used"
    status = 409
    sentence = _("这张凭证已经申请过了，不用再申请。可以查申请进度，或打11185。")


class WithdrawnVoucherError(YouluError):
    code = "applications.voucher_withdrawn"
    status = 410
    sentence = _("这张凭证已由发证单位撤销。请联系发证窗口，或打11185。")


class ConsentNotReadError(YouluError):
    """A proxy neither read the consent aloud nor heard a yes, or said no way of asking."""

    code = "applications.consent_not_read"
    status = 422
    sentence = _("先选在柜台还是打电话，把告知念给本人听，本人同意了再开始。")


class UnknownApplicationError(YouluError):
    """Wrong number, wrong digits, not yours: told alike."""

    code = "applications.unknown"
    status = 404
    sentence = _("没有查到。核对申请编号和手机号后四位，或打11185。")


class NotADraftError(YouluError):
    code = "applications.not_a_draft"
    status = 409
    sentence = _("这份申请已经提交，不能再改。要改请打11185。")


class WrongStateError(YouluError):
    code = "applications.wrong_state"
    status = 409
    sentence = _("申请现在的状态不能这样办。请刷新后再看。")


class NoOfficeError(YouluError):
    """Nowhere to hand over or to deliver; the application waits and staff see why."""

    code = "applications.no_office"
    status = 409
    sentence = _("没有找到{place}。请网络管理员补上网点后再办。")


class NotByPublicError(YouluError):
    code = "applications.not_by_public"
    status = 404
    sentence = _("这个项目由单位申请，不在网上受理。有疑问请打11185。")


class BadAnswerError(YouluError):
    """One answer that cannot stand: `key` is the question, the sentence says what to write."""

    code = "applications.bad_answer"
    status = 422
    sentence = "{problem}"

    def __init__(self, *, key: str, problem: Any) -> None:
        self.key = key
        super().__init__(key=key, problem=str(problem))
