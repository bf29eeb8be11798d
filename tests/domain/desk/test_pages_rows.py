"""What pages read: the hand of an agent, the pool by keyset, the caller by telephone, the report of telling."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from tests import people
from tests.domain.desk.conftest import NOON

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.desk import selectors, services
from youlu.domain.desk.services import Said
from youlu.domain.mail.models import Item
from youlu.domain.messages.models import Wording
from youlu.domain.messages.services import wording_withdraw
from youlu.domain.network.models import Office
from youlu.domain.workforce.services import presence_report
from youlu.engines.codes.item_key import item_key, s10_check_digit

pytestmark = pytest.mark.django_db
WAS = dt.datetime(2022, 7, 31, 18, 0, tzinfo=clock.SHANGHAI)
BECOMES = dt.datetime(2022, 8, 3, 18, 0, tzinfo=clock.SHANGHAI)
NUMBER = f"EZ20714436{s10_check_digit(20714436)}CN"
KEY = item_key(NUMBER)
Owe = Callable[..., object]


def office(number: int, code: str, name: str) -> Office:
    return Office.objects.create(
        id=number, code=code, name=name, full_name=name, kind="county_centre", division_code=code, lon=0, lat=0,
        may_transit=False, handling_min=60, unsealing_min=60, wave_start_min=[480], wave_end_min=[720])


def item(addressee_id: uuid.UUID | None = None, sender_id: uuid.UUID | None = None) -> None:
    office(1, "620100", "兰州"), office(2, "621200", "陇南"), office(3, "621224", "康县")
    Item.objects.create(item_key=KEY, mail_class="express", origin_office_id=1, dest_office_id=3,
                        addressee_id=addressee_id, sender_id=sender_id, accepted_at=NOON, place_since=NOON,
                        committed_arrive_by=WAS, epoch=0)


def said_by_li(owe: Owe, party_id: uuid.UUID) -> selectors.ContactCard:
    owe([(KEY, party_id, WAS, BECOMES)])
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    return selectors.hand(actor=li, held=services.contacts_hold(actor=li)).cards[0]


def test_the_agent_reads_the_approved_sentence_with_reason_and_new_date(owe: Owe, wordings: None) -> None:
    party_id = people.customer(channel="")
    item(sender_id=party_id)
    card = said_by_li(owe, party_id)
    assert "".join(piece.text for piece in card.script) == (
        "您好，我是甘肃邮政客服，工号2207。您寄往陇南康县的邮件，因兰州城关区封控，送到的时间由7月31日改为8月3日18时前。给您添麻烦了。")
    assert [piece.text for piece in card.script if piece.is_emphasised] == ["2207", "康县", "8月3日18时前"]
    assert (card.name, card.phone_tail, card.shift_days, card.place) == ("王*民", "4417", 3, "陇南康县")


def test_the_addressee_hears_where_it_comes_from(owe: Owe, wordings: None) -> None:
    party_id = people.customer(channel="")
    item(addressee_id=party_id)
    assert "从兰州寄给您的邮件" in "".join(piece.text for piece in said_by_li(owe, party_id).script)


def test_without_approved_wording_the_card_has_nothing_to_say(owe: Owe, wordings: None) -> None:
    party_id = people.customer(channel="")
    item(addressee_id=party_id)
    wording = Wording.objects.get(code="moved.voice")
    wording_withdraw(actor=people.chen_supervisor(), wording_id=wording.id, reason="停用")
    assert said_by_li(owe, party_id).script == ()


def test_the_pace_says_when_the_day_s_share_is_done(owe: Owe, wordings: None) -> None:
    parties = [people.customer(channel="", phone=f"1389310{n:04d}") for n in range(10)]
    owe([(n, party_id, WAS, BECOMES) for n, party_id in enumerate(parties, start=1)])
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    for minute in (3, 6, 9, 12):
        with clock.frozen(NOON + dt.timedelta(minutes=minute)):
            contact_id = services.contact_next(actor=li)
            services.contact_result(actor=li, contact_id=contact_id, said=Said("told", 1), key=str(minute))
    with clock.frozen(NOON + dt.timedelta(minutes=12)):
        hand = selectors.hand(actor=li, held=())
    assert (hand.told_today, hand.waiting, hand.share) == (4, 6, 6)
    assert hand.finish_at == NOON + dt.timedelta(minutes=12 + 18)


def test_the_pool_pages_by_key_and_shows_no_order_twice() -> None:
    chen = people.chen_supervisor()
    orders = {services.order_open(actor=chen, kind="chase", title="催投") for _ in range(60)}
    first = selectors.order_list(actor=chen)
    second = selectors.order_list(actor=chen, cursor=first.next_cursor)
    assert (len(first.rows), len(second.rows), second.next_cursor) == (50, 10, None)
    assert {row.id for row in (*first.rows, *second.rows)} == orders


def test_the_caller_is_found_by_telephone_and_masked(owe: Owe) -> None:
    chen, party_id = people.chen_supervisor(), people.customer()
    services.order_open(actor=chen, kind="enquiry", title="查件", party_id=party_id)
    owe([(1, party_id, WAS, BECOMES)])
    caller = selectors.caller_find(actor=people.li_agent(), phone="138 9310-4417")
    assert [p.name for p in caller.people] == ["王*民"]
    assert (len(caller.orders), caller.owed_contacts) == (1, 1)
    assert selectors.caller_find(actor=people.li_agent(), phone="13899999999").people == ()


def test_an_order_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        selectors.order_page(actor=people.chen_supervisor(), order_id=uuid.uuid4())


def test_the_report_of_telling_adds_up(owe: Owe, wordings: None) -> None:
    owe([(1, people.customer(), WAS, BECOMES), (2, people.customer(channel="", phone="13893100002"), WAS, BECOMES)])
    services.contacts_send()
    (row,) = selectors.outreach_list(actor=people.zhao_dispatcher()).rows
    assert (row.customers, row.told_message, row.waiting_voice, row.told) == (2, 1, 1, 1)


def test_who_was_told_of_the_closing_and_of_the_opening_is_one_customer(owe: Owe, wordings: None) -> None:
    told, waits = people.customer(), people.customer(channel="", phone="13893100002")
    zhao, closure_id = people.zhao_dispatcher(), uuid.uuid4()
    outreach_id = services.outreach_open(closure_id=closure_id, reason="封控", next_review_at=None, at=NOON)
    owe([(1, told, WAS, BECOMES), (2, waits, WAS, BECOMES)], outreach_id=outreach_id)
    services.contacts_send()
    owe([(1, told, BECOMES, WAS)], outreach_id=outreach_id)
    services.contacts_send()
    assert selectors.outreach_list(actor=zhao).rows[0].told == 2
    assert selectors.outreach_customers(actor=zhao, closure_id=closure_id) == (1, 1)
    assert selectors.outreach_customers(actor=zhao, closure_id=uuid.uuid4()) == (0, 0)


def test_waiting_work_is_counted_by_what_may_go_home(noon: dt.datetime) -> None:
    chen = people.chen_supervisor()
    services.order_open(actor=chen, kind="chase", title="催投")
    services.order_open(actor=chen, kind="claim", title="理赔")
    with clock.frozen(noon + dt.timedelta(hours=25)):
        counts = selectors.order_counts()
    assert (counts.waiting, counts.site_only, counts.late) == (2, 1, 1)
