"""When a merit letter can be brought."""

from __future__ import annotations

import datetime as dt

from youlu.domain.catalogue.spec import Facts, Refusal, Text

NOTICE_DAYS = 3  # the county office, the township and the post agree on the visit


def rule_visit_leaves_time_to_agree(facts: Facts) -> Refusal | None:
    """The day of the visit leaves three days to bring the team together."""
    day = dt.date.fromisoformat(facts.answers["visit_date"])
    if day < facts.today + dt.timedelta(days=NOTICE_DAYS):
        return Refusal("visit_date", Text("上门日期至少要在3天以后，好约齐退役军人事务局、乡镇和投递员。",
                                        "The visit must be three days ahead or later, to bring the team together."))
    return None
