"""The public asks the desk for something: by the form, or about an item that they track. No login; the answer has the
number and the link by which they follow it, and stays on the address that was posted to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError
from youlu.domain.desk.channels.asking import Taken, kinds_public, order_ask, order_ask_tracked
from youlu.domain.desk.errors import BadItemNumberError
from youlu.domain.desk.orders.messaging import MESSAGE_MAX
from youlu.domain.desk.orders.subtypes import subtypes_public
from youlu.domain.mail.errors import ItemNotFoundError
from youlu.domain.parties.errors import BadPhoneError
from youlu.interfaces.web.doors import DOOR
from youlu.interfaces.web.forms import REQUIRED, TrackForm, words
from youlu.interfaces.web.reading import items as reading
from youlu.interfaces.web.templatetags.youlu import domain_word

BESIDE: dict[type[YouluError], str] = {BadPhoneError: "phone", BadItemNumberError: "item"}


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("是什么事"), widget=forms.RadioSelect, error_messages={
        "required": _("选一项。"), "invalid_choice": _("选一项。")})


def _text() -> forms.CharField:
    return forms.CharField(
        label=_("说一说"), max_length=MESSAGE_MAX, help_text=_("不用写验证码、密码和银行卡号，我们不需要。"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": REQUIRED, "max_length": _("太长了，最多%(limit_value)d个字。")})


class AskForm(forms.Form):
    """The public form. `page` is a trap: a person never sees it, a program fills it in."""

    kind, text = _kind(), _text()
    item = words(_("邮件号"), required=False, most=40, hint=_("在面单条码下面，例如EZ207144368CN"), autocomplete="off",
                 spellcheck="false", autocapitalize="characters")
    phone = words(_("您的手机号"), most=20, hint=_("我们打这个号码答复您，查进度也用它"), autocomplete="tel",
                  inputmode="tel", type="tel")
    name = words(_("怎么称呼您"), required=False, most=40, autocomplete="name")
    consent = forms.BooleanField(label=_("我同意"), error_messages={"required": _("同意以后才能提交。也可以打11185。")})
    page = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _kinds_offer(self)


class AskTrackedForm(forms.Form):
    kind, text = _kind(), _text()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _kinds_offer(self)


def _kinds_offer(form: forms.Form) -> None:
    """The kinds, and of those that are divided what they are about: each asked for beside its own kind."""
    form.fields["kind"].choices = [  # type: ignore[attr-defined]
        (code, domain_word(name)) for code, name in kinds_public()]
    divided: dict[str, list[tuple[str, str]]] = {}
    for kind, code, name in subtypes_public():
        divided.setdefault(kind, []).append((code, domain_word(name)))
    form.divided = [  # type: ignore[attr-defined]
        (kind, _subtype(form.data, kind), rows) for kind, rows in divided.items()]


def _subtype(posted: Mapping[str, str], kind: str) -> str:
    return posted.get(f"subtype.{kind}", "")[:40]


def ask(request: HttpRequest) -> HttpResponse:
    """The form, or its answer."""
    if request.method != "POST":
        return _form(request, AskForm(initial={"item": request.GET.get("n", "")[:40]}))
    form = AskForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    said = form.cleaned_data
    if said["page"]:
        form.add_error(None, gettext("没有收下。请打11185，有人帮您办。"))
        return _form(request, form, status=422)
    return _taken(request, form, _form, lambda: order_ask(
        kind=said["kind"], text=said["text"], phone=said["phone"], name=said["name"], item=said["item"],
        subtype=_subtype(request.POST, said["kind"]),
        key=request.POST.get("idempotency_key", "")))


def track_ask(request: HttpRequest) -> HttpResponse:
    """About an item whose page is open: the ticket of that page proves whose it is."""
    ticket = request.POST.get("ticket", "")
    try:
        found, page = reading.tracking_again_read(ticket=ticket)
    except ItemNotFoundError:
        if request.method != "POST":
            return redirect("web:track")
        return render(request, "web/track/ask.html", {"form": TrackForm(), "again": True}, status=404)
    form = AskTrackedForm(request.POST)

    def shown(request: HttpRequest, form: forms.Form, status: int) -> HttpResponse:
        return _private(render(request, "web/track/answer.html", {"page": page, "ticket": ticket, "ask": form},
                               status=status))

    if not form.is_valid():
        return shown(request, form, 422)
    return _taken(request, form, shown, lambda: order_ask_tracked(
        found=found, kind=form.cleaned_data["kind"], text=form.cleaned_data["text"],
        subtype=_subtype(request.POST, form.cleaned_data["kind"]),
        key=request.POST.get("idempotency_key", "")))


def _taken(request: HttpRequest, form: forms.Form, again: Callable[..., HttpResponse],
           take: Callable[[], Taken]) -> HttpResponse:
    """What was taken, or the form again with what is wrong beside the field it is about."""
    try:
        DOOR.within(request)
        taken = take()
    except YouluError as error:
        form.add_error(BESIDE.get(type(error)), error.message)
        return again(request, form, status=error.status)
    link = settings.PUBLIC_BASE_URL.rstrip("/") + reverse("web:follow", args=[taken.link]) if taken.link else ""
    return _private(render(request, "web/ask/done.html", {"taken": taken, "link": link}))


def _form(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    return _private(render(request, "web/ask/form.html", {
        "form": form, "years": round(settings.KEEP_ORDER_TEXT_DAYS / 365)}, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """What somebody typed is not kept by a browser that the next one uses."""
    response["Cache-Control"] = "no-store"
    return response
