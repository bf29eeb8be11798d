"""账号: who may log in and as what, for the security administrator; the page on which an invited person begins."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.access import accounts as domain
from youlu.domain.access import services
from youlu.interfaces.web.forms import words
from youlu.interfaces.web.pages import actor_in, staff_page

ROLES = [("dispatcher", _("调度员")), ("supervisor", _("客服主管")), ("agent", _("客服员")), ("clerk", _("营业员")),
         ("security_admin", _("安全管理员")), ("auditor", _("审计员")), ("system_admin", _("系统管理员"))]


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label=_("岗位"), choices=ROLES, required=False,
                                      widget=forms.CheckboxSelectMultiple)
    scope = forms.RegexField(r"^\d{0,9}$", label=_("辖区代码"), required=False, max_length=9,
                             help_text=_("行政区代码的前几位：62是甘肃，620102是城关区，空着是全部"),
                             error_messages={"invalid": _("只写数字，例如6201。")})


class NewAccountForm(RolesForm):
    username = words(_("用户名"), most=60, autocomplete="off")
    display_name = words(_("姓名"), most=40, autocomplete="off")
    field_order = ["username", "display_name", "roles", "scope"]


class PasswordForm(forms.Form):
    password = forms.CharField(label=_("新密码"), strip=False, widget=forms.PasswordInput(
        attrs={"autocomplete": "new-password", "minlength": "12"}),
        help_text=_("至少12个字符，可以是几个词连在一起；不用定期换。"))


def _named(roles: tuple[str, ...]) -> str:
    return "、".join(str(name) for role, name in ROLES if role in roles) or gettext("没有岗位")


@require_GET
@staff_page(domain.ADMIN)
def accounts(request: HttpRequest) -> HttpResponse:
    page = domain.accounts_page(actor=actor_in(request), cursor=request.GET.get("after"))
    return render(request, "web/accounts/list.html", {
        "page": page, "rows": [(row, _named(row.roles)) for row in page.rows]})


@staff_page(domain.ADMIN)
def account_new(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.user_create(actor=actor, **form.cleaned_data)
        except YouluError as error:
            form.add_error("username" if error.status == 409 else "roles", error.message)
        else:
            return _invited(request, user.id)
    return render(request, "web/accounts/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@staff_page(domain.ADMIN)
def account(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    return _page(request, user_id)


def _page(request: HttpRequest, user_id: uuid.UUID, **more: Any) -> HttpResponse:
    row = domain.account_get(actor=actor_in(request), user_id=user_id)
    form = RolesForm(initial={"roles": list(row.roles), "scope": row.scope})
    return render(request, "web/accounts/account.html",
                  {"row": row, "roles": _named(row.roles), "form": form, **more})


def _invited(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """The address for the person, on this answer and on no other page."""
    token = domain.user_invite(actor=actor_in(request), user_id=user_id)
    path = reverse("web:invitation", args=[user_id, token])
    return _page(request, user_id, address=settings.PUBLIC_BASE_URL.rstrip("/") + path[path.index("/invitation/"):])


@require_POST
@staff_page(domain.ADMIN)
def account_act(request: HttpRequest, user_id: uuid.UUID, act: str) -> HttpResponse:
    """roles, shut, open, factors, invite; what cannot be is said on the account's own page."""
    actor = actor_in(request)
    form = RolesForm(request.POST)
    acts = {
        "roles": lambda: services.user_roles_set(actor=actor, user_id=user_id, **_chosen(form)),
        "shut": lambda: services.user_active_set(actor=actor, user_id=user_id, is_active=False),
        "open": lambda: services.user_active_set(actor=actor, user_id=user_id, is_active=True),
        "factors": lambda: services.user_factors_reset(actor=actor, user_id=user_id),
        "invite": lambda: None,
    }
    if act not in acts:
        raise NotFoundError()
    try:
        acts[act]()
        if act == "invite":
            return _invited(request, user_id)
        messages.success(request, gettext("已改，已记入审计。"))
    except YouluError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message)
    return redirect("web:account", user_id)


def _chosen(form: RolesForm) -> dict[str, Any]:
    if not form.is_valid():
        raise services.UnknownRoleError(role="、".join(form.data.getlist("roles")))  # type: ignore[attr-defined]
    return {"roles": form.cleaned_data["roles"], "scope": form.cleaned_data["scope"]}


@never_cache
def invitation(request: HttpRequest, user_id: uuid.UUID, token: str) -> HttpResponse:
    """Public: the invited person sets a password and goes to the login."""
    domain.invitation_check(user_id=user_id, token=token)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            domain.invitation_accept(user_id=user_id, token=token, password=form.cleaned_data["password"])
        except YouluError as error:
            form.add_error("password", error.message)
        else:
            messages.success(request, gettext("密码已设好。用用户名和它登录。"))
            return redirect("web:login")
    return render(request, "web/accounts/invitation.html", {"form": form}, status=422 if form.errors else 200)
