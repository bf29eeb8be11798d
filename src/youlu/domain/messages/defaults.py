"""The sentences a new installation starts from. Drafts until the service-quality department approves them.

Variables: `whose_before`, `place`, `whose_after` say whose mail it is without a name: 您寄往陇南 + 康县 for a sender,
从 + 兰州 + 寄给您 for an addressee.
"""

from __future__ import annotations

import uuid

from youlu.domain.access.selectors import Actor
from youlu.domain.messages.models import Wording
from youlu.domain.messages.services import wording_approve, wording_draft

GREETING = "您好，我是{branch}客服，工号{staff_no}。"
MAIL = "{whose_before}{place}{whose_after}的邮件"
CLOSING = "不用回电，有事打11185。"
VOICE = ["branch", "staff_no", "whose_before", "place", "whose_after", "reason", "was", "becomes"]
MESSAGE = ["item", "whose_before", "place", "whose_after", "reason", "was", "becomes"]
# code -> body, variables, emphasised
DEFAULTS: dict[str, tuple[str, list[str], list[str]]] = {
    "moved.voice": (
        GREETING + MAIL + "，因{reason}，送到的时间由{was}改为{becomes}。给您添麻烦了。",
        VOICE, ["staff_no", "place", "becomes"]),
    "moved.message": (
        "【邮政】" + MAIL + "（{item}），因{reason}，送到的时间由{was}改为{becomes}。给您添麻烦了。" + CLOSING,
        MESSAGE, ["becomes"]),
    "sooner.voice": (
        GREETING + MAIL + "，送到的时间提前了，由{was}改为{becomes}。",
        VOICE, ["staff_no", "place", "becomes"]),
    "sooner.message": (
        "【邮政】" + MAIL + "（{item}），送到的时间提前了，由{was}改为{becomes}。" + CLOSING,
        MESSAGE, ["becomes"]),
    "unknown.voice": (
        GREETING + MAIL + "，因{reason}暂时送不到。{becomes}。给您添麻烦了。",
        VOICE, ["staff_no", "place", "becomes"]),
    "unknown.message": (
        "【邮政】" + MAIL + "（{item}），因{reason}暂时送不到。{becomes}。给您添麻烦了。" + CLOSING,
        MESSAGE, ["becomes"]),
    "deferred.message": (
        "【邮政】您来问的事（工单{number}）已记下。客服正在应急值守，{reply_by}答复您。给您添麻烦了。不用再打电话。",
        ["number", "reply_by"], ["reply_by"]),
    "answered.message": (
        "【邮政】您来问的事（工单{number}）有答复了：{link}。打开后输手机号后四位就能看，也能接着留言。",
        ["number", "link"], []),
    "received.mail": (
        "您的来信收到了，已记为工单{number}，客服会回信答复您。\n\n看办得怎么样：{link}\n打开后输信末的查询码。\n\n"
        "要补充，直接回这封信，主题里方括号中的号不要改。有急事打11185。",
        ["number", "link"], []),
    "received_less.mail": (
        "您的来信收到了，记在工单{number}里。有{files}个附件没有收：只收10 MB以内的JPG、PNG图片和PDF。"
        "请换小一些的，回这封信再发一次。\n\n看办得怎么样：{link}\n打开后输信末的查询码。",
        ["number", "link", "files"], ["files"]),
    "answered.mail": (
        "您来信问的事（工单{number}）有答复了，附在下面。\n\n也可以打开{link}，输信末的查询码看全部经过。"
        "还有疑问，直接回这封信，主题里方括号中的号不要改。",
        ["number", "link"], []),
}


def wordings_ensure(*, actor: Actor, approve: bool) -> list[uuid.UUID]:
    """Draft (and approve, where the actor may and asks for it) each default code that has no version yet."""
    made = []
    for code, (body, variables, emphasised) in DEFAULTS.items():
        if Wording.objects.filter(code=code).exists():
            continue
        made.append(wording_draft(actor=actor, code=code, body=body, variables=variables, emphasised=emphasised))
        if approve:
            wording_approve(actor=actor, wording_id=made[-1])
    return made
