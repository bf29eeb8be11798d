"""What binds a roster: the rules a desk begins with, in the law's terms, and the bases that hours may rest on."""

from __future__ import annotations

from dataclasses import dataclass

from youlu.domain.workforce.models import Activity, Basis, ShiftKind
from youlu.domain.workforce.trade import REST_MIN
from youlu.engines.roster import Rule

DAYS_IN_ROW_WISHED = 5
NIGHTS_IN_14_DAYS = 3
# Labour Law of the PRC, art. 44: share of the hour's wage.
PAY_OVERTIME, PAY_REST_DAY, PAY_HOLIDAY = 1.5, 2.0, 3.0
LEGAL_BASIS = {
    Basis.STANDARD: "《劳动法》第三十六条、第三十八条、第四十一条",
    Basis.COMPREHENSIVE: "《劳动法》第三十九条",
    Basis.EMERGENCY: "《劳动法》第四十二条",
}


@dataclass(frozen=True)
class Price:
    """Of one person short or over for a half hour."""

    short: float
    over: float


PRICES = {"queue": Price(10, 1), "written": Price(4, 0.5), "night_duty": Price(30, 5)}


def rules_of(kinds: tuple[ShiftKind, ...], days: int, week_most: dict[str, int]) -> tuple[Rule, ...]:
    """The rule set. `week_most`: paid minutes a week at most, by who has such a limit of their own."""
    nights = frozenset(kind.code for kind in kinds if kind.activity == Activity.NIGHT_DUTY)
    rules = [
        Rule("min_rest", REST_MIN), Rule("rest_day_in_seven"), Rule("law_hours_day"), Rule("law_overtime"),
        Rule("max_consecutive_days", DAYS_IN_ROW_WISHED, weight=20), Rule("min_consecutive_rest_days", 2, weight=3),
        Rule("fair_weekends", weight=4), Rule("contract_hours", weight=1), Rule("wishes", weight=2),
    ]
    if nights:
        most = max(1, round(NIGHTS_IN_14_DAYS * days / 14))
        rules += [Rule("max_shifts_of_kind", most, weight=15, shifts=nights),
                  Rule("fair_shares", weight=4, shifts=nights)]
    for limit in sorted(set(week_most.values())):
        whose = frozenset(name for name, most in week_most.items() if most == limit)
        rules.append(Rule("max_minutes_week", limit, people=whose))
    return tuple(rules)
