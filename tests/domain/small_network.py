"""A network small enough to reckon with by hand: Xi'an – Lanzhou – Longnan – Kangxian, and Lanzhou's depot.

Daily: Xi'an 20:00 → Lanzhou 06:00 (trip 1), Lanzhou 08:00 → Longnan 14:00 → Kangxian 18:00 (trip 2),
Lanzhou 07:30 → Chengguan depot 08:00 (trip 3), Xi'an 10:00 → Longnan 22:00 (trip 4), Longnan 06:00 → Kangxian 10:00
(trip 5), Lanzhou 20:00 → Xi'an 06:00 next day (trip 6), Kangxian 10:30 → Longnan 14:00 → Lanzhou 20:30 (trip 7).
Handling 60 minutes, unsealing 30, waves 08:30–12:00 and 14:00–18:00.
"""

from __future__ import annotations

import datetime as dt

from youlu.core.clock import SHANGHAI
from youlu.domain.access.selectors import Actor
from youlu.domain.network.models import (
    Compound,
    DeliverySegment,
    EpochCounter,
    Office,
    Route,
    ServiceCalendar,
    TimetableRevision,
    Trip,
)

XIAN, LANZHOU, LONGNAN, KANGXIAN, CHENGGUAN = range(5)
OFFICES = [
    (XIAN, "西安", "610100", "provincial_centre", True), (LANZHOU, "兰州", "620100", "provincial_centre", True),
    (LONGNAN, "陇南", "621200", "centre", True), (KANGXIAN, "康县", "621224", "county_centre", False),
    (CHENGGUAN, "城关揽投部", "620102", "depot", False),
]
TRIPS = [
    (1, [XIAN, LANZHOU], [20 * 60, 30 * 60], [20 * 60, 30 * 60]),
    (2, [LANZHOU, LONGNAN, KANGXIAN], [480, 840, 1080], [480, 870, 1080]),
    (3, [LANZHOU, CHENGGUAN], [450, 480], [450, 480]),
    (4, [XIAN, LONGNAN], [600, 1320], [600, 1320]),
    (5, [LONGNAN, KANGXIAN], [360, 600], [360, 600]),
    (6, [LANZHOU, XIAN], [1200, 1800], [1200, 1800]),
    (7, [KANGXIAN, LONGNAN, LANZHOU], [630, 840, 1230], [630, 870, 1230]),
]
COMPOUNDS = [(0, 0, "雁北路街道001号院", "620102001"), (1, 0, "雁北路街道002号院", "620102001"),
             (2, 1, "张掖路街道001号院", "620102002")]
ACTOR = Actor(id="system:test", name="test", scope="",
              permissions=frozenset({"mail.accept", "mail.scan", "mail.read", "mail.bags", "mail.settle",
                                     "mail.act", "mail.count", "closure.declare", "closure.read", "promise.quote",
                                     "network.read"}))


def at(text: str) -> dt.datetime:
    """Shanghai clock time, "2022-07-11 17:00"."""
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def network_make() -> None:
    """Put the network into the database."""
    Office.objects.bulk_create([
        Office(id=key, code=f"O{key}", name=name, full_name=f"{name}邮政", kind=kind, division_code=division,
               lon=0, lat=0, may_transit=transit, handling_min=60, unsealing_min=30, wave_start_min=[510, 840],
               wave_end_min=[720, 1080])
        for key, name, division, kind, transit in OFFICES])
    ServiceCalendar.objects.create(id=1, name="每日", weekdays=127, first_date=dt.date(2022, 1, 1),
                                   last_date=dt.date(2023, 12, 31))
    for key, offices, arr, dep in TRIPS:
        route = Route.objects.create(id=key, code=f"R{key}", name=f"邮路{key}", level="trunk", means="road")
        Trip.objects.create(trip_key=key, route=route, calendar_id=1, number=str(1000 + key), office_ids=offices,
                            arr_min=arr, dep_min=dep, km=[100.0 * n for n in range(len(offices))])
    DeliverySegment.objects.bulk_create([
        DeliverySegment(id=n, office_id=CHENGGUAN, code=f"S{n}", name=f"段道{n}", wave_start_min=[510, 840],
                        wave_end_min=[720, 1080]) for n in range(2)])
    Compound.objects.bulk_create([Compound(id=key, segment_id=segment, name=name, division_code=division, source="合成")
                                  for key, segment, name, division in COMPOUNDS])
    TimetableRevision.objects.create(activated_at=at("2022-07-01 00:00"), content_hash="small-network")
    EpochCounter.objects.update_or_create(id=1, defaults={"epoch": 1})
