"""What a file, a key or a database can have against a backup or a restore: what it is and what to do."""

from __future__ import annotations

from youlu.core.errors import YouluError


class ArchiveUnreadableError(YouluError):
    code = "backup.unreadable"
    status = 422
    sentence = "“{path}”不是邮路的备份，或者开头已经损坏。换一份备份再恢复。"


class ArchiveCutOffError(YouluError):
    code = "backup.cut_off"
    status = 422
    sentence = "“{path}”不完整：没有结尾的清单，读到{piece}为止。多半是复制中断或磁盘写满；重新复制或换一份，再恢复。"


class ArchiveDamagedError(YouluError):
    code = "backup.damaged"
    status = 422
    sentence = "“{path}”里的{piece}和清单对不上：内容被改过或存储损坏。数据库没有动；换一份备份再恢复。"


class PassphraseError(YouluError):
    code = "backup.passphrase"
    status = 422
    sentence = "打不开“{path}”：它是加密的，口令没有给或不对。把口令写进YOULU_BACKUP_PASSPHRASE再试。"


class KeysDifferError(YouluError):
    code = "backup.keys_differ"
    status = 409
    sentence = ("本机的密钥不是备份时的那一套（{which}），恢复后读不出个人数据。"
                "先用--keys给出另存的密钥文件；确实没有了，加--without-keys。")


class KeysPresentError(YouluError):
    code = "backup.keys_present"
    status = 409
    sentence = "本机已有另一套密钥：{path}。确定不用了就先把它移走，再恢复。"


class NotEmptyError(YouluError):
    code = "backup.not_empty"
    status = 409
    sentence = "数据库“{database}”不是空的：有{tables}张表。恢复会全部换掉；确定的话加--replace {database}。"


class InUseError(YouluError):
    code = "backup.in_use"
    status = 409
    sentence = "数据库“{database}”还有{count}个连接在用。先停网页和后台任务（./youlu stop，或systemctl stop），再试。"


class NewerArchiveError(YouluError):
    code = "backup.newer"
    status = 409
    sentence = "备份来自更新的版本（{migration}本机没有）。先把邮路升级到{version}或更新，再恢复。"


class ForeignTableError(YouluError):
    code = "backup.foreign_table"
    status = 422
    sentence = "备份里的表{table}不属于邮路这个版本。核对备份来自哪里；数据库现在是空的，可以重来。"
