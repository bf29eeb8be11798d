from __future__ import annotations

from youlu.core.errors import YouluError


class ArticleTextError(YouluError):
    code = "desk.article_text"
    status = 422
    sentence = "标题写1到{title_most}个字，内容写1到{most}个字。"


class ArticleStateError(YouluError):
    code = "desk.article_state"
    status = 409
    sentence = "这一版现在是“{state}”，不能{act}。看最新的一版。"


class ArticlePeriodError(YouluError):
    code = "desk.article_period"
    status = 422
    sentence = "止日要在起日以后，而且还没有过去。"


class ArticleGoneError(YouluError):
    code = "desk.article_gone"
    status = 409
    sentence = "这一篇刚被撤回或换了新版，没有写进备注。找现行的一版。"


class ArticleSamePersonError(YouluError):
    code = "desk.article_same_person"
    status = 403
    sentence = "写的人不能批准自己写的知识。请另一位主管批准。"
