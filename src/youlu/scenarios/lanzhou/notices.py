"""The dated sequence of Lanzhou's summer of 2022 as data, and the list of compounds that the tour closes.

The dates and the kinds of step follow public reports of the notices of July 2022; organs and document numbers are
invented and marked 演示, and the compounds are synthetic.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from youlu.domain.network.plan import CompoundPlan, NetworkPlan

SHANGHAI = ZoneInfo("Asia/Shanghai")
AUTHORITY = "兰州市疫情联防联控领导小组办公室（演示）"
HIGH_RISK, MEDIUM_RISK = 143, 82  # zones of one compound each, as reported at the height of that month
TOUR_DISTRICT = "620102"
FOUR_DISTRICTS = ("620102", "620103", "620104", "620105")


@dataclass(frozen=True)
class Notice:
    """One notice: what the government decides. `step` is "begin", "widen", "extend" or "lift_in_part"."""

    document_no: str
    authority: str
    step: str
    issued_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    divisions: tuple[str, ...]
    acts: tuple[str, ...]
    text: str


def _at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2022, 7, day, hour, minute, tzinfo=SHANGHAI)


def notices() -> tuple[Notice, ...]:
    """The notices in order of their issue."""
    acts = ("acceptance", "delivery")
    return (
        Notice("演示〔2022〕11号", AUTHORITY, "begin", _at(11, 17), _at(11, 18), _at(18, 0), FOUR_DISTRICTS, acts,
               "城关、七里河、西固、安宁四区一周内非必要不流动；名单内小区只进不出。"),
        Notice("演示〔2022〕13号", AUTHORITY, "widen", _at(13, 12), _at(13, 18), _at(20, 0), ("6201",), acts,
               "措施扩到全市；名单每日一张，运邮车辆凭通行证。"),
        Notice("演示〔2022〕18号", AUTHORITY, "extend", _at(17, 20), _at(18, 0), _at(25, 0), ("6201",), acts,
               "现行措施延长到7月24日24时，届时再研判。"),
        Notice("演示〔2022〕24号", AUTHORITY, "lift_in_part", _at(24, 18), _at(25, 0), None,
               ("620102", "620103"), acts, "除城关、七里河两区名单内小区外，其余解除。"),
    )


@dataclass(frozen=True)
class Zone:
    """A line of the day's list. `risk` is "高风险区" or "中风险区"."""

    compound: CompoundPlan
    risk: str


def tour_zones(plan: NetworkPlan) -> tuple[Zone, ...]:
    """The compounds that the tour closes: the largest of 城关区. The same plan gives the same list."""
    here = [compound for compound in plan.compounds if compound.division_code.startswith(TOUR_DISTRICT)]
    largest = sorted(here, key=lambda compound: (-compound.households, compound.id))[:HIGH_RISK + MEDIUM_RISK]
    listed = sorted(largest, key=lambda compound: compound.id)
    # Levels are dealt out evenly over the streets, not by size.
    return tuple(Zone(compound, "高风险区" if rank * HIGH_RISK // len(listed) != (rank + 1) * HIGH_RISK // len(listed)
                      else "中风险区") for rank, compound in enumerate(listed))


def tour_list_text(plan: NetworkPlan) -> str:
    """The list as it is pasted: one compound a line."""
    return "\n".join(zone.compound.name for zone in tour_zones(plan))
