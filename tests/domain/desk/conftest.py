from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import pytest
from django.db import connection, transaction
from django.test import Client
from tests import people
from tests.domain.desk.test_orders import present

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.models import OrderKind, OrderSubtype, Parameter
from youlu.domain.desk.owing import OweCounts
from youlu.domain.desk.trade import subtypes_ensure, trade_ensure
from youlu.domain.messages.defaults import wordings_ensure

NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def trade(request: pytest.FixtureRequest) -> None:
    """A transactional test before this one may have emptied the tables, the migration's rows among them."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if request.node.get_closest_marker("django_db").kwargs.get(
            "transaction") else "db")
        trade_ensure(OrderKind, Parameter)
        subtypes_ensure(OrderSubtype)


@pytest.fixture
def noon() -> object:
    with clock.frozen(NOON):
        yield NOON


@pytest.fixture
def li(noon: object) -> Actor:
    """李敏 at her desk."""
    return present(people.li_agent())


@pytest.fixture
def desk(li: Actor) -> Client:
    """The browser of 李敏."""
    return people.signed_in("limin")


@pytest.fixture
def wordings(db: None, noon: dt.datetime) -> None:
    wordings_ensure(actor=people.chen_supervisor())


@pytest.fixture
def owe() -> Callable[..., OweCounts]:
    """Owe rows (item key, party, was, becomes) as the loop does: a temporary table in one transaction."""

    def owe_rows(rows: Sequence[tuple], *, outreach_id: object = None, at: dt.datetime = NOON) -> OweCounts:
        outreach_id = outreach_id or services.outreach_open(
            closure_id=None, reason="兰州城关区封控", next_review_at=None, at=at)
        with transaction.atomic(), connection.cursor() as cursor:
            counts = services.words_owe([services.Word(*row, outreach_id) for row in rows], at=at)
            cursor.execute("DROP TABLE IF EXISTS desk_tell_fresh")
            return counts

    return owe_rows


@pytest.fixture
def evening() -> object:
    at = dt.datetime(2022, 7, 11, 18, 45, tzinfo=clock.SHANGHAI)
    with clock.frozen(at):
        yield at
