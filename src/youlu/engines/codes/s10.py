"""UPU S10: two letters of service, eight digits, a check digit, two letters of country.

Source: UPU standard S10 as told on public pages; check C = 11 - (sum mod 11), 10 -> 0, 11 -> 5, weights
8 6 4 2 3 5 9 7. A number may be issued again after 12 months (24 recommended).
"""

from __future__ import annotations

import re

from youlu.engines.codes.errors import (
    CodeError,
    InvalidChecksumError,
    InvalidComponentError,
    InvalidFormatError,
    InvalidLengthError,
)
from youlu.engines.codes.item_key import number_compact as compact
from youlu.engines.codes.item_key import s10_check_digit

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
REUSE_MONTHS_MIN = 12
# ISO 3166-1 alpha-2.
_COUNTRY_LETTERS = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"""
COUNTRIES = frozenset(_COUNTRY_LETTERS.split())
# Service letters as (pattern, what it is); what no pattern names is unassigned: warn, do not refuse.
SERVICES = (
    ("A[V-Z]", "domestic or bilateral (RFID e-commerce)"), ("B[A-Z]", "domestic or bilateral"),
    ("C[A-Z]", "parcel post"), ("D[A-Z]", "domestic or bilateral"), ("E[A-Z]", "EMS"),
    ("G[AD]", "domestic or bilateral"), ("H[A-Z]", "e-commerce parcels"), ("L[A-Z]", "letter post, tracked"),
    ("M[A-Z]", "letter post, M bags"), ("N[A-Z]", "domestic or bilateral"), ("P[A-Z]", "domestic or bilateral"),
    ("Q[A-M]", "letter post, IBRS"), ("R[A-Z]", "letter post, registered"), ("U[A-Z]", "letter post, untracked"),
    ("V[A-Z]", "letter post, insured"), ("Z[A-Z]", "domestic or bilateral"),
)


def calc_check_digit(body: str) -> str:
    """The ninth digit of the eight in `body`.

    Raises
    ------
    InvalidFormatError : not eight digits.
    """
    if not re.fullmatch(r"[0-9]{8}", body):
        raise InvalidFormatError()
    return str(s10_check_digit(int(body)))


def validate(text: str) -> str:
    """The compact number.

    Raises
    ------
    InvalidLengthError, InvalidFormatError, InvalidChecksumError
    InvalidComponentError : no country has these letters.
    """
    number = compact(text)
    if len(number) != 13:
        raise InvalidLengthError()
    if not _SHAPE.fullmatch(number):
        raise InvalidFormatError()
    if calc_check_digit(number[2:10]) != number[10]:
        raise InvalidChecksumError()
    if number[11:] not in COUNTRIES:
        raise InvalidComponentError()
    return number


def is_valid(text: str) -> bool:
    try:
        validate(text)
    except CodeError:
        return False
    return True


def format(text: str) -> str:
    """RB 123 456 785 GB"""
    number = compact(text)
    return " ".join((number[:2], number[2:5], number[5:8], number[8:11], number[11:]))


def country(text: str) -> str:
    """ISO 3166-1 alpha-2 of the office of origin."""
    return validate(text)[11:]


def service(text: str) -> str | None:
    """What the letters mean; None for letters that are assigned to nothing."""
    letters = compact(text)[:2]
    return next((meaning for pattern, meaning in SERVICES if re.fullmatch(pattern, letters)), None)
