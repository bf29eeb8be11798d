"""How many datagrams a stranger may send before they are thrown away unread."""

from __future__ import annotations

import time
from collections import OrderedDict

STRANGERS_MOST = 10_000
BURST = 5  # seconds' worth at once


class Flood:
    """A bucket for each address; the longest silent is forgotten first."""

    def __init__(self, each_s: int) -> None:
        self.each_s = each_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def lets_in(self, host: str) -> bool:
        now = time.monotonic()
        left, at = self._left.pop(host, (float(self.each_s * BURST), now))
        left = min(left + (now - at) * self.each_s, self.each_s * BURST)
        self._left[host] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > STRANGERS_MOST:
            self._left.popitem(last=False)
        return left >= 1
