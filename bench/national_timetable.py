"""The project's own national network as the engine sees it, without a database."""

from datetime import date

import numpy as np

from youlu.engines.calendar import day_of_date, weekday_of_day
from youlu.engines.promise import Handling, Timetable, TripPattern, timetable_build
from youlu.scenarios.national import national_build

START = date(2022, 7, 11)
LEAD_DAYS = 3


def national_timetables(horizons: tuple[int, ...]) -> tuple[list[Timetable], Handling]:
    """One timetable per horizon in days, all from 11 July 2022, and the offices' handling."""
    plan = national_build()
    start_day = day_of_date(START)
    first, last = start_day - LEAD_DAYS, start_day + max(horizons)
    running = {}
    for calendar in plan.calendars:
        begin, end = day_of_date(calendar.first_date), day_of_date(calendar.last_date)
        added = {day_of_date(day) for day in calendar.added_dates}
        removed = {day_of_date(day) for day in calendar.removed_dates}
        running[calendar.id] = [
            day
            for day in range(first, last)
            if day not in removed
            and (day in added or (begin <= day <= end and calendar.weekdays >> weekday_of_day(day) & 1))
        ]
    patterns = [
        TripPattern(
            trip_key=trip.trip_key,
            stops=np.array(trip.office_ids, dtype=np.int32),
            arr_min=np.array(trip.arr_min, dtype=np.int32),
            dep_min=np.array(trip.dep_min, dtype=np.int32),
            days=running[trip.calendar_id],
        )
        for trip in plan.trips
    ]
    minutes = np.array([[office.handling_min for office in plan.offices]], dtype=np.int32)
    transit = np.array([[office.may_transit for office in plan.offices]])
    n = len(plan.offices)
    tables = [timetable_build(patterns, n, start_day, days, LEAD_DAYS) for days in horizons]
    return tables, Handling(minutes, transit)
