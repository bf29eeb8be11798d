"""Telling by voice: held by one, returned by a timer, recorded once, only what was really said."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from tests import people
from tests.domain.desk.conftest import NOON

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.idempotency import KeyReusedError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import selectors, services
from youlu.domain.desk.contacts import REMARK_MAX, shelf_tag
from youlu.domain.desk.errors import (
    ContactGoneError,
    NoTimeGivenError,
    OtherAgentError,
    RemarkError,
    UnknownResultError,
)
from youlu.domain.desk.models import Attempt, Contact, ContactItem
from youlu.domain.desk.services import Said
from youlu.domain.workforce.services import presence_report

WAS, BECOMES = NOON + dt.timedelta(days=2), NOON + dt.timedelta(days=5)
Owe = Callable[..., object]


def present(actor: Actor, site: str = "at_home") -> Actor:
    presence_report(actor=actor, site=site)
    return actor


def owed_by_voice(owe: Owe, count: int = 1) -> list[uuid.UUID]:
    parties = [people.customer(channel="", phone=f"1389310{n:04d}") for n in range(count)]
    owe([(n, party_id, WAS, BECOMES) for n, party_id in enumerate(parties, start=1)])
    return list(Contact.objects.order_by("due_at", "id").values_list("id", flat=True))


@pytest.mark.django_db
def test_an_agent_at_home_gets_the_contact_due_first_and_keeps_it_on_asking_again(owe: Owe, noon: object) -> None:
    contacts = owed_by_voice(owe, 3)
    li = present(people.li_agent())
    assert services.contact_next(actor=li) == contacts[0]
    assert services.contact_next(actor=li) == contacts[0]
    assert services.contacts_hold(actor=li) == tuple(contacts)
    assert services.contact_next(actor=present(people.ma_agent())) is None


@pytest.mark.django_db
def test_who_is_out_gets_nobody_to_call(owe: Owe, noon: object) -> None:
    owed_by_voice(owe)
    assert services.contact_next(actor=people.li_agent()) is None
    for site, is_taking in (("out", True), ("at_home", False)):
        presence_report(actor=people.li_agent(), site=site, is_taking=is_taking)
        assert services.contact_next(actor=people.li_agent()) is None
    assert Contact.objects.get().state == "owed"


@pytest.mark.django_db
def test_a_result_counts_once_for_its_key_and_another_body_is_refused(owe: Owe, noon: object) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    said = Said("told", revision=1)
    first = services.contact_result(actor=li, contact_id=contact_id, said=said, key="k1")
    again = services.contact_result(actor=li, contact_id=contact_id, said=said, key="k1")
    assert first == again
    assert (first.state, Attempt.objects.filter(result="told").count()) == ("told", 1)
    with pytest.raises(KeyReusedError):
        services.contact_result(actor=li, contact_id=contact_id, said=Said("unreached", revision=1), key="k1")
    with pytest.raises(NotFoundError):
        services.contact_result(actor=li, contact_id=contact_id, said=said, key="k2")


@pytest.mark.django_db
def test_what_changed_while_the_agent_spoke_is_owed_again(owe: Owe, noon: object) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    party_id = Contact.objects.get().party_id
    owe([(1, party_id, WAS, BECOMES + dt.timedelta(days=1))])
    outcome = services.contact_result(actor=li, contact_id=contact_id, said=Said("told", revision=1), key="k")
    assert (outcome.state, outcome.is_told_again_owed) == ("owed", True)
    assert services.contact_next(actor=li) == contact_id


@pytest.mark.django_db
def test_not_reached_comes_back_later_and_is_given_up_after_three_tries(owe: Owe) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = people.li_agent()
    for round_ in range(3):
        with clock.frozen(NOON + dt.timedelta(hours=2 * round_)):
            present(li)
            assert services.contact_next(actor=li) == contact_id
            outcome = services.contact_result(actor=li, contact_id=contact_id, said=Said("unreached", 1),
                                              key=f"k{round_}")
            assert services.contact_next(actor=li) is None
    assert outcome.state == "given_up"


@pytest.mark.django_db
def test_nobody_is_rung_up_at_night_and_all_are_in_the_morning(owe: Owe) -> None:
    night = NOON.replace(hour=23)
    li = present(people.li_agent())
    with clock.frozen(night):
        owe([(1, people.customer(channel=""), WAS, BECOMES)], at=night)
        assert services.contacts_hold(actor=li) == ()
    with clock.frozen(night + dt.timedelta(hours=9)):
        assert len(services.contacts_hold(actor=li)) == 1


@pytest.mark.django_db
def test_who_asked_for_a_call_in_the_evening_gets_it_then_and_no_later(owe: Owe) -> None:
    """The holder goes out without calling: the contact is anybody's, and still asked for at that time."""
    evening = NOON.replace(hour=21, minute=30)
    li = present(people.li_agent())
    with clock.frozen(NOON):
        owe([(1, people.customer(channel=""), WAS, BECOMES)])
        (contact_id,) = services.contacts_hold(actor=li)
        services.contact_result(actor=li, contact_id=contact_id, key="a",
                                said=Said("scheduled", 1, callback_at=evening))
    with clock.frozen(evening):
        assert services.contacts_hold(actor=li) == (contact_id,)
        services.contacts_release(actor=li)
        assert services.contacts_hold(actor=li) == (contact_id,)
        services.contacts_release(actor=li)
    with clock.frozen(evening + dt.timedelta(hours=2)):
        assert services.contacts_hold(actor=li) == ()
    with clock.frozen(evening):
        services.contacts_hold(actor=li)
        services.contact_result(actor=li, contact_id=contact_id, said=Said("unreached", 1), key="b")
    with clock.frozen(evening + dt.timedelta(hours=2, minutes=1)):
        assert services.contacts_hold(actor=li) == ()


@pytest.mark.django_db
def test_an_agreed_time_is_kept(owe: Owe, noon: dt.datetime) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    with pytest.raises(NoTimeGivenError):
        services.contact_result(actor=li, contact_id=contact_id, said=Said("scheduled", 1, callback_at=noon), key="a")
    at = noon + dt.timedelta(hours=6)
    services.contact_result(actor=li, contact_id=contact_id, said=Said("scheduled", 1, callback_at=at), key="b")
    assert services.contact_next(actor=li) is None
    with clock.frozen(at):
        assert services.contact_next(actor=li) == contact_id


@pytest.mark.django_db
def test_what_left_the_hand_is_neither_rung_nor_shown(owe: Owe, noon: dt.datetime) -> None:
    (contact_id,) = owed_by_voice(owe)
    li, ma = present(people.li_agent()), present(people.ma_agent())
    services.contact_next(actor=li)
    services.call_ask(actor=li, contact_id=contact_id)
    assert services.contact_party(actor=li, contact_id=contact_id)
    Contact.objects.update(lease_until=clock.real_now() - dt.timedelta(seconds=1))
    assert services.contact_next(actor=ma) == contact_id
    for deed in (services.call_ask, services.contact_party):
        with pytest.raises(ContactGoneError):
            deed(actor=li, contact_id=contact_id)
    assert services.contact_result(actor=li, contact_id=contact_id, said=Said("told", 1), key="l").state == "told"


@pytest.mark.django_db
def test_a_card_says_that_a_time_was_agreed_only_where_one_was(owe: Owe, noon: dt.datetime) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    services.contact_result(actor=li, contact_id=contact_id, said=Said("unreached", 1), key="a")
    later = noon + dt.timedelta(hours=2)
    with clock.frozen(later):
        assert services.contact_next(actor=li) == contact_id
        assert selectors.hand(actor=li, held=[contact_id]).cards[0].callback_at is None
        services.contacts_release(actor=li)
        assert Contact.objects.get(id=contact_id).state == "unreached"


@pytest.mark.django_db
@pytest.mark.parametrize("said", [Said("", 1), Said("perhaps", 1), Said("other", 1), Said("other", 1, other="x")])
def test_an_unknown_result_is_refused_in_words(owe: Owe, noon: object, said: Said) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    with pytest.raises(UnknownResultError):
        services.contact_result(actor=li, contact_id=contact_id, said=said, key="k")


@pytest.mark.django_db
def test_another_s_contact_is_as_if_it_were_not_there(owe: Owe, noon: object) -> None:
    (contact_id,) = owed_by_voice(owe)
    services.contact_next(actor=present(people.li_agent()))
    ma = present(people.ma_agent())
    for mine in (contact_id, uuid.uuid4()):
        with pytest.raises(NotFoundError):
            services.contact_result(actor=ma, contact_id=mine, said=Said("told", 1), key=str(mine))
        with pytest.raises(NotFoundError):
            services.call_ask(actor=ma, contact_id=mine)


@pytest.mark.django_db
def test_a_lease_that_ran_out_gives_the_contact_to_another_and_the_late_result_still_counts(
    owe: Owe, noon: dt.datetime
) -> None:
    (contact_id,) = owed_by_voice(owe)
    li, ma = present(people.li_agent()), present(people.ma_agent())
    services.contact_next(actor=li)
    assert services.contact_next(actor=ma) is None
    Contact.objects.update(lease_until=clock.real_now() - dt.timedelta(seconds=1))
    assert services.contact_next(actor=ma) == contact_id
    # 李敏's phone had no network: what she did not reach disturbs nobody, what she told is told.
    late = services.contact_result(actor=li, contact_id=contact_id, said=Said("told", 1, occurred_at=noon), key="l")
    assert late.state == "told"
    assert services.contact_next(actor=ma) is None
    assert services.contact_result(actor=ma, contact_id=contact_id, said=Said("unreached", 1), key="m").state == "told"


@pytest.mark.django_db
def test_a_call_is_asked_of_the_exchange_once(owe: Owe, noon: object) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    services.call_ask(actor=li, contact_id=contact_id)
    services.call_ask(actor=li, contact_id=contact_id)
    assert Attempt.objects.get().call_asked_at == NOON


@pytest.mark.django_db
def test_what_was_told_reaches_the_items_once(owe: Owe, noon: object, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr("youlu.domain.desk.told.told_record", lambda told: heard.extend(told) or ())
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    for _ in range(2):
        services.contact_result(actor=li, contact_id=contact_id, said=Said("told", 1), key="k")
    assert heard == [(1, BECOMES)]
    ContactItem.objects.update(is_recorded=False)  # as a kill between the two transactions leaves it
    assert services.told_flush() == 1
    assert len(heard) == 2


@pytest.mark.django_db(transaction=True)
def test_who_asks_while_another_claims_gets_the_next_customer_at_once(owe: Owe) -> None:
    owed_by_voice(owe, 2)
    with clock.frozen(NOON):
        li, ma = present(people.li_agent()), present(people.ma_agent())
    got: list[uuid.UUID | None] = []

    def ask() -> None:
        try:
            with clock.frozen(NOON):
                got.append(services.contact_next(actor=ma))
        finally:
            connection.close()

    other = threading.Thread(target=ask)
    with clock.frozen(NOON), transaction.atomic():
        mine = services.contact_next(actor=li)
        other.start()
        other.join(timeout=30)
        assert got, "the second agent waits for the first"
    assert got[0] not in (None, mine)


@pytest.mark.django_db(transaction=True)
def test_two_agents_never_hold_the_same_customer(owe: Owe) -> None:
    owed_by_voice(owe, 12)
    with clock.frozen(NOON):
        agents = [present(people.li_agent()), present(people.ma_agent())]
    held: list[uuid.UUID] = []
    barrier = threading.Barrier(2)

    def hold(actor: Actor) -> None:
        try:
            barrier.wait()
            with clock.frozen(NOON):
                for number in range(6):
                    contact_id = services.contact_next(actor=actor)
                    assert contact_id is not None
                    held.append(contact_id)
                    services.contact_result(actor=actor, contact_id=contact_id, said=Said("told", 1),
                                            key=f"{actor.id}{number}")
        finally:
            connection.close()

    threads = [threading.Thread(target=hold, args=(agent,)) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == len(set(held)) == 12
    assert Contact.objects.filter(state="told").count() == 12


@pytest.mark.django_db
def test_what_an_agent_wrote_besides_is_sealed_and_the_next_one_reads_it(owe: Owe, noon: object) -> None:
    (contact_id,) = owed_by_voice(owe)
    li = present(people.li_agent())
    services.contact_next(actor=li)
    with pytest.raises(RemarkError):
        services.contact_result(actor=li, contact_id=contact_id, key="k", said=Said("unreached", 1, remark="字" * 201))
    said = Said("unreached", 1, remark="女儿接的，晚上再打")
    for _ in range(2):
        services.contact_result(actor=li, contact_id=contact_id, said=said, key="k1")
    with pytest.raises(KeyReusedError):
        services.contact_result(actor=li, contact_id=contact_id, said=Said("unreached", 1, remark="x"), key="k1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), bool_or(remark LIKE '%%女儿%%') FROM desk_attempt WHERE remark IS NOT NULL")
        assert cursor.fetchone() == (1, False)
    with clock.frozen(NOON + dt.timedelta(hours=3)):
        ma = present(people.ma_agent())
        held = services.contacts_hold(actor=ma)
        assert [card.remark for card in selectors.hand(actor=ma, held=held).cards] == ["女儿接的，晚上再打"]
    assert REMARK_MAX == 200


@pytest.mark.django_db
def test_a_result_that_another_agents_phone_marked_is_refused(owe: Owe, noon: object) -> None:
    (contact_id,) = owed_by_voice(owe)
    li, ma = present(people.li_agent()), present(people.ma_agent())
    services.contact_next(actor=ma)
    assert shelf_tag(actor=li) != shelf_tag(actor=ma)
    with pytest.raises(OtherAgentError):
        services.contact_result(actor=ma, contact_id=contact_id, said=Said("told", 1), key="k",
                                whose=shelf_tag(actor=li))
    assert services.contact_result(actor=ma, contact_id=contact_id, said=Said("told", 1), key="k",
                                   whose=shelf_tag(actor=ma)).state == "told"
