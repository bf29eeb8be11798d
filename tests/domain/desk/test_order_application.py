"""An order and the application under a programme that it is about: each shows the other, to who may see both."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from tests import people
from tests.domain.desk.test_order_life import opened, taken
from tests.domain.desk.test_orders import present
from tests.domain.small_network import KANGXIAN, network_make

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.errors import UnknownApplicationError
from youlu.domain.applications.models import Application, State
from youlu.domain.desk import selectors, services
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.desk.services import Asked

pytestmark = pytest.mark.django_db
NUMBER = "A2222-23457"


@pytest.fixture
def li(noon: object) -> Actor:
    network_make()
    return present(people.li_agent())


def application(number: str = NUMBER, division: str = "621224", **more: object) -> Application:
    return Application.objects.create(
        number=number, programme="id_card_mail", state=State.SUBMITTED, applicant="public", division_code=division,
        made_draft_at=clock.now(), submitted_at=clock.now(), **more)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def test_an_order_about_an_item_of_a_programme_knows_its_application(li: Actor) -> None:
    row = application(item_key=77)
    order_id = services.order_receive(actor=li, asked=Asked("programme", "证还没到", item_key=77)).order_id
    link = selectors.order_page(actor=li, order_id=order_id).application
    assert link is not None
    assert (link.id, link.number, link.state_label) == (row.id, NUMBER, "已提交")


def test_each_page_leads_to_the_other_for_who_may_see_both(li: Actor) -> None:
    row, order_id = application(), taken(li, "programme")
    desk = signed_in("limin")
    assert desk.post(f"/desk/{order_id}/application", {"application": "a2222 23457"}).status_code == 302
    assert f"/applications/{NUMBER}" in desk.get(f"/desk/{order_id}").content.decode()
    assert f"/desk/{order_id}" in desk.get(f"/applications/{NUMBER}").content.decode()
    assert OrderEvent.objects.get(act="application").detail == NUMBER
    services.order_apply_to(actor=li, order_id=order_id, number=NUMBER)
    assert OrderEvent.objects.filter(act="application").count() == 1, "the same again changes nothing"
    # An office sees the application of its county, and the order only while it is with it.
    sun = people.sun_clerk()
    assert selectors.orders_of_application(actor=sun, application_id=row.id) == ()
    services.order_dispatch(actor=li, order_id=order_id, office_id=KANGXIAN)
    assert [one.id for one in selectors.orders_of_application(actor=sun, application_id=row.id)] == [order_id]
    with pytest.raises(NotAllowedError):
        services.order_apply_to(actor=sun, order_id=order_id, number=NUMBER)


def test_an_application_outside_the_scope_is_not_there_whichever_way_one_comes(li: Actor) -> None:
    there, draft = application("A2222-23458", "510100"), application("A2222-23459")
    Application.objects.filter(id=draft.id).update(state=State.DRAFT)
    order_id = taken(li, "programme")
    for number in (there.number, draft.number, "A2222-99999", ""):
        with pytest.raises(UnknownApplicationError):
            services.order_apply_to(actor=li, order_id=order_id, number=number)
    WorkOrder.objects.update(application_id=there.id)
    assert selectors.order_page(actor=li, order_id=order_id).application is None
    page = signed_in("limin").post(f"/desk/{order_id}/application", {"application": there.number})
    assert page.status_code == 404
    assert "没有查到" in page.content.decode()


def test_an_order_is_written_down_with_its_application_and_counted_again_for_it(li: Actor) -> None:
    row, desk = application(), signed_in("limin")
    for _ in range(2):
        desk.post("/desk/new", {"kind": "programme", "title": "证还没到", "application": NUMBER,
                                "idempotency_key": uuid.uuid4().hex})
    order = WorkOrder.objects.get()
    assert (order.application_id, order.repeats) == (row.id, 1)
    wrong = desk.post("/desk/new", {"kind": "programme", "title": "证还没到", "application": "A2222-99999",
                                    "idempotency_key": "n"})
    assert (wrong.status_code, "没有查到" in wrong.content.decode()) == (422, True)
    opened("programme")
    assert WorkOrder.objects.count() == 2
