"""Public pages that write something: so many a minute from one address, in each process (docs/decisions/0014)."""

from __future__ import annotations

import math

from django.conf import settings
from django.http import HttpRequest

from youlu.core.errors import YouluError
from youlu.core.throttle import Buckets


class TooManyAsksError(YouluError):
    code = "web.too_many_asks"
    status = 429
    sentence = "提交太频繁。{retry_s}秒后再试，或打11185，有人帮您办。"


class Door:
    """The buckets of all public pages that write."""

    def __init__(self) -> None:
        self.asks = Buckets()

    def within(self, request: HttpRequest) -> None:
        """Raises TooManyAsksError."""
        if wait_s := self.asks.take(request.META.get("REMOTE_ADDR", ""), per_min=settings.ASKS_PER_MIN):
            raise TooManyAsksError(retry_s=math.ceil(wait_s))


DOOR = Door()
