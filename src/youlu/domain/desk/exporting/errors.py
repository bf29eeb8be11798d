"""Why a workbook of orders is not made."""

from __future__ import annotations

from youlu.core.errors import YouluError


class ExportReasonError(YouluError):
    code = "desk.export_reason"
    status = 422
    sentence = "要带原话，先选为什么要。会记入审计。"


class ExportsManyError(YouluError):
    code = "desk.exports_many"
    status = 409
    sentence = "您要的几份还没导完。等一份导完再来。"
