"""知识库: searched as one types, beside an order and on a page of its own; drafts, approval, withdrawal."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from youlu.core import clock
from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import selectors
from youlu.domain.desk.knowledge.errors import ArticlePeriodError
from youlu.domain.desk.knowledge.finding import article_get, articles_found, articles_page, articles_waiting
from youlu.domain.desk.knowledge.writing import (
    BODY_MAX,
    TITLE_MAX,
    article_approve,
    article_draft,
    article_note,
    article_withdraw,
)
from youlu.domain.desk.orders.words import ASKED_MAX
from youlu.domain.desk.services import act_once, form_once
from youlu.interfaces.web.order_acts import said_in, uuid_of
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.views.desk import order_shown

FOUND = "knowledge-found"


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:ASKED_MAX]


@require_GET
@staff_page("desk.read")
def knowledge(request: HttpRequest) -> HttpResponse:
    """What holds the words, or all that is in force, page by page; for who writes, what waits for approval."""
    return _shown(request)


def _shown(request: HttpRequest, *, error: YouluError | None = None) -> HttpResponse:
    actor, asked = actor_in(request), _asked(request)
    page = None if asked else articles_page(actor=actor, cursor=request.GET.get("cursor"))
    found = {"asked": asked, "rows": articles_found(actor=actor, text=asked) if page is None else page.rows,
             "next_cursor": page.next_cursor if page else None, "may_approve": actor.can("knowledge.approve"),
             "may_write": actor.can("knowledge.write")}
    if request.headers.get("HX-Target") == FOUND:
        return render(request, "web/desk/knowledge.html#found", found)
    edited = request.GET.get("edit")
    shown = article_get(actor=actor, article_id=uuid_of(edited)) if edited and error is None else None
    typed = {"title": shown.title, "body": shown.body, "kinds": shown.kinds} if shown else {
        "title": request.POST.get("title", ""), "body": request.POST.get("body", ""),
        "kinds": request.POST.getlist("kinds")}
    return render(request, "web/desk/knowledge.html", {
        **found, "waiting": articles_waiting(actor=actor) if actor.can("knowledge.write") else (),
        "kinds": selectors.order_kinds(), "typed": typed, "edited": request.POST.get("article") or edited or "",
        "error": error.message if error else "", "title_max": TITLE_MAX, "body_max": BODY_MAX},
        status=error.status if error else 200)


@require_POST
@staff_page("knowledge.write")
def draft(request: HttpRequest) -> HttpResponse:
    article = request.POST.get("article", "")
    try:
        form_once(actor=actor_in(request), about=article, act="article draft", said=said_in(request.POST),
                  key=request.POST.get("idempotency_key", ""), work=lambda: article_draft(
                      actor=actor_in(request), title=request.POST.get("title", ""),
                      body=request.POST.get("body", ""), kinds=request.POST.getlist("kinds"),
                      article_id=uuid_of(article) if article else None))
    except YouluError as error:
        if error.status != 422:
            raise
        return _shown(request, error=error)
    messages.success(request, gettext("草稿存好了，批准以后大家才看得到。"))
    return redirect("web:knowledge")


@require_POST
@staff_page("knowledge.approve")
def act(request: HttpRequest, article_id: uuid.UUID, act: str) -> HttpResponse:
    """approve, withdraw; once a key."""
    if act not in ARTICLE_ACTS:
        raise NotFoundError()
    try:
        form_once(actor=actor_in(request), about=str(article_id), act=f"article {act}", said=said_in(request.POST),
                  key=request.POST.get("idempotency_key", ""),
                  work=lambda: ARTICLE_ACTS[act](actor_in(request), article_id, request.POST))
    except YouluError as error:
        if isinstance(error, NotFoundError):
            raise
        messages.error(request, error.message)
    return redirect("web:knowledge")


def _approve(actor: Actor, article_id: uuid.UUID, posted: QueryDict) -> None:
    article_approve(actor=actor, article_id=article_id, valid_from=_day(posted.get("from", "")),
                    valid_to=_day(posted.get("to", ""), after=1))


ARTICLE_ACTS: dict[str, Callable[[Actor, uuid.UUID, QueryDict], None]] = {
    "approve": _approve,
    "withdraw": lambda actor, article_id, posted: article_withdraw(
        actor=actor, article_id=article_id, reason=posted.get("reason", "")),
}


def _day(text: str, after: int = 0) -> dt.datetime | None:
    """The beginning of a day, or its end; raises ArticlePeriodError for what is no day."""
    if not text:
        return None
    try:
        return clock.midnight(dt.date.fromisoformat(text) + dt.timedelta(days=after))
    except (ValueError, OverflowError):
        raise ArticlePeriodError() from None


@require_GET
@staff_page("desk.work")
def beside(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """What the desk knows about an order's kind, or what holds the words: a part of the order's page."""
    actor, asked = actor_in(request), _asked(request)
    row = selectors.order_row(actor=actor, order_id=order_id)
    found = {"row": row, "asked": asked, "rows": articles_found(actor=actor, text=asked, kind=row.kind, limit=5)}
    part = {FOUND: "#found", "knowledge": "#part"}.get(request.headers.get("HX-Target", ""), "")
    return render(request, f"web/desk/order_knowledge.html{part}", found)


@require_POST
@staff_page("desk.work")
def note(request: HttpRequest, order_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Write an article into the order, as the agent cut it."""
    try:
        text, actor = request.POST.get("text", ""), actor_in(request)
        act_once(actor=actor, order_id=order_id, act=f"article {article_id}", said={"text": text},
                 key=request.POST.get("idempotency_key", ""),
                 work=lambda: article_note(actor=actor, order_id=order_id, article_id=article_id, text=text))
    except YouluError as error:
        if isinstance(error, NotFoundError):
            raise
        return order_shown(request, order_id, failed="article", error=error)
    return redirect("web:order", order_id)
