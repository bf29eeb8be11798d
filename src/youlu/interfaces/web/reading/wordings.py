"""口径 as people read it: what it is for, read out with sample values, and since when it holds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from youlu.domain.desk.campaigns.topics import PREFIX
from youlu.domain.messages.phrases import Segment
from youlu.domain.messages.selectors import WordingRow
from youlu.interfaces.web import wording

N = gettext_noop
OCCASIONS = {"moved": N("送到时间推迟"), "sooner": N("送到时间提前"), "unknown": N("暂时送不到"),
             "deferred": N("应急时答复推迟"), "answered": N("有答复了"), "received": N("来信收到了"),
             "received_less": N("来信收到了，有附件没收")}
CHANNELS = {"voice": N("打电话时说"), "message": N("消息里写"), "mail": N("信里写")}
# Made-up values in the tongue of the wordings themselves: what a customer hears is Chinese whoever reads this page.
SAMPLE = {
    "branch": "甘肃邮政", "staff_no": "2207", "whose_before": "您寄往陇南", "place": "康县", "whose_after": "",
    "item": "尾号4417", "reason": "兰州城关区封控", "was": "7月31日", "becomes": "8月3日18时前", "number": "2207300012",
    "reply_by": "8月3日上午", "files": "1", "link": "https://post.example/follow/…",
}
UNKNOWN_BECOMES = "8月3日前告诉您新的时间"


@dataclass(frozen=True)
class WordingCard:
    id: uuid.UUID
    name: str
    version: int
    state: str
    is_replaced: bool
    valid: str
    pieces: tuple[Segment, ...]


def wording_name(code: str) -> str:
    """moved.voice -> 送到时间推迟 · 打电话时说; a code that an office made itself stays as it is."""
    if code.startswith(PREFIX):  # a campaign's topic has the name that a supervisor gave it
        topic, _, channel = code.removeprefix(PREFIX).rpartition(".")
        return f"{topic} · {gettext(CHANNELS[channel])}" if channel in CHANNELS else code
    occasion, _, channel = code.partition(".")
    if occasion not in OCCASIONS or channel not in CHANNELS:
        return code
    return f"{gettext(OCCASIONS[occasion])} · {gettext(CHANNELS[channel])}"


def wording_card(row: WordingRow, now: dt.datetime) -> WordingCard:
    sample = {**SAMPLE, **({"becomes": UNKNOWN_BECOMES} if row.code.startswith("unknown") else {})}
    values: dict[str, str] = defaultdict(lambda: "……", sample)
    return WordingCard(row.id, wording_name(row.code), row.version, row.state,
                       row.valid_to is not None and row.valid_to <= now, _validity(row), row.say(values))


def _validity(row: WordingRow) -> str:
    if row.valid_from is None:
        return gettext("批准后生效")
    values = {"start": wording.stamp(row.valid_from)}
    if row.valid_to is None:
        return gettext("%(start)s起有效，没有定终止") % values
    return gettext("%(start)s至%(end)s有效") % {**values, "end": wording.stamp(row.valid_to)}
