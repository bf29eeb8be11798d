"""The tour's screen: its boxes tell of the tour's own closure alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from tests.domain.small_network import ACTOR
from tests.domain.timetable_people import HEAD, TOMORROW, draft_of, wanted

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.services import closure_declare, closure_lift
from youlu.domain.continuity.timetables import timetable_activate
from youlu.interfaces.web.seats import SEATS
from youlu.scenarios.lanzhou.tour import TITLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
BACK = "件回到原来的承诺"


@pytest.fixture
def tour(settings, tmp_path: Path) -> Client:
    settings.TOUR_SEATS, settings.DATA_DIR = True, tmp_path
    User.objects.create(username=SEATS["dispatcher"], display_name="何工", roles=["dispatcher"], scope="62",
                        password="!")
    return Client()


def test_another_timetable_is_no_lifting(tour: Client) -> None:
    assert BACK not in tour.get("/tour").content.decode()
    draft_id, version = draft_of(wanted(2, arr_min=(480, 660, 780), dep_min=(480, 670, 780)))
    timetable_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    closure_apply()
    assert BACK not in tour.get("/tour").content.decode()


def test_the_box_of_the_lifting_tells_of_the_tours_closure(tour: Client) -> None:
    door = MeasureInput("delivery", "compound", "0", clock.now(), None)
    closure_id = closure_declare(actor=ACTOR, closure=ClosureInput(
        "lockdown", TITLE, "演示指挥部", "演示〔2022〕9号", "62", (door,), clock.now() + dt.timedelta(days=1)))
    closure_apply()
    assert BACK not in tour.get("/tour").content.decode()
    closure_lift(actor=ACTOR, closure_id=closure_id, authority="演示指挥部", document_no="演示〔2022〕12号")
    assert "已解除，正在重算" in tour.get("/tour").content.decode()
    closure_apply()
    assert f"已解除：1{BACK}" in tour.get("/tour").content.decode()


def test_the_tour_counts_the_mail_that_is_there(tour: Client) -> None:
    assert "3件邮件在路上" in tour.get("/tour").content.decode()
