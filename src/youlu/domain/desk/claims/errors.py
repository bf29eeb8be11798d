from __future__ import annotations

from youlu.core.errors import YouluError


class ClaimFactsError(YouluError):
    code = "desk.claim_facts"
    status = 422
    sentence = "金额写0到{most}元，最多两位小数；损失不超过申报的价值，保价的要写保价额。"


class ClaimSiteError(YouluError):
    code = "desk.claim_site"
    status = 403
    sentence = "居家不能定赔偿。到岗后再定，或交给在岗的同事。"


class ClaimStateError(YouluError):
    code = "desk.claim_state"
    status = 409
    sentence = "赔偿现在不能这样办：先核算，再定额，超过限额的复核以后才付款。"


class ClaimReasonError(YouluError):
    code = "desk.claim_reason"
    status = 422
    sentence = "定的和核算的不一样，或不同意定额，要写明理由。"


class ClaimSecondError(YouluError):
    code = "desk.claim_second"
    status = 403
    sentence = "复核要由另一位主管来做，不能是定额的人。"


class ClaimUndecidedError(YouluError):
    code = "desk.claim_undecided"
    status = 422
    sentence = "理赔还没定下来，不能办结。先定额；超过限额的等复核。"
