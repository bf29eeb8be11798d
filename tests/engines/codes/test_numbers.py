"""S10, domestic numbers, identity numbers, division codes: published values and what must be refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youlu.engines.codes import divisions, domestic, resident_id, s10
from youlu.engines.codes.errors import (
    InvalidChecksumError,
    InvalidComponentError,
    InvalidFormatError,
    InvalidLengthError,
)

S10_VALID = ["RR473124829GB", "EE471108151FR", "EB000717618HK", "EB000717595HK", "RB123456785GB", "RB123456785US",
             "RB123456785CV", "RB123456785CF"]
S10_INVALID = ["RB123456786US", "EB000717594HK", "EB000717535HK", "EB900717618HK", "RA184717615H1", "1847176155123"]
S10_CHECKS = {"00071758": "1", "96633102": "0", "76129403": "8", "47312482": "9", "00071761": "8", "00071759": "5",
              "00000000": "5", "00000008": "0", "12345678": "5"}


@pytest.mark.parametrize("number", S10_VALID)
def test_published_s10_numbers_are_valid(number: str) -> None:
    assert s10.validate(number) == number
    assert s10.validate(s10.format(number).lower()) == number
    assert s10.country(number) == number[-2:]


@pytest.mark.parametrize("number", [*S10_INVALID, "RB123456785XX", ""])
def test_wrong_s10_numbers_are_refused(number: str) -> None:
    assert not s10.is_valid(number)


@pytest.mark.parametrize(("body", "digit"), S10_CHECKS.items())
def test_the_s10_check_digit_is_the_published_one(body: str, digit: str) -> None:
    assert s10.calc_check_digit(body) == digit


def test_s10_refusals_say_what_is_wrong() -> None:
    for wrong, error in [("RB12345678", InvalidLengthError), ("RA184717615H1", InvalidFormatError),
                         ("RB123456786US", InvalidChecksumError), ("RB123456785XX", InvalidComponentError)]:
        with pytest.raises(error) as caught:
            s10.validate(wrong)
        assert wrong not in str(caught.value)


def test_service_letters_are_told_and_unassigned_ones_are_not_refused() -> None:
    assert s10.service("EB000717618HK") == "EMS"
    assert s10.service("KA000717618CN") is None


@given(st.integers(0, 10**8 - 1), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(serial: int, place: int, shift: int) -> None:
    # Modulus 11 tells any single change apart; only the remainders 0 and 6 share a check digit, which is 5.
    body = f"{serial:08d}"
    changed = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1:]
    if s10.calc_check_digit(body) == s10.calc_check_digit(changed):
        assert s10.calc_check_digit(body) == "5"


@pytest.mark.parametrize(("number", "products"), [
    ("1234567890123", ("ems",)), ("1012345678901", ("ems", "ems_economy")), ("9912345678901", ("ems", "postal_parcel")),
    ("9712345678901", ("ems", "ems_economy")), ("PH12345678962", ("postal_parcel",)),
])
def test_domestic_numbers_tell_their_products(number: str, products: tuple[str, ...]) -> None:
    assert domestic.products(number) == products
    assert domestic.validate(domestic.format(number)) == number


@pytest.mark.parametrize("wrong", ["123456789012", "PH12345678999", "GG12345678962", "AQ12345678962", "PH1234567896A"])
def test_wrong_domestic_numbers_are_refused(wrong: str) -> None:
    assert not domestic.is_valid(wrong)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "62010219900307123X",
                                    "532925198811024179"])
def test_known_identity_numbers_are_valid(number: str) -> None:
    assert resident_id.validate(number) == number
    assert resident_id.validate(resident_id.format(number).lower()) == number


def test_a_right_check_character_does_not_save_an_impossible_date() -> None:
    assert resident_id.calc_check_digit("51323219750229000") == "9"
    with pytest.raises(InvalidComponentError):
        resident_id.validate("513232197502290009")


def test_an_unborn_person_and_an_unknown_province_are_refused() -> None:
    assert resident_id.is_valid("62010219900307123X", on=dt.date(1990, 3, 7))
    assert not resident_id.is_valid("62010219900307123X", on=dt.date(1990, 3, 6))
    body = "99010219900307123"
    assert not resident_id.is_valid(body + resident_id.calc_check_digit(body))


@pytest.mark.parametrize(("day", "years"), [("2006-03-06", 15), ("2006-03-07", 16)])
def test_age_is_of_whole_years(day: str, years: int) -> None:
    assert resident_id.age("62010219900307123X", on=dt.date.fromisoformat(day)) == years


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_of_an_identity_number_is_noticed(place: int, shift: int) -> None:
    body = "62010219900307123"
    changed = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1:]
    assert resident_id.calc_check_digit(changed) != "X"


@pytest.mark.parametrize(("code", "compact", "level", "parent"), [
    ("620000", "62", "province", None), ("620100", "6201", "prefecture", "62"), ("620102", "620102", "county", "6201"),
    ("620102008", "620102008", "township", "620102"), ("620102008000", "620102008", "township", "620102"),
    ("620102000", "620102", "county", "6201"),
])
def test_division_codes_know_their_level(code: str, compact: str, level: str, parent: str | None) -> None:
    assert divisions.validate(code) == compact
    assert (divisions.level(code), divisions.parent(code)) == (level, parent)


def test_a_scope_is_a_prefix() -> None:
    assert divisions.within("620102008", "62")
    assert divisions.within("620102008", "620100")
    assert divisions.within("620102", "")
    assert not divisions.within("610102", "62")
    assert not divisions.is_valid("990000")
    assert not divisions.is_valid("62010")
    assert divisions.format("6201") == "620100"
