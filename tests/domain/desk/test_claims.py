"""Compensation: what the law gives, decided on site, above the limit by two, and no order closes before it."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest
from tests import people

from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.core.models import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_of_user
from youlu.domain.desk import selectors, services
from youlu.domain.desk.claims.errors import (
    ClaimFactsError,
    ClaimReasonError,
    ClaimSecondError,
    ClaimSiteError,
    ClaimStateError,
    ClaimUndecidedError,
)
from youlu.domain.desk.claims.reckoning import CAUSES, LOSSES, Facts, Proposal, Rule, reckon
from youlu.domain.desk.errors import OrderNotHeldError
from youlu.domain.desk.models import Claim, ClaimRule, OrderEvent, WorkOrder
from youlu.domain.desk.orders.following import order_follow
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.trade import CLAIM_RULES, claim_rules_ensure
from youlu.domain.workforce.selectors import agent_of
from youlu.domain.workforce.services import agent_create, presence_report

RULES = {code: Rule(code, by_value, times, pays) for code, _, by_value, times, pays, _ in CLAIM_RULES}
LOST = Facts("lost", "ours", postage_fen=1_200, loss_fen=3_000)


@pytest.fixture(autouse=True)
def rules(trade: None, db: None) -> None:
    claim_rules_ensure(ClaimRule)


@pytest.fixture
def li(noon: dt.datetime) -> Actor:
    presence_report(actor=people.li_agent(), site="on_site")
    return people.li_agent()


@pytest.fixture
def order(li: Actor) -> uuid.UUID:
    order_id = services.order_open(actor=li, kind="claim", title="包裹丢了", party_id=people.customer())
    services.order_take(actor=li, order_id=order_id)
    return order_id


def wang_supervisor() -> Actor:
    user, _ = User.objects.get_or_create(username="wangfang", defaults={
        "display_name": "王芳", "roles": ["supervisor"], "scope": "62", "password": "!"})
    return actor_of_user(user)


# -- the law, without a database

@pytest.mark.parametrize(("mail_class", "facts", "fen", "code"), [
    ("ordinary", LOST, 0, "ordinary"),
    ("receipted", LOST, 3_000, "actual"),
    ("receipted", Facts("lost", "ours", postage_fen=800, loss_fen=3_000), 2_400, "capped"),
    ("receipted", Facts("lost", "force_majeure", postage_fen=800, loss_fen=3_000), 0, "exempt"),
    ("insured", Facts("lost", "force_majeure", insured_fen=50_000), 50_000, "whole"),
    ("insured", Facts("damaged", "ours", insured_fen=50_000, value_fen=100_000, loss_fen=30_000), 15_000, "share"),
    ("insured", Facts("short", "ours", insured_fen=100, value_fen=300, loss_fen=100), 34, "share"),
    ("insured", Facts("damaged", "nature", insured_fen=50_000, loss_fen=100), 0, "exempt"),
])
def test_the_law_s_cases(mail_class: str, facts: Facts, fen: int, code: str) -> None:
    assert reckon(RULES[mail_class], facts) == Proposal(fen, code)


def test_no_facts_give_more_than_was_insured_or_three_times_the_postage_or_less_than_nothing() -> None:
    amounts = (0, 1, 99, 1_000, 33_333)
    for loss, cause, postage, insured, value, lost in itertools.product(LOSSES, CAUSES, *[amounts] * 4):
        facts = Facts(loss, cause, postage, insured, value, lost)
        assert reckon(RULES["ordinary"], facts).fen == 0
        assert 0 <= reckon(RULES["insured"], facts).fen <= insured
        assert 0 <= reckon(RULES["receipted"], facts).fen <= min(3 * postage, lost)


# -- the way of a claim

@pytest.mark.django_db
def test_a_claim_is_reckoned_decided_and_paid_and_its_customer_sees_it(li: Actor, order: uuid.UUID) -> None:
    assert services.claim_reckon(actor=li, order_id=order, mail_class="receipted", facts=LOST) == 3_000
    link = follow_link(order)
    assert order_follow(link=link, phone_tail="4417").claim is None
    services.claim_decide(actor=li, order_id=order, fen=3_000)
    assert order_follow(link=link, phone_tail="4417").claim == ("to_pay", 3_000)
    services.claim_pay(actor=people.chen_supervisor(), order_id=order, voucher="2022-0731")
    assert order_follow(link=link, phone_tail="4417").claim == ("paid", 3_000)
    with pytest.raises(ClaimStateError):  # money goes out once
        services.claim_pay(actor=people.chen_supervisor(), order_id=order, voucher="2022-0731")
    assert [(e.act, e.detail) for e in OrderEvent.objects.order_by("id")][2:] == [
        ("claim_reckon", "30.00元"), ("claim_decide", "30.00元"), ("claim_pay", "30.00元")]
    assert AuditEntry.objects.filter(action="claim.decide").count() == 1


@pytest.mark.django_db
def test_nobody_decides_at_home_not_even_who_took_it_on_site(li: Actor, order: uuid.UUID) -> None:
    services.claim_reckon(actor=li, order_id=order, mail_class="receipted", facts=LOST)
    presence_report(actor=li, site="at_home")
    with pytest.raises(ClaimSiteError):
        services.claim_decide(actor=li, order_id=order, fen=3_000)
    assert Claim.objects.get().state == "reckoned"
    presence_report(actor=li, site="on_site")
    services.claim_decide(actor=li, order_id=order, fen=3_000)


@pytest.mark.django_db
def test_above_the_limit_a_second_supervisor_confirms_or_sends_back(order: uuid.UUID, noon: dt.datetime) -> None:
    li = people.li_agent()
    facts = Facts("lost", "ours", insured_fen=80_000, value_fen=80_000, loss_fen=80_000)
    services.claim_reckon(actor=li, order_id=order, mail_class="insured", facts=facts)
    services.claim_decide(actor=li, order_id=order, fen=80_000)
    assert Claim.objects.get().state == "to_confirm"
    chen = people.chen_supervisor()
    with pytest.raises(ClaimStateError):
        services.claim_pay(actor=chen, order_id=order, voucher="1")
    with pytest.raises(NotAllowedError):
        services.claim_confirm(actor=li, order_id=order)
    with pytest.raises(ClaimReasonError):
        services.claim_send_back(actor=chen, order_id=order, note=" ")
    services.claim_send_back(actor=chen, order_id=order, note="先看照片")
    services.claim_decide(actor=li, order_id=order, fen=80_000)
    services.claim_confirm(actor=chen, order_id=order)
    assert Claim.objects.get().state == "to_pay"


@pytest.mark.django_db
def test_who_decided_never_confirms_their_own(noon: dt.datetime) -> None:
    wang = wang_supervisor()
    agent_create(actor=people.chen_supervisor(), user_id=uuid.UUID(wang.id[5:]), staff_no="2299", skills=("claim",))
    presence_report(actor=wang, site="on_site")
    order_id = services.order_open(actor=wang, kind="claim", title="包裹丢了")
    services.order_take(actor=wang, order_id=order_id)
    services.claim_reckon(actor=wang, order_id=order_id, mail_class="insured", facts=Facts(
        "lost", "ours", insured_fen=90_000))
    services.claim_decide(actor=wang, order_id=order_id, fen=90_000)
    with pytest.raises(ClaimSecondError):
        services.claim_confirm(actor=wang, order_id=order_id)
    assert Claim.objects.get().state == "to_confirm"


@pytest.mark.django_db
def test_another_amount_than_the_rules_give_has_its_reason(li: Actor, order: uuid.UUID) -> None:
    services.claim_reckon(actor=li, order_id=order, mail_class="ordinary", facts=LOST)
    with pytest.raises(ClaimReasonError):
        services.claim_decide(actor=li, order_id=order, fen=1_000)
    services.claim_decide(actor=li, order_id=order, fen=1_000, note="重大过失")
    assert Claim.objects.get().note == "重大过失"


@pytest.mark.django_db
@pytest.mark.parametrize(("mail_class", "facts"), [
    ("gold", LOST), ("receipted", Facts("lost", "ours", postage_fen=-1)), ("receipted", Facts("eaten", "ours")),
    ("receipted", Facts("lost", "fate")), ("insured", Facts("lost", "ours", loss_fen=1)),
    ("receipted", Facts("short", "ours", value_fen=10, loss_fen=11)),
    ("receipted", Facts("lost", "ours", loss_fen=10**11))])
def test_odd_facts_are_refused_in_words(li: Actor, order: uuid.UUID, mail_class: str, facts: Facts) -> None:
    with pytest.raises(ClaimFactsError):
        services.claim_reckon(actor=li, order_id=order, mail_class=mail_class, facts=facts)
    assert not Claim.objects.exists()


@pytest.mark.django_db
def test_who_does_not_hold_the_order_reckons_and_decides_nothing(li: Actor, order: uuid.UUID) -> None:
    presence_report(actor=people.ma_agent(), site="on_site")
    with pytest.raises(OrderNotHeldError):
        services.claim_reckon(actor=people.ma_agent(), order_id=order, mail_class="receipted", facts=LOST)
    services.claim_reckon(actor=li, order_id=order, mail_class="receipted", facts=LOST)
    with pytest.raises(OrderNotHeldError):
        services.claim_decide(actor=people.ma_agent(), order_id=order, fen=3_000)
    with pytest.raises(NotFoundError):
        services.claim_pay(actor=people.chen_supervisor(), order_id=uuid.uuid4(), voucher="1")


@pytest.mark.django_db
def test_a_claim_order_does_not_close_before_the_decision(li: Actor, order: uuid.UUID) -> None:
    services.order_answer(actor=li, order_id=order, text="已核算")
    services.order_call_back(actor=li, order_id=order)
    services.order_fix(actor=li, order_id=order, responsibility="运输")
    with pytest.raises(ClaimUndecidedError):
        services.order_close(actor=li, order_id=order)
    services.claim_reckon(actor=li, order_id=order, mail_class="receipted", facts=LOST)
    with pytest.raises(ClaimUndecidedError):
        services.order_close(actor=li, order_id=order)
    services.claim_decide(actor=li, order_id=order, fen=3_000)
    services.order_close(actor=li, order_id=order)
    assert WorkOrder.objects.get().state == "closed"


@pytest.mark.django_db
def test_the_panel_offers_what_its_reader_may_do(li: Actor, order: uuid.UUID) -> None:
    def panel(actor: Actor) -> selectors.ClaimPanel:
        page = selectors.order_page(actor=actor, order_id=order)
        me = agent_of(actor) if actor.id == li.id else None
        found = selectors.claim_panel(actor=actor, row=page.row, is_mine=page.is_mine, me=me)
        assert found is not None
        return found

    assert (panel(li).may_reckon, panel(li).may_decide, panel(li).is_on_site) == (True, False, True)
    services.claim_reckon(actor=li, order_id=order, mail_class="receipted", facts=LOST)
    assert panel(li).may_decide
    assert not panel(people.chen_supervisor()).may_decide
    services.claim_decide(actor=li, order_id=order, fen=3_000)
    assert panel(people.chen_supervisor()).may_pay
    assert not panel(li).may_reckon


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["regulator", "government"])
def test_a_regulator_s_case_stays_on_site_and_counts_fifteen_days_from_its_letter(kind: str, noon: dt.datetime) -> None:
    letter = noon - dt.timedelta(days=2)
    opened = services.order_receive(actor=people.chen_supervisor(), asked=services.Asked(
        kind, "转办", outside_no="12305-1", clock_from=letter))
    order = WorkOrder.objects.get(id=opened.order_id)
    assert order.sites == ["on_site"]
    assert order.due_at == letter + dt.timedelta(days=15 if kind == "regulator" else 5)
