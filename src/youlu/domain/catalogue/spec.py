"""What a programme declares. A programme is one folder with `programme.py` that has `PROGRAMME = Programme(...)`.

Nothing here knows any programme; a programme adds questions, rules, demands and texts of its own in its folder.
Every field is described in docs/reference/programme.md (a test compares).
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import get_language


@dataclass(frozen=True)
class Text:
    """One sentence in both languages; as a string it is the reader's."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") else self.zh

    def __bool__(self) -> bool:
        return bool(self.zh)


NO_TEXT = Text("", "")


class FieldKind(enum.StrEnum):
    """What an answer is; the kinds of persons' data go to `parties` and nowhere else."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    CONSENT = "consent"  # yes: tell me by message
    DIVISION = "division"  # a county, by GB/T 2260 code
    CHOICE = "choice"
    DATE = "date"
    TEXT = "text"  # short, never about a person


PERSONAL = frozenset({FieldKind.NAME, FieldKind.PHONE, FieldKind.ID_NUMBER, FieldKind.ADDRESS})
ADDRESSEE = "addressee"


@dataclass(frozen=True)
class Choice:
    value: str
    label: Text
    hint: Text = NO_TEXT


@dataclass(frozen=True)
class OnlyIf:
    """Holds when the earlier question `key` was answered with one of `values`."""

    key: str
    values: tuple[str, ...]

    def holds(self, answers: Mapping[str, str]) -> bool:
        return answers.get(self.key) in self.values


@dataclass(frozen=True)
class Field:
    """One question, one page. `of` is the role of the person whom a personal answer is about."""

    key: str
    kind: FieldKind
    question: Text
    hint: Text = NO_TEXT
    why: Text = NO_TEXT  # why we ask
    choices: tuple[Choice, ...] = ()
    required: bool = True
    only_if: OnlyIf | None = None
    of: str = ADDRESSEE
    length_max: int = 100


@dataclass(frozen=True)
class Demand:
    """What must be true for the item to be handed over, in the courier's words. `proved` demands must be noted
    (surrendered, met by appointment) and a delivery without them shows as an exception."""

    code: str
    sentence: Text
    proved: bool = False
    only_if: OnlyIf | None = None


ADDRESSEE_ONLY = Demand("addressee_only", Text("核对证件，交本人或其委托人",
                                               "Check the ID; to the addressee or a mandated person"))
NEVER_LEFT = Demand("never_left", Text("不得放快递柜、代收点、物业或邻居处",
                                       "Never left in a locker, a station or with others"))
BY_APPOINTMENT = Demand("by_appointment", Text("先约好时间再上门", "Visit at the agreed time only"), proved=True)
OLD_CARD_SURRENDERED = Demand(
    "old_card_surrendered", Text("收回旧证，清点登记后才交新证",
                                 "Collect and count the old card before the new one is given"),
    proved=True)


@dataclass(frozen=True)
class Facts:
    """What a rule sees: all answers, personal ones normalised, and the business day."""

    answers: Mapping[str, str]
    today: dt.date


@dataclass(frozen=True)
class Refusal:
    """Why an application cannot be taken, and the question to change."""

    key: str
    sentence: Text


Rule = Callable[[Facts], Refusal | None]


class Applies(enum.StrEnum):
    VOUCHER_HOLDER = "voucher_holder"  # whoever holds a genuine, unused voucher, on a phone
    UNIT = "unit"  # a unit, by its token


class Origin(enum.StrEnum):
    CARD_CENTRE = "card_centre"  # the post's desk at the makers' centre of the addressee's province
    COUNTY_OFFICE = "county_office"  # the county office of the addressee's county


@dataclass(frozen=True)
class VoucherSpec:
    """A signed one-use QR code. `printed_on` says where the person finds it."""

    printed_on: Text
    good_days: int


@dataclass(frozen=True)
class Texts:
    """What the applicant reads. `next_steps` says what happens after sending, a sentence each."""

    intro: Text
    before_you_start: tuple[Text, ...]
    next_steps: tuple[Text, ...]


@dataclass(frozen=True)
class Programme:
    code: str  # the folder's name
    name: Text
    summary: Text
    mail_class: str  # express, parcel or registered
    applies: Applies
    origin: Origin
    form: tuple[Field, ...]
    texts: Texts
    rules: tuple[Rule, ...] = ()
    delivery: tuple[Demand, ...] = ()
    voucher: VoucherSpec | None = None
    partner: str | None = None  # code of the agency that accepts and makes; None: the unit hands over itself
    scope: tuple[str, ...] = field(default=())  # division prefixes it serves; empty: everywhere

    def questions(self, answers: Mapping[str, str]) -> tuple[Field, ...]:
        """The questions that these answers leave to be asked, in order."""
        return tuple(one for one in self.form if one.only_if is None or one.only_if.holds(answers))

    def demands(self, answers: Mapping[str, str]) -> tuple[Demand, ...]:
        return tuple(one for one in self.delivery if one.only_if is None or one.only_if.holds(answers))

    def question(self, key: str) -> Field | None:
        return next((one for one in self.form if one.key == key), None)
