"""The fold: order of occurrence, never of arrival; a delivery stands unless a scan names it as wrong."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from youlu.domain.mail.fold import Event, advance, fold
from youlu.domain.mail.models import Place, ScanKind

START = dt.datetime(2022, 7, 11, tzinfo=dt.UTC)
NAMES = st.tuples(st.sampled_from("ab"), st.integers(0, 5))


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    names = draw(st.lists(NAMES, unique=True, max_size=8))
    return [
        Event(START + dt.timedelta(minutes=draw(st.integers(0, 4))), device, sequence,
              draw(st.sampled_from(list(ScanKind))), draw(st.integers(0, 3)), draw(st.integers(0, 3)),
              draw(st.none() | st.sampled_from(names)))
        for device, sequence in names
    ]


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_of_the_same_scans_puts_the_item_at_the_same_place(
    events: list[Event], random
) -> None:
    expected = fold(events)
    shuffled = events + [random.choice(events) for _ in range(3) if events]
    random.shuffle(shuffled)
    assert fold(shuffled) == expected


def _event(minute: int, kind: ScanKind, *, office: int = 1, leg: int | None = None,
           corrects: tuple[str, int] | None = None) -> Event:
    return Event(START + dt.timedelta(minutes=minute), "pda", minute, kind, office, leg, corrects)


def test_a_late_scan_cannot_undo_a_delivery() -> None:
    delivered = _event(30, ScanKind.DELIVERED)
    late = _event(40, ScanKind.ARRIVED, office=2)
    assert fold([delivered, late]).place == Place.DELIVERED


def test_only_a_scan_that_names_the_delivery_undoes_it() -> None:
    history = [_event(10, ScanKind.ARRIVED), _event(30, ScanKind.DELIVERED),
               _event(50, ScanKind.VOID, corrects=("pda", 30))]
    assert fold(history).place == Place.OFFICE
    wrong_correction = [*history, _event(60, ScanKind.VOID, corrects=("pda", 50))]
    assert fold(wrong_correction).place == Place.DELIVERED


def test_waiting_at_an_office_counts_from_the_first_scan_there() -> None:
    twice = [_event(10, ScanKind.ARRIVED), _event(25, ScanKind.ARRIVED)]
    assert fold(twice).since == START + dt.timedelta(minutes=10)
    tried = [*twice, _event(40, ScanKind.OUT), _event(60, ScanKind.UNDELIVERED)]
    assert fold(tried).since == START + dt.timedelta(minutes=60)


def test_a_departure_puts_the_item_on_its_leg() -> None:
    position = fold([_event(10, ScanKind.ARRIVED), _event(20, ScanKind.DEPARTED, leg=77)])
    assert (position.place, position.leg, position.office_id) == (Place.TRIP, 77, None)


def test_nothing_is_known_of_an_item_without_scans() -> None:
    assert fold([]) is None


@given(histories(), histories())
def test_going_on_from_a_position_is_the_fold_of_everything_where_what_is_new_came_later_and_corrects_nothing(
    before: list[Event], after: list[Event]
) -> None:
    later = [Event(e.occurred_at + dt.timedelta(minutes=5), f"later-{e.device}", e.sequence, e.kind, e.office_id, e.leg)
             for e in after]
    position = fold(before)
    if position is not None:
        assert advance(position, later) == fold(before + later)
