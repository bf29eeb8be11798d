"""The tour's chairs: `/seat/<name>/…` is the product as one of the scenario's people sees it, logged in already.

Only where the tour is on (`YOULU_TOUR_SEATS=1`, which `./youlu demo` sets on the loopback address).
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse

from youlu.domain.access.models import User

# The citizen's chair is nobody's: the public has no account.
SEATS = {"dispatcher": "hegong", "deputy": "lupeng", "supervisor": "chenjing", "approver": "dingxia",
         "agent": "limin", "colleague": "maqiang", "clerk": "zhaoyan"}


class SeatLoginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        username = SEATS.get(request.META.get("youlu.seat", ""))
        if settings.TOUR_SEATS and username and not request.user.is_authenticated:
            user = User.objects.filter(username=username).first()
            if user is not None:
                secret = request.META.get("CSRF_COOKIE")
                login(request, user)
                if secret is not None:
                    # A login renews the browser's CSRF secret, which the other chairs' open forms still carry.
                    request.META["CSRF_COOKIE"] = secret
                    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
        return self.get_response(request)
