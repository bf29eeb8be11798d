"""Kinds of shift: checked when typed; a change of hours leaves what was rostered as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from tests import people
from tests.domain.workforce.desk_of_six import AT, LAW, MONDAY, agent_actor, desk, needs, plan

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.workforce.errors import KindError
from youlu.domain.workforce.kinds import KindTyped, kind_add, kind_change, kind_restore, kind_retire, kinds_list
from youlu.domain.workforce.models import RosterShift, ShiftKind, Wish
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.board import roster_board
from youlu.domain.workforce.rostering.drafts import roster_draft_save
from youlu.domain.workforce.rostering.reading import shift_kinds
from youlu.domain.workforce.rostering.solving import roster_solve_start, run_answer
from youlu.domain.workforce.timeoff import wish_set

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.frozen(AT):
        yield


def typed(**values: object) -> KindTyped:
    usual = {"name": "短班", "start_min": 600, "length_min": 240, "break_at_min": 0, "break_min": 0,
             "activity": "queue", "sites": ("on_site",)}
    return KindTyped(**{**usual, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(("values", "said"), [
    ({"name": " "}, "班的名字"), ({"name": "早班"}, "已经有一种班叫“早班”"), ({"start_min": 1440}, "时间写到5分钟"),
    ({"start_min": 602}, "时间写到5分钟"), ({"length_min": -1}, "时间写到5分钟"),
    ({"length_min": 20}, "半小时到24小时"),
    ({"break_min": 30, "break_at_min": 0}, "休息要在班的中间"),
    ({"break_min": 30, "break_at_min": 210}, "休息要在班的中间"),
    ({"break_min": -5}, "休息要在班的中间"), ({"activity": "sleep"}, "选这种班做什么"),
    ({"sites": ()}, "至少选一个上班的地方"),
    ({"sites": ("out",)}, "至少选一个上班的地方"), ({"skills": ("长" * 21,)}, "技能最多"),
])
def test_what_is_no_shift_is_said_by_its_field(values: dict, said: str) -> None:
    with pytest.raises(KindError, match=said):
        kind_add(actor=people.chen_supervisor(), typed=typed(**values))
    assert not ShiftKind.objects.filter(name="短班").exists()


def test_a_new_kind_is_rostered() -> None:
    desk(1)
    chen = people.chen_supervisor()
    for code, _name in shift_kinds():
        kind_retire(actor=chen, code=code)
    code = kind_add(actor=chen, typed=typed())
    needs_set(needs(days=2, first=600, last=840), source="试")
    run_answer(roster_solve_start(actor=chen, start_date=MONDAY, days=2, legal_basis=LAW, limit_s=60))
    assert {row.kind_id for row in RosterShift.objects.all()} == {code}
    with pytest.raises(KindError, match="最后一种“电话”的班"):
        kind_retire(actor=chen, code=code)


def test_other_hours_are_a_new_kind_where_the_old_one_is_rostered() -> None:
    first = desk(1)[0]
    chen = people.chen_supervisor()
    early = next(row for row in kinds_list(actor=chen) if row.code == "early")
    same = KindTyped(**{**vars(early.typed), "name": "早早班"})
    assert kind_change(actor=chen, code="early", typed=same) == "early", "in no roster yet, and the hours are the same"
    needs_set(needs(), source="试")
    roster = roster_draft_save(actor=chen, assignments=[plan(first, 0)], start_date=MONDAY, days=7, basis="standard",
                               legal_basis=LAW)
    wish_set(actor=agent_actor(first), work_date=MONDAY + dt.timedelta(days=1), kind="early")
    before = roster_board(actor=chen, roster_id=roster)
    moved = KindTyped(**{**vars(early.typed), "name": "早早班", "start_min": 450, "length_min": 540})
    code = kind_change(actor=chen, code="early", typed=moved)
    assert code != "early"
    assert not ShiftKind.objects.get(code="early").is_used
    assert Wish.objects.get().kind_id == code
    after = roster_board(actor=chen, roster_id=roster)
    assert (after.hours, after.clashes) == (before.hours, before.clashes)
    with pytest.raises(NotFoundError):
        kind_change(actor=chen, code="early", typed=moved)
    with pytest.raises(KindError, match="已经有一种班叫"):
        kind_restore(actor=chen, code="early")


def test_a_retired_kind_comes_back_and_an_emergency_s_stays_away() -> None:
    chen = people.chen_supervisor()
    ShiftKind.objects.create(code="em_queue_0_60", name="应急", start_min=0, length_min=60, sites=["on_site"],
                             is_used=False, source="应急")
    kind_retire(actor=chen, code="late")
    assert "late" not in dict(shift_kinds())
    assert "em_queue_0_60" not in {row.code for row in kinds_list(actor=chen)}
    kind_restore(actor=chen, code="late")
    assert "late" in dict(shift_kinds())
    with pytest.raises(NotFoundError):
        kind_restore(actor=chen, code="em_queue_0_60")
    with pytest.raises(NotFoundError):
        kind_retire(actor=chen, code="moon")
    with pytest.raises(NotAllowedError):
        kind_retire(actor=people.li_agent(), code="late")
