"""What a campaign refuses, and what to do."""

from __future__ import annotations

from youlu.core.errors import YouluError


class CampaignStateError(YouluError):
    code = "desk.campaign_state"
    status = 409
    sentence = "这次主动客服现在是「{state}」，不能{act}。"


class CampaignEmptyError(YouluError):
    code = "desk.campaign_empty"
    status = 422
    sentence = "没有一位能告知的客户。看看名单：{why}。"


class CampaignFieldError(YouluError):
    code = "desk.campaign_field"
    status = 422
    sentence = "名称1至{most}个字，期限要晚于现在，电话比例0至100。"


class TopicError(YouluError):
    code = "desk.campaign_topic"
    status = 409
    sentence = "「{topic}」没有现行的口径：消息和电话各要一版批准的。先到口径库批准。"


class TopicNameError(YouluError):
    code = "desk.campaign_topic_name"
    status = 422
    sentence = "口径名称1至{most}个字，不带点；消息和电话两句都要写。"


class TopicVariableError(YouluError):
    code = "desk.campaign_topic_variable"
    status = 422
    sentence = "口径里只能用这些变量：{known}。"


class NeedsItemsError(YouluError):
    code = "desk.campaign_needs_items"
    status = 422
    sentence = "这份口径要说邮件号或地点，名单里有客户没有邮件。换一份口径，或名单写邮件号。"


class ListTooLongError(YouluError):
    code = "desk.campaign_too_long"
    status = 422
    sentence = "一次最多{most}行。分成几份再导。"
