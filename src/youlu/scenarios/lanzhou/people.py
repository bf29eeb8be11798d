"""Synthetic customers: names of common syllables, telephone numbers of a prefix that no operator was given."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.plan import NetworkPlan
from youlu.domain.parties.sealing import NewParty

# The hundred commonest surnames' head, by public statistics; any likeness to a person is chance.
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉玲红玉兰海燕春梅晓东宏志国庆丹萍鹏飞雪莉婷宇浩然子涵"
PHONE_PREFIX = "154"  # not given to an operator in the numbering plan: nobody is called by mistake
WITHOUT_CHANNEL = 0.13  # reached by voice only (the trade's 10-15 %)


def parties_make(
    rng: np.random.Generator, plan: NetworkPlan, ids: Sequence[uuid.UUID], compound: NDArray[np.int32],
    office: NDArray[np.int32], *, first_phone: int,
) -> Iterator[NewParty]:
    """Customers one by one, all `synthetic`. `compound` (0: none) and `office` say where each lives."""
    count = len(ids)
    surname, first, second = (rng.integers(0, size, count).tolist() for size in
                              (len(SURNAMES), len(GIVEN), len(GIVEN) + len(GIVEN) // 3))
    building, unit, floor, door = (rng.integers(1, top, count).tolist() for top in (19, 5, 18, 5))
    no_channel = (rng.random(count) < WITHOUT_CHANNEL).tolist()
    by_id = {row.id: row for row in plan.compounds}
    for n in range(count):
        home = by_id.get(int(compound[n]))
        place = plan.offices[office[n]]
        street = home.name if home else place.name + "（演示地址）"
        yield NewParty(
            id=ids[n], name=SURNAMES[surname[n]] + GIVEN[first[n]] + (GIVEN[second[n]] if second[n] < len(GIVEN)
                                                                     else ""),
            phone=f"{PHONE_PREFIX}{first_phone + n:08d}",
            address=f"{street}{building[n]}号楼{unit[n]}单元{floor[n]}{door[n]:02d}室",
            compound_id=home.id if home else None, division_code=home.division_code if home else place.division_code,
            channel="" if no_channel[n] else "inbox", consent_message=not no_channel[n], synthetic=True)


def ids_make(rng: np.random.Generator, count: int, at_ms: int) -> list[uuid.UUID]:
    """Version-7 identifiers of one millisecond, the same for the same seed."""
    words = rng.integers(0, 2**64, (count, 2), dtype=np.uint64)
    head = at_ms << 80 | 7 << 76 | 2 << 62
    return [uuid.UUID(int=head | (int(a) & 0xFFF) << 64 | int(b) & (2**62 - 1)) for a, b in words.tolist()]
