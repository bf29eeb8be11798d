"""What can go wrong with customers. No sentence repeats what it is about: that is personal data."""

from youlu.core.errors import NotFoundError, YouluError


class UnknownPartyError(NotFoundError):
    code = "parties.unknown"
    sentence = "没有找到这位客户。请核对后再试。"


class BadPhoneError(YouluError):
    code = "parties.bad_phone"
    status = 422
    sentence = "电话号码写得不对。手机是11位数字，固定电话要带区号，例如0931-8888888。"


class BadEmailError(YouluError):
    code = "parties.bad_email"
    status = 422
    sentence = "电子邮箱写得不对，例如name@post.example。"


class MissingNameError(YouluError):
    code = "parties.missing_name"
    status = 422
    sentence = "缺少姓名或单位名称。请填写后再提交。"


class MissingReasonError(YouluError):
    code = "parties.missing_reason"
    status = 422
    sentence = "查看客户信息要写明原因，原因会记入审计。"


class PersonalReasonError(YouluError):
    code = "parties.personal_reason"
    status = 422
    sentence = "原因里不要写姓名、电话、证件号和地址：它会留在审计里。"


class TooManyRevealsError(YouluError):
    code = "parties.too_many_reveals"
    status = 429
    sentence = "24小时内已显示{most}次，到上限了。确需继续，请联系主管。"


class PartyInBusinessError(YouluError):
    code = "parties.in_business"
    status = 409
    sentence = "这位客户还有没办完的邮件、申请或工单，现在删不了。办完后再删，或等保存期满自动删除。"


class NotRevealableError(YouluError):
    code = "parties.not_revealable"
    status = 422
    sentence = "只能查看姓名、电话、电子邮箱、证件号或地址中的一项。"
