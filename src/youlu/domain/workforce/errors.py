from __future__ import annotations

from youlu.core.errors import YouluError


class NotAnAgentError(YouluError):
    code = "workforce.not_an_agent"
    status = 403
    sentence = "这个账号没有客服员工号。请找主管登记工号后再试。"


class StaffNoTakenError(YouluError):
    code = "workforce.staff_no_taken"
    status = 409
    sentence = "工号{staff_no}已经有人用了。换一个工号。"


class UnknownSiteError(YouluError):
    code = "workforce.unknown_site"
    status = 422
    sentence = "在岗情况只能是在岗、居家或不在。"
