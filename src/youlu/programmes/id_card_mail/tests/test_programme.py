"""Identity cards: who receives, what is surrendered."""

from __future__ import annotations

from youlu.programmes.id_card_mail.programme import PROGRAMME


def _codes(old_card: str) -> set[str]:
    return {demand.code for demand in PROGRAMME.demands({"old_card": old_card})}


def test_the_old_card_is_collected_only_where_it_was_not_surrendered_before() -> None:
    assert "old_card_surrendered" in _codes("door")
    assert "old_card_surrendered" not in _codes("counter")
    assert "old_card_surrendered" not in _codes("none")


def test_a_card_is_never_left_and_goes_to_the_holder() -> None:
    assert {"never_left", "addressee_only"} <= _codes("none")


def test_a_holder_who_applies_alone_is_not_asked_for_a_guardian() -> None:
    assert "guardian_name" not in {one.key for one in PROGRAMME.questions({"applicant": "self"})}
    assert "guardian_name" in {one.key for one in PROGRAMME.questions({"applicant": "guardian"})}
