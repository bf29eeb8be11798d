"""Logging out, changing one's own password, and whom to tell of a weakness."""

from __future__ import annotations

import datetime as dt

from allauth.account.views import PasswordChangeView
from django.conf import settings
from django.contrib.auth import logout as session_end
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET, require_POST

from youlu.core.clock import real_now
from youlu.domain.access.errors import NoPasswordError
from youlu.domain.access.services import password_changed

SAID_FOR = dt.timedelta(days=180)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the login at once, in the browser and in the database. Nothing stays in the browser; where results wait on a
    phone (`keep`), they do, without a word about anybody."""
    session_end(request)
    response = redirect("web:login" if request.POST.get("next") == reverse("web:login") else "web:home")
    response["Clear-Site-Data"] = '"cache"' if request.POST.get("keep") == "1" else '"cache", "storage"'
    return response


@method_decorator(login_required, name="dispatch")
class PasswordView(PasswordChangeView):
    """One's own password: the present one and a new one. Every other login of the account ends."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise NoPasswordError()
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
        return reverse("mfa_index")

    def form_valid(self, form: object) -> HttpResponse:
        response = super().form_valid(form)
        password_changed(user=self.request.user)
        return response


password = PasswordView.as_view()


@require_GET
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116, where somebody has been named."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = (real_now() + SAID_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
             "Preferred-Languages: zh, en"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
