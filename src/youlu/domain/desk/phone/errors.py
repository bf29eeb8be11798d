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


class DialFirstError(YouluError):
    code = "desk.dial_first"
    status = 409
    sentence = "先请总机双呼。没接通，再显示号码自己拨。"


class NoTimeError(YouluError):
    code = "desk.no_call_back_time"
    status = 409
    sentence = "排好的班里没有能回电的时间，没有约。现在双呼，或请主管排班以后再约。"


class PromiseUnclosedError(YouluError):
    code = "desk.call_back_unclosed"
    status = 409
    sentence = "上一次约的回电已经打过，那张工单还没办结。先办结它，再约。"


class NoOneToCallError(YouluError):
    code = "desk.no_one_to_call"
    status = 422
    sentence = "这里没有客户的电话号码，约不了回电。先问清号码，给客户建单再约。"


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
