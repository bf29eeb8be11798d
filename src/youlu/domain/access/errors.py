"""What can go wrong with accounts."""

from youlu.core.errors import NotFoundError, YouluError


class UnknownUserError(NotFoundError):
    code = "access.unknown_user"
    sentence = "没有这个账号。请核对后再试。"


class UnknownRoleError(YouluError):
    code = "access.unknown_role"
    status = 422
    sentence = "没有“{role}”这个岗位。请从列表里选。"


class PowersJoinedError(YouluError):
    """三员分立: whoever keeps the system, whoever gives the rights and whoever looks after both are three people."""

    code = "access.powers_joined"
    status = 422
    sentence = "系统管理员、安全管理员、审计员不能是同一个账号。请分别给三个人。"


class OwnAccountError(YouluError):
    code = "access.own_account"
    status = 422
    sentence = "不能改自己账号的岗位和状态。请另一位安全管理员办理。"


class UsernameTakenError(YouluError):
    code = "access.username_taken"
    status = 409
    sentence = "这个用户名已经有人用了。请换一个。"


class WeakPasswordError(YouluError):
    code = "access.weak_password"
    status = 422
    sentence = "密码不够好：{why}"


class TooManyLoginsError(YouluError):
    code = "access.too_many_logins"
    status = 429
    sentence = "试得太多次了。{minutes}分钟后再试，或请安全管理员重置。"


class UploadTooBigError(YouluError):
    code = "access.upload_too_big"
    status = 413
    sentence = "内容超过{most_mb}MB，没有收。请分几次提交。"


class NoPasswordError(YouluError):
    code = "access.no_password"
    status = 403
    sentence = "这个账号没有密码，改不了。需要密码请找安全管理员。"


class InvitationError(NotFoundError):
    code = "access.invitation"
    sentence = "这个邀请用过了、过期了，或者不全。请安全管理员再发一个。"
