"""The loop on a network small enough to reckon with: declare, apply, lift; every promise equals a fresh quote."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest
from django.db import connection

from tests import people
from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.continuity import selectors
from youlu.domain.continuity.apply import closure_apply, partitions_behind
from youlu.domain.continuity.errors import AlreadyLiftedError, ClosureInvalidError, OtherAuthorityError
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput, compounds_paste
from youlu.domain.continuity.models import ApplyRun
from youlu.domain.continuity.preview import closure_preview
from youlu.domain.continuity.recount import recount_run
from youlu.domain.continuity.services import closure_declare, closure_lift
from youlu.domain.continuity.telling import MISSED_REASON
from youlu.domain.desk.models import Contact, ContactItem, TakenBack
from youlu.domain.desk.services import Said, contact_result, contacts_hold, told_flush
from youlu.domain.mail.errors import AcceptanceStoppedError, NoWayError
from youlu.domain.mail.models import Item, PromiseRevision
from youlu.domain.mail.models import Place as Place_
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.network.models import Measure
from youlu.domain.network.trips import leg_key
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import party_create
from youlu.domain.promise.selectors import Place, quote_make
from youlu.domain.workforce.services import presence_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
NOW = at("2022-07-11 17:00")
DISTRICT = "兰州市城关区疫情防控指挥部"


def measure(act: str, kind: str, ref: object, *, start: str = "2022-07-11 17:00", end: str | None = None,
            **more) -> MeasureInput:
    return MeasureInput(act, kind, str(ref), at(start), at(end) if end else None, **more)


def closure(*measures: MeasureInput, title: str = "城关区封控", authority: str = DISTRICT) -> ClosureInput:
    return ClosureInput("lockdown", title, authority, "城疫指〔2022〕31号（演示）", "62", tuple(measures),
                        at("2022-07-18 09:00"))


def declare(*measures: MeasureInput, **more) -> uuid.UUID:
    closure_id = closure_declare(actor=ACTOR, closure=closure(*measures, **more))
    closure_apply()
    return closure_id


def lift(closure_id: uuid.UUID, **more) -> None:
    closure_lift(actor=ACTOR, closure_id=closure_id, authority=DISTRICT, document_no="解除1号", **more)
    closure_apply()


def accept(origin: int, dest: int, **more) -> Item:
    number = item_accept(actor=ACTOR, item=ItemInput(origin, dest, **more)).number
    return Item.objects.order_by("-item_key").first() if not number else _by_number(number)


def _by_number(number: str) -> Item:
    from youlu.engines.codes.item_key import item_key

    return Item.objects.get(item_key=item_key(number))


@pytest.fixture
def items() -> list[Item]:
    """Of every kind: to the closed compound, to its neighbour, through the closed road, and untouched."""
    return [accept(XIAN, CHENGGUAN, dest_compound_id=0), accept(XIAN, CHENGGUAN, dest_compound_id=2),
            accept(LANZHOU, KANGXIAN), accept(XIAN, LONGNAN), accept(LANZHOU, XIAN), accept(KANGXIAN, LANZHOU)]


def refreshed(items: list[Item]) -> list[Item]:
    for item in items:
        item.refresh_from_db()
    return items


def quote_of(item: Item) -> dt.datetime | None:
    return quote_make(origin_office_id=item.origin_office_id, at=NOW,
                      dest=Place(item.dest_office_id, item.dest_segment_id, item.dest_compound_id),
                      mail_class=item.mail_class, programme=item.programme).arrive_by


ROAD = measure("transit", "leg", f"{LANZHOU}-{LONGNAN}", end="2022-07-14 12:00")
DOOR = measure("delivery", "compound", 0, end="2022-07-16 00:00")
OPEN_DOOR = measure("delivery", "compound", 2)
DEPOT = measure("dispatch", "office", CHENGGUAN, end="2022-07-13 00:00")


def test_only_who_is_hit_is_revised_once_and_everybody_is_promised_what_a_fresh_quote_says(items: list[Item]) -> None:
    before = [item.expected_arrive_by for item in items]
    declare(ROAD, DOOR)
    after = refreshed(items)
    assert [item.revision_no for item in after] == [2, 1, 2, 2, 1, 2]
    assert [item.expected_arrive_by for item in after] == [quote_of(item) for item in after]
    assert all(new.expected_arrive_by >= old for new, old in zip(after, before, strict=True))
    assert PromiseRevision.objects.filter(cause="closure").count() == ApplyRun.objects.get().revised == 4
    assert not partitions_behind()


def test_a_compound_behind_a_closed_door_waits_and_the_parcel_next_door_does_not(items: list[Item]) -> None:
    declare(DOOR)
    closed, open_ = refreshed(items)[:2]
    assert closed.expected_arrive_by == at("2022-07-16 12:00")
    assert open_.expected_arrive_by == open_.committed_arrive_by


def test_an_open_end_is_unknown_and_comes_back_when_it_is_lifted(items: list[Item]) -> None:
    closure_id = declare(OPEN_DOOR)
    assert refreshed(items)[1].expected_arrive_by is None
    lift(closure_id)
    assert refreshed(items)[1].expected_arrive_by == items[1].committed_arrive_by
    assert PromiseRevision.objects.filter(cause="lift").count() == 1


def test_after_lifting_everything_is_as_before_for_what_has_not_moved(items: list[Item]) -> None:
    before = [(item.expected_arrive_by, item.arrival_at, item.planned_legs) for item in items]
    ids = [declare(ROAD, DOOR), declare(OPEN_DOOR, DEPOT)]
    for closure_id in ids:
        lift(closure_id)
    assert [(item.expected_arrive_by, item.arrival_at, item.planned_legs) for item in refreshed(items)] == before


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_overlapping_measures_lift_in_any_order_to_the_same_state(items: list[Item], order: tuple[int, ...]) -> None:
    ids = [declare(ROAD), declare(measure("transit", "office", LONGNAN, end="2022-07-13 00:00")), declare(DOOR, DEPOT)]
    for nth in order[:2]:
        lift(ids[nth])
    remaining = [item.expected_arrive_by for item in refreshed(items)]
    assert remaining == [quote_of(item) for item in items]
    lift(ids[order[2]])
    assert [item.expected_arrive_by for item in refreshed(items)] == [item.committed_arrive_by for item in items]


def test_declarations_while_a_run_lags_are_made_up_for_in_one_revision(items: list[Item]) -> None:
    closure_declare(actor=ACTOR, closure=closure(ROAD))
    closure_declare(actor=ACTOR, closure=closure(DOOR))
    assert len(partitions_behind()) == 16
    closure_apply()
    assert [item.expected_arrive_by for item in refreshed(items)] == [quote_of(item) for item in items]
    assert max(item.revision_no for item in items) == 2


def test_lifting_in_part_opens_only_the_compounds_named(items: list[Item]) -> None:
    closure_id = declare(DOOR, OPEN_DOOR)
    chosen = Measure.objects.get(zone_kind="compound", zone_ref="2")
    lift(closure_id, measure_ids=[chosen.id])
    first, second = refreshed(items)[:2]
    assert first.expected_arrive_by == at("2022-07-16 12:00")
    assert second.expected_arrive_by == second.committed_arrive_by


def test_what_was_done_with_a_closure_is_told_with_its_papers_and_the_run_of_its_end(items: list[Item]) -> None:
    first = declare(DOOR)
    assert selectors.closure_get(actor=ACTOR, closure_id=first)[0].lift_run is None
    lift(first)
    declare(OPEN_DOOR, title="另一处")
    row = selectors.closure_get(actor=ACTOR, closure_id=first)[0]
    assert row.run is not None
    assert row.lift_run is not None
    assert (row.lift_run.epoch, row.lift_run.earlier) == (row.run.epoch + 1, row.run.later)
    assert row.run.later > 0
    notices = selectors.closure_notices(actor=ACTOR, closure_id=first)
    assert [(one.act, one.document_no) for one in notices] == [
        ("lifted", "解除1号"), ("declared", "城疫指〔2022〕31号（演示）")]


def test_another_authority_cannot_lift_and_a_lifted_closure_says_so(items: list[Item]) -> None:
    closure_id = declare(DOOR)
    with pytest.raises(OtherAuthorityError) as refused:
        closure_lift(actor=ACTOR, closure_id=closure_id, authority="别的机关", document_no="1")
    assert DISTRICT in refused.value.message
    lift(closure_id)
    with pytest.raises(AlreadyLiftedError):
        lift(closure_id)


@pytest.mark.parametrize(("wrong", "words"), [
    (measure("delivery", "compound", 99), "没有这些小区"),
    (measure("delivery", "office", 99), "没有这些网点"),
    (measure("delivery", "leg", "0-1"), "不能用在"),
    (measure("transit", "leg", "0-99"), "没有这些区段"),
    (measure("delivery", "division", "999999"), "没有这些行政区"),
    (measure("delivery", "compound", 0, end="2022-07-11 16:00"), "结束时间早于开始时间"),
    (measure("delivery", "compound", 0, start="2032-07-11 16:00"), "超过一年"),
])
def test_a_closure_that_cannot_be_is_refused_in_words_and_nothing_is_written(wrong: MeasureInput, words: str) -> None:
    with pytest.raises(ClosureInvalidError) as refused:
        closure_declare(actor=ACTOR, closure=closure(wrong))
    assert words in refused.value.message
    assert not Measure.objects.exists()


def test_an_exempt_programme_goes_through_where_others_wait(items: list[Item]) -> None:
    medicine = accept(XIAN, CHENGGUAN, dest_compound_id=0, programme="medicine")
    declare(measure("delivery", "compound", 0, end="2022-07-16 00:00", exempt_programmes=("medicine",)))
    assert refreshed([medicine])[0].expected_arrive_by == medicine.committed_arrive_by
    assert refreshed(items)[0].expected_arrive_by == at("2022-07-16 12:00")


def test_nothing_is_taken_in_where_acceptance_is_stopped_nor_where_no_way_leads() -> None:
    declare(measure("acceptance", "office", XIAN), measure("transit", "office", KANGXIAN))
    with pytest.raises(AcceptanceStoppedError) as stopped:
        accept(XIAN, LONGNAN)
    assert "城关区封控" in stopped.value.message
    with pytest.raises(NoWayError):
        accept(LANZHOU, KANGXIAN)


def test_a_preview_says_what_the_declaration_then_does(items: list[Item]) -> None:
    told = closure_preview(closure(ROAD, DOOR, OPEN_DOOR), at=NOW)
    assert Measure.objects.count() == 0
    declare(ROAD, DOOR, OPEN_DOOR)
    run = ApplyRun.objects.get()
    assert (told["in_flight"], told["hit"]) == (6, 5)
    assert (run.hit, run.later, run.unknown) == (told["hit"], told["later"] + told["unknown"], told["unknown"])


def test_a_preview_reckons_what_telling_each_customer_once_would_cost() -> None:
    def customer(phone: str, channel: str) -> uuid.UUID:
        return party_create(actor=actor_of_system("test"), party=NewParty(name="王某", phone=phone, channel=channel,
                                                        consent_message=bool(channel), synthetic=True))

    twice, by_hook, by_voice = customer("15400000001", "inbox"), customer("15400000002", "hook"), customer(
        "15400000003", "")
    same_phone = customer("15400000003", "")
    for party in (twice, twice, by_hook, by_voice, same_phone):
        accept(XIAN, CHENGGUAN, dest_compound_id=2, addressee_id=party)
    accept(LANZHOU, XIAN, addressee_id=by_voice)  # not hit: not told
    told = closure_preview(closure(OPEN_DOOR), at=NOW)
    telling = told["telling"]
    assert (telling["inbox"], telling["hook"], telling["calls"], telling["unreached"], told["customers"]) == (
        1, 1, 1, 0, 3)
    assert telling["message_fen"] == 5
    assert telling["staff_fen"] == round(150 / 3600 * 4000)
    assert telling["total_fen"] == telling["message_fen"] + telling["staff_fen"]
    assert all(row["source"] for row in telling["assumed"])


def test_a_pasted_list_of_compounds_names_the_lines_that_are_wrong() -> None:
    lines = compounds_paste("雁北路街道001号院\n\n张掖路街道001号院\n雁北路街道009号院", scope="620102")
    assert [line.compound_id for line in lines] == [0, 2, None]
    assert "第4行" in lines[2].problem


def test_the_quote_names_the_closure_that_stands_in_the_way(items: list[Item]) -> None:
    declare(OPEN_DOOR, title="张掖路封控")
    with clock.frozen(NOW):
        quote = quote_make(origin_office_id=XIAN, dest=Place(CHENGGUAN, 1, 2))
    assert quote.arrive_by is None
    assert [reason.title for reason in quote.reasons] == ["张掖路封控"]
    assert quote.next_review_at == at("2022-07-18 09:00")
    assert quote.undisturbed_arrive_by is not None


def test_an_item_that_is_delivered_before_its_turn_comes_leaves_nothing_for_the_worker_to_do() -> None:
    item = accept(XIAN, KANGXIAN)
    with connection.cursor() as cursor:  # it moved, and before the worker came by it was delivered
        cursor.execute("INSERT INTO mail_recalc_due (item_key, epoch, cause) VALUES (%s, 1, 'moved')", [item.item_key])
        cursor.execute("UPDATE mail_item SET place = 3 WHERE item_key = %s", [item.item_key])
    rounds = itertools.count()
    closure_apply(stop=lambda: next(rounds) > 200)
    assert not partitions_behind()
    assert refreshed([item])[0].revision_no == 1


def test_who_is_on_a_vehicle_that_was_stopped_at_its_next_stop_is_promised_anew_though_its_time_is_past() -> None:
    item = accept(LANZHOU, KANGXIAN)
    tomorrow = dt.date(2022, 7, 12)
    assert item.planned_legs == [leg_key(2, tomorrow, 0), leg_key(2, tomorrow, 1)]  # one lorry, by way of Longnan
    Item.objects.filter(item_key=item.item_key).update(
        place=Place_.TRIP, place_leg=item.planned_legs[0], place_office_id=None, place_since=at("2022-07-12 08:00"),
        legs_done=1, position_no=1)
    with clock.frozen(at("2022-07-13 08:00")):  # nobody has scanned it since
        declare(measure("transit", "office", LONGNAN, start="2022-07-12 07:00"))
        after = refreshed([item])[0]
        assert (after.expected_arrive_by, after.revision_no) == (None, 2)
        assert recount_run(seed=1).is_clean


def test_who_hears_a_new_time_in_the_moment_it_is_taken_back_is_told_the_old_one_again() -> None:
    """Told of the closure; before the item learnt of it, the lift found nothing to tell."""
    party = party_create(actor=actor_of_system("test"), party=NewParty(
        name="王某", phone="15400000001", channel="inbox", consent_message=True, synthetic=True))
    item = accept(XIAN, CHENGGUAN, dest_compound_id=0, addressee_id=party)
    committed = item.committed_arrive_by
    closed = declare(DOOR)
    (later,) = ContactItem.objects.values_list("becomes_at", flat=True)
    Contact.objects.update(state="told", closed_at=NOW)
    ContactItem.objects.update(told_at=NOW)  # a message went out, and the sender died before it told the item
    lift(closed)
    assert told_flush() == 1
    item.refresh_from_db()
    assert (item.told_arrive_by, item.expected_arrive_by) == (later, committed)
    owed = ContactItem.objects.get(told_at=None)
    assert (owed.was_at, owed.becomes_at) == (later, committed)
    assert owed.contact.state == "owed"
    assert told_flush() == 0


@pytest.mark.parametrize("shown", [1, 0])
def test_what_an_agent_says_while_it_is_taken_back_was_said(shown: int) -> None:
    """The closure is lifted while somebody is on the phone; what the page did not show was not said."""
    agent = people.li_agent()
    presence_report(actor=agent, site="at_home")
    party = party_create(actor=actor_of_system("test"), party=NewParty(
        name="王某", phone="15400000001", synthetic=True))
    item = accept(XIAN, CHENGGUAN, dest_compound_id=0, addressee_id=party)
    committed = item.committed_arrive_by
    closed = declare(DOOR)
    (later,) = ContactItem.objects.values_list("becomes_at", flat=True)
    (contact_id,) = contacts_hold(actor=agent)
    lift(closed)
    assert Contact.objects.get().state == "moot"
    contact_result(actor=agent, contact_id=contact_id, said=Said("told", revision=shown), key="k")
    item.refresh_from_db()
    assert item.expected_arrive_by == committed
    if shown:
        assert item.told_arrive_by == later
        owed = ContactItem.objects.get(told_at=None)
        assert (owed.was_at, owed.becomes_at, owed.contact.state) == (later, committed, "owed")
    else:
        assert item.told_arrive_by == committed
        assert not ContactItem.objects.exists()
    assert not TakenBack.objects.exists()  # nobody can be saying it any more


def test_everybody_hears_the_reason_of_their_own_item() -> None:
    """Mail that missed its connection while a closure is lifted is not late by the closure."""
    def customer(nth: int) -> uuid.UUID:
        return party_create(actor=actor_of_system("test"), party=NewParty(
            name="王某", phone=f"1540000{nth:04d}", channel="inbox", consent_message=True, synthetic=True))

    missed = [accept(LANZHOU, KANGXIAN, addressee_id=customer(n)).item_key for n in range(20)]
    closed = [accept(XIAN, CHENGGUAN, dest_compound_id=0, addressee_id=customer(100 + n)).item_key for n in range(20)]
    both = customer(200)
    of_both = [accept(LANZHOU, KANGXIAN, addressee_id=both).item_key,
               accept(XIAN, CHENGGUAN, dest_compound_id=0, addressee_id=both).item_key]
    closure_id = declare(measure("delivery", "compound", 0, end="2022-07-20 00:00"))
    with clock.frozen(at("2022-07-13 08:00")), connection.cursor() as cursor:
        cursor.execute("INSERT INTO mail_recalc_due SELECT item_key, epoch, 'missed' FROM mail_item"
                       " WHERE item_key = ANY(%s)", [[*missed, of_both[0]]])
        lift(closure_id)
    reasons = dict(ContactItem.objects.filter(told_at=None).values_list("item_key", "contact__outreach__reason"))
    assert {reasons[key] for key in missed} == {MISSED_REASON}
    assert {reasons[key] for key in [*closed, *of_both]} == {"城关区封控"}
