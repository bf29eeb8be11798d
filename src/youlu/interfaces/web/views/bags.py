"""总包与车辆: where they are, what they hold, what unsealing found otherwise; counts of ordinary mail."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from youlu.core.errors import YouluError
from youlu.domain.mail.bags.differences import SETTLED_BY_HAND, difference_settle
from youlu.domain.mail.bags.errors import ContainerNotFoundError
from youlu.domain.mail.bags.selectors import container_get, containers_list, differences_list
from youlu.domain.mail.ordinary import ordinary_days
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading import bags as reading


@staff_page("mail.read")
def bags(request: HttpRequest) -> HttpResponse:
    """The lists; a number goes straight to its bag."""
    query = request.GET.get("q", "").strip()
    if query:
        return _found(request, query)
    chosen = request.GET.get("list", "bag")
    return _list(request, chosen if chosen in reading.TABS else "bag")


def _list(request: HttpRequest, chosen: str) -> HttpResponse:
    actor, cursor = actor_in(request), request.GET.get("after")
    context = {"tabs": reading.tabs(), "chosen": chosen, "may_settle": actor.can("mail.settle")}
    if chosen == "difference":
        page = differences_list(actor=actor, cursor=cursor)
        context |= {"differences": [reading.difference_row(row) for row in page.rows], "outcomes": outcomes(),
                    "next_cursor": page.next_cursor, "lead": reading.lead_of_differences(len(page.rows),
                                                                                        page.next_cursor is not None)}
    elif chosen == "ordinary":
        context |= {"days": [reading.day_row(row) for row in ordinary_days(actor=actor)],
                    "columns": reading.ordinary_columns(), "lead": gettext("平常邮件只计数，不查件，不承诺。")}
    else:
        found = containers_list(actor=actor, kind=chosen, cursor=cursor)
        context |= {"containers": [reading.container_row(row) for row in found.rows], "next_cursor": found.next_cursor,
                    "lead": reading.lead_of_containers(found.rows, found.next_cursor is not None, chosen)}
    return render(request, "web/bags/list.html", context)


def _found(request: HttpRequest, query: str) -> HttpResponse:
    try:
        page = container_get(actor=actor_in(request), number=query)
    except ContainerNotFoundError as error:
        return render(request, "web/bags/list.html", {
            "tabs": reading.tabs(), "chosen": "", "containers": (), "query": query, "lead": error.message}, status=404)
    return redirect("web:bag", number=page.row.number)


@staff_page("mail.read")
def bag(request: HttpRequest, number: str) -> HttpResponse:
    actor = actor_in(request)
    page = container_get(actor=actor, number=number)
    return render(request, "web/bags/detail.html", {
        "row": reading.container_row(page.row), "lead": reading.lead_of_container(page), "scans": page.scans,
        "contents": [reading.content_row(text) for text in page.contents],
        "differences": [reading.difference_row(row) for row in page.differences], "outcomes": outcomes(),
        "may_settle": actor.can("mail.settle")})


def outcomes() -> list[tuple[str, str]]:
    return [(str(one), gettext(str(one.label))) for one in SETTLED_BY_HAND]


@require_POST
@staff_page("mail.settle")
def difference(request: HttpRequest, difference_id: uuid.UUID) -> HttpResponse:
    """Settle one; two presses settle it once, and the second is told who did."""
    outcome = request.POST.get("outcome", "")
    if outcome not in SETTLED_BY_HAND:
        messages.error(request, gettext("没有选处理结果。选一项再按。"))
    else:
        try:
            difference_settle(actor=actor_in(request), difference_id=difference_id, outcome=outcome,
                              note=request.POST.get("note", "")[:200])
            messages.success(request, gettext("已处理，从待办清单里去掉了。"))
        except YouluError as error:
            if error.status == 404:
                raise
            messages.error(request, error.message)
    return redirect(f"{reverse('web:bags')}?list=difference")
