"""The box at the top: a number goes to its item, words find offices, closures and work orders, each as one may see."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.domain.continuity.test_loop import declare, measure
from tests.domain.small_network import KANGXIAN
from tests.interfaces.web.conftest import House

from youlu.domain.access.models import User


def found(client: Client, text: str) -> str:
    answer = client.get("/items", {"q": text})
    assert answer.status_code == 200
    return answer.content.decode()


def test_words_find_offices_and_closures(house: House, dispatcher: Client) -> None:
    closure_id = declare(measure("delivery", "office", KANGXIAN), title="康县山体滑坡")
    page = found(dispatcher, "康县")
    assert f"/offices/{KANGXIAN}" in page
    assert f"/closures/{closure_id}" in page
    assert "康县山体滑坡" in found(dispatcher, "滑坡")


def test_a_number_goes_to_its_item_and_nothing_is_said_to_be_nothing(house: House, dispatcher: Client) -> None:
    assert dispatcher.get("/items", {"q": house.to_county}).headers["Location"].endswith(house.to_county)
    assert dispatcher.get("/items", {"q": "没有这样的字"}).status_code == 404


@pytest.mark.django_db
def test_who_may_not_read_closures_does_not_find_them(house: House) -> None:
    declare(measure("delivery", "office", KANGXIAN), title="康县山体滑坡")
    clerk = Client()
    clerk.force_login(User.objects.create(username="c", roles=["clerk"], scope="62", password="!"))
    assert "滑坡" not in found(clerk, "康县")


def test_words_with_signs_of_patterns_are_words(house: House, dispatcher: Client) -> None:
    declare(measure("delivery", "office", KANGXIAN), title="康县山体滑坡")
    assert dispatcher.get("/items", {"q": "%"}).status_code == 404
