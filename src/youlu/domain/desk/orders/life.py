"""The life of a work order as one table: states, acts, who may act, and what a kind asks for before it is closed.

Services read it to refuse, pages to offer, the supervisor's diagram to draw: there is no second list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from youlu.domain.desk.models import OrderKind, WorkOrder
from youlu.domain.desk.trade import REGULATOR

State = WorkOrder.State
OPEN_STATES = tuple(State(code) for code in State.values if code != State.CLOSED)


class Who(StrEnum):
    """Whose business an act is."""

    AGENT = "agent"  # anybody who takes work
    HOLDER = "holder"  # who has the order in hand
    UNIT = "unit"  # the office that was asked
    SUPERVISOR = "supervisor"


WHO_NAMES = {Who.AGENT: "客服员", Who.HOLDER: "持单人", Who.UNIT: "被派单位", Who.SUPERVISOR: "客服主管"}


@dataclass(frozen=True)
class Act:
    """`froms` and `to` in the full life; `to` None: the state stays. `asks`: what whoever acts has to say."""

    code: str
    name: str
    froms: tuple[State, ...]
    to: State | None
    who: tuple[Who, ...]
    asks: tuple[str, ...] = ()
    source: str = "行业通行做法"


IN_HAND = (State.TAKEN, State.DISPATCHED, State.VERIFIED, State.ANSWERED, State.CALLED_BACK, State.FIXED)
TO_ANSWER = (State.TAKEN, State.DISPATCHED, State.VERIFIED)
LETTER = ("letter", "note")
HOLDER, UNIT, SUPERVISOR, AGENT = (Who.HOLDER,), (Who.UNIT,), (Who.SUPERVISOR,), (Who.AGENT,)
ACTS = (
    Act("take", "接单", (State.OPEN,), State.TAKEN, AGENT),
    Act("assign", "指派", (State.OPEN, *TO_ANSWER), State.TAKEN, SUPERVISOR, ("agent",)),
    Act("give_back", "退回工单池", (State.TAKEN,), State.OPEN, HOLDER),
    Act("dispatch", "派发", (State.TAKEN, State.VERIFIED), State.DISPATCHED, HOLDER, ("office", "note")),
    Act("pass_on", "转派", (State.DISPATCHED,), State.DISPATCHED, (Who.UNIT, Who.HOLDER), ("office", "note")),
    Act("refuse", "退单", (State.DISPATCHED,), State.TAKEN, UNIT, ("text",)),
    Act("report", "核查回单", (State.DISPATCHED,), State.VERIFIED, UNIT, ("text",)),
    Act("verify", "自行核查", (State.TAKEN,), State.VERIFIED, HOLDER, ("text",)),
    Act("answer", "答复", (State.TAKEN, State.VERIFIED), State.ANSWERED, HOLDER, ("text",)),
    Act("call_back", "回访", (State.ANSWERED,), State.CALLED_BACK, HOLDER, ("satisfaction", "note")),
    Act("rework", "重新处理", (State.ANSWERED, State.CALLED_BACK, State.FIXED), State.TAKEN, HOLDER, ("note",)),
    Act("fix", "定责", (State.CALLED_BACK,), State.FIXED, HOLDER, ("responsibility",)),
    Act("close", "办结", (State.FIXED,), State.CLOSED, HOLDER),
    Act("reopen", "重开", (State.CLOSED,), State.OPEN, (Who.SUPERVISOR, Who.AGENT), ("text",)),
    Act("chase", "催办", (State.OPEN, *IN_HAND), None, (Who.AGENT, Who.SUPERVISOR), ("note",)),
    Act("supervise", "督办", (State.OPEN, *IN_HAND), None, SUPERVISOR, ("note",)),
    Act("escalate", "升级", (State.OPEN, *IN_HAND), None, (Who.HOLDER, Who.SUPERVISOR), ("text",)),
    Act("extend", "申请延时", TO_ANSWER, None, (Who.HOLDER, Who.UNIT), ("until", "text")),
    Act("extend_grant", "同意延时", OPEN_STATES, None, SUPERVISOR),
    Act("extend_refuse", "不同意延时", OPEN_STATES, None, SUPERVISOR, ("note",)),
    Act("wait", "等客户", TO_ANSWER, None, HOLDER, ("text",)),
    Act("resume", "客户有回音", TO_ANSWER, None, HOLDER),
    Act("prioritise", "调优先级", (State.OPEN, *IN_HAND), None, (Who.HOLDER, Who.SUPERVISOR), ("priority",)),
    Act("again", "再次来文", (State.ANSWERED, State.CALLED_BACK, State.FIXED), State.TAKEN,
        (Who.AGENT, Who.SUPERVISOR), LETTER, REGULATOR),
    Act("again_closed", "再次来文", (State.CLOSED,), State.OPEN, (Who.AGENT, Who.SUPERVISOR), LETTER, REGULATOR),
    Act("again_begun", "再次来文", (State.OPEN, *TO_ANSWER), None, (Who.AGENT, Who.SUPERVISOR), LETTER, REGULATOR),
    Act("classify", "定类别", OPEN_STATES, None, (Who.HOLDER, Who.SUPERVISOR), ("subtype",)),
    Act("repeat", "重复来电", (State.OPEN, *IN_HAND), None, AGENT),
    Act("note", "备注", (*OPEN_STATES, State.CLOSED), None, (Who.AGENT, Who.UNIT, Who.SUPERVISOR), ("text",)),
)
AGAINS = ("again", "again_closed", "again_begun")  # one act to whoever does it; by the state it begins in
PRIORITIES = {0: "平常", 1: "加急", 2: "特急"}
_BY_CODE = {act.code: act for act in ACTS}
# What the history calls what is no act of a person.
EVENT_NAMES = {
    "open": "受理", **{act.code: act.name for act in ACTS}, "warned": "临期", "late": "超时",
    "reply_late": "首次回复超时", "reply_warned": "首次回复临期",
    "message": "客户留言", "rate": "客户评价", "push": "自动派单",
    "returned": "没动，退回工单池", "claim_reckon": "赔偿核算", "claim_decide": "赔偿定额",
    "claim_confirm": "赔偿复核", "claim_back": "复核退回", "claim_pay": "赔偿付款",
    "attach": "加了附件", "macro": "快捷处理", "call": "通电话", "dial": "请总机双呼", "told": "告诉客户有答复",
    "linked": "发了查看链接",
    "received": "回信说收到了", "left_out": "没收全", "unsent": "信没送到",
    "application": "记下哪一份申请", "promise": "约了回电"}


def act_of(code: str) -> Act | None:
    return _BY_CODE.get(code)


@dataclass(frozen=True)
class Life:
    """The life of one kind: its states in order, and its acts with the states they begin in."""

    states: tuple[State, ...]
    acts: tuple[Act, ...]

    def froms(self, code: str) -> tuple[State, ...]:
        """The states in which the act may be done; none where this kind has no such act."""
        return next((act.froms for act in self.acts if act.code == code), ())

    def moves(self) -> Sequence[tuple[Act, State, State]]:
        """Every way from one state to another."""
        return [(act, start, act.to) for act in self.acts if act.to is not None
                for start in act.froms if start != act.to]


def life_of(kind: OrderKind) -> Life:
    return _life(kind.needs_call_back, kind.needs_responsibility, kind.asks_unit, kind.has_subtypes,
                 kind.has_own_clock and kind.again_min > 0)


@cache
def _life(calls_back: bool, fixes: bool, asks_unit: bool, is_divided: bool, is_asked_again: bool) -> Life:
    """Leave out what the kind does not need: closing then begins where the last needed step ends."""
    gone = {State.CALLED_BACK: not calls_back, State.FIXED: not fixes, State.DISPATCHED: not asks_unit}
    states = tuple(state for state in State if not gone.get(state))
    last = State.FIXED if fixes else State.CALLED_BACK if calls_back else State.ANSWERED
    begins = {"close": (last,), "fix": (State.CALLED_BACK if calls_back else State.ANSWERED,)}
    acts, none = [], ({"classify"} if not is_divided else set()) | (set() if is_asked_again else set(AGAINS))
    for act in ACTS:
        if act.code in none:
            continue
        froms = tuple(state for state in begins.get(act.code, act.froms) if state in states)
        if froms and (act.to is None or act.to in states):
            acts.append(Act(act.code, act.name, froms, act.to, act.who, act.asks, act.source))
    return Life(states, tuple(acts))
