"""Applying on a phone: the QR code's address, one question a page, check the answers, what happens next.

The address holds the voucher; the draft belongs to the browser that opened it (its session keeps only the draft's
id), so that a slip found on the street shows nobody's answers.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from youlu.core.errors import NotFoundError
from youlu.domain.applications import errors
from youlu.domain.applications.answers import NO, YES
from youlu.domain.applications.drafts import Draft, draft_answer, draft_read, draft_start
from youlu.domain.applications.selectors import (
    application_sent,
    application_status,
    division_groups,
    division_name,
)
from youlu.domain.applications.services import application_submit
from youlu.domain.applications.vouchers import voucher_read
from youlu.domain.catalogue.registry import programme_get
from youlu.domain.catalogue.spec import Field, FieldKind

STOPPING = (errors.ForgedVoucherError, errors.ExpiredVoucherError, errors.UsedVoucherError,
            errors.WithdrawnVoucherError, errors.NotByPublicError, NotFoundError)
# What the browser may fill in by itself (WCAG 1.3.5), and the keyboard it should show.
INPUTS = {
    FieldKind.NAME: {"type": "text", "autocomplete": "name"},
    FieldKind.PHONE: {"type": "tel", "autocomplete": "tel", "inputmode": "tel"},
    FieldKind.ID_NUMBER: {"type": "text", "autocomplete": "off", "autocapitalize": "characters"},
    FieldKind.ADDRESS: {"type": "text", "autocomplete": "street-address"},
    FieldKind.DATE: {"type": "text", "autocomplete": "off", "inputmode": "numeric"},
    FieldKind.TEXT: {"type": "text", "autocomplete": "off"},
}
View = Callable[..., HttpResponse]


def stops_in_words(view: View) -> View:
    """A voucher that cannot be used is a page that says why and what to do; the one who used it sees the result."""

    @wraps(view)
    def guarded(request: HttpRequest, programme: str, voucher: str, **more: Any) -> HttpResponse:
        try:
            return view(request, programme, voucher, **more)
        except STOPPING as error:
            if isinstance(error, errors.UsedVoucherError) and _own_sent(request, voucher):
                return redirect("web:apply_done", programme=programme, voucher=voucher)
            status = getattr(error, "status", 404)
            return render(request, "web/apply/stopped.html", {"error": error}, status=status)

    return guarded


@stops_in_words
def start(request: HttpRequest, programme: str, voucher: str) -> HttpResponse:
    """What this is and what to have at hand; starting opens the draft."""
    spec = programme_get(programme)
    voucher_read(programme=programme, text=voucher)
    if request.method == "POST":
        draft_hold(request, voucher, draft_start(programme=programme, voucher_text=voucher))
        return _next(programme, voucher, _draft(request, voucher))
    return render(request, "web/apply/start.html", {"programme": spec, "draft": _draft(request, voucher)})


@stops_in_words
def question(request: HttpRequest, programme: str, voucher: str, key: str) -> HttpResponse:
    """One question: shown with the answer given before, or taken."""
    voucher_read(programme=programme, text=voucher)
    draft = _draft(request, voucher)
    field = draft.programme.question(key) if draft else None
    if draft is None or field is None:
        return redirect("web:apply", programme=programme, voucher=voucher)
    problem, typed = "", draft.answers.get(key, "")
    if request.method == "POST":
        typed = request.POST.get("answer", "")
        try:
            draft_answer(application_id=draft.id, key=key, typed=typed)
            return _next(programme, voucher, _draft(request, voucher))
        except errors.BadAnswerError as error:
            problem = error.message
    return render(request, "web/apply/question.html", {
        "programme": draft.programme, "field": field, "typed": typed, "problem": problem,
        "back": _back(programme, voucher, draft, key), "input": INPUTS.get(field.kind, {}),
        "choices": _choices(field),
        "groups": division_groups(draft.programme) if field.kind is FieldKind.DIVISION else (),
    }, status=422 if problem else 200)


@stops_in_words
def check(request: HttpRequest, programme: str, voucher: str) -> HttpResponse:
    """All answers, each to be changed; sending them uses the voucher."""
    voucher_read(programme=programme, text=voucher)
    draft = _draft(request, voucher)
    if draft is None:
        return redirect("web:apply", programme=programme, voucher=voucher)
    if draft.next_question() is not None:
        return _next(programme, voucher, draft)
    problem: errors.BadAnswerError | None = None
    if request.method == "POST":
        try:
            application_submit(application_id=draft.id)
            return redirect("web:apply_done", programme=programme, voucher=voucher)
        except errors.BadAnswerError as error:
            problem = error
    return render(request, "web/apply/check.html", {
        "programme": draft.programme, "rows": _rows(programme, voucher, draft), "problem": problem,
    }, status=422 if problem else 200)


@stops_in_words
def done(request: HttpRequest, programme: str, voucher: str) -> HttpResponse:
    """The number, and what happens next. It survives a reload, in the browser that sent it."""
    draft_id = _draft_id(request, voucher)
    if draft_id is None:
        return redirect("web:apply", programme=programme, voucher=voucher)
    try:
        status = application_sent(draft_id)
    except errors.UnknownApplicationError:
        return redirect("web:apply", programme=programme, voucher=voucher)
    return render(request, "web/apply/done.html", {"programme": status.programme, "status": status})


def progress(request: HttpRequest) -> HttpResponse:
    """How far an application is: number and last four digits, told alike when either is wrong."""
    number, tail = request.POST.get("number", ""), request.POST.get("tail", "")
    if request.method != "POST":
        return render(request, "web/apply/progress_ask.html", {"number": request.GET.get("number", "")})
    try:
        status = application_status(number, tail)
    except errors.UnknownApplicationError as error:
        return render(request, "web/apply/progress_ask.html", {"problem": error.message, "number": number},
                      status=404)
    return render(request, "web/apply/progress.html", {"status": status, "programme": status.programme})


def _session_key(voucher: str) -> str:
    return "apply-" + hashlib.sha256(voucher.encode()).hexdigest()[:16]


def draft_hold(request: HttpRequest, voucher: str, draft_id: uuid.UUID) -> None:
    """The browser that asks holds the draft: a person's own telephone, or the desk of a colleague who applies for
    them on the same pages."""
    request.session[_session_key(voucher)] = str(draft_id)


def _draft_id(request: HttpRequest, voucher: str) -> uuid.UUID | None:
    kept = request.session.get(_session_key(voucher))
    return uuid.UUID(kept) if kept else None


def _draft(request: HttpRequest, voucher: str) -> Draft | None:
    """This browser's draft, while there is one: it may have been sent, or forgotten after a day."""
    draft_id = _draft_id(request, voucher)
    if draft_id is None:
        return None
    try:
        return draft_read(draft_id)
    except (errors.NotADraftError, errors.UnknownApplicationError):
        return None


def _own_sent(request: HttpRequest, voucher: str) -> bool:
    draft_id = _draft_id(request, voucher)
    if draft_id is None:
        return False
    try:
        application_sent(draft_id)
    except errors.UnknownApplicationError:
        return False
    return True


def _next(programme: str, voucher: str, draft: Draft | None) -> HttpResponseRedirect:
    open_question = draft.next_question() if draft else None
    if open_question is None:
        return redirect("web:apply_check", programme=programme, voucher=voucher)
    return redirect("web:apply_question", programme=programme, voucher=voucher, key=open_question.key)


def _back(programme: str, voucher: str, draft: Draft, key: str) -> str:
    """The question before; from a finished form, the page of answers."""
    if draft.next_question() is None:
        return reverse("web:apply_check", args=[programme, voucher])
    keys = [one.key for one in draft.programme.questions(draft.answers)]
    place = keys.index(key) if key in keys else 0
    if place == 0:
        return reverse("web:apply", args=[programme, voucher])
    return reverse("web:apply_question", args=[programme, voucher, keys[place - 1]])


def _choices(field: Field) -> list[dict[str, str]]:
    if field.kind is FieldKind.CONSENT:
        return [{"value": YES, "label": _("要，发消息告诉我"), "hint": ""},
                {"value": NO, "label": _("不用"), "hint": ""}]
    return [{"value": one.value, "label": str(one.label), "hint": str(one.hint)} for one in field.choices]


def _rows(programme: str, voucher: str, draft: Draft) -> list[dict[str, str]]:
    return [{
        "key": one.key, "question": str(one.question), "answer": _shown(one, draft.answers[one.key]),
        "url": reverse("web:apply_question", args=[programme, voucher, one.key]),
    } for one in draft.programme.questions(draft.answers)]


def _shown(field: Field, answer: str) -> str:
    """An answer as people read it."""
    if field.kind is FieldKind.DIVISION:
        return division_name(answer)
    if field.kind in (FieldKind.CHOICE, FieldKind.CONSENT):
        return next((one["label"] for one in _choices(field) if one["value"] == answer), answer)
    return answer
