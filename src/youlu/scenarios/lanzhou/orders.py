"""What lies on the desk when the scenario begins: the afternoon's orders about items in flight, none answered yet."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.services import order_open

ORDERS = 48
OVER_HOURS = 6
SUBTYPES = {"投诉：比约定的日期晚": "delay"}  # whoever took the others down had not asked yet
# Kind -> share and what the customer asks, in the words of the desk.
ASKED = {
    "enquiry": (0.45, ("查件：什么时候能送到", "查件：轨迹停在处理中心", "查件：小区要封，还能送吗")),
    "chase": (0.38, ("催投：已到揽投部，今天要用", "催投：录取通知书，请尽快送", "催投：药品，请先送")),
    "complaint": (0.12, ("投诉：比约定的日期晚", "投诉：没有打电话就放在门口")),
    "hotline": (0.05, ("来电：企业客户问停收范围",)),
}


def orders_make(
    *, actor: Actor, rng: np.random.Generator, keys: NDArray[np.int64], customers: Sequence[uuid.UUID], at: dt.datetime
) -> int:
    """Open orders over the last hours about items drawn from `keys`, each by its addressee; returns how many."""
    count = min(ORDERS, len(keys))
    kinds = rng.choice(len(ASKED), count, p=[share for share, _ in ASKED.values()])
    ago_min = np.sort(rng.integers(5, OVER_HOURS * 60, count))[::-1]
    for kind_no, ago, item in zip(kinds, ago_min, rng.choice(len(keys), count, replace=False), strict=True):
        kind = list(ASKED)[kind_no]
        titles = ASKED[kind][1]
        with clock.frozen(at - dt.timedelta(minutes=int(ago))):
            title = titles[int(item) % len(titles)]
            order_open(actor=actor, kind=kind, title=title, subtype=SUBTYPES.get(title, ""), party_id=customers[item],
                       item_key=int(keys[item]), channel=("phone", "messenger", "form")[int(ago) % 3])
    return count
