"""Whether a trip can be run at all: every fault with the stop it stands at, in a sentence that says what to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from youlu.domain.network.models import Route

LONGEST_MIN = 7 * 1440  # a trip of more than a week is a typing error
# Faster on the average than any vehicle of the kind: kilometres an hour.
FASTEST_KMH = {Route.Means.ROAD: 130, Route.Means.RAIL: 400, Route.Means.BOAT: 80, Route.Means.AIR: 1200}
EARTH_KM = 6371.0


@dataclass(frozen=True)
class TripFault:
    """`stop` is the place in the trip (-1: the whole trip); `side` is arr, dep or empty."""

    stop: int
    side: str
    what: str


def clock_text(minute: int) -> str:
    """08:30; of the next day 06:10+1."""
    day, of_day = divmod(minute, 1440)
    return f"{of_day // 60:02d}:{of_day % 60:02d}" + (f"+{day}" if day else "")


def trip_faults(
    *, office_ids: Sequence[int], arr_min: Sequence[int], dep_min: Sequence[int], km: Sequence[float], means: str
) -> list[TripFault]:
    """Everything that is wrong with the times of a trip, in the order of its stops."""
    faults = []
    if len(office_ids) < 2:
        return [TripFault(-1, "", _("至少要停两个网点。"))]
    for n in range(len(office_ids)):
        if dep_min[n] < arr_min[n]:
            faults.append(TripFault(n, "dep", _("开车早于到达{at}。跨零点写成01:10+1。").format(
                at=clock_text(arr_min[n]))))
        if n and office_ids[n] == office_ids[n - 1]:
            faults.append(TripFault(n, "", _("同一个网点连着写了两次，删去一个。")))
        elif n:
            faults += _ride_faults(n, dep_min[n - 1], arr_min[n], km[n] - km[n - 1], means)
    if min(arr_min[0], dep_min[0]) < 0 or dep_min[0] >= 1440:
        faults.append(TripFault(0, "dep", _("始发要在当天0点到24点之间：服务日按始发站算。")))
    if dep_min[-1] - arr_min[0] > LONGEST_MIN:
        faults.append(TripFault(len(office_ids) - 1, "arr", _("全程超过七天，核对是不是多写了+1。")))
    return faults


def _ride_faults(n: int, dep: int, arr: int, km: float, means: str) -> list[TripFault]:
    if arr < dep:
        return [TripFault(n, "arr", _("到达早于上一站开车{at}。跨零点写成01:10+1。").format(at=clock_text(dep)))]
    fastest = FASTEST_KMH.get(Route.Means(means), 1200)
    if km > 1 and arr - dep < km / fastest * 60:
        least = math.ceil(km / fastest * 60)
        return [TripFault(n, "arr", _("{km}公里只给了{given}分钟，{means}跑不到；至少要{least}分钟。").format(
            km=round(km), given=arr - dep, means=_(str(Route.Means(means).label)), least=least))]
    return []


def straight_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Kilometres as the crow flies; 0 where a place has no point."""
    if (lon1, lat1) == (0, 0) or (lon2, lat2) == (0, 0):
        return 0.0
    a, b, dx = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(dx / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))
