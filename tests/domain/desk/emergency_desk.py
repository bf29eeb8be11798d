"""The Lanzhou evening, as facts and as rows: 7 on site, 14 at home, 2 out, calls three times the usual."""

from __future__ import annotations

import datetime as dt

from tests import people

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.desk.emergency.assumptions import FIGURES, USUAL_KINDS, Levers, levers_of
from youlu.domain.desk.emergency.facts import Facts, Inputs, KindFact, OpenOrder, Worker, half_hour_after
from youlu.domain.desk.emergency.people import people_add
from youlu.domain.desk.emergency.plans import plans_compute
from youlu.domain.desk.emergency.starting import emergency_plan_start
from youlu.domain.desk.models import EmergencyPlanning
from youlu.domain.desk.trade import PARAMETERS, kind_rows
from youlu.domain.workforce.services import agent_create, demand_set, presence_set

EVENING = dt.datetime(2022, 7, 11, 18, 45, tzinfo=clock.SHANGHAI)
SKILLS = (("chase", "complaint", "contact", "enquiry"), ("chase", "contact", "enquiry"))


def flat(per_h: float) -> tuple[float, ...]:
    return tuple(per_h / 2 if half >= 16 else 0.0 for half in range(48))


def facts(at: dt.datetime = EVENING) -> Facts:
    workers = tuple(Worker(f"00000000-0000-7000-8000-{n:012d}", str(2201 + n), SKILLS[n % 3 == 2],
                           "on_site" if n < 7 else "at_home" if n < 21 else "out", consents=True) for n in range(23))
    kinds = tuple(KindFact(k["code"], k["name"], k["handling_s"], k["close_min"], tuple(k["sites"]),
                           tuple(k.get("skills", ())), USUAL_KINDS[k["code"]])
                  for k in kind_rows() if k["code"] in USUAL_KINDS)
    waiting = (OpenOrder("enquiry", 144_000.0),) * 22 + (OpenOrder("chase", 72_000.0),) * 18
    return Facts(at, half_hour_after(at), workers, flat(60), flat(100), flat(278), 3.0, kinds, waiting, 3_000,
                 {row[0]: float(row[2]) for row in (*PARAMETERS, *FIGURES)})


def plan_of(code: str) -> Levers:
    found = levers_of(code)
    assert found is not None
    return found


def desk_at_night(*, on_site: int, at_home: int, out: int) -> None:
    """People where they are, and the demand of two days."""
    chen = people.chen_supervisor()
    for n in range(on_site + at_home + out):
        user = User.objects.create(username=f"night{n}", display_name=f"夜班{n}", roles=["agent"], scope="62",
                                   password="!")
        agent = agent_create(actor=chen, user_id=user.id, staff_no=f"22{50 + n}", skills=SKILLS[0])
        presence_set(actor=chen, agent_id=agent,
                     site="on_site" if n < on_site else "at_home" if n < on_site + at_home else "out")
    first = clock.local(clock.now()).replace(hour=8, minute=0, second=0, microsecond=0)
    for day in range(2):
        for hour in range(16):
            for channel, expected in (("call", 180.0), ("order", 100.0), ("contact", 278.0)):
                demand_set(channel=channel, hour_at=first + dt.timedelta(days=day, hours=hour), expected=expected,
                           source="tests")


def ready_planning(days: int = 1) -> EmergencyPlanning:
    """A planning as the worker leaves it."""
    planning_id = emergency_plan_start(actor=people.chen_supervisor(), days=days)
    row = EmergencyPlanning.objects.get(id=planning_id)
    found = people_add(Facts.of_json(row.facts), days=days)
    row.facts, row.result = found.to_json(), plans_compute(found, Inputs(**row.inputs), threads=1)
    row.state, row.ready_at = EmergencyPlanning.State.READY, clock.now()
    row.save()
    return row
