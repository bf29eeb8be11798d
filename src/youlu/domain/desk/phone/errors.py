"""What can go wrong between the desk and its telephone exchange."""

from __future__ import annotations

from youlu.core.errors import YouluError


class NoExchangeError(YouluError):
    code = "desk.no_exchange"
    status = 409
    sentence = "没有接总机，不能双呼。显示号码自己拨，会留痕。"


class NoNumberError(YouluError):
    code = "desk.no_number"
    status = 422
    sentence = "这位客户没有电话号码，不能呼出。"


class AgentOnPhoneError(YouluError):
    code = "desk.agent_on_phone"
    status = 409
    sentence = "您还有一通电话没有结束。挂断后再呼。"


class CallGoneError(YouluError):
    """For the exchange: what it asks about may not be dialled any more."""

    code = "desk.call_gone"
    status = 409
    sentence = "这通双呼已经过时或结束，不要再拨。"


class CallTimeError(YouluError):
    code = "desk.call_time"
    status = 422
    sentence = "timestamp比现在晚{ahead_min}分钟以上，或早于{days}天前。请核对总机的时钟后重发。"
