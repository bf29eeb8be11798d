"""Customers: encrypted at rest, found by phone, masked for staff, revealed with a reason."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from youlu.core.errors import NotAllowedError
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.parties.errors import (
    BadPhoneError,
    MissingNameError,
    MissingReasonError,
    NotRevealableError,
    UnknownPartyError,
)
from youlu.domain.parties.masking import address_masked, id_number_masked, name_masked
from youlu.domain.parties.models import Party
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.selectors import parties_masked, party_find_by_phone, party_masked, phone_tail_matches
from youlu.domain.parties.services import parties_create_bulk, party_change, party_create, party_erase, party_reveal

SYSTEM = actor_of_system("test")
NOBODY = Actor(id="user:x", name="x", permissions=frozenset())
WANG = NewParty(name="王建民", phone="138 9311-4417", id_number="62010219900307123X",
                address="甘肃省兰州市城关区雁北路街道012号院3号楼2单元502室", division_code="620102008", compound_id=7)

pytestmark = pytest.mark.django_db


def test_nothing_personal_stands_in_the_table_as_text() -> None:
    party_create(actor=SYSTEM, party=WANG)
    with connection.cursor() as cursor:
        cursor.execute("SELECT parties_party::text FROM parties_party")
        (row,) = cursor.fetchone()
    for secret in ("王建民", "13893114417", "4417", "62010219900307123X", "雁北路"):
        assert secret not in row
        assert secret.encode().hex() not in row
    assert "王" not in str(Party.objects.get()) + repr(Party.objects.get()) + repr(WANG)


def test_what_was_copied_in_bulk_reads_like_what_the_model_writes() -> None:
    (party_id,) = parties_create_bulk(actor=SYSTEM, parties=[WANG])
    party = Party.objects.get(id=party_id)
    assert (party.name, party.phone, party.id_number) == ("王建民", "13893114417", "62010219900307123X")
    assert party.address.endswith("502室")
    assert (party.kind, party.compound_id, party.division_code, party.synthetic) == ("person", 7, "620102008", False)


def test_the_two_of_a_family_are_found_by_their_phone_however_it_is_written() -> None:
    first = party_create(actor=SYSTEM, party=WANG)
    second = party_create(actor=SYSTEM, party=NewParty(name="王小民", phone="+86 13893114417"))
    party_create(actor=SYSTEM, party=NewParty(name="李一", phone="13893114418"))
    assert party_find_by_phone("００８６1389311 4417") == (first, second)
    assert party_find_by_phone("13900000000") == ()
    with pytest.raises(BadPhoneError):
        party_find_by_phone("12")


def test_the_last_four_digits_open_only_ones_own() -> None:
    wang = party_create(actor=SYSTEM, party=WANG)
    mute = party_create(actor=SYSTEM, party=NewParty(name="无电话"))
    twin = party_create(actor=SYSTEM, party=NewParty(name="王小民", phone="13900004417"))
    assert phone_tail_matches(wang, "4417")
    assert phone_tail_matches(wang, " 4417 ")
    assert not phone_tail_matches(wang, "4418")
    assert not phone_tail_matches(mute, "")
    assert not phone_tail_matches(uuid.uuid4(), "4417")
    assert not phone_tail_matches(None, "4417")
    tails = Party.objects.filter(id__in=[wang, twin]).values_list("phone_tail_index", flat=True)
    assert len({bytes(tail) for tail in tails}) == 2, "equal tails must not show as equal"


def test_staff_see_a_masked_party() -> None:
    party_id = party_create(actor=SYSTEM, party=WANG)
    masked = party_masked(party_id)
    assert (masked.name, masked.phone, masked.phone_tail) == ("王*民", "1******4417", "4417")
    assert masked.address == "甘肃省兰州市城关区雁北路街道012号院**号楼**单元**室"
    assert parties_masked([party_id, uuid.uuid4()]) == {party_id: masked}
    with pytest.raises(UnknownPartyError):
        party_masked(uuid.uuid4())


@pytest.mark.parametrize(("plain", "hidden"), [
    ("王民", "王*"), ("欧阳建国", "欧**国"), ("王", "*"), ("", ""),
])
def test_every_name_hides_a_character(plain: str, hidden: str) -> None:
    assert name_masked(plain) == hidden


@pytest.mark.parametrize(("plain", "hidden"), [
    ("康县城关镇东街3-2-502", "康县城关镇东街**"), ("康县城关镇东街5", "康县城关镇东街**"),
    ("白云小区十二栋三层", "白云小区**栋**层"), ("阳坝镇宋沟村", "阳坝镇宋沟村"),
])
def test_an_address_hides_unit_and_room(plain: str, hidden: str) -> None:
    assert address_masked(plain) == hidden


def test_an_identity_number_shows_its_ends_only() -> None:
    assert id_number_masked("62010219900307123X") == "6****************X"


def test_a_plain_value_wants_a_permission_a_reason_and_leaves_a_trace() -> None:
    party_id = party_create(actor=SYSTEM, party=WANG)
    with pytest.raises(NotAllowedError):
        party_reveal(actor=NOBODY, party_id=party_id, field="phone", reason="回电")
    with pytest.raises(MissingReasonError):
        party_reveal(actor=SYSTEM, party_id=party_id, field="phone", reason="  ")
    with pytest.raises(NotRevealableError):
        party_reveal(actor=SYSTEM, party_id=party_id, field="phone_index", reason="回电")
    with pytest.raises(UnknownPartyError):
        party_reveal(actor=SYSTEM, party_id=uuid.uuid4(), field="phone", reason="回电")
    assert not AuditEntry.objects.filter(action="party.reveal").exists()
    assert party_reveal(actor=SYSTEM, party_id=party_id, field="phone", reason="约定回电") == "13893114417"
    entry = AuditEntry.objects.get(action="party.reveal")
    assert (entry.actor, entry.object_id, entry.reason) == ("system:test", str(party_id), "约定回电")
    assert "4417" not in str(entry.facts)


def test_a_wrong_row_of_many_makes_none_and_its_error_repeats_nothing() -> None:
    with pytest.raises(BadPhoneError) as caught:
        parties_create_bulk(actor=SYSTEM, parties=[WANG, NewParty(name="李一", phone="123456")])
    assert "123456" not in caught.value.message
    with pytest.raises(MissingNameError):
        party_create(actor=SYSTEM, party=NewParty(name=" "))
    assert not Party.objects.exists()


def test_an_erased_party_keeps_its_id_and_nothing_else() -> None:
    party_id = party_create(actor=SYSTEM, party=WANG)
    party_erase(actor=SYSTEM, party_id=party_id, reason="到期")
    masked = party_masked(party_id)
    assert (masked.phone, masked.phone_tail, masked.address) == ("", "", "")
    assert party_find_by_phone("13893114417") == ()
    with pytest.raises(UnknownPartyError):
        party_erase(actor=SYSTEM, party_id=party_id, reason="到期")


def test_a_changed_phone_is_found_under_its_new_number_only() -> None:
    party_id = party_create(actor=SYSTEM, party=WANG)
    party_change(actor=SYSTEM, party_id=party_id, phone="13900001111", consent_message=True)
    assert party_find_by_phone("13893114417") == ()
    assert party_find_by_phone("13900001111") == (party_id,)
    assert phone_tail_matches(party_id, "1111")
    party = Party.objects.get()
    assert (party.name, party.id_number, party.consent_message) == ("王建民", "62010219900307123X", True)
    with pytest.raises(BadPhoneError):
        party_change(actor=SYSTEM, party_id=party_id, phone="1")
