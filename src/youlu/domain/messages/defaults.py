"""The sentences that the product itself says. Every installation has them as drafts from its first `migrate` on, until
the service-quality department approves them or writes its own next version.

Variables: `whose_before`, `place`, `whose_after` say whose mail it is without a name: 您寄往陇南 + 康县 for a sender,
从 + 兰州 + 寄给您 for an addressee.
"""

from __future__ import annotations

import datetime as dt
import uuid

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.messages.models import Wording
from youlu.domain.messages.selectors import WordingRow, row_of, wordings_current
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
    "resumed.message": (
        "【邮政】客服已恢复正常，您来问的事（工单{number}）{reply_by}答复您。不用再打电话。",
        ["number", "reply_by"], ["reply_by"]),
    "opened.message": (
        "【邮政】您的事已登记，工单{number}。办到哪一步、有没有答复，都在{link}。打开后输手机号后四位就能看。",
        ["number", "link"], []),
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


SETUP = "system:setup"  # who drafts them: nobody who could approve them


def wordings_place(**_: object) -> None:
    """Draft each of them that has no version yet. Runs after every `migrate`, so that a sentence which a release
    brings along is there after the upgrade, and where somebody emptied the tables."""
    known = set(Wording.objects.filter(code__in=DEFAULTS).values_list("code", flat=True))
    Wording.objects.bulk_create([
        Wording(code=code, version=1, body=body, variables=variables, emphasised=emphasised, drafted_by=SETUP,
                drafted_at=clock.now())
        for code, (body, variables, emphasised) in DEFAULTS.items() if code not in known], ignore_conflicts=True)


def wordings_ensure(*, actor: Actor) -> list[uuid.UUID]:
    """Approve the first version of each that was never approved: for a scenario, which has nobody to read them."""
    wordings_place()
    used = Wording.objects.exclude(state=Wording.State.DRAFT).values("code")
    drafts = Wording.objects.filter(code__in=DEFAULTS, version=1).exclude(code__in=used).order_by("code")
    made = list(drafts.values_list("id", flat=True))
    for wording_id in made:
        wording_approve(actor=actor, wording_id=wording_id)
    return made


def wordings_missing(at: dt.datetime) -> tuple[str, ...]:
    """Those that may not be said at `at`, because no version is approved and in force."""
    said = {row.code for row in wordings_current(at=at, codes=DEFAULTS)}
    return tuple(code for code in DEFAULTS if code not in said)


def variables_of(row: WordingRow) -> tuple[str, ...]:
    """What the product fills in under a code: of its own sentences by the list above, else as the office had them."""
    return tuple(DEFAULTS[row.code][1]) if row.code in DEFAULTS else row.variables


def wording_next(*, actor: Actor, wording_id: uuid.UUID, body: str) -> uuid.UUID:
    """Write the next version of this one's code, with the variables of the code, as a draft.

    Raises
    ------
    NotFoundError, WordingTextError, WordingVariablesError
    """
    actor.require("messages.draft")
    before = Wording.objects.filter(id=wording_id).first()
    if before is None:
        raise NotFoundError()
    row = row_of(before)
    known = variables_of(row)
    return wording_draft(actor=actor, code=row.code, body=body.strip(), variables=known,
                         emphasised=[name for name in before.emphasised if name in known])
