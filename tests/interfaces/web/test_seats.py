"""The tour's chairs: each logged in as its own person in one browser, and only where the tour is on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from youlu.domain.access.models import User

pytestmark = pytest.mark.django_db
CHAIR = {"SCRIPT_NAME": "/seat/dispatcher", "youlu.seat": "dispatcher"}


@pytest.fixture
def dispatcher() -> User:
    return User.objects.create(username="hegong", display_name="何工", roles=["dispatcher"], scope="62", password="!")


@pytest.mark.usefixtures("dispatcher")
def test_a_chair_is_logged_in_on_its_first_page_and_keeps_its_own_cookie(settings: Any) -> None:
    settings.TOUR_SEATS = True
    client = Client()
    answer = client.get("/closures", **CHAIR)
    assert answer.status_code == 200
    assert "seat-dispatcher" in answer.cookies
    assert "sessionid" not in answer.cookies
    assert client.get("/closures").status_code == 302  # the browser's own session is nobody's


@pytest.mark.usefixtures("dispatcher")
def test_a_chairs_login_leaves_the_forms_of_other_windows_valid(settings: Any) -> None:
    settings.TOUR_SEATS = True
    client = Client()
    client.get("/login")
    before = client.cookies["csrftoken"].value
    client.get("/closures", **CHAIR)
    assert client.cookies["csrftoken"].value == before


@pytest.mark.usefixtures("dispatcher")
def test_without_the_tour_a_chair_is_nobodys(settings: Any) -> None:
    settings.TOUR_SEATS = False
    assert Client().get("/closures", **CHAIR).status_code == 302
    assert Client().get("/tour").status_code == 404
