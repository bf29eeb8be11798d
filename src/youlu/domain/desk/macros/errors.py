from __future__ import annotations

from youlu.core.errors import YouluError


class MacroTextError(YouluError):
    code = "desk.macro_text"
    status = 422
    sentence = "名称写1到{name_most}个字，内容写1到{most}个字。"


class MacroVariableError(YouluError):
    code = "desk.macro_variable"
    status = 422
    sentence = "没有“{names}”这个变量。花括号里能写的有：{known}。"


class MacroBracesError(YouluError):
    code = "desk.macro_braces"
    status = 422
    sentence = "花括号没有成对。变量写成一对花括号，里面只写名字；可以写的有：{known}。"


class MacroActsError(YouluError):
    code = "desk.macro_acts"
    status = 422
    sentence = "这几个动作不能放在一条里：答复以后不能再派发、延时、等客户；延时写1到{hours_most}小时。"


class MacrosFullError(YouluError):
    code = "desk.macros_full"
    status = 422
    sentence = "最多{most}条快捷处理。先撤下不用的。"


class MacroGoneError(YouluError):
    code = "desk.macro_gone"
    status = 409
    sentence = "这一条快捷处理刚被改过或撤下，没有办。重新打开看过再用。"


class MacroGapError(YouluError):
    code = "desk.macro_gap"
    status = 422
    sentence = "还有没填上的：{names}。补上或删掉这一句再办。"
