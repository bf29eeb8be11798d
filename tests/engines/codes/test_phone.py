"""Telephone numbers as people write them."""

from __future__ import annotations

import pytest

from youlu.engines.codes import phone


@pytest.mark.parametrize(("written", "number"), [
    ("13893110432", "13893110432"), ("138 9311 0432", "13893110432"), ("138-9311-0432", "13893110432"),
    ("+86 138 9311 0432", "13893110432"), ("+8613893110432", "13893110432"), ("0086-13893110432", "13893110432"),
    ("8613893110432", "13893110432"), ("１３８９３１１０４３２", "13893110432"), ("（0931）888 8888", "09318888888"),
    ("+86 931 8888888", "09318888888"), ("400-810-0000", "4008100000"), ("+86 400 810 0000", "4008100000"),
    ("11185", "11185"), ("95580", "95580"), ("19900001234", "19900001234"),
])
def test_one_number_however_it_is_written(written: str, number: str) -> None:
    assert phone.validate(written) == number


@pytest.mark.parametrize(
    "wrong", ["", "abc", "1389311043", "138931104321", "12893110432", "8888888", "+1 202 555 0100"])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    assert not phone.is_valid(wrong)


@pytest.mark.parametrize(("number", "hidden"), [("13893110432", "1******0432"), ("09318888888", "0******8888"),
                                               ("11185", "*****"), ("88881234", "****1234")])
def test_at_least_six_digits_of_a_whole_number_are_hidden(number: str, hidden: str) -> None:
    assert phone.mask(number) == hidden


def test_a_short_number_has_no_tail_to_prove_oneself_by() -> None:
    assert phone.tail("11185") == ""
    assert phone.tail("138 9311 0432") == "0432"
