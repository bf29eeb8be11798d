"""What can be wrong with an inbox or a letter. No sentence holds a password, an address or a word of a letter."""

from __future__ import annotations

from youlu.core.errors import YouluError

# Code -> (what was found, the cure).
FAULTS = {
    "unreachable": ("连不上邮件服务器", "核对YOULU_INBOXES里的主机和端口，看服务器开着没有、防火墙通不通。"),
    "tls": ("加密连接没建成", "证书要由认得的机构签发，主机名要对；自己的机构用?ca=/路径/根证书.pem。"),
    "password": ("没有密码", "设环境变量YOULU_INBOX_PASSWORD，再重启后台任务。"),
    "login": ("用户名或密码不对", "核对用户名和YOULU_INBOX_PASSWORD；有的邮箱要专门的授权码。"),
    "folder": ("没有这个文件夹", "核对地址里主机后面的文件夹名，一般是INBOX。"),
    "readonly": ("文件夹只能读", "给这个用户改标记的权限：读过的信要标出来。"),
    "kind": ("没有这种工单", "把?kind=改成工单类型页上有的代码，例如enquiry。"),
    "protocol": ("服务器的回答看不懂", "看这台服务器的日志；下一分钟会再试。"),
}


UNFETCHED = "fetch"


class InboxError(YouluError):
    """An inbox cannot be read now; `details["fault"]` is a code of FAULTS."""

    code = "desk.inbox"
    status = 503
    sentence = "收件箱{name}：{found}。{cure}"

    def __init__(self, *, name: str, fault: str) -> None:
        self.fault = fault
        super().__init__(name=name, fault=fault, found=FAULTS[fault][0], cure=FAULTS[fault][1])


class InboxSetupError(YouluError):
    code = "desk.inbox_setup"
    status = 500
    sentence = "YOULU_INBOXES第{nth}个写得不对。写成：名字=imaps://用户@主机/INBOX?kind=enquiry，几个之间用空格。"


class UnreadableLetterError(Exception):
    """A letter of which no order can be made; `why` is a code: sender, structure, fetch."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)
