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


class ContractHoursError(YouluError):
    code = "workforce.contract_hours"
    status = 422
    sentence = "每周工时在0到{most}小时之间；更长的要按批准的综合计算工时。"


class ContractMostError(YouluError):
    code = "workforce.contract_most"
    status = 422
    sentence = "每周最多不能少于每周工时，也不能超过{most}小时。"


class SchemeHoursError(YouluError):
    code = "workforce.scheme_hours"
    status = 422
    sentence = "综合计算工时要写明一个周期的总工时，大于0，不超过{most}小时。"


class SkillError(YouluError):
    code = "workforce.skill"
    status = 422
    sentence = "技能最多{many}项，每项最多{long}个字。"


class StaffNoError(YouluError):
    code = "workforce.staff_no"
    status = 422
    sentence = "工号是1到20位字母和数字，例如2201。"


class AgentKnownError(YouluError):
    code = "workforce.agent_known"
    status = 409
    sentence = "这个人已有工号，或不是客服员账号。刷新后再看。"


class LeaveOverlapsError(YouluError):
    code = "workforce.leave_overlaps"
    status = 409
    sentence = "这段时间里已有一段请假：{start}至{end}。先撤回那一段，或改日期。"


class LeaveSpanError(YouluError):
    code = "workforce.leave_span"
    status = 422
    sentence = "请假的结束要晚于开始，最长{days}天。"


class LeaveDecidedError(YouluError):
    code = "workforce.leave_decided"
    status = 409
    sentence = "这段请假已经处理过了。刷新后看现在的状态。"


class AvailabilityError(YouluError):
    """`what` names the day and what may stand there."""

    code = "workforce.availability"
    status = 422
    sentence = "{what}"


class KindError(YouluError):
    """`what` names the field of the kind of shift and what it may be."""

    code = "workforce.kind"
    status = 422
    sentence = "{what}"


class WishError(YouluError):
    code = "workforce.wish"
    status = 422
    sentence = "心愿只能写在今后{days}天里，分量是1到3。"


class PeriodError(YouluError):
    code = "workforce.period"
    status = 422
    sentence = "排班的天数要在1到{days}天之间。"


class BasisError(YouluError):
    code = "workforce.basis"
    status = 422
    sentence = "工时依据只能是标准工时、综合计算工时或应急，并写明条款或批文号。"


class NobodyError(YouluError):
    code = "workforce.nobody"
    status = 422
    sentence = "没有人可排：登记了技能的客服员一个也没有。先在人员页登记技能。"


class NoShiftKindError(YouluError):
    code = "workforce.no_shift_kind"
    status = 422
    sentence = "没有班种「{activity}」，排不出来。先登记这种班。"


class SkillMissingError(YouluError):
    code = "workforce.skill_missing"
    status = 422
    sentence = "需求要的技能没有人会：{skill}。改需求，或给会的人登记技能。"


class NotPublishedError(YouluError):
    code = "workforce.not_published"
    status = 409
    sentence = "这段日子没有已发布的班表可改。新排一份。"


class RosterMovedError(YouluError):
    code = "workforce.roster_moved"
    status = 409
    sentence = "这份班表已是「{state}」，不能再这样做。刷新后看现在的状态。"


class RosterSeenError(YouluError):
    code = "workforce.roster_seen"
    status = 409
    sentence = "这份草稿刚被改过。看过新的样子再审核。"


class RosterHeldError(YouluError):
    code = "workforce.roster_held"
    status = 409
    sentence = "这段日子刚由第{version}版班表发布占用。从它另起一份草稿再发布。"


class SamePersonError(YouluError):
    code = "workforce.same_person"
    status = 403
    sentence = "编的人不能审核自己的班表。请另一位主管审核。"


class RosterUnlawfulError(YouluError):
    """Hard rules are broken; `first` says one in words, the page lists all."""

    code = "workforce.roster_unlawful"
    status = 409
    sentence = "班表有{count}处不合规则，不能审核或发布。第一处：{first}"


class ShiftEditError(YouluError):
    code = "workforce.shift_edit"
    status = 422
    sentence = "这一格改不了：人、日期、班种或地点不在这份班表里。"


class RunGoneError(YouluError):
    code = "workforce.run_gone"
    status = 409
    sentence = "这次排班已经结束，停不了了。"


class NoTimeError(YouluError):
    code = "workforce.no_time"
    status = 409
    sentence = "时间用完了还没有排出第一份。给多一点时间再排。"


class NoHistoryError(YouluError):
    code = "workforce.no_history"
    status = 409
    sentence = "没有来量的历史，预测不了。先导入每半小时的来量，或手工填人力需求。"


class ChannelError(YouluError):
    code = "workforce.channel"
    status = 422
    sentence = "来量分来电、工单、主动联系三种，选一种。"


class HistoryHeadError(YouluError):
    code = "workforce.history_head"
    status = 422
    sentence = "第一行要是表头，有“时间”和“来量”两列（或at和count）；现在的列是：{found}。"


class HistoryFileError(YouluError):
    code = "workforce.history_file"
    status = 422
    sentence = "选一个CSV文件，每半小时一行，最多{most}行；更长的分成几份传。"


class NeedTypedError(YouluError):
    """`what` says which of the fields, and what it may be."""

    code = "workforce.need_typed"
    status = 422
    sentence = "{what}"


class SurgeError(YouluError):
    code = "workforce.surge"
    status = 422
    sentence = "来量倍数要在0到{most}之间。"


class SwapError(YouluError):
    code = "workforce.swap"
    status = 422
    sentence = "换不了：要两个人，至少一个那天有班；两天都还没到，在同一张班表里；换了以后没有人一天两班。"


class SwapStandsError(YouluError):
    code = "workforce.swap_stands"
    status = 409
    sentence = "这一天已经提过换班，还没有答复。先撤回那一次。"


class SwapDecidedError(YouluError):
    code = "workforce.swap_decided"
    status = 409
    sentence = "这次换班已经有了结果。刷新后看现在的状态。"
