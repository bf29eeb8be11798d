"""Who is where: reported by themselves, one place at a time, the past kept."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from tests import people

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.access.selectors import actor_of_user
from youlu.domain.workforce.errors import NotAnAgentError, StaffNoTakenError, UnknownSiteError
from youlu.domain.workforce.models import Agent, Presence
from youlu.domain.workforce.selectors import (
    agent_of,
    agents_living_in,
    demand_of_hour,
    people_now,
    presence_history,
    present_now,
)
from youlu.domain.workforce.services import agent_create, demand_set, presence_report, presence_set

NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)


@pytest.mark.django_db
def test_a_person_is_out_until_they_say_where_they_are() -> None:
    li = people.li_agent()
    assert (agent_of(li).site, agent_of(li).is_taking) == ("out", False)
    presence_report(actor=li, site="at_home", reason="locked_down")
    assert (agent_of(li).site_label, agent_of(li).reason_label, agent_of(li).is_taking) == ("居家", "小区封控", True)
    assert present_now().at_home_taking == 1


@pytest.mark.django_db
def test_moving_keeps_the_past_and_repeating_adds_nothing() -> None:
    li = people.li_agent()
    for hour, site in ((0, "on_site"), (0, "on_site"), (2, "at_home")):
        with clock.frozen(NOON + dt.timedelta(hours=hour)):
            presence_report(actor=li, site=site)
    rows = presence_history(actor=li, agent_id=agent_of(li).id)
    assert [(r.site_label, r.since, r.until) for r in rows] == [
        ("居家", NOON + dt.timedelta(hours=2), None), ("在岗", NOON, NOON + dt.timedelta(hours=2))]


@pytest.mark.django_db
def test_nobody_takes_work_while_out() -> None:
    li = people.li_agent()
    presence_report(actor=li, site="out", is_taking=True)
    assert not agent_of(li).is_taking


@pytest.mark.django_db
def test_a_pause_is_seen_by_the_strip() -> None:
    li, ma = people.li_agent(), people.ma_agent()
    presence_report(actor=li, site="on_site")
    presence_report(actor=ma, site="on_site", is_taking=False, reason="rest")
    assert (present_now().on_site, present_now().on_site_taking) == (2, 1)


@pytest.mark.django_db
def test_an_unknown_place_is_refused_in_words() -> None:
    with pytest.raises(UnknownSiteError):
        presence_report(actor=people.li_agent(), site="moon")


@pytest.mark.django_db
def test_an_agent_neither_reports_for_another_nor_reads_where_people_live() -> None:
    li, ma = people.li_agent(), people.ma_agent()
    ma_id = agent_of(ma).id
    for forbidden in (
        lambda: presence_set(actor=li, agent_id=ma_id, site="out"),
        lambda: people_now(actor=li),
        lambda: presence_history(actor=li, agent_id=ma_id),
        lambda: agents_living_in(actor=li, compound_ids=[7]),
    ):
        with pytest.raises(NotAllowedError):
            forbidden()


@pytest.mark.django_db
def test_a_closed_compound_names_who_lives_there() -> None:
    li = people.li_agent()
    Agent.objects.filter(id=agent_of(li).id).update(home_compound_id=7)
    people.ma_agent()
    found = agents_living_in(actor=people.chen_supervisor(), compound_ids=[7, 8])
    assert [row.staff_no for row in found] == ["2207"]


@pytest.mark.django_db
def test_a_staff_number_is_one_persons_and_a_dispatcher_has_none() -> None:
    people.li_agent()
    with pytest.raises(StaffNoTakenError):
        agent_create(actor=people.chen_supervisor(), user_id=people.ma_agent_user().id, staff_no="2207")
    with pytest.raises(NotAnAgentError):
        agent_of(people.zhao_dispatcher())


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_leave_one_open_presence() -> None:
    people.li_agent()
    user = people.li_agent_user()

    def report(site: str) -> None:
        try:
            presence_report(actor=actor_of_user(user), site=site)
        finally:
            connection.close()

    threads = [threading.Thread(target=report, args=(site,)) for site in ("on_site", "at_home") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Presence.objects.filter(until=None).count() == 1


@pytest.mark.django_db
def test_the_hour_s_demand_is_what_was_said_last() -> None:
    demand_set(channel="call", hour_at=NOON, expected=60, source="平日")
    demand_set(channel="call", hour_at=NOON + dt.timedelta(minutes=20), expected=180, source="封控")
    assert demand_of_hour(at=NOON + dt.timedelta(minutes=59)) == {"call": 180.0}
    assert demand_of_hour(at=NOON + dt.timedelta(minutes=60)) == {}
    with pytest.raises(ValueError):
        demand_set(channel="pigeon", hour_at=NOON, expected=1, source="")
