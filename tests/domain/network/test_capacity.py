"""Lists of capacities: every wrong line is named, the more particular row wins."""

from __future__ import annotations

import pytest
from tests.domain.small_network import LANZHOU, LONGNAN, XIAN

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.network.capacity import (
    USUAL_RANK,
    Capacities,
    capacities,
    capacity_edit,
    capacity_import,
    capacity_lines,
    vehicle_capacities,
)
from youlu.domain.network.errors import CapacityListError
from youlu.domain.network.selectors import epoch_current

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
HEAD = "kind,of,mail_class,value,source\n"
ACTOR = actor_of_system("test")


def imported(*lines: str) -> Capacities:
    capacity_import(actor=ACTOR, lines=capacity_lines(HEAD + "\n".join(lines)))
    return capacities()


def test_an_office_has_the_default_of_its_kind_until_a_list_says_otherwise() -> None:
    assert capacities().per_hour(LANZHOU, "provincial_centre") == 30_000
    found = imported(f"hourly,office:O{LANZHOU},,1200,核定", f"hourly,office:O{LANZHOU},parcel,700,核定")
    assert found.per_hour(LANZHOU, "provincial_centre") == 1200
    assert found.per_hour(LANZHOU, "provincial_centre", "parcel") == 700
    assert found.per_hour(XIAN, "provincial_centre") == 30_000
    assert found.per_hour(XIAN, "provincial_centre", "parcel") is None
    assert found.classes_apart == ("parcel",)


def test_a_list_raises_the_epoch_and_replaces_what_was_said() -> None:
    before = epoch_current()
    imported(f"sorting,office:O{LANZHOU},,21:00-02:00 12:00-14:00,作业计划")
    found = imported(f"sorting,office:O{LANZHOU},,20:00-03:00,作业计划", f"hourly,office:O{LONGNAN},,5,核定")
    assert epoch_current() == before + 2
    assert found.sorting == {LANZHOU: ((1200, 1620),)}


def test_admission_letters_go_first_and_the_more_particular_row_wins() -> None:
    found = imported("priority,,express,50,惯例", "priority,programme:court_mail,registered,5,惯例")
    assert found.rank("registered", "admission_letter") == 10
    assert found.rank("registered", "court_mail") == 5
    assert found.rank("express", "court_mail") == 10
    assert found.rank("express", "") == 50
    assert found.rank("parcel", "") == USUAL_RANK


def test_a_trip_carries_what_its_level_and_means_carry_unless_it_is_named() -> None:
    assert set(vehicle_capacities().values()) == {8000}
    imported("vehicle,trip:2,,350,行车证")
    assert (vehicle_capacities()[1], vehicle_capacities()[2]) == (8000, 350)


@pytest.mark.parametrize(("line", "what"), [
    ("hourly,office:XX,,5,核定", "没有代码为XX的网点"), ("hourly,kind:palace,,5,核定", "不是hourly能指的对象"),
    ("hourly,kind:depot,,many,核定", "数值要是整数"), ("hourly,kind:depot,,5,", "没有写来源"),
    ("sorting,office:O1,,21-02,计划", "分拣时段写成"), ("vehicle,trip:77,,5,证", "没有班次77"),
    ("speed,office:O1,,5,计划", "没有“speed”这种能力"), ("vehicle,moon/road,,5,证", "不是vehicle能指的对象"),
])
def test_a_wrong_line_is_named_and_nothing_is_stored(line: str, what: str) -> None:
    before = epoch_current()
    with pytest.raises(CapacityListError) as error:
        imported("hourly,kind:depot,,777,核定", line)
    assert f"第3行：{what}" in str(error.value) or what in str(error.value)
    assert epoch_current() == before
    assert capacity_edit() == 0


def test_a_list_without_a_column_is_refused() -> None:
    with pytest.raises(CapacityListError):
        capacity_lines("kind,of,value\nhourly,kind:depot,5")
