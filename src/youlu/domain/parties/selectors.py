"""Reading customers: masked by default, by blind index, or revealed through `services.party_reveal`."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, Subquery

from youlu.domain.parties import masking
from youlu.domain.parties.errors import UnknownPartyError
from youlu.domain.parties.models import Party
from youlu.domain.parties.sealing import phone_key, tail_key
from youlu.engines.codes import phone as phones

UNNAMED = "未留姓名"  # who telephoned and was not asked for a name: hides nothing


@dataclass(frozen=True)
class MaskedParty:
    """What staff may see without a reason. `phone_tail` is "" where there is no phone."""

    id: uuid.UUID
    kind: str
    name: str  # 王*民
    phone: str  # 1******4417
    phone_tail: str  # 4417; never to the public: it is what they prove themselves by
    address: str
    compound_id: int | None
    division_code: str
    channel: str
    consent_message: bool
    synthetic: bool
    email: str = ""  # z***@post.example


def party_masked(party_id: uuid.UUID) -> MaskedParty:
    """Raises UnknownPartyError."""
    found = parties_masked([party_id])
    if party_id not in found:
        raise UnknownPartyError()
    return found[party_id]


def parties_masked(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, MaskedParty]:
    """Masked parties by id, in one query; unknown ids are absent."""
    rows = Party.objects.filter(id__in=list(ids))
    return {row.id: _masked(row) for row in rows}


def parties_of_same_phone(party_id: uuid.UUID) -> dict[uuid.UUID, MaskedParty]:
    """The party and whoever else gave its telephone (a family may share one), masked, in one query, oldest first."""
    phone = Subquery(Party.objects.filter(id=party_id).values("phone_index")[:1])
    rows = Party.objects.filter(Q(id=party_id) | Q(phone_index=phone)).order_by("id")
    return {row.id: _masked(row) for row in rows}


def party_find_by_phone(phone: str) -> tuple[uuid.UUID, ...]:
    """The parties that gave this phone (a family may share one), oldest first.

    Raises
    ------
    BadPhoneError : it is no telephone number.
    """
    return tuple(Party.objects.filter(phone_index=phone_key(phone)).order_by("id").values_list("id", flat=True))


def parties_of_phone_keys(keys: Iterable[bytes]) -> dict[bytes, uuid.UUID]:
    """The oldest party of each telephone's blind index, in one query; of a telephone nobody gave there is none."""
    rows = Party.objects.filter(phone_index__in=list(keys)).order_by("phone_index", "id").distinct("phone_index")
    return {bytes(index): party_id for index, party_id in rows.values_list("phone_index", "id") if index is not None}


def phone_tail_matches(party_id: uuid.UUID | None, tail: str) -> bool:
    """Whether the party's phone ends in these four digits. Unknown party and wrong digits cost the same time."""
    asked = party_id or uuid.UUID(int=0)
    row = Party.objects.filter(id=asked).values_list("phone_tail_index", flat=True).first()
    kept = bytes(row) if row is not None else bytes(32)
    given = tail_key(asked, tail.strip())
    return hmac.compare_digest(kept, given)


def _masked(row: Party) -> MaskedParty:
    phone = row.phone or ""
    is_shown = row.kind == Party.Kind.UNIT or row.name == UNNAMED
    mask_name = masking.unit_masked if is_shown else masking.name_masked
    return MaskedParty(
        id=row.id, kind=row.kind, name=mask_name(row.name), phone=phones.mask(phone) if phone else "",
        phone_tail=phones.tail(phone), address=masking.address_masked(row.address or ""),
        compound_id=row.compound_id, division_code=row.division_code, channel=row.channel,
        consent_message=row.consent_message, synthetic=row.synthetic, email=masking.email_masked(row.email or ""),
    )
