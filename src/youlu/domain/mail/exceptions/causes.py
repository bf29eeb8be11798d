"""Why a delivery did not succeed, and what may be done then: codes 101 to 130 of the express feeds.

The codes are those that public trace feeds of the express service use; the actions each allows are our reading of the
trade's rules, not a published table. A code that is not listed is treated as 130.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

FORCE_MAJEURE = 114
OTHER = 130


class Action(StrEnum):
    """What somebody may ask to be done next."""

    REDELIVER = "redeliver"
    PICKUP = "pickup"
    FORWARD = "forward"
    RETURN = "return"
    ASK_SENDER = "ask_sender"
    WAIT = "wait"
    INVESTIGATE = "investigate"
    REPORT = "report"
    CLAIM = "claim"


ACTION_WORDS = {
    Action.REDELIVER: _("再投"), Action.PICKUP: _("留存待取"), Action.FORWARD: _("改寄或转发"),
    Action.RETURN: _("退回寄件人"), Action.ASK_SENDER: _("征询寄件人"), Action.WAIT: _("就地暂存"),
    Action.INVESTIGATE: _("查找"), Action.REPORT: _("停递并上报"), Action.CLAIM: _("转理赔"),
}
_A = Action


@dataclass(frozen=True)
class Cause:
    code: int
    name: str
    actions: tuple[Action, ...]


CAUSES = {cause.code: cause for cause in (
    Cause(101, "地址有误", (_A.ASK_SENDER, _A.FORWARD, _A.RETURN)),
    Cause(102, "查无此人", (_A.ASK_SENDER, _A.RETURN)),
    Cause(103, "收件人不在", (_A.REDELIVER, _A.PICKUP)),
    Cause(104, "收件人拒收", (_A.ASK_SENDER, _A.RETURN)),
    Cause(105, "收件人要求改时间", (_A.REDELIVER, _A.PICKUP)),
    Cause(106, "误投", (_A.INVESTIGATE, _A.REDELIVER)),
    Cause(107, "误发", (_A.FORWARD, _A.INVESTIGATE)),
    Cause(108, "破损", (_A.INVESTIGATE, _A.REDELIVER, _A.RETURN, _A.CLAIM)),
    Cause(109, "禁寄物品", (_A.REPORT,)),
    Cause(110, "限寄物品", (_A.REPORT, _A.ASK_SENDER, _A.RETURN)),
    Cause(111, "待付费用", (_A.REDELIVER, _A.PICKUP, _A.RETURN)),
    Cause(112, "无人认领", (_A.ASK_SENDER, _A.RETURN)),
    Cause(113, "找不到收件人", (_A.REDELIVER, _A.ASK_SENDER, _A.RETURN)),
    Cause(114, "不可抗力", (_A.WAIT, _A.PICKUP, _A.FORWARD, _A.RETURN)),
    Cause(115, "收件人要求自取", (_A.PICKUP,)),
    Cause(116, "节假日不收", (_A.REDELIVER, _A.PICKUP)),
    Cause(117, "丢失", (_A.INVESTIGATE, _A.CLAIM)),
    Cause(118, "已留放", (_A.REDELIVER, _A.INVESTIGATE)),
    Cause(119, "已放入箱柜", (_A.PICKUP, _A.REDELIVER)),
    Cause(122, "单位不明", (_A.ASK_SENDER, _A.FORWARD, _A.RETURN)),
    Cause(123, "地址不详又无电话", (_A.ASK_SENDER, _A.RETURN)),
    Cause(124, "地址不详", (_A.ASK_SENDER, _A.REDELIVER, _A.RETURN)),
    Cause(125, "寄件人撤回", (_A.RETURN,)),
    Cause(126, "收件人迁移", (_A.FORWARD, _A.ASK_SENDER, _A.RETURN)),
    Cause(127, "逾期未领", (_A.RETURN, _A.ASK_SENDER)),
    Cause(129, "撤回太晚", (_A.REDELIVER,)),
    Cause(130, "其他", (_A.REDELIVER, _A.PICKUP, _A.FORWARD, _A.RETURN, _A.ASK_SENDER, _A.INVESTIGATE)),
)}


def cause_of(code: int) -> Cause:
    """The cause of a code; of one that no feed is known to use, 130."""
    return CAUSES.get(code, CAUSES[OTHER])
