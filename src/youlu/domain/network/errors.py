"""What goes wrong with places and plans, in the words of the counter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import NotFoundError, YouluError


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


class OfficeNotFoundError(NotFoundError):
    code = "network.office_not_found"
    sentence = _("没有找到这个网点。按名称或代码查。")


class RouteNotFoundError(NotFoundError):
    """Not there, or nothing of it lies in the actor's scope."""

    code = "network.route_not_found"
    sentence = _("没有找到这条邮路。回到“邮路班期”按名称或代码查。")


class DraftNotFoundError(NotFoundError):
    code = "network.draft_not_found"
    sentence = _("没有找到这份班期草稿。回到“邮路班期”看现有的草稿。")


class DraftClosedError(YouluError):
    """Activated or discarded meanwhile."""

    code = "network.draft_closed"
    status = 409
    sentence = _("这份草稿已经{state}，不能再改。需要再调整就新开一份草稿。")


class DraftChangedError(YouluError):
    """Somebody saved the draft since the caller read it."""

    code = "network.draft_changed"
    status = 409
    sentence = _("{who}刚刚改过这份草稿，您看到的是旧的。您填的还在下面：核对后再保存一次，就按您的存。")


class DraftEmptyError(YouluError):
    code = "network.draft_empty"
    status = 409
    sentence = _("这份草稿没有改动，不用启用。先在邮路页改班次，或导入GTFS。")


class TripImpossibleError(YouluError):
    """`faults` are TripFault rows: which trip, which stop, what."""

    code = "network.trip_impossible"
    status = 422
    sentence = _("班次{number}开不出来：{what}")


class OwnDraftError(YouluError):
    """Who drafted does not put in force."""

    code = "network.own_draft"
    status = 403
    sentence = _("您改过这份草稿，要由另一位有启用权限的人核对后启用。")


class EffectiveDateError(YouluError):
    code = "network.effective_date"
    status = 422
    sentence = _("生效日期{date}不行：{what}")


class RevisionConflictError(YouluError):
    """Trips of the draft were changed in force after the draft began with them."""

    code = "network.revision_conflict"
    status = 409
    sentence = _("班次{numbers}在您编制期间已被后来的版本改过。到这几个班次所在的邮路页核对，重新保存后再启用。")


class CapacityListError(YouluError):
    """`lines` names each line that is wrong, at most ten."""

    code = "network.capacity_list"
    status = 422
    sentence = _("能力表没有导入：{lines}。改好后整份再导入。")


class FeedRefusedError(YouluError):
    """A file that is not read at all: no ZIP, a bomb, beyond the limits."""

    code = "network.feed_refused"
    status = 422
    sentence = _("这份GTFS没有读：{what}。核对文件后重传；班期没有变化。")
