"""Lists, words and counts of the pool are what a plain look at every order finds, whatever index brings them."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from tests import people

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import selectors
from youlu.domain.desk.assignment.queue import PLACE, queue_place
from youlu.domain.desk.models import OrderKind, ServiceHours, WorkOrder
from youlu.domain.desk.orders import finding
from youlu.domain.desk.orders.finding import OrderFilter
from youlu.domain.desk.orders.hours import kind_clocked, order_due
from youlu.domain.desk.orders.words import grams, plain

pytestmark = pytest.mark.django_db
WORDS = ("城关", "药品", "没收到", "通知书", "羊肉", "退回", "催投")
KINDS = ("chase", "complaint", "claim")
Wanted = Callable[[WorkOrder], bool]
NOT_CLOSED: Wanted = lambda order: order.state != "closed"  # noqa: E731
CLOSED: Wanted = lambda order: order.state == "closed"  # noqa: E731


def pool_fill(count: int, seed: int, at: dt.datetime) -> None:
    """Orders of every state, mark and kind; many due in the same minute; the later ones closed of other words."""
    dice = random.Random(seed)
    kinds = {kind.code: kind for kind in OrderKind.objects.filter(code__in=KINDS)}
    orders = []
    for n in range(count):
        title = "".join(dice.sample(WORDS[:4] if n % 3 else WORDS, 2)) + dice.choice(("", " 补", "Ab"))
        due = at + dt.timedelta(minutes=dice.randrange(-300, 300) * 15)
        orders.append(WorkOrder(
            kind=kinds[dice.choice(KINDS)], title=title, grams=grams(title), sites=dice.choice((["on_site"], [
                "on_site", "at_home"])), opened_at=at, reply_due_at=due, due_at=due,
            state=dice.choice(("open", "open", "taken", "answered", "closed", "closed", "closed")),
            priority=dice.choice((0, 0, 1, 2)), chases=dice.choice((0, 0, 2)), repeats=dice.choice((0, 0, 1)),
            supervised_at=dice.choice((None, None, at)), paused_at=dice.choice((None, None, at)),
            extend_to=dice.choice((None, None, due)), is_due_assumed=dice.random() < 0.2))
    WorkOrder.objects.bulk_create(orders)


def walked(actor: Actor, chosen: OrderFilter) -> list[uuid.UUID]:
    """Every page, one after the other."""
    ids, cursor = [], None
    for _ in range(500):
        page = selectors.order_list(actor=actor, chosen=chosen, cursor=cursor)
        ids += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return ids
    raise AssertionError("the pages never end")


def looked_at(wanted: Wanted) -> list[uuid.UUID]:
    """The oracle: every order, one by one."""
    return [o.id for o in sorted(WorkOrder.objects.all(), key=lambda o: (o.due_at, o.id)) if wanted(o)]


def holds(text: str) -> Wanted:
    return lambda order: all(word in plain(order.title) for word in plain(text).split(" "))


@pytest.mark.parametrize("near", [3, 40, 10_000])
def test_pages_of_words_are_every_order_that_holds_them_once_and_due_first(
    noon: dt.datetime, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    """`near`: however many orders are looked through before the words' own index is asked."""
    monkeypatch.setattr(finding, "NEAR", near)
    monkeypatch.setattr(finding, "PAGE_ROWS", 6)
    pool_fill(90, near, noon)
    chen = people.chen_supervisor()
    for text in ("没收到", "通知书", "羊肉 退回", "催", "药品 补", "aB", "城关药品", "药关", "没有这样的"):
        for view, in_view in (("closed", CLOSED), ("all", NOT_CLOSED)):
            expected = looked_at(lambda o, in_view=in_view, text=text: in_view(o) and holds(text)(o))
            assert walked(chen, OrderFilter(view=view, text=text)) == expected, (text, view)
            narrowed = looked_at(lambda o, in_view=in_view, text=text: (
                in_view(o) and holds(text)(o) and o.kind_id == "claim" and o.chases > 0))
            assert walked(chen, OrderFilter(view=view, text=text, kind="claim", marked="chased")) == narrowed


def test_every_filter_of_the_pool_is_every_order_it_names_once_and_due_first(
    noon: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE_ROWS", 15)
    pool_fill(120, 5, noon)
    chen, now = people.chen_supervisor(), clock.now()
    views: dict[str, Wanted] = {
        "open": lambda o: o.state == "open", "all": NOT_CLOSED, "closed": CLOSED,
        "late": lambda o: NOT_CLOSED(o) and o.due_at < now and o.paused_at is None}
    marks: dict[str, Wanted] = {
        "": lambda o: True, "supervised": lambda o: o.supervised_at is not None, "chased": lambda o: o.chases > 0,
        "repeated": lambda o: o.repeats > 0, "extend": lambda o: o.extend_to is not None,
        "paused": lambda o: o.paused_at is not None, "assumed": lambda o: o.is_due_assumed}
    dues: dict[str, Wanted] = {
        "": lambda o: True, "late": lambda o: o.due_at < now and o.paused_at is None,
        "soon": lambda o: now <= o.due_at < now + dt.timedelta(hours=1) and o.paused_at is None,
        "today": lambda o: o.due_at < clock.midnight(clock.today() + dt.timedelta(days=1))}
    for view, mark, due in {*((view, "", "") for view in views), *(("closed", mark, "") for mark in marks),
                            *(("all", mark, "late") for mark in marks), *(("late", "", due) for due in dues)}:
        expected = looked_at(lambda o, a=views[view], b=marks[mark], c=dues[due]: a(o) and b(o) and c(o))
        assert walked(chen, OrderFilter(view=view, marked=mark, due=due)) == expected, (view, mark, due)
    for view, state in (("all", "taken"), ("late", "answered"), ("closed", "taken")):
        expected = looked_at(lambda o, a=views[view], state=state: a(o) and o.state == state)
        assert walked(chen, OrderFilter(view=view, state=state)) == expected, (view, state)


def test_counts_and_the_place_in_the_queue_are_those_of_a_plain_look(noon: dt.datetime) -> None:
    pool_fill(80, 9, noon)
    now = clock.now()
    standing = [o for o in WorkOrder.objects.all() if o.state != "closed"]
    waiting = [o for o in standing if o.state == "open"]
    counts = selectors.order_counts()
    assert (counts.waiting, counts.taken, counts.late, counts.site_only) == (
        len(waiting), len(standing) - len(waiting),
        sum(o.due_at < now and o.paused_at is None for o in standing), sum("at_home" not in o.sites for o in waiting))
    for nth, one in enumerate(sorted(waiting, key=lambda o: (-o.priority, o.due_at, o.id))):
        place = queue_place(WorkOrder.objects.select_related("kind").get(id=one.id))
        assert place is not None
        assert place.ahead == nth


def test_the_place_in_the_queue_is_counted_no_further_than_it_is_said(
    noon: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from youlu.domain.desk.assignment import queue

    pool_fill(60, 2, noon)
    monkeypatch.setattr(queue, "AHEAD_MAX", 5)
    last = WorkOrder.objects.filter(state="open").order_by("priority", "-due_at", "-id")[0]
    place = queue_place(last)
    assert place is not None
    assert place.ahead == 5
    assert place.is_far
    assert "LIMIT" in PLACE


def test_a_kind_with_its_hours_in_one_question_gives_the_clocks_of_the_kind(noon: dt.datetime) -> None:
    dice = random.Random(3)
    for kind in OrderKind.objects.all():
        for _ in range(5):
            at = noon + dt.timedelta(minutes=dice.randrange(600_000))
            clocked = kind_clocked(kind.code)
            assert clocked is not None
            assert clocked.due(at) == order_due(kind, at), kind.code
    assert kind_clocked("dance") is None


def test_changed_hours_and_minutes_count_from_the_next_order_on(noon: dt.datetime) -> None:
    def due(kind: str) -> Any:
        found = kind_clocked(kind)
        assert found is not None
        return found.due(noon).close.at

    OrderKind.objects.filter(code="chase").update(close_min=60, close_calendar="desk")
    assert due("chase") == noon + dt.timedelta(hours=1)
    OrderKind.objects.filter(code="chase").update(close_min=120)
    assert due("chase") == noon + dt.timedelta(hours=2)
    ServiceHours.objects.update_or_create(code="desk", defaults={
        "name": "台", "week": [["13:00-18:00"]] * 7, "day_off": None, "makeup": None, "source": "x"})
    assert due("chase") == noon + dt.timedelta(hours=3)
