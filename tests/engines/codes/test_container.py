"""Numbers of bags and of vehicles' runs."""

from __future__ import annotations

import pytest

from youlu.engines.codes.container import BAG, VEHICLE, check_digit, is_vehicle, number_make, validate
from youlu.engines.codes.errors import InvalidChecksumError, InvalidFormatError


def test_the_check_digit_is_the_standards() -> None:
    """0794 → 5 is the published example of ISO/IEC 7064 MOD 11,10."""
    assert check_digit("0794") == 5


def test_every_single_wrong_digit_is_found() -> None:
    number = number_make(BAG, 2022, 1234567)
    assert validate(f" {number[:4]} {number[4:].lower()}") == number
    for place in range(2, len(number)):
        for digit in "0123456789":
            wrong = number[:place] + digit + number[place + 1:]
            if wrong != number:
                with pytest.raises(InvalidChecksumError):
                    validate(wrong)


def test_a_vehicle_is_told_from_a_bag_and_other_systems_bags_are_kept_as_they_are() -> None:
    assert is_vehicle(number_make(VEHICLE, 2022, 1))
    assert not is_vehicle(number_make(BAG, 2022, 1))
    foreign = "CNBJSAUSNYCAAEN20123001110099"  # 29 characters, as S9 has
    assert validate(foreign) == foreign
    assert not is_vehicle(foreign)


@pytest.mark.parametrize("text", ["", "EZ123456785CN", "1234567890123", "ZB123", "总包" * 8, "A" * 36])
def test_an_items_number_and_rubbish_are_no_containers(text: str) -> None:
    with pytest.raises(InvalidFormatError):
        validate(text)


def test_no_number_is_made_outside_its_range() -> None:
    with pytest.raises(ValueError):
        number_make(BAG, 2022, 0)
