"""Kept rates in words and rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from youlu.core.numbered import numbered
from youlu.domain.insight.rates import KeptPage, Rate
from youlu.interfaces.web import wording
from youlu.interfaces.web.reading.places import prefecture_name


@dataclass(frozen=True)
class RateRow:
    """One row of a table, one pair of bars; shares are None of fewer than ten."""

    name: str
    standard_pct: float | None
    committed_pct: float | None
    standard: str
    committed: str
    standard_due: str
    committed_due: str
    no_standard: str


def rate_row(name: str, rate: Rate) -> RateRow:
    return RateRow(name, rate.standard_pct, rate.committed_pct, _share(rate.standard_pct, rate.standard_due),
                   _share(rate.committed_pct, rate.committed_due), wording.count(rate.standard_due),
                   wording.count(rate.committed_due), wording.count(rate.no_standard))


def _share(pct: float | None, due: int) -> str:
    if pct is not None:
        return f"{pct:.1f}%"
    return gettext("不足10件") if due else "–"


def days_shown(page: KeptPage) -> list[RateRow]:
    """Oldest first."""
    return [rate_row(wording.day(day), rate) for day, rate in page.days]


def prefectures_shown(page: KeptPage) -> list[RateRow]:
    return [rate_row(prefecture_name(code), rate) for code, rate in page.prefectures]


def bars_title() -> str:
    return gettext("每天的时限达成率和承诺履约率")


def lead_of_kept(page: KeptPage) -> str:
    whole = page.whole
    if not page.days:
        return gettext("还没有统计过一整天：每天过完后统计前一天。")
    said = {"days": len(page.days), "standard": _share(whole.standard_pct, whole.standard_due),
            "committed": _share(whole.committed_pct, whole.committed_due)}
    if not whole.standard_due:
        return numbered("最近%(days)s天承诺守住%(committed)s；没有可考核的标准时限。", len(page.days)) % said
    return numbered("最近%(days)s天按标准到的%(standard)s，按承诺到的%(committed)s。", len(page.days)) % said
