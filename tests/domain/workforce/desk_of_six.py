"""A desk small enough to know by heart: six people, a week, needs of a few half hours."""

from __future__ import annotations

import datetime as dt
import uuid

from tests import people

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_of_user
from youlu.domain.workforce.models import Agent
from youlu.domain.workforce.rostering.facts import Wanted
from youlu.domain.workforce.rostering.problem import ShiftPlan
from youlu.domain.workforce.services import agent_create

MONDAY = dt.date(2022, 8, 1)
DAYS = 7
AT = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
LAW = "《劳动法》第三十六条"
SKILLS = ["enquiry", "complaint", "chase", "contact"]


def wu_supervisor() -> Actor:
    """吴芳, a second 主管: approves what 陈静 made."""
    return actor_of_user(people._user("wufang", "吴芳", "supervisor"))


def desk(count: int = 6, skills: list[str] | None = None) -> list[uuid.UUID]:
    """Agents 2301, 2302, …"""
    found = []
    for n in range(count):
        user = people._user(f"six{n}", f"员{n}", "agent")
        found.append(agent_create(actor=people.chen_supervisor(), user_id=user.id, staff_no=str(2301 + n),
                                  skills=SKILLS if skills is None else skills))
    return found


def agent_actor(agent_id: uuid.UUID) -> Actor:
    return actor_of_user(Agent.objects.select_related("user").get(id=agent_id).user)


def needs(days: int = DAYS, persons: float = 1.0, first: int = 480, last: int = 960) -> list[Wanted]:
    """So many people on the telephone from 08:00 to 16:00 of each day."""
    return [Wanted(at(day, minute), "call", persons, "enquiry")
            for day in range(days) for minute in range(first, last, 30)]


def at(day: int, minute: int) -> dt.datetime:
    return clock.midnight(MONDAY + dt.timedelta(days=day)) + dt.timedelta(minutes=minute)


def plan(agent_id: uuid.UUID, day: int, kind: str = "early", start_min: int = 480, length_min: int = 510,
         site: str = "on_site") -> ShiftPlan:
    return ShiftPlan(agent_id, MONDAY + dt.timedelta(days=day), kind, at(day, start_min),
                     at(day, start_min + length_min), site)
