"""An item's number is its key, both ways, and a wrong check digit has no key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from youlu.engines.codes.item_key import (
    CYCLE_MAX,
    ItemNumberError,
    item_cycle,
    item_key,
    item_keys,
    item_number,
    number_compact,
    s10_check_digit,
    s10_keys,
)

LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)


@pytest.mark.parametrize("number", ["RR473124829GB", "EE471108151FR", "RB123456785US", "EB000717618HK",
                                    "9912345678901", "KQ12345678962", "ZZ999999995ZZ"])
def test_published_numbers_come_back(number: str) -> None:
    if number == "ZZ999999995ZZ":
        number = f"ZZ99999999{s10_check_digit(99999999)}ZZ"
    assert item_number(item_key(number)) == number


@pytest.mark.parametrize("number", ["RB123456786US", "EB000717594HK", "RA184717615H1", "123", "", "EZ12345678 5CN"])
def test_what_is_not_a_number_is_refused(number: str) -> None:
    with pytest.raises(ItemNumberError):
        item_key(number)


@given(LETTERS, st.integers(0, 99_999_999), LETTERS, st.integers(0, CYCLE_MAX))
def test_s10_packs_both_ways_in_63_bits(letters: str, serial: int, country: str, cycle: int) -> None:
    number = f"{letters}{serial:08d}{s10_check_digit(serial)}{country}"
    key = item_key(number, cycle=cycle)
    assert 0 <= key < 2**63
    assert (item_number(key), item_cycle(key)) == (number, cycle)


@given(st.integers(0, 10**13 - 1), LETTERS, st.integers(0, 10**9 - 1), st.integers(0, 99))
def test_domestic_numbers_pack_apart(digits: int, letters: str, serial: int, province: int) -> None:
    plain, lettered = f"{digits:013d}", f"{letters}{serial:09d}{province:02d}"
    assert item_number(item_key(plain)) == plain
    assert item_number(item_key(lettered)) == lettered
    assert item_key(plain) != item_key(lettered)


def test_many_keys_at_once_equal_one_by_one() -> None:
    serials = np.array([0, 1, 12345678, 99999999])
    keys = s10_keys("EZ", serials, "CN")
    assert [item_key(f"EZ{s:08d}{s10_check_digit(int(s))}CN") for s in serials] == keys.tolist()


def test_a_typed_number_is_compacted() -> None:
    assert number_compact(" ez 2071-4436 8 cn") == "EZ207144368CN"


TYPED = st.one_of(
    st.builds(lambda a, n, c, extra: f"{a}{n:08d}{s10_check_digit(n)}{c}{extra}", LETTERS, st.integers(0, 99_999_999),
              LETTERS, st.sampled_from(["", "", "", " ", "\0", "1"])),
    st.from_regex(r"[A-Za-z0-9 -]{11,15}", fullmatch=True), st.from_regex(r"[0-9]{13}", fullmatch=True), st.text())


@given(st.lists(TYPED, max_size=6))
def test_many_numbers_are_packed_together_as_one_by_one(numbers: list[str]) -> None:
    def key(number: str) -> int:
        try:
            return item_key(number_compact(number))
        except ItemNumberError:
            return -1

    assert item_keys(numbers).tolist() == [key(number) for number in numbers]
