"""A model of a published table of standard times: plausible days between places, made up, and it says so.

Same city D+1, within a province D+2, between provinces by the distance of their seats; remote counties more. Nobody
published it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.promise.holidays import Source
from youlu.domain.promise.standard_lists import CLASSES, COLUMNS
from youlu.domain.promise.versions import standard_activate, standard_import
from youlu.scenarios.national.facts import Division, distance_km, divisions

MODEL = Source("全程时限标准", "示例〔2022〕1号")
MORE = {"express": 0, "parcel": 1, "registered": 2}  # days
UNIT = {"express": "自然日", "parcel": "自然日", "registered": "工作日"}
NEAR_KM, FAR_KM = 900, 2200
REMOTE = {"54": 2, "65": 2, "63": 1, "15": 1}  # days more to or from these provinces


def standards_model_load(*, at: dt.datetime, days_before: int = 60) -> int:
    """Take the model in and put it in force some weeks before `at`; returns its version."""
    actor = actor_of_system("scenario-standards")
    text = "\n".join(",".join(row) for row in model_rows())
    with clock.frozen(at - dt.timedelta(days=days_before)):
        version = standard_import(actor=actor, content=text.encode(), source=MODEL, is_model=True)
        standard_activate(actor=actor, version=version, valid_from=clock.today())
    return version


def model_rows() -> Iterator[list[str]]:
    """The table as a file would have it, heading first."""
    yield [chinese for _, chinese in COLUMNS]
    found = divisions()
    provinces = {code[:2]: one for code, one in found.items() if code.endswith("0000")}
    prefectures = [code for code in found if code.endswith("00") and not code.endswith("0000")]
    for key, name in CLASSES.items():
        def row(origin: str, dest: str, days: int, *, key: str = key, name: str = name) -> list[str]:
            return [name, origin, dest, str(days + MORE[key]), UNIT[key], "18:00", "24:00"]

        yield row("*", "*", 5)
        for start, one in provinces.items():
            for end, other in provinces.items():
                same = 2 if start not in REMOTE else 3
                days = same if start == end else _between(one, other) + max(REMOTE.get(start, 0), REMOTE.get(end, 0))
                yield row(f"{start}0000", f"{end}0000", days)
        for code in prefectures:
            yield row(code, code, 1 if code[:2] not in REMOTE else 2)


def _between(one: Division, other: Division) -> int:
    km = distance_km(one.lon, one.lat, other.lon, other.lat)
    return 2 if km < NEAR_KM else 3 if km < FAR_KM else 4
