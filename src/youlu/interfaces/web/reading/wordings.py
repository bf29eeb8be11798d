"""口径 as people read it: what it is for, read out with sample values, and since when it holds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from youlu.domain.access.selectors import actor_names
from youlu.domain.desk.campaigns.topics import PREFIX
from youlu.domain.messages.phrases import Segment
from youlu.domain.messages.selectors import CodeRow, WordingRow
from youlu.interfaces.web import wording

N = gettext_noop
OCCASIONS = {"moved": N("送到时间推迟"), "sooner": N("送到时间提前"), "unknown": N("暂时送不到"),
             "deferred": N("应急时答复推迟"), "resumed": N("应急解除后几时答复"), "opened": N("工单登记了"),
             "answered": N("有答复了"), "received": N("来信收到了"), "received_less": N("来信收到了，有附件没收")}
CHANNELS = {"voice": N("打电话时说"), "message": N("消息里写"), "mail": N("信里写")}
# Made-up values in the tongue of the wordings themselves: what a customer hears is Chinese whoever reads this page.
SAMPLE = {
    "branch": "甘肃邮政", "staff_no": "2207", "whose_before": "您寄往陇南", "place": "康县", "whose_after": "",
    "item": "尾号4417", "reason": "兰州城关区封控", "was": "7月31日", "becomes": "8月3日18时前", "number": "2207300012",
    "reply_by": "8月3日12时前", "files": "1", "link": "https://post.example/follow/…",
}
UNKNOWN_BECOMES = "8月3日前告诉您新的时间"


@dataclass(frozen=True)
class VersionCard:
    """One version as it is read out; `why` it was taken back or by whom it was written stands in `row`."""

    row: WordingRow
    is_current: bool
    is_over: bool
    is_ahead: bool
    valid: str
    pieces: tuple[Segment, ...]
    drafted_by: str
    approved_by: str


@dataclass(frozen=True)
class CodeCard:
    name: str
    id: uuid.UUID
    current: VersionCard | None
    next: VersionCard | None


def wording_name(code: str) -> str:
    """moved.voice -> 送到时间推迟 · 打电话时说; a code that an office made itself stays as it is."""
    if code.startswith(PREFIX):  # a campaign's topic has the name that a supervisor gave it
        topic, _, channel = code.removeprefix(PREFIX).rpartition(".")
        return f"{topic} · {gettext(CHANNELS[channel])}" if channel in CHANNELS else code
    occasion, _, channel = code.partition(".")
    if occasion not in OCCASIONS or channel not in CHANNELS:
        return code
    return f"{gettext(OCCASIONS[occasion])} · {gettext(CHANNELS[channel])}"


def code_cards(rows: Sequence[CodeRow], now: dt.datetime) -> list[CodeCard]:
    """Codes with their current and their next version."""
    return [CodeCard(wording_name(row.code), row.newest.id, *(
        _card(one, now, {}) if one else None for one in (row.current, row.next))) for row in rows]


def version_cards(rows: Sequence[WordingRow], now: dt.datetime) -> list[VersionCard]:
    """Versions with who wrote and who approved them."""
    names = actor_names({who for row in rows for who in (row.drafted_by, row.approved_by) if who})
    return [_card(row, now, names) for row in rows]


def _card(row: WordingRow, now: dt.datetime, names: Mapping[str, str]) -> VersionCard:
    sample = {**SAMPLE, **({"becomes": UNKNOWN_BECOMES} if row.code.startswith("unknown") else {})}
    values: dict[str, str] = defaultdict(lambda: "……", sample)
    is_approved = row.state == "approved"
    is_over = is_approved and row.valid_to is not None and row.valid_to <= now
    is_ahead = is_approved and not is_over and row.valid_from is not None and row.valid_from > now
    return VersionCard(row, is_approved and not is_over and not is_ahead, is_over, is_ahead, _validity(row),
                       row.say(values), names.get(row.drafted_by, gettext("随系统带来")),
                       names.get(row.approved_by, "–"))


def _validity(row: WordingRow) -> str:
    if row.valid_from is None:
        return gettext("批准后生效")
    values = {"start": wording.stamp(row.valid_from)}
    if row.valid_to is None:
        return gettext("%(start)s起有效，没有定终止") % values
    return gettext("%(start)s至%(end)s有效") % {**values, "end": wording.stamp(row.valid_to)}
