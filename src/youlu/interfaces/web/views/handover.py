"""交接班: what the shift leaves to the next, two signatures, the sheets that were signed."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.desk.handover.facts import FAULTS
from youlu.domain.desk.handover.reading import Sheet, handover_get, handover_now
from youlu.domain.desk.handover.signing import handover_sign_in, handover_sign_out, handover_take_back
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading import handover as reading


@require_GET
@staff_page("handover.sign")
def handover(request: HttpRequest) -> HttpResponse:
    """The sheet that waits, else the one that would be signed now; `?list=carried` what came from a shift before."""
    carried = request.GET.get("list") == "carried"
    sheet, heads = handover_now(actor=actor_in(request), cursor=request.GET.get("after", ""), carried_only=carried)
    return _page(request, sheet, history=reading.history(heads), carried=carried, out_label=reading.out_label(sheet),
                 in_label=reading.in_label(sheet))


@require_GET
@staff_page("handover.sign")
def sheet(request: HttpRequest, handover_id: uuid.UUID) -> HttpResponse:
    """One sheet as it was signed."""
    found = handover_get(actor=actor_in(request), handover_id=handover_id, cursor=request.GET.get("after", ""))
    return _page(request, found, is_kept=True)


def _page(request: HttpRequest, sheet: Sheet, **more: object) -> HttpResponse:
    actor, now = actor_in(request), clock.now()
    return render(request, "web/handover/page.html", {
        "sheet": sheet, "row": sheet.row, "lead": reading.lead(sheet, actor.id), "figures": reading.figures(sheet),
        "lines": reading.lines(sheet, now), "facts": reading.facts(sheet), "now": now, "faults": FAULTS.items(),
        "is_mine": sheet.row is not None and sheet.row.out_by == actor.id, **more})


@require_POST
@staff_page("handover.sign")
def sign_out(request: HttpRequest) -> HttpResponse:
    try:
        handover_sign_out(actor=actor_in(request), faults=request.POST.getlist("fault"))
    except YouluError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已签交班。等另一位主管在自己的账号上接班；接班以前冒出来的，也会写进去。"))
    return redirect("web:handover")


@require_POST
@staff_page("handover.sign")
def sign(request: HttpRequest, handover_id: uuid.UUID, act: str) -> HttpResponse:
    """in: take the shift over; back: take one's own signature back."""
    deeds = {"in": handover_sign_in, "back": handover_take_back}
    if act not in deeds:
        raise NotFoundError()
    try:
        deeds[act](actor=actor_in(request), handover_id=handover_id)
    except NotFoundError:
        raise
    except YouluError as error:
        messages.error(request, error.message)
        return redirect("web:handover")
    if act == "back":
        messages.success(request, _("已收回。这一班还没交出去。"))
        return redirect("web:handover")
    messages.success(request, _("已接班。交来的都在这张单上，办完以前一直留着。"))
    return redirect("web:handover_sheet", handover_id)
