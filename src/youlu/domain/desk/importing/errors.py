from __future__ import annotations

from youlu.core.errors import YouluError


class ImportFileError(YouluError):
    code = "desk.import_file"
    status = 422
    sentence = "选一个CSV或.xlsx文件，最大{most_mb}MB。行数太多的分成几份传。"


class ImportHeadError(YouluError):
    code = "desk.import_head"
    status = 422
    sentence = "第一行要是表头，缺这几列：{missing}。照模板改好表头再传。"


class ImportStateError(YouluError):
    code = "desk.import_state"
    status = 409
    sentence = "这份文件现在是“{state}”，不能{act}。刷新看最新的情况。"
