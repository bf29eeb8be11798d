"""From what an order's page posts to the service of the act; and how the page offers the acts that are open."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext_noop

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.orders.life import AGAINS, Act
from youlu.domain.network.selectors import office_find

N = gettext_noop
Posted = Mapping[str, str]
Call = Callable[[Actor, uuid.UUID, Posted], None]
# The one that stands open on the page: what leads on from here.
LEADS_ON = ("take", "report", "answer", "call_back", "fix", "close", "extend_grant")
RESPONSIBILITIES = (N("收寄"), N("内部处理"), N("运输"), N("投递"), N("客户原因"), N("不可抗力"), N("无责任"))
HINTS = {"answer": N("只说批准的口径。"), "dispatch": N("单位在同一张单上核查、回单。"),
         "wait": N("两个期限都停表，客户有回音再走。"), "extend": N("主管同意后期限才改。"),
         **dict.fromkeys(AGAINS, N("邮管局再问一次，从来文时间另起期限；办结的回到工单池。")),
         "classify": N("按最主要的一件定，没定不能办结。"),
         "report": N("写查到什么、怎么处理的。"), "verify": N("写查了哪些轨迹、问了谁。")}
NOT_SAID = ("csrfmiddlewaretoken", "idempotency_key", "kept")  # of a form's fields: not what somebody says
BUTTONS = {"answer": N("答复客户"), "take": N("接这一张")}


def _text(service: Callable[..., None], field: str = "text") -> Call:
    return lambda actor, order_id, posted: service(actor=actor, order_id=order_id, **{field: posted.get(field, "")})


def _plain(service: Callable[..., None]) -> Call:
    return lambda actor, order_id, posted: service(actor=actor, order_id=order_id)


def _office(service: Callable[..., None]) -> Call:
    return lambda actor, order_id, posted: service(
        actor=actor, order_id=order_id, office_id=office_find(posted.get("office", "")).id,
        note=posted.get("note", ""))


CALLS: dict[str, Call] = {
    "take": _plain(services.order_take), "give_back": _plain(services.order_give_back),
    "resume": _plain(services.order_resume), "extend_grant": _plain(services.order_extend_grant),
    "dispatch": _office(services.order_dispatch), "pass_on": _office(services.order_pass_on),
    "refuse": _text(services.order_refuse), "report": _text(services.order_report),
    "verify": _text(services.order_verify), "answer": _text(services.order_answer),
    "escalate": _text(services.order_escalate), "reopen": _text(services.order_reopen),
    "wait": _text(services.order_wait), "note": _text(services.order_note),
    "rework": _text(services.order_rework, "note"), "chase": _text(services.order_chase, "note"),
    "supervise": _text(services.order_supervise, "note"), "fix": _text(services.order_fix, "responsibility"),
    "classify": _text(services.order_classify, "subtype"),
    "prioritise": lambda actor, order_id, posted: services.order_prioritise(
        actor=actor, order_id=order_id, priority=_choice(posted.get("priority", ""))),
    "extend_refuse": _text(services.order_extend_refuse, "note"),
    "call_back": lambda actor, order_id, posted: services.order_call_back(
        actor=actor, order_id=order_id, satisfaction=posted.get("satisfaction", ""), note=posted.get("note", "")),
    "extend": lambda actor, order_id, posted: services.order_extend(
        actor=actor, order_id=order_id, until=moment_of(posted.get("until", "")), text=posted.get("text", "")),
    **dict.fromkeys(AGAINS, lambda actor, order_id, posted: services.order_ask_again(
        actor=actor, order_id=order_id, number=posted.get("number", ""), from_at=moment_of(posted.get("from", "")),
        text=posted.get("note", ""))),
    "assign": lambda actor, order_id, posted: services.order_assign(
        actor=actor, order_id=order_id, agent_id=uuid_of(posted.get("agent", ""))),
    "close": lambda actor, order_id, posted: services.order_close(
        actor=actor, order_id=order_id, was_called_back=posted.get("called_back") == "1",
        responsibility=posted.get("responsibility", "")),
}


def _choice(text: str) -> int:
    """-1 for what is no single digit: the service says which there are."""
    return int(text) if len(text) == 1 and text.isascii() and text.isdecimal() else -1


def order_act_do(*, actor: Actor, order_id: uuid.UUID, act: str, posted: Posted) -> None:
    """Call the act's service, once the form's key; NotFoundError for an act that there is not."""
    if act not in CALLS:
        raise NotFoundError()
    services.act_once(
        actor=actor, order_id=order_id, act=act, key=posted.get("idempotency_key", ""),
        said={name: value for name, value in posted.items() if name not in NOT_SAID},
        work=lambda: CALLS[act](actor, order_id, posted))


def said_in(posted: QueryDict) -> dict[str, str]:
    """What a form says, of a field with several values all of them: what its key stands for."""
    return {name: "\n".join(posted.getlist(name)) for name in posted if name not in NOT_SAID}


def moment_of(text: str) -> dt.datetime | None:
    """What a field for date and time sends, of the counter's clock; None for anything else."""
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=clock.SHANGHAI)


def uuid_of(text: str) -> uuid.UUID:
    """Raises NotFoundError: it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFoundError() from None


@dataclass(frozen=True)
class ActForm:
    """An act as the page offers it: at once by a button where it asks for nothing, else a form that unfolds."""

    code: str
    name: str
    button: str
    hint: str
    asks: tuple[str, ...]
    is_open: bool
    error: str = ""


def act_forms(acts: tuple[Act, ...], *, failed: str = "", error: str = "") -> tuple[list[ActForm], list[ActForm]]:
    """(buttons, forms): the form that leads on first and open, or the one that just failed."""
    rank = {code: n for n, code in enumerate(LEADS_ON)}
    ordered = sorted((act for act in acts if act.code in CALLS), key=lambda act: rank.get(act.code, len(rank)))
    first = next((act.code for act in ordered if act.code in rank and act.asks), "")
    forms = [ActForm(act.code, act.name, BUTTONS.get(act.code, act.name), HINTS.get(act.code, ""), act.asks,
                     act.code == (failed or first), error if act.code == failed else "") for act in ordered]
    return [form for form in forms if not form.asks], [form for form in forms if form.asks]
