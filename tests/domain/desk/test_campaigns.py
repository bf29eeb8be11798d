"""A supervisor tells many people one thing: nobody twice, nobody forgotten, only what is approved, stopped at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from tests import people
from tests.domain.desk.campaign_people import TOPIC, asked, campaign, customers, topic_make
from tests.domain.desk.conftest import NOON

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.core.events import event_publish
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.campaigns import running, sending
from youlu.domain.desk.campaigns.errors import (
    CampaignEmptyError,
    CampaignFieldError,
    CampaignStateError,
    NeedsItemsError,
    TopicError,
    TopicVariableError,
)
from youlu.domain.desk.campaigns.lists import Listed, Target
from youlu.domain.desk.campaigns.loading import campaign_open
from youlu.domain.desk.campaigns.models import Campaign, CampaignRow
from youlu.domain.desk.campaigns.report import report_read
from youlu.domain.desk.campaigns.topics import topic_draft
from youlu.domain.desk.models import Attempt, Contact
from youlu.domain.desk.selectors import hand
from youlu.domain.messages.models import Message
from youlu.domain.messages.services import wording_withdraw
from youlu.domain.parties.models import Party
from youlu.domain.workforce.services import presence_report
from youlu.interfaces.web.reading import campaigns as reading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def states() -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in Contact.objects.filter(is_campaign=True).values_list("mode", "state"):
        found[row] = found.get(row, 0) + 1
    return found


def at_home() -> Actor:
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    return li


def test_who_can_be_written_to_is_written_to_and_the_others_are_called() -> None:
    topic_make()
    campaign([*customers(3), *customers(2, first=10, channel="", consents=False)])
    assert not sending.campaigns_send()
    assert states() == {("message", "told"): 3, ("voice", "owed"): 2}
    assert Message.objects.values("text").distinct().count() == 1
    told = Contact.objects.filter(state="told").first()
    assert told is not None
    assert told.wording_id == Message.objects.all()[0].wording_id
    assert not sending.campaigns_send()
    assert Message.objects.count() == 3


def test_nothing_goes_out_before_it_is_started_nor_while_it_is_stopped() -> None:
    topic_make()
    chief, outreach_id = people.chen_supervisor(), campaign(customers(3), start=False)
    sending.campaigns_send()
    assert states() == {("message", "held"): 3}
    running.campaign_start(actor=chief, outreach_id=outreach_id)
    assert sending.campaign_batch(outreach_id, most=2) == 2
    running.campaign_stop(actor=chief, outreach_id=outreach_id)
    assert not sending.campaigns_send()
    assert states() == {("message", "told"): 2, ("message", "held"): 1}
    running.campaign_start(actor=chief, outreach_id=outreach_id)
    sending.campaigns_send()
    running.campaigns_watch()
    assert states() == {("message", "told"): 3}
    assert Campaign.objects.get().state == "done"


def test_one_customer_of_many_rows_is_told_once_and_the_database_sees_to_it() -> None:
    topic_make()
    party = customers(1)[0]
    outreach_id = campaign([party, party, party])
    assert Contact.objects.filter(is_campaign=True).count() == 1
    assert list(CampaignRow.objects.order_by("line").values_list("line", flat=True)) == [2, 3, 4]
    with pytest.raises(IntegrityError, match="desk_one_campaign_contact"), connection.cursor() as cursor:
        cursor.execute("INSERT INTO desk_contact (id, outreach_id, customer_key, party_id, mode, state, opened_at,"
                       " due_at, not_before, revision, tries, is_campaign) SELECT gen_random_uuid(), outreach_id,"
                       " customer_key, party_id, mode, 'told', opened_at, due_at, not_before, 1, 0, true"
                       " FROM desk_contact WHERE outreach_id = %s", [outreach_id])


def test_word_of_a_promise_and_a_campaign_stand_beside_one_another(owe, wordings: None) -> None:
    topic_make()
    party = people.customer()
    campaign([party])
    owe([(1, party, NOON, NOON + dt.timedelta(days=2))])
    owe([(1, party, NOON, NOON + dt.timedelta(days=3))])  # joins the open word, not the campaign
    assert Contact.objects.filter(is_campaign=False).get().revision == 2
    services.contacts_send()
    sending.campaigns_send()
    assert set(Contact.objects.values_list("is_campaign", "state")) == {(False, "told"), (True, "told")}


def test_a_wording_withdrawn_while_it_is_sent_stops_the_campaign_and_nothing_more_goes_out() -> None:
    message, _ = topic_make()
    outreach_id = campaign(customers(4))
    sending.campaign_batch(outreach_id, most=2)
    wording_withdraw(actor=people.chen_supervisor(), wording_id=message, reason="说错了")
    assert not sending.campaigns_send()
    assert Message.objects.count() == 2
    found = Campaign.objects.get()
    assert (found.state, found.why) == ("stopped", "no_wording")
    assert states() == {("message", "told"): 2, ("message", "held"): 2}
    with pytest.raises(TopicError):
        running.campaign_start(actor=people.chen_supervisor(), outreach_id=outreach_id)
    topic_make()
    running.campaign_start(actor=people.chen_supervisor(), outreach_id=outreach_id)
    sending.campaigns_send()
    assert Contact.objects.filter(state="told").values("wording_id").distinct().count() == 2


def test_the_watch_stops_what_agents_may_no_longer_say_and_takes_it_out_of_their_queue() -> None:
    _, voice = topic_make()
    campaign(customers(2, channel="", consents=False))
    li = at_home()
    wording_withdraw(actor=people.chen_supervisor(), wording_id=voice, reason="说错了")
    running.campaigns_watch()
    assert Campaign.objects.get().why == "no_wording"
    assert services.contacts_hold(actor=li) == ()


def test_a_message_that_a_withdrawal_stopped_is_owed_again_by_message() -> None:
    _message, _ = topic_make()
    campaign(customers(1))
    sending.campaigns_send()
    contact = Contact.objects.get()
    event_publish("messages.failed", {"request_key": f"contact:{contact.id}:1", "why": "withdrawn"})
    services.failed_messages_take()
    contact.refresh_from_db()
    assert (contact.mode, contact.state, contact.revision) == ("message", "owed", 2)


def test_a_message_that_will_not_arrive_becomes_a_call_as_far_as_the_share_goes() -> None:
    topic_make()
    campaign(customers(4), voice_pct=25)
    sending.campaigns_send()
    for contact in Contact.objects.all():
        event_publish("messages.failed", {"request_key": f"contact:{contact.id}:1", "why": "status_500"})
    services.failed_messages_take()
    assert states() == {("voice", "owed"): 1, ("voice", "held"): 3}
    running.campaign_share(actor=people.chen_supervisor(), outreach_id=Campaign.objects.get().outreach_id,
                           voice_pct=75)
    assert states() == {("voice", "owed"): 3, ("voice", "held"): 1}


def test_a_message_that_fails_after_the_campaign_was_done_is_called_all_the_same() -> None:
    topic_make()
    campaign(customers(4), voice_pct=50)
    sending.campaigns_send()
    running.campaigns_watch()
    assert Campaign.objects.get().state == "done"
    for contact in Contact.objects.all()[:3]:
        event_publish("messages.failed", {"request_key": f"contact:{contact.id}:1", "why": "status_500"})
    services.failed_messages_take()
    assert states() == {("message", "told"): 1, ("voice", "owed"): 2, ("voice", "held"): 1}
    assert (Campaign.objects.get().state, Campaign.objects.get().ended_at) == ("running", None)
    li = at_home()
    for nth, held in enumerate(services.contacts_hold(actor=li, want=2)):
        services.contact_result(actor=li, contact_id=held, key=str(nth), said=services.Said("told", 2))
    running.campaigns_watch()
    assert Campaign.objects.get().state == "done"
    report = report_read(actor=people.chen_supervisor(), outreach_id=Campaign.objects.get().outreach_id)
    assert "超出电话比例，没有打" in [cause.name for cause in reading.causes(report)]


def test_of_two_campaigns_the_one_with_more_to_send_asks_for_another_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    topic_make()
    monkeypatch.setattr(sending, "BATCH", 2)
    campaign(customers(6))
    campaign(customers(1, first=50))
    Campaign.objects.filter(customers=6).update(due_at=NOON)
    assert sending.campaigns_send()
    assert states() == {("message", "told"): 5, ("message", "owed"): 2}


def test_who_takes_back_consent_meanwhile_is_called() -> None:
    topic_make()
    campaign(customers(2))
    Party.objects.update(consent_message=False)
    sending.campaigns_send()
    assert states() == {("voice", "owed"): 2}


def test_nobody_is_written_to_or_rung_at_night() -> None:
    topic_make()
    campaign([*customers(1), *customers(1, first=5, channel="", consents=False)])
    li = at_home()
    with clock.frozen(NOON.replace(hour=22)):
        assert not sending.campaigns_send()
        assert services.contacts_hold(actor=li) == ()
    with clock.frozen(NOON.replace(hour=8) + dt.timedelta(days=1)):
        sending.campaigns_send()
        assert len(services.contacts_hold(actor=li)) == 1
    assert states() == {("message", "told"): 1, ("voice", "claimed"): 1}


def test_an_agent_reads_the_approved_sentence_and_three_calls_in_vain_are_the_end() -> None:
    topic_make()
    campaign(customers(1, channel="", consents=False))
    li = at_home()
    for n in range(3):
        with clock.frozen(NOON + n * dt.timedelta(hours=2)):
            (held,) = services.contacts_hold(actor=li)
            (card,) = hand(actor=li, held=[held]).cards
            said = "".join(piece.text for piece in card.script)
            assert said == "您好，我是甘肃邮政客服，工号2207。您的录取通知书正在路上。"
            assert card.subject == "录取通知书提醒"
            services.contact_result(actor=li, contact_id=held, key=str(n), said=services.Said("unreached", 1))
    assert states() == {("voice", "given_up"): 1}


def test_a_result_that_comes_after_the_stop_counts_and_nobody_else_rings_meanwhile() -> None:
    topic_make()
    chief, outreach_id = people.chen_supervisor(), campaign(customers(2, channel="", consents=False))
    li = at_home()
    first, second = services.contacts_hold(actor=li, want=2)
    running.campaign_stop(actor=chief, outreach_id=outreach_id)
    services.contact_result(actor=li, contact_id=first, key="1", said=services.Said("told", 1))
    services.contact_result(actor=li, contact_id=second, key="2", said=services.Said("unreached", 1))
    assert states() == {("voice", "told"): 1, ("voice", "held"): 1}
    assert Contact.objects.get(id=second).tries == 1
    assert Contact.objects.get(id=first).wording_id is not None
    running.campaign_start(actor=chief, outreach_id=outreach_id)
    assert states() == {("voice", "told"): 1, ("voice", "unreached"): 1}


def test_a_time_agreed_with_a_customer_is_kept_although_the_campaign_stands_still() -> None:
    topic_make()
    chief, outreach_id = people.chen_supervisor(), campaign(customers(2, channel="", consents=False))
    li = at_home()
    first, _ = services.contacts_hold(actor=li, want=2)
    services.contact_result(actor=li, contact_id=first, key="1", said=services.Said(
        "scheduled", 1, callback_at=NOON + dt.timedelta(hours=3)))
    running.campaign_stop(actor=chief, outreach_id=outreach_id)
    assert states() == {("voice", "scheduled"): 1, ("voice", "held"): 1}
    with clock.frozen(NOON + dt.timedelta(hours=3)):
        assert services.contacts_hold(actor=li) == (first,)
        services.contact_result(actor=li, contact_id=first, key="2", said=services.Said("unreached", 1))
    assert states() == {("voice", "held"): 2}


def test_an_agreed_time_stands_while_it_is_in_somebody_s_hand_and_on_the_card() -> None:
    topic_make()
    chief, outreach_id = people.chen_supervisor(), campaign(customers(1, channel="", consents=False))
    li, at = at_home(), NOON + dt.timedelta(hours=3)
    (held,) = services.contacts_hold(actor=li)
    assert hand(actor=li, held=[held]).cards[0].callback_at is None
    services.contact_result(actor=li, contact_id=held, key="1", said=services.Said("scheduled", 1, callback_at=at))
    with clock.frozen(at):
        assert services.contacts_hold(actor=li) == (held,)
        running.campaign_stop(actor=chief, outreach_id=outreach_id)
        assert services.contacts_hold(actor=li) == (held,)
        assert hand(actor=li, held=[held]).cards[0].callback_at == at
        services.contacts_release(actor=li)
        assert states() == {("voice", "scheduled"): 1}
        running.campaign_drop(actor=chief, outreach_id=outreach_id)
        assert services.contacts_hold(actor=li) == (held,)


def test_what_an_agent_is_saying_stays_theirs_over_a_stop_and_a_resume() -> None:
    topic_make()
    chief, outreach_id = people.chen_supervisor(), campaign(customers(1, channel="", consents=False))
    li, ma = at_home(), people.ma_agent()
    presence_report(actor=ma, site="at_home")
    held = services.contacts_hold(actor=li)
    running.campaign_stop(actor=chief, outreach_id=outreach_id)
    running.campaign_start(actor=chief, outreach_id=outreach_id)
    assert services.contacts_hold(actor=ma) == ()
    assert services.contacts_held(actor=li) == held


def test_who_wants_no_more_calls_is_in_no_later_campaign() -> None:
    topic_make()
    parties = customers(2, channel="", consents=False)
    campaign(parties)
    li = at_home()
    held = services.contacts_hold(actor=li, want=1)[0]
    services.contact_result(actor=li, contact_id=held, key="1", said=services.Said("other", 1, other="refused"))
    second = campaign(parties, start=False)
    assert Campaign.objects.get(outreach_id=second).customers == 1
    assert Campaign.objects.get(outreach_id=second).left_out == {"refused": 1}


def test_a_campaign_given_up_is_owed_to_nobody() -> None:
    topic_make()
    chief, outreach_id = people.chen_supervisor(), campaign(customers(2), start=False)
    running.campaign_drop(actor=chief, outreach_id=outreach_id)
    assert states() == {("message", "moot"): 2}
    with pytest.raises(CampaignStateError):
        running.campaign_start(actor=chief, outreach_id=outreach_id)


def test_a_sentence_about_mail_is_refused_for_people_without_mail() -> None:
    topic_make(message="【邮政】您的邮件{item}预计{becomes}送到。")
    with pytest.raises(NeedsItemsError):
        campaign(customers(1))
    assert not Contact.objects.exists()


def test_a_new_version_that_needs_an_item_stops_the_campaign_instead_of_breaking_it() -> None:
    topic_make()
    campaign(customers(1))
    topic_make(message="【邮政】您的邮件{item}预计{becomes}送到。")
    running.campaigns_watch()
    assert Campaign.objects.get().why == "needs_items"


@pytest.mark.parametrize(("more", "error"), [
    ({"name": " "}, CampaignFieldError), ({"due_at": NOON}, CampaignFieldError),
    ({"voice_pct": 101}, CampaignFieldError), ({"topic": "没有"}, TopicError)])
def test_what_cannot_be_is_refused_and_leaves_nothing(more: dict, error: type[Exception]) -> None:
    topic_make()
    parties = customers(1)
    with pytest.raises(error):
        campaign(parties, **more)
    assert not Contact.objects.exists()
    assert not Campaign.objects.exists()


def test_an_empty_list_says_why() -> None:
    topic_make()
    with pytest.raises(CampaignEmptyError, match="2行没有这件邮件"):
        campaign_open(actor=people.chen_supervisor(), asked=asked(), listed=Listed(
            [], [(2, "item_unknown"), (3, "item_unknown"), (4, "nothing")]))


def test_a_topic_is_two_sentences_of_known_variables() -> None:
    with pytest.raises(TopicVariableError):
        topic_draft(actor=people.chen_supervisor(), name=TOPIC, message="{phone}", voice="好")


def test_only_a_supervisor_runs_campaigns() -> None:
    topic_make()
    outreach_id = campaign(customers(1), start=False)
    for act in (running.campaign_start, running.campaign_stop, running.campaign_drop):
        with pytest.raises(NotAllowedError):
            act(actor=people.li_agent(), outreach_id=outreach_id)
    with pytest.raises(NotAllowedError):
        campaign_open(actor=people.zhao_dispatcher(), asked=asked(), listed=Listed([Target(customers(1, first=3)[0])]))


def test_every_attempt_is_kept_once() -> None:
    topic_make()
    outreach_id = campaign(customers(5))
    sending.campaigns_send()
    assert Attempt.objects.filter(contact__outreach_id=outreach_id, mode="message", result="told").count() == 5
