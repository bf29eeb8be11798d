"""Kinds of shift that a desk begins with: data with a source, to be replaced by the house's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

UNVERIFIED = "行业惯例，未核实"
PHONE = ["enquiry", "complaint"]
WRITTEN = ["chase", "contact"]
SITE, ANYWHERE = ["on_site"], ["on_site", "at_home"]
# code, name, start, length, break after, break (minutes), activity, sites, serves, source
SHIFT_KINDS: list[tuple[Any, ...]] = [
    ("early", "早班", 480, 510, 240, 30, "queue", SITE, PHONE, f"{UNVERIFIED}；录音热线不下放居家"),
    ("middle", "中班", 600, 510, 240, 30, "queue", SITE, PHONE, f"{UNVERIFIED}；录音热线不下放居家"),
    ("late", "晚班", 930, 510, 240, 30, "queue", SITE, PHONE, f"{UNVERIFIED}；录音热线不下放居家"),
    ("written_early", "工单早班", 540, 540, 180, 60, "written", ANYWHERE, WRITTEN, f"{UNVERIFIED}；可居家"),
    ("written_late", "工单晚班", 840, 540, 240, 60, "written", ANYWHERE, WRITTEN, f"{UNVERIFIED}；可居家"),
    ("night", "值守", 0, 480, 0, 0, "night_duty", SITE, None, f"{UNVERIFIED}；值守不接来电"),
]
NAMES = ("code", "name", "start_min", "length_min", "break_at_min", "break_min", "activity", "sites", "serves",
         "source")
REST_MIN = 660  # between two shifts: a house rule in China (directive 2003/88/EC, art. 3)
NIGHT_UNTIL_MIN, NIGHT_PEOPLE = 480, 1  # somebody watches from midnight to 08:00


@dataclass(frozen=True)
class Work:
    """How people are counted for a channel: seconds of handling and patience (endless: it can wait), who can do it.

    `within_share` of calls answered in 20 seconds; `busy_share` of the time of people whose work can wait.
    """

    channel: str
    service_s: float
    patience_s: float = math.inf
    skill: str = ""
    within_share: float = 0.85
    busy_share: float = 0.85


# As the desk's own figures; unverified, as they are.
WORK = (Work("call", 210, 120, "enquiry"), Work("order", 300), Work("contact", 150))


def shift_kinds_ensure(shift_kind_model: Any) -> None:
    """Put in the kinds that are not there; what a house changed stays."""
    for row in SHIFT_KINDS:
        values = dict(zip(NAMES, row, strict=True))
        shift_kind_model.objects.get_or_create(code=values.pop("code"), defaults=values)
