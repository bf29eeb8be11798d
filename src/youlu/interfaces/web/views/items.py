"""邮件查询: one by number, lists by state; the public's tracking."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.domain.mail.errors import ItemNotFoundError, TooManyTriesError
from youlu.domain.mail.selectors import items_by_state
from youlu.interfaces.web import wording
from youlu.interfaces.web.drawing import steps_draw
from youlu.interfaces.web.forms import TrackForm
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading import items as reading
from youlu.interfaces.web.reading.search import search_read
from youlu.interfaces.web.views.ask import AskTrackedForm


@dataclass(frozen=True)
class Tab:
    key: str
    name: str
    count: int | None


@staff_page("mail.read")
def items(request: HttpRequest) -> HttpResponse:
    """The box and the lists; a number goes straight to its item."""
    query = request.GET.get("q", "").strip()
    if query:
        return _found(request, query)
    tabs = _tabs()
    chosen = request.GET.get("list", "")
    if chosen not in {tab.key for tab in tabs}:
        chosen = next((tab.key for tab in tabs if tab.count), "late")
    shown, next_cursor = reading.items_read(actor=actor_in(request), chosen=chosen, cursor=request.GET.get("after"))
    return render(
        request,
        "web/items/list.html",
        {
            "items": shown,
            "next_cursor": next_cursor,
            "tabs": tabs,
            "chosen": chosen,
            "query": "",
            "lead": _lead(tabs),
            "empty": gettext("没有“%(state)s”的邮件。输入邮件号查任何一件。")
            % {"state": next(tab.name for tab in tabs if tab.key == chosen)},
        },
    )


def _found(request: HttpRequest, query: str) -> HttpResponse:
    try:
        page = reading.item_read(actor=actor_in(request), number=query)
    except ItemNotFoundError:
        if groups := search_read(actor=actor_in(request), text=query):
            lead = gettext("“%(text)s”：%(count)s条。") % {"text": query, "count": sum(len(g.hits) for g in groups)}
            return render(request, "web/items/found.html", {"groups": groups, "lead": lead, "query": query})
        return render(
            request,
            "web/items/list.html",
            {
                "items": (),
                "tabs": _tabs(),
                "chosen": "",
                "query": query,
                "empty": gettext("核对面单上的号码再查。"),
                "lead": gettext("没有查到%(number)s。") % {"number": query},
            },
            status=404,
        )
    return redirect("web:item", number=page.row.number)


def _tabs() -> list[Tab]:
    counts = items_by_state()
    return [
        Tab("late", gettext("逾限"), counts.get("late", 0)),
        Tab("risk", gettext("有风险"), counts.get("risk", 0)),
        Tab("noway", gettext("无路可达"), counts.get("noway", 0)),
        Tab("silent", gettext("静默"), counts.get("none", 0)),
        Tab("moved", gettext("改期"), None),
    ]


def _lead(tabs: list[Tab]) -> str:
    late, risk, noway = (wording.count(tab.count) for tab in tabs[:3])
    if not any(tab.count for tab in tabs[:3]):
        return gettext("在途邮件都守时：没有逾限、有风险和无路可达的。")
    return numbered("%(late)s件逾限，%(risk)s件有风险，%(noway)s件无路可达。", tabs[0].count or 0) % {
        "late": late,
        "risk": risk,
        "noway": noway,
    }


@staff_page("mail.read")
def item(request: HttpRequest, number: str) -> HttpResponse:
    page = reading.item_read(actor=actor_in(request), number=number)
    return render(
        request,
        "web/items/detail.html",
        {
            "page": page,
            "lead": reading.lead_of_item(page),
            "may_act": actor_in(request).can("mail.act"),
            "may_reveal": actor_in(request).can("party.reveal"),
            "steps_svg": steps_draw(page, clock.now()) if page.steps else "",
        },
    )


def track(request: HttpRequest) -> HttpResponse:
    """Public: a number and four digits. Wrong and unknown read alike; the answer stays on this address, so that
    neither stands in a log or a history."""
    if request.method != "POST":
        number = request.GET.get("n", "")
        return render(request, "web/track/ask.html", {"form": TrackForm(initial={"number": number})})
    form = TrackForm(request.POST)
    if not form.is_valid():
        return render(request, "web/track/ask.html", {"form": form}, status=422)
    try:
        page = reading.tracking_read(number=form.cleaned_data["number"], tail=form.cleaned_data["tail"].strip())
    except ItemNotFoundError:
        return render(request, "web/track/ask.html", {"form": form, "not_found": True}, status=404)
    except TooManyTriesError as error:
        return render(request, "web/track/ask.html", {"form": form, "too_many": error.message}, status=error.status)
    response = render(request, "web/track/answer.html", {"page": page, "ticket": page.ticket, "ask": AskTrackedForm()})
    response["Cache-Control"] = "no-store"
    return response
