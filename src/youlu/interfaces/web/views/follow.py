"""The citizen's page of an order: a link, four digits, what has become of it, a message, a rating."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.desk.errors import FollowTriesError
from youlu.domain.desk.orders.following import (
    Followed,
    follow_message,
    follow_rate,
    order_follow,
    order_followed,
)
from youlu.domain.desk.orders.messaging import MESSAGE_MAX
from youlu.interfaces.web.claim_words import claim_told_said

N = gettext_noop
WORDS = {"open": N("我们收到了"), "dispatch": N("已转有关单位核查"), "report": N("有关单位核查过了"),
         "verify": N("我们核查过了"), "answer": N("我们答复了"), "call_back": N("我们回访过您"), "close": N("办结了"),
         "reopen": N("重新办理"), "message": N("您的留言"), "rate": N("您的评价")}
STATES = {"open": N("我们收到了，马上有人办"), "taken": N("有人在办"), "dispatched": N("有关单位在核查"),
          "verified": N("核查过了，就要答复您"), "answered": N("已经答复您"), "called_back": N("已经答复您"),
          "fixed": N("已经答复您"), "closed": N("办结了")}


class TailForm(forms.Form):
    tail = forms.RegexField(
        r"^\s*\d{4}\s*$", label=_("手机号的后四位"),
        help_text=_("用来确认是您的工单，不会打给您。写电子邮件来问的，填回信末尾的查询码"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
        error_messages={"required": _("写手机号的后四位数字。"), "invalid": _("写手机号的后四位数字。")})


def follow(request: HttpRequest, link: str) -> HttpResponse:
    """Every link opens the same question; what it is for is said to who knows the digits, on this same address."""
    if request.method != "POST":
        return render(request, "web/follow/ask.html", {"form": TailForm()})
    if request.POST.get("do") in ("message", "rate"):
        return _act(request, link)
    form = TailForm(request.POST)
    if not form.is_valid():
        return render(request, "web/follow/ask.html", {"form": form}, status=422)
    try:
        order = order_follow(link=link, phone_tail=form.cleaned_data["tail"])
    except NotFoundError:
        return render(request, "web/follow/ask.html", {"form": TailForm(), "not_found": True}, status=404)
    except FollowTriesError as error:
        return render(request, "web/follow/ask.html", {"form": TailForm(), "too_many": error.message}, status=429)
    return _page(request, order)


def _act(request: HttpRequest, link: str) -> HttpResponse:
    ticket, said = request.POST.get("ticket", ""), request.POST.get("text", "")
    more: dict[str, Any] = {}
    status = 200
    try:
        if request.POST["do"] == "message":
            follow_message(link=link, ticket=ticket, text=said, key=request.POST.get("idempotency_key", ""))
            more["thanks"] = gettext("留言收到了，办这件事的人会看到。")
        else:
            rating = request.POST.get("rating", "")
            follow_rate(link=link, ticket=ticket, rating=int(rating) if rating in ("1", "2", "3", "4", "5") else 0)
            more["thanks"] = gettext("谢谢您的评价。")
    except NotFoundError:
        return render(request, "web/follow/ask.html", {"form": TailForm(), "again": True}, status=404)
    except YouluError as error:
        more, status = {"error": error.message, "typed": said}, error.status
    return _page(request, order_followed(link=link, ticket=ticket), status=status, **more)


def _page(request: HttpRequest, order: Followed, *, status: int = 200, **more: Any) -> HttpResponse:
    response = render(request, "web/follow/page.html", {
        "order": order, "said": STATES[order.state], "message_max": MESSAGE_MAX,
        "claim": claim_told_said(order.claim), "lines": [(line, WORDS[line.code]) for line in order.lines],
        "may_rate": order.rating is None and order.state in ("answered", "called_back", "fixed", "closed"),
        **more}, status=status)
    response["Cache-Control"] = "no-store"
    return response
