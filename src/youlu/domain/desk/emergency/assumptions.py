"""What the plans rest on besides the desk's own figures: the three sets of levers, and numbers with their source.

An office that knows better writes a row of the same code among the desk's parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

from youlu.domain.desk.trade import UNVERIFIED

STANDARD, EMERGENCY = "standard", "emergency"
OPEN_MIN, CLOSE_MIN = 8 * 60, 24 * 60  # the lines; 00-08 is duty, not a queue
CALL_FROM_MIN, CALL_TO_MIN = 8 * 60, 21 * 60  # customers may be called
SIMULATED = 60  # replications of each plan
WITHIN_SHARE = 0.85

# code, name, value, unit, source
FIGURES = [
    ("again_share", "挂断后再来电", 0.4, "占比", f"{UNVERIFIED}：假设"),
    ("again_s", "隔多久再来电", 1_200, "秒", f"{UNVERIFIED}：假设"),
    ("wrap_up_s", "一通来电后的整理", 15, "秒", f"{UNVERIFIED}：假设"),
    ("day_cv", "一天忙闲的差别", 0.15, "变异系数", f"{UNVERIFIED}：假设"),
    ("self_share", "听到提示改用短信或网页查件", 0.2, "占比", f"{UNVERIFIED}：假设"),
    ("call_back_wanted_share", "愿意留号等回电", 0.35, "占比", f"{UNVERIFIED}：假设"),
    ("call_back_within_h", "答应回电的时限", 2, "小时", f"{UNVERIFIED}：假设"),
    ("two_ended_s", "双呼比直接接听多用", 20, "秒", f"{UNVERIFIED}：总机接通两头"),
    ("reached_share", "一次电话联系能接通", 0.6, "占比", f"{UNVERIFIED}：假设"),
    ("overtime_factor", "超过8小时的工时", 1.5, "倍", "劳动法第44条：延时1.5倍"),
    ("rest_day_factor", "休息日上班的工时", 2, "倍", "劳动法第44条：休息日又不能补休2倍"),
    ("holiday_factor", "放假日上班的工时", 3, "倍", "劳动法第44条：法定休假日3倍；放假安排里的调休日也算，宁多勿少"),
]
# Kind of order -> share, where the desk has too few orders of its own to count.
USUAL_KINDS = {"pickup": 0.44, "chase": 0.38, "enquiry": 0.12, "complaint": 0.06}
KINDS_COUNTED_FROM = 200


@dataclass(frozen=True)
class Levers:
    """One way through. `shifts`: (name, start, length, break after, break; minutes) of a day's kinds of shift."""

    code: str
    basis: str
    shifts: tuple[tuple[str, int, int, int, int], ...]
    to_self_service: bool = False  # an announcement sends who only wants to know where the mail is to messages
    calls_back: bool = False  # callers may leave their number; people at home ring back by two-ended calls
    borrows: bool = False
    defers: tuple[str, ...] = ()  # kinds of orders that wait behind everything else


EIGHT_HOURS = (("早班", 480, 510, 240, 30), ("中班", 690, 510, 240, 30), ("晚班", 930, 510, 240, 30))
TEN_HOURS = (("长早班", 480, 660, 300, 60), ("长晚班", 780, 660, 300, 60), ("中班", 690, 510, 240, 30))
SEVEN_HOURS = (("短早班", 480, 450, 210, 30), ("短中班", 690, 450, 210, 30), ("短晚班", 990, 450, 210, 30))
DEFERRED = ("enquiry", "praise", "coordination")

RUNNING = "在上的班"  # begun before the plan, it goes on as it was published
PLANS = (
    Levers("a", STANDARD, EIGHT_HOURS, to_self_service=True, defers=DEFERRED),
    Levers("b", EMERGENCY, TEN_HOURS, to_self_service=True, calls_back=True, defers=DEFERRED),
    Levers("c", STANDARD, SEVEN_HOURS, to_self_service=True, borrows=True),
)
STEPS = 1 + 2 * len(PLANS)  # of a computation: doing nothing, then a roster and a simulation of each plan
PLAN_NAMES = {"a": "就地稳住", "b": "消息先行、居家分流", "c": "邻市支援"}
BASIS_WORDS = {
    STANDARD: "标准工时：每天8小时、每周44小时，每月加班不超过36小时，七天休一天（劳动法第36、38、41条）",
    EMERGENCY: "应急工时：抢险救灾不受加班时数限制，逐人同意并记录，超过8小时按1.5倍付（劳动法第42、44条）",
}


def levers_of(code: str) -> Levers | None:
    return next((levers for levers in PLANS if levers.code == code), None)
