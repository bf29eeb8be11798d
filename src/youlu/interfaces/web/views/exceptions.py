"""滞留与逾限: the one list of what must be looked at, and what may be asked for what could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from youlu.core.errors import YouluError
from youlu.core.numbered import numbered
from youlu.domain.mail.exceptions.actions import item_act
from youlu.domain.mail.exceptions.causes import Action
from youlu.domain.mail.exceptions.models import ExceptionKind
from youlu.domain.mail.exceptions.selectors import exceptions_as_of, exceptions_counted, exceptions_list
from youlu.domain.network.selectors import office_find
from youlu.interfaces.web import wording
from youlu.interfaces.web.forms import CLASSES
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading.items import item_row

N = gettext_noop
KINDS = {"late": N("逾限"), "astray": N("错向"), "silent": N("静默"), "risk": N("有风险"), "no_way": N("无路可达")}


@dataclass(frozen=True)
class Tab:
    key: str
    name: str
    count: int


@staff_page("mail.read")
def exceptions(request: HttpRequest) -> HttpResponse:
    actor, asked = actor_in(request), request.GET
    mail_class = asked.get("class", "") if asked.get("class") in dict(CLASSES) else ""
    place, wrong = asked.get("place", "").strip(), ""
    area = ""
    if place:
        try:
            area = _prefix(office_find(place).division_code)
        except YouluError as error:
            wrong = error.message
    counts = exceptions_counted(actor=actor, area=area)
    tabs = [Tab(key, gettext(name), counts[ExceptionKind[key.upper()]]) for key, name in KINDS.items()]
    first = next((tab.key for tab in tabs if tab.count), "late")
    chosen = asked["kind"] if asked.get("kind") in KINDS else first
    page = exceptions_list(actor=actor, kind=ExceptionKind[chosen.upper()], area=area, mail_class=mail_class,
                           cursor=asked.get("after"))
    kept = asked.copy()
    for name in ("after", "kind"):
        kept.pop(name, None)
    return render(request, "web/exceptions/list.html", {
        "rows": [(item_row(row.item), row.noted_at, row.item.reason) for row in page.rows], "tabs": tabs,
        "chosen": chosen, "place": place, "wrong": wrong, "classes": CLASSES, "mail_class": mail_class,
        "as_of": exceptions_as_of(), "next_cursor": page.next_cursor, "kept": kept.urlencode(), "lead": _lead(tabs),
        "chosen_name": gettext(KINDS[chosen])})


def _prefix(code: str) -> str:
    """The area of a place: a prefecture's centre stands for the prefecture, a provincial one's for its city."""
    return code[:4] if code[4:6] == "00" else code[:6]


def _lead(tabs: list[Tab]) -> str:
    if not any(tab.count for tab in tabs):
        return gettext("没有要处理的邮件：没有逾限、错向、静默和有风险的。")
    late, astray, silent, risk, _ = (wording.count(tab.count) for tab in tabs)
    return numbered("%(late)s件逾限，%(astray)s件错向，%(silent)s件静默，%(risk)s件有风险。", tabs[0].count or 0) % {
        "late": late, "astray": astray, "silent": silent, "risk": risk}


@require_POST
@staff_page("mail.act")
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for what the cause allows."""
    asked = request.POST.get("action", "")
    try:
        if asked not in set(Action):
            messages.error(request, gettext("没有选下一步。选一项再按。"))
        else:
            item_act(actor=actor_in(request), number=number, action=Action(asked),
                     note=request.POST.get("note", "")[:200])
            messages.success(request, gettext("已交办，写进了这件邮件的处理记录。"))
    except YouluError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message)
    return redirect("web:item", number=number)
