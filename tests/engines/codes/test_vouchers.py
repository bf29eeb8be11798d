"""Vouchers: only the holder of a programme's key can make one, and time ends it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youlu.engines.codes.vouchers import (
    ExpiredVoucherError,
    ForgedVoucherError,
    Voucher,
    programme_key,
    voucher_sign,
    voucher_verify,
)

MASTER = bytes(range(32))
KEY = programme_key(MASTER, "id_card_mail")
NOON = 1_659_067_200
VOUCHER = voucher_sign(KEY, serial="SC2022072900017", expires_at_s=NOON + 3600)


def _verify(text: str, *, key: bytes = KEY, now_s: int = NOON) -> Voucher:
    return voucher_verify([key], text, programme="id_card_mail", now_s=now_s)


def test_a_genuine_voucher_is_read() -> None:
    assert _verify(VOUCHER) == Voucher("id_card_mail", "SC2022072900017", NOON + 3600)
    assert len(VOUCHER) < 64, "it must fit a small QR code"


@given(st.integers(0, len(VOUCHER) - 1), st.sampled_from("ABCabc019-_"))
def test_any_changed_character_makes_it_forged(place: int, other: str) -> None:
    changed = VOUCHER[:place] + other + VOUCHER[place + 1:]
    if changed != VOUCHER:
        with pytest.raises(ForgedVoucherError):
            _verify(changed)


@pytest.mark.parametrize("junk", ["", "A", "====", "卡", VOUCHER + "=", VOUCHER + "A", VOUCHER[:-1], " " + VOUCHER,
                                  "A" * 500, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_junk_is_forged_not_a_crash(junk: str) -> None:
    with pytest.raises(ForgedVoucherError):
        _verify(junk)


def test_the_key_of_one_programme_makes_no_voucher_of_another() -> None:
    with pytest.raises(ForgedVoucherError):
        _verify(VOUCHER, key=programme_key(MASTER, "merit_letter"))


def test_it_is_good_until_its_last_minute_and_not_in_the_next() -> None:
    assert _verify(VOUCHER, now_s=NOON + 3599)
    with pytest.raises(ExpiredVoucherError) as caught:
        _verify(VOUCHER, now_s=NOON + 3600)
    assert caught.value.expired_at_s == NOON + 3600


def test_a_former_key_still_reads_what_it_signed() -> None:
    new = programme_key(b"x" * 32, "id_card_mail")
    assert voucher_verify([new, KEY], VOUCHER, programme="id_card_mail", now_s=NOON).serial == "SC2022072900017"


@pytest.mark.parametrize("serial", ["", "a" * 41, "王建民", "a b"])
def test_a_serial_is_short_and_plain(serial: str) -> None:
    with pytest.raises(ValueError, match="serial"):
        voucher_sign(KEY, serial=serial, expires_at_s=NOON)
