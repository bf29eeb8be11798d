"""A stopped office dams mail up; after it opens nobody is promised earlier than the office can work."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.domain.continuity.test_loop import accept, closure, declare, lift, measure, quote_of, refreshed
from tests.domain.small_network import KANGXIAN, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.preview import closure_preview
from youlu.domain.continuity.recount import recount_run
from youlu.domain.mail.models import Item, PromiseRevision
from youlu.domain.network.capacity import capacity_import, capacity_lines
from youlu.domain.promise.backlog_store import backlogs_now
from youlu.domain.promise.models import BacklogRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
STOP = measure("transit", "office", LANZHOU, end="2022-07-12 07:00")
SHUT = measure("transit", "office", LANZHOU)
NEXT_DAY, DAY_AFTER = at("2022-07-13 12:00"), at("2022-07-14 12:00")  # first wave after the 18:00 arrival at Kangxian


def slow_lanzhou(per_hour: int = 2) -> None:
    lines = capacity_lines(f"kind,of,mail_class,value,source\nhourly,office:O{LANZHOU},,{per_hour},核定")
    capacity_import(actor=actor_of_system("test"), lines=lines)
    closure_apply()


def ten_lying(**more) -> list[Item]:
    return [accept(LANZHOU, KANGXIAN, **more) for _ in range(10)]


def is_clean() -> bool:
    found = recount_run(seed=7, sample=None)
    assert found.is_clean, found.findings
    return True


def test_what_lies_in_a_stopped_office_leaves_when_it_has_been_worked_not_when_it_opens() -> None:
    slow_lanzhou()
    items = ten_lying()
    assert {item.committed_arrive_by for item in items} == {NEXT_DAY}
    declare(STOP)
    # Ten items at two an hour from 07:00 are done at 12:00; the lorry leaves at 08:00.
    assert {item.expected_arrive_by for item in refreshed(items)} == {DAY_AFTER}
    assert is_clean()


def test_an_office_that_can_work_all_of_it_in_time_promises_the_first_lorry() -> None:
    slow_lanzhou(per_hour=10)
    items = ten_lying()
    declare(STOP)
    assert {item.expected_arrive_by for item in refreshed(items)} == {NEXT_DAY}
    assert is_clean()


def test_an_epoch_that_was_rolled_back_leaves_nothing_of_its_backlog_behind() -> None:
    slow_lanzhou()
    items = ten_lying()
    with transaction.atomic():
        declare(measure("transit", "office", LANZHOU, end="2022-07-13 07:00"))
        transaction.set_rollback(True)
    declare(STOP)  # raises the same epoch again
    assert {item.expected_arrive_by for item in refreshed(items)} == {DAY_AFTER}
    assert is_clean()


def test_what_is_worked_first_does_not_wait_behind_the_rest() -> None:
    slow_lanzhou()
    usual, first = ten_lying(), accept(LANZHOU, KANGXIAN, programme="merit_letter")
    declare(STOP)
    assert first.committed_arrive_by == refreshed([first])[0].expected_arrive_by == NEXT_DAY
    assert refreshed(usual)[0].expected_arrive_by == DAY_AFTER
    assert is_clean()


def test_a_quote_and_an_acceptance_wait_behind_the_backlog_too() -> None:
    slow_lanzhou()
    items = ten_lying()
    declare(STOP)
    assert quote_of(items[0]) == DAY_AFTER
    assert accept(LANZHOU, KANGXIAN).committed_arrive_by == DAY_AFTER
    assert accept(LANZHOU, KANGXIAN, programme="merit_letter").committed_arrive_by == NEXT_DAY
    assert is_clean()


def test_after_lifting_what_was_dammed_up_drains_at_the_offices_pace() -> None:
    slow_lanzhou(per_hour=1)
    items = ten_lying()
    closure_id = declare(SHUT)
    assert {item.expected_arrive_by for item in refreshed(items)} == {None}
    with clock.frozen(at("2022-07-12 06:00")):
        lift(closure_id)
        # Ten hours from 06:00: all other of the day's lorries than the one at 08:00 would still be caught.
        assert {item.expected_arrive_by for item in refreshed(items)} == {DAY_AFTER}
        row = backlogs_now()[0]
        assert (row.office, row.per_hour, row.most, row.drained_at) == ("兰州", 1, 9, at("2022-07-12 16:00"))
        assert is_clean()


def test_a_backlog_outlives_another_closure_elsewhere_and_is_gone_when_it_has_drained() -> None:
    slow_lanzhou(per_hour=1)
    items = ten_lying()
    closure_id = declare(SHUT)
    with clock.frozen(at("2022-07-12 06:00")):
        lift(closure_id)
    with clock.frozen(at("2022-07-12 07:00")):
        declare(measure("delivery", "compound", 0, end="2022-07-16 00:00"), title="别处")
        assert {item.expected_arrive_by for item in refreshed(items)} == {DAY_AFTER}
        assert is_clean()
    with clock.frozen(at("2022-07-12 17:00")):
        declare(measure("delivery", "compound", 1, end="2022-07-16 00:00"), title="别处二")
        assert backlogs_now() == ()
        assert is_clean()


def test_the_preview_foresees_what_the_closure_then_does() -> None:
    slow_lanzhou()
    items = ten_lying()
    foreseen = closure_preview(closure(STOP), at=clock.now())
    assert foreseen["later"] == 10
    assert foreseen["backlogs"][0]["name"] == "兰州"
    assert foreseen["backlogs"][0]["most"] == 10
    declare(STOP)
    assert sum(item.expected_arrive_by > item.committed_arrive_by for item in refreshed(items)) == 10


def test_mail_that_a_stop_exempts_goes_through_and_does_not_queue() -> None:
    slow_lanzhou()
    ten_lying()
    exempt = accept(LANZHOU, KANGXIAN, programme="id_card_mail")
    declare(measure("transit", "office", LANZHOU, end="2022-07-12 07:00", exempt_programmes=("id_card_mail",)))
    assert refreshed([exempt])[0].expected_arrive_by == NEXT_DAY
    assert is_clean()


def test_a_flood_that_follows_a_stop_queues_where_it_arrives() -> None:
    """Mail from Xi'an that the stop held up comes all at once; Longnan can work one an hour."""
    lines = capacity_lines(f"kind,of,mail_class,value,source\nhourly,office:O{LONGNAN},,1,核定")
    capacity_import(actor=actor_of_system("test"), lines=lines)
    items = [accept(XIAN, KANGXIAN) for _ in range(12)]
    declare(STOP)
    assert len({item.expected_arrive_by for item in refreshed(items)}) == 1
    assert [row.office for row in backlogs_now()] == ["陇南"]
    assert is_clean()


def test_without_a_stopped_office_nothing_is_worked_out() -> None:
    accept(LANZHOU, KANGXIAN)
    declare(measure("delivery", "compound", 0, end="2022-07-16 00:00"))
    declare(SHUT)  # without an end nothing drains yet
    assert not BacklogRun.objects.exists()


def test_sorting_windows_read_in_hold_up_promises_and_say_why() -> None:
    item = accept(LANZHOU, KANGXIAN)
    capacity_import(actor=actor_of_system("test"), lines=capacity_lines(
        f"kind,of,mail_class,value,source\nsorting,office:O{LANZHOU},,09:00-12:00,作业计划"))
    closure_apply()
    assert refreshed([item])[0].expected_arrive_by == DAY_AFTER
    assert PromiseRevision.objects.get(item_key=item.item_key, revision_no=2).cause == "capacity"
    assert is_clean()


def test_an_item_of_a_class_with_a_line_of_its_own_queues_there_alone() -> None:
    lines = f"hourly,office:O{LANZHOU},parcel,1,核定"
    capacity_import(actor=actor_of_system("test"), lines=capacity_lines(
        f"kind,of,mail_class,value,source\n{lines}"))
    closure_apply()
    parcels, express = [accept(LANZHOU, KANGXIAN, mail_class="parcel") for _ in range(10)], accept(LANZHOU, KANGXIAN)
    declare(STOP)
    assert refreshed(parcels)[0].expected_arrive_by == DAY_AFTER
    assert refreshed([express])[0].expected_arrive_by == NEXT_DAY
    assert is_clean()


