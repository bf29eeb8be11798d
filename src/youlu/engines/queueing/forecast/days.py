"""What kind of day a day is: a weekday, a holiday, a day worked to make up for one."""

from __future__ import annotations

import numpy as np

from youlu.engines.calendar import WorkdayError, Workdays, weekday_of_day

HOLIDAY, MAKEUP = 7, 8
KINDS = 9
SATURDAY = 5


def day_kinds(first_day: int, count: int, workdays: Workdays | None) -> tuple[np.ndarray, int]:
    """Return int64[count], 0 Monday … 6 Sunday, HOLIDAY, MAKEUP; and the first day the table does not know, or -1.

    Outside the table's years a day is its weekday. A holiday is a day off the table names, also on a weekend.
    """
    kinds = np.array([weekday_of_day(first_day + d) for d in range(count)], dtype=np.int64)
    unknown = -1
    for d in range(count if workdays else 0):
        try:
            is_workday = workdays.is_workday(first_day + d)  # type: ignore[union-attr]
        except WorkdayError:
            unknown = first_day + d if unknown < 0 else unknown
            continue
        if is_workday and kinds[d] >= SATURDAY:
            kinds[d] = MAKEUP
        elif first_day + d in workdays.holidays:  # type: ignore[union-attr]
            kinds[d] = HOLIDAY
    return kinds, unknown
