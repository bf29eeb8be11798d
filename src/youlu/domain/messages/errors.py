from __future__ import annotations

from youlu.core.errors import YouluError


class WordingVariablesError(YouluError):
    code = "messages.wording_variables"
    status = 422
    sentence = "口径里的变量「{names}」没有登记。只能用登记过的变量，写在花括号里。"


class WordingStateError(YouluError):
    code = "messages.wording_state"
    status = 409
    sentence = "这一版口径是「{state}」，不能再{act}。"


class WordingPeriodError(YouluError):
    code = "messages.wording_period"
    status = 422
    sentence = "口径的失效时间要晚于生效时间，而且还没有过去。"


class WordingTextError(YouluError):
    code = "messages.wording_text"
    status = 422
    sentence = "写1到{most}个字。"


class WordingSamePersonError(YouluError):
    code = "messages.same_person"
    status = 403
    sentence = "写的人不能批准自己写的口径。请另一位主管批准。"


class NoWordingError(YouluError):
    """There is no approved sentence for this now: nothing may be said."""

    code = "messages.no_wording"
    status = 409
    sentence = "现在没有批准的口径（{wording_code}）。批准后才能告知客户。"
