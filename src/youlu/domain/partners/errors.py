"""What can go wrong between us and an agency."""

from youlu.core.errors import NotFoundError, YouluError


class UnknownPartnerError(NotFoundError):
    code = "partners.unknown"
    sentence = "没有这个合作单位。请核对代码。"


class PartnerExistsError(YouluError):
    code = "partners.exists"
    status = 409
    sentence = "合作单位{partner}已登记。要换密钥请用更换密钥。"


class BadSignatureError(YouluError):
    """Also for a partner that is unknown or switched off: the three are told alike."""

    code = "partners.bad_signature"
    status = 401
    sentence = "签名不对、已过期，或合作单位未登记。请核对密钥和时钟后重发。"


class BadMessageError(YouluError):
    code = "partners.bad_message"
    status = 422
    sentence = "消息不符合约定：{problem}。请改正后用新的消息编号重发。"


class MessageReusedError(YouluError):
    code = "partners.message_reused"
    status = 422
    sentence = "这个消息编号已用于另一份内容。请换一个编号重发。"
