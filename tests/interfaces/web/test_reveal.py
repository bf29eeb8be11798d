"""Personal data in plain: for a reason, once, into the audit, so many times a day; masked otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.interfaces.api.conftest import Caller
from tests.people import chen_supervisor, customer

from youlu.core.gauges import gauges_read
from youlu.core.models import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.desk.services import order_open

pytestmark = pytest.mark.django_db
PHONE = "19900004417"
WHY = {"who": "addressee", "field": "phone", "reason": "contact", "note": ""}


@pytest.fixture
def supervisor(house: Any) -> Client:
    chen_supervisor()
    client = Client()
    client.force_login(User.objects.get(username="chenjing"))
    return client


def audits() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="party.reveal").order_by("id"))


def test_an_item_shows_its_people_masked_and_one_value_for_a_reason(supervisor: Client, house: Any) -> None:
    page = supervisor.get(f"/items/{house.to_county}").content.decode()
    assert PHONE not in page
    assert f"/reveal/item/{house.to_county}" in page
    asked = supervisor.get(f"/reveal/item/{house.to_county}").content.decode()
    assert PHONE not in asked
    assert not audits()
    answer = supervisor.post(f"/reveal/item/{house.to_county}", WHY)
    assert PHONE in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert f'content="60;url=/items/{house.to_county}"' in answer.content.decode()
    entry = audits()[0]
    assert (entry.reason, entry.facts["field"], entry.facts["seen_on"]) == (
        "联系客户", "phone", f"item:{house.to_county}")
    assert PHONE not in str(vars(entry))
    assert PHONE not in supervisor.get(f"/reveal/item/{house.to_county}").content.decode()


@pytest.mark.parametrize("changes", [
    {"reason": ""}, {"reason": "other"}, {"reason": "authority", "note": " "}, {"note": f"打{PHONE}"},
    {"note": "王建民让看"}, {"who": "sender"}, {"field": "phone_index"}])
def test_without_a_reason_that_can_stand_in_the_audit_nothing_is_shown(
    supervisor: Client, house: Any, changes: dict[str, str],
) -> None:
    answer = supervisor.post(f"/reveal/item/{house.to_county}", WHY | changes)
    assert f">{PHONE}<" not in answer.content.decode()
    assert not audits()


def test_the_days_number_is_the_most_and_stands_in_the_metrics(supervisor: Client, house: Any, settings: Any) -> None:
    settings.REVEALS_DAILY = 2
    told = [supervisor.post(f"/reveal/item/{house.to_county}", WHY).status_code for _ in range(3)]
    assert told == [200, 200, 429]
    assert len(audits()) == 2
    lines = [line for family in gauges_read(fresh=True) for line in family.lines()]
    assert 'youlu_reveals_day{field="phone"} 2' in lines
    assert "youlu_reveals_day_most 2" in lines


def test_a_dispatcher_sees_the_item_and_may_not_have_its_people_shown(dispatcher: Client, house: Any) -> None:
    assert "/reveal/" not in dispatcher.get(f"/items/{house.to_county}").content.decode()
    assert dispatcher.post(f"/reveal/item/{house.to_county}", WHY).status_code == 403


def test_a_work_order_shows_its_customer_and_an_unknown_one_shows_nobody(supervisor: Client) -> None:
    order = order_open(actor=chen_supervisor(), key="k", kind="chase", title="催投", party_id=customer())
    shown = supervisor.post(f"/reveal/order/{order}", WHY | {"who": "customer", "field": "name"})
    assert "王建民" in shown.content.decode()
    for address in ("/reveal/order/x", "/reveal/order/00000000-0000-0000-0000-000000000007", "/reveal/party/x",
                    "/reveal/application/x", "/reveal/item/EZ000000000CN"):
        assert supervisor.post(address, WHY).status_code == 404


def test_a_token_asks_for_a_value_and_gets_no_other(house: Any) -> None:
    asked = {"kind": "item", "key": house.to_county, **WHY}
    assert Caller("mail.read").post("/reveals", asked)[0] == 403
    caller = Caller("mail.read", "party.reveal")
    assert caller.post("/reveals", asked) == (200, {"value": PHONE})
    assert caller.post("/reveals", asked | {"reason": "other"})[0] == 422
    assert caller.post("/reveals", asked | {"who": "sender"})[0] == 404
    assert audits()[-1].actor.startswith("token:")
