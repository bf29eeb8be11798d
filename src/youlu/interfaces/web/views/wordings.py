"""口径库: every sentence that may be said, by code: the one in force, the next, those before; written, approved by
somebody else, withdrawn."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.messages.defaults import variables_of, wording_next, wordings_missing
from youlu.domain.messages.selectors import codes_page, versions_page
from youlu.domain.messages.services import BODY_MAX, wording_approve, wording_withdraw
from youlu.interfaces.web import forms as parts
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.reading.wordings import code_cards, version_cards, wording_name


class PeriodForm(forms.Form):
    """From when until when a version holds; nothing written: from now on, until there is another."""

    valid_from = parts.moment(_("几时起"), required=False)
    valid_to = parts.moment(_("几时止"), required=False)


@require_GET
@staff_page("messages.read")
def wordings(request: HttpRequest) -> HttpResponse:
    """Each code with its current and its next version."""
    actor, at = actor_in(request), clock.now()
    page = codes_page(actor=actor, at=at, cursor=request.GET.get("cursor", "").replace("\0", ""))
    return render(request, "web/wordings/list.html", {
        "cards": code_cards(page.rows, at), "next_cursor": page.next_cursor,
        "missing": [wording_name(code) for code in wordings_missing(at)]})


@require_GET
@staff_page("messages.read")
def wording(request: HttpRequest, wording_id: uuid.UUID) -> HttpResponse:
    """All versions of one code, and the next to be written."""
    return _shown(request, wording_id)


def _shown(
    request: HttpRequest, wording_id: uuid.UUID, *, error: YouluError | None = None, **typed: Any
) -> HttpResponse:
    actor, at = actor_in(request), clock.now()
    page = versions_page(actor=actor, wording_id=wording_id, cursor=request.GET.get("cursor"))
    cards = version_cards(page.rows, at)
    current = next((card for card in cards if card.is_current), None)
    newest = page.rows[0]
    return render(request, "web/wordings/page.html", {
        "name": wording_name(newest.code), "cards": cards, "current": current, "next_cursor": page.next_cursor,
        "wording_id": wording_id, "variables": [f"{{{one}}}" for one in variables_of(newest)],
        "body": typed.get("body", newest.body), "most": BODY_MAX, "error": error.message if error else "",
        "may_draft": actor.can("messages.draft"), "may_approve": actor.can("messages.approve"), "me": actor.id,
        "period": PeriodForm()}, status=error.status if error else 200)


@require_POST
@staff_page("messages.draft")
def wording_draft(request: HttpRequest, wording_id: uuid.UUID) -> HttpResponse:
    body = request.POST.get("body", "")
    try:
        made = wording_next(actor=actor_in(request), wording_id=wording_id, body=body)
    except YouluError as error:
        if error.status != 422:
            raise
        return _shown(request, wording_id, error=error, body=body)
    messages.success(request, gettext("记为草稿。请另一位主管批准，批准后才能说。"))
    return redirect("web:wording", made)


@require_POST
@staff_page("messages.approve")
def wording_act(request: HttpRequest, wording_id: uuid.UUID, act: str) -> HttpResponse:
    """approve, withdraw."""
    actor = actor_in(request)
    if act not in ("approve", "withdraw"):
        raise NotFoundError()
    try:
        if act == "approve":
            _approve(request, wording_id)
        else:
            wording_withdraw(actor=actor, wording_id=wording_id, reason=request.POST.get("reason", "").strip()[:200])
    except YouluError as error:
        if isinstance(error, NotFoundError):
            raise
        messages.error(request, error.message)
    return redirect("web:wording", wording_id)


def _approve(request: HttpRequest, wording_id: uuid.UUID) -> None:
    form = PeriodForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return
    wording_approve(actor=actor_in(request), wording_id=wording_id, valid_from=form.cleaned_data["valid_from"],
                    valid_to=form.cleaned_data["valid_to"])
