from __future__ import annotations

from youlu.core.errors import YouluError


class OrderTakenError(YouluError):
    code = "desk.order_taken"
    status = 409
    sentence = "这张工单刚被{name}接走了。看下一张。"


class OrderNotHereError(YouluError):
    code = "desk.order_not_here"
    status = 403
    sentence = "「{kind}」只能{sites}办。先报在岗情况，或留给在岗的同事。"


class ContactGoneError(YouluError):
    code = "desk.contact_gone"
    status = 409
    sentence = "这位客户已经不在您手里，没有拨打，也没有显示号码。"


class ReopenLateError(YouluError):
    code = "desk.reopen_late"
    status = 409
    sentence = "办结超过{days}天，不能重开。客户还有事，另建一张。"


class OrderStateError(YouluError):
    code = "desk.order_state"
    status = 409
    sentence = "工单现在是「{state}」，不能{act}。"


class OrderUnfinishedError(YouluError):
    code = "desk.order_unfinished"
    status = 422
    sentence = "「{kind}」要先回访并定责才能办结。"


class OrderNotHeldError(YouluError):
    code = "desk.order_not_held"
    status = 409
    sentence = "这张工单没有人接。先接单，再{act}。"


class AgentNotHereError(YouluError):
    code = "desk.agent_not_here"
    status = 409
    sentence = "{name}现在不能接「{kind}」：只能{sites}办，还要在接单。换一位，或先改在岗情况。"


class NoSuchActError(YouluError):
    code = "desk.no_such_act"
    status = 404
    sentence = "工单没有「{act}」这个动作。"


class EmptyNoteError(YouluError):
    code = "desk.empty_note"
    status = 422
    sentence = "写明情况再{act}。"


class TitleError(YouluError):
    code = "desk.title"
    status = 422
    sentence = "用一句话写明什么事，最多{most}个字。"


class OutsideNumberError(YouluError):
    code = "desk.outside_number"
    status = 422
    sentence = "转办件要写来文编号和来文时间；来文时间不晚于现在，不早于{days}天前。"


class AgainLetterError(YouluError):
    code = "desk.again_letter"
    status = 422
    sentence = "写上来文编号和来文时间。来文时间要晚于上一次来文，不晚于现在，不早于{days}天前。"


class UnknownUnitError(YouluError):
    code = "desk.unknown_unit"
    status = 422
    sentence = "没有找到这个网点。写全名或机构代码再派。"


class SatisfactionError(YouluError):
    code = "desk.satisfaction"
    status = 422
    sentence = "回访结果选满意、不满意或没接通。"


class ResponsibilityError(YouluError):
    code = "desk.responsibility"
    status = 422
    sentence = "写明是哪个环节的责任再定责。"


class ExtensionError(YouluError):
    code = "desk.extension"
    status = 422
    sentence = "延到的时间要晚于现在的期限，最多延{days}天。"


class PriorityError(YouluError):
    code = "desk.priority"
    status = 422
    sentence = "优先级选平常、加急或特急。"


class BulkActError(YouluError):
    code = "desk.bulk_act"
    status = 422
    sentence = "选一个批量动作；指派还要选派给谁。"


class BulkSizeError(YouluError):
    code = "desk.bulk_size"
    status = 422
    sentence = "先勾选工单，一次最多{most}张。"


class ViewError(YouluError):
    code = "desk.view"
    status = 422
    sentence = "视图要有名字，最多{most}个字；每人最多存{views}个。"


class ItemNotKnownError(YouluError):
    code = "desk.item_not_known"
    status = 422
    sentence = "没有这件邮件。核对号码，或先不填邮件号。"


class FollowTriesError(YouluError):
    code = "desk.follow_tries"
    status = 429
    sentence = "查询太频繁。请过一小时再试，或打11185，有人帮您办。"


class MessageError(YouluError):
    code = "desk.message"
    status = 422
    sentence = "留言没有发出：写1到{most}个字；办结的或留言太多的，请打11185。"


class RatingError(YouluError):
    code = "desk.rating"
    status = 422
    sentence = "答复以后可以评一次，选1到5分。"


class AttachmentError(YouluError):
    code = "desk.attachment"
    status = 422
    sentence = "附件要是JPEG、PNG照片或不带脚本的PDF，最大{most_mb}MB。换一个文件再传。"


class PdfError(AttachmentError):
    code = "desk.pdf_unreadable"
    sentence = "这份PDF读不了，或者带着密码、脚本、附带的文件。用“打印成PDF”另存一份，或者截成图片，再传。"


class AttachmentsFullError(YouluError):
    code = "desk.attachments_full"
    status = 422
    sentence = "一张工单最多{most}个附件。"


class UnknownKindError(YouluError):
    code = "desk.unknown_kind"
    status = 422
    sentence = "没有「{kind}」这种工单。"


class UnknownSubtypeError(YouluError):
    code = "desk.unknown_subtype"
    status = 422
    sentence = "「{kind}」没有这个类别。从列出的里面选，不知道就先空着。"


class SubtypeMissingError(YouluError):
    code = "desk.subtype_missing"
    status = 422
    sentence = "「{kind}」要先定类别才能办结。"


class EmptyAnswerError(YouluError):
    code = "desk.empty_answer"
    status = 422
    sentence = "写上答复再提交。"


class UnknownResultError(YouluError):
    code = "desk.unknown_result"
    status = 422
    sentence = "联系结果只能是已告知、没接通、约时间或其他。"


class NoTimeGivenError(YouluError):
    code = "desk.no_time_given"
    status = 422
    sentence = "约时间要选一个还没过去的时间。"


class EmergencyInputsError(YouluError):
    code = "desk.emergency_inputs"
    status = 422
    sentence = "{what}写得不对：{why}。改好再算。"


class EmergencyTooShortError(EmergencyInputsError):
    code = "desk.emergency_too_short"
    sentence = "执行中的方案排到{until}：这次至少排{days}天。要早些结束，就解除应急值守。"


class EmergencyNotReadyError(YouluError):
    code = "desk.emergency_not_ready"
    status = 409
    sentence = "这一组方案还没有算好，或没有算成。重新计算后再采用。"


class EmergencyStaleError(YouluError):
    code = "desk.emergency_stale"
    status = 409
    sentence = "算好以后{why}，方案已过时。重新计算，几秒就好。"


class EmergencyAdoptedError(YouluError):
    code = "desk.emergency_adopted"
    status = 409
    sentence = "这一组已由{name}采用了「{plan}」。要换方案，重新计算。"


class EmergencyConsentError(YouluError):
    code = "desk.emergency_consent"
    status = 422
    sentence = "应急工时要每个人同意。确认已逐人征得同意，或改用标准工时的方案。"


class EmergencyUnlawfulError(YouluError):
    code = "desk.emergency_unlawful"
    status = 422
    sentence = "这份排班不符合「{basis}」：{rule}。不能发布，重新计算。"


class EmergencyNotInForceError(YouluError):
    code = "desk.emergency_not_in_force"
    status = 409
    sentence = "现在不在应急值守。"


class HandoverWaitingError(YouluError):
    code = "desk.handover_waiting"
    status = 409
    sentence = "{name}{at}已经交班，还没有人接。先接那一班，或请{name}收回。"


class HandoverSamePersonError(YouluError):
    code = "desk.handover_same_person"
    status = 409
    sentence = "交班的和接班的要是两个人。让另一位主管在自己的账号上接班。"


class HandoverSignedError(YouluError):
    code = "desk.handover_signed"
    status = 409
    sentence = "这一班已经由{name}接走了，不用再签。"


class HandoverGoneError(YouluError):
    code = "desk.handover_gone"
    status = 409
    sentence = "这份交班已被{name}收回。看最新的一份。"


class HandoverFaultError(YouluError):
    code = "desk.handover_fault"
    status = 422
    sentence = "故障只能从列出的几项里勾。"


class DeskChannelError(YouluError):
    code = "desk.channel"
    status = 422
    sentence = "选客户是打电话、来柜台还是来信。"


class LinkNotSentError(YouluError):
    code = "desk.link_not_sent"
    status = 409
    sentence = "链接没有发出：{why}。念给客户，或请客户打11185。"


class AskTextError(YouluError):
    code = "desk.ask_text"
    status = 422
    sentence = "写一写是什么事，1到{most}个字。"


class BadItemNumberError(YouluError):
    code = "desk.bad_item_number"
    status = 422
    sentence = "邮件号写得不对。核对面单条码下面的号码，或先不填。"


class AskedTooOftenError(YouluError):
    code = "desk.asked_too_often"
    status = 429
    sentence = "一天最多提交{most}次。急事请打11185，有人帮您办。"


class RemarkError(YouluError):
    code = "desk.remark"
    status = 422
    sentence = "备注最多{most}个字。删短一些再记。"


class OtherAgentError(YouluError):
    code = "desk.other_agent"
    status = 409
    sentence = "这条结果是另一个工号留下的，由本人登录后发出。"


class KindFigureError(YouluError):
    code = "desk.kind_figure"
    status = 422
    sentence = "「{field}」写{least}到{most}之间的整数。"


class BeyondLawError(YouluError):
    code = "desk.beyond_law"
    status = 422
    sentence = "法律要求这类工单{days}天内办结，不能写得更长。"


class FigureSourceError(YouluError):
    code = "desk.figure_source"
    status = 422
    sentence = "写明这个数从哪里来、谁定的，最多{most}个字。"


class UnknownFigureError(YouluError):
    code = "desk.unknown_figure"
    status = 422
    sentence = "没有这一项。刷新页面再改。"


class BadWindowsError(YouluError):
    code = "desk.bad_windows"
    status = 422
    sentence = "时段写成08:30-12:00，几段用空格隔开，先后不重叠，一周至少开一段；整天写00:00-24:00，不开就空着。"


class BadFigureError(YouluError):
    code = "desk.bad_figure"
    status = 422
    sentence = "「{field}」写不小于0的数；占比写0到1之间。"
