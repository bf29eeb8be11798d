"""What goes wrong with places and plans, in the words of the counter."""

from __future__ import annotations

from youlu.core.errors import YouluError


class UnknownOfficeError(YouluError):
    """`candidates` holds offices of a similar name, possibly none: dicts of code, name, full_name."""

    code = "network.unknown_office"
    status = 404
    sentence = "没有叫“{text}”的网点。{hint}"


class AmbiguousOfficeError(YouluError):
    """Several places answer to the name; `candidates` as above, at most ten of `count`."""

    code = "network.ambiguous_office"
    status = 409
    sentence = "“{text}”有{count}处：{shown}。写上级地名（如“{example}”），或写代码。"


class PlanConflictError(YouluError):
    """A plan would give an existing id to another office, segment or compound, and items that refer to it with it."""

    code = "network.plan_conflict"
    status = 409
    sentence = "这份班期把编号{id}从“{present}”改成了“{proposed}”。编号不能换主：给新地点新编号，再导入。"


class PlanBrokenError(YouluError):
    """A plan refers to what it does not hold."""

    code = "network.plan_broken"
    status = 422
    sentence = "班期没有导入：{what}。改好后整份重导，原有班期没有变化。"
