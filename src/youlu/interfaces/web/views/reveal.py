"""显示: a name, phone, number or address in plain, once, for a reason, for a minute."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N

from youlu.core.errors import YouluError
from youlu.domain.desk.reveals import NOTE_MAX, RevealReason, Subject, reveal_subject, revealed
from youlu.interfaces.web.pages import actor_in, staff_page

SHOWN_S = 60
ROOMS = {"item": "web:item", "application": "web:application", "order": "web:order"}
FIELDS = [("phone", _("电话")), ("email", _("电子邮箱")),
          ("name", _("姓名")), ("address", _("地址")), ("id_number", _("证件号"))]
WHO = {"addressee": N("收件人"), "sender": N("寄件人"), "customer": N("客户")}
REASONS = {"contact": N("联系客户"), "delivery": N("核对地址投递"), "complaint": N("处理投诉查询"),
           "identity": N("核对身份"), "authority": N("有权机关依法查询"), "other": N("其他")}


class RevealForm(forms.Form):
    who = forms.ChoiceField(label=_("谁的"))
    field = forms.ChoiceField(label=_("看哪一项"), choices=FIELDS)
    reason = forms.ChoiceField(label=_("为什么要看"))
    note = forms.CharField(label=_("说明"), required=False, max_length=NOTE_MAX,
                           help_text=_("选“其他”或“有权机关依法查询”时必填。不写姓名和电话。"))

    def __init__(self, subject: Subject, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [(who, _named(who, party)) for who, party in subject.people.items()]  # type: ignore[attr-defined]
        self.fields["field"].choices = [one for one in FIELDS if subject.may_see_phone or one[0] != "phone"]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [(one, gettext(REASONS[one])) for one in RevealReason.values]  # type: ignore[attr-defined]


def _named(who: str, party: Any) -> str:
    return f"{gettext(WHO[who.rstrip('0123456789')])} {party.name}"


@staff_page("party.reveal")
def reveal(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """GET asks for the reason, POST shows: only in its own answer, which no cache keeps and which leaves by itself."""
    actor = actor_in(request)
    subject = reveal_subject(actor=actor, kind=kind, key=key)
    form = RevealForm(subject, request.POST if request.method == "POST" else None)
    shown: dict[str, Any] = {}
    status = 200
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            value = revealed(actor=actor, kind=kind, key=key, **chosen)
            shown = {"value": value or gettext("没有登记。"), "what": dict(FIELDS)[chosen["field"]],
                     "whose": _named(chosen["who"], subject.people[chosen["who"]])}
        except YouluError as error:
            form.add_error(None if error.status in (409, 429) else "note", error.message)
            status = error.status
    response = render(request, "web/reveal.html", {
        "form": form, "subject": subject, "back": reverse(ROOMS[kind], args=[subject.key]), "seconds": SHOWN_S,
        **shown}, status=status)
    response["Cache-Control"] = "no-store"
    return response
