from __future__ import annotations

from youlu.core.errors import YouluError


class OrderTakenError(YouluError):
    code = "desk.order_taken"
    status = 409
    sentence = "这张工单刚被{name}接走了。看下一张。"


class OrderNotHereError(YouluError):
    code = "desk.order_not_here"
    status = 403
    sentence = "「{kind}」只能{sites}办。先报在岗情况，或留给在岗的同事。"


class OrderStateError(YouluError):
    code = "desk.order_state"
    status = 409
    sentence = "工单现在是「{state}」，不能{act}。"


class OrderUnfinishedError(YouluError):
    code = "desk.order_unfinished"
    status = 422
    sentence = "「{kind}」要先回访并定责才能办结。"


class UnknownKindError(YouluError):
    code = "desk.unknown_kind"
    status = 422
    sentence = "没有「{kind}」这种工单。"


class EmptyAnswerError(YouluError):
    code = "desk.empty_answer"
    status = 422
    sentence = "写上答复再提交。"


class UnknownResultError(YouluError):
    code = "desk.unknown_result"
    status = 422
    sentence = "联系结果只能是已告知、没接通、约时间或其他。"


class NoTimeGivenError(YouluError):
    code = "desk.no_time_given"
    status = 422
    sentence = "约时间要选一个还没过去的时间。"
