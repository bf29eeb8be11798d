"""What the people present hold of this hour: by doing nothing, and by the split of who is told how.

Doing nothing: on-site people answer calls, nobody is told anything, and a share of the customers who are owed word
(or were told within the hours in which they would have called) calls to ask. The split: messages tell whom they
reach, people at home call the others and work orders, so that only who is still untold calls. Calls are Erlang A;
orders and contacts can wait and are reckoned as work that drains.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from django.db import connection

from youlu.core import clock
from youlu.domain.desk.parameters import figures_now
from youlu.domain.workforce.models import Demand
from youlu.domain.workforce.selectors import Present, demand_of_hour, present_now
from youlu.engines.queueing import Held, capacity, drain_h, people_needed

NEVER_H = 9_999.0  # "it only grows", in JSON
COUNTED = """
SELECT (SELECT count(*) FROM desk_workorder WHERE state = 'open'),
  count(*) FILTER (WHERE mode = 'message'), count(*) FILTER (WHERE mode = 'voice'),
  (SELECT count(*) FROM desk_contact WHERE state = 'told' AND closed_at > %s)
FROM desk_contact WHERE state IN ('owed', 'claimed', 'unreached', 'scheduled')
"""
WITHIN_SHARE = 0.85  # answered in 20 seconds; trade practice, unverified


@dataclass(frozen=True)
class Side:
    """One way of going about the hour. Hours are until done; NEVER_H: never."""

    calls: Held
    agents_on_calls: int
    agents_on_work: int
    people_short: int  # on the telephones, to answer WITHIN_SHARE in 20 seconds
    orders_done_h: float
    contacts_done_h: float


@dataclass(frozen=True)
class Workload:
    """What there is to do: calls and orders are expected arrivals of the hour, the rest stands now."""

    base_calls_per_h: float
    orders_per_h: float
    orders_waiting: int
    contacts_message: int
    contacts_voice: int
    told_lately: int  # would be calling, had nobody told them
    is_forecast: bool  # False: nobody forecast the hour, the usual figures stand in


@dataclass(frozen=True)
class Strip:
    at: dt.datetime
    present: Present
    work: Workload
    nothing: Side
    split: Side


def capacity_strip(*, at: dt.datetime | None = None) -> Strip:
    """The strip as of `at`: a handful of counts, no solver."""
    at = at or clock.now()
    figures = figures_now()
    present, work = present_now(), _workload(figures, at)
    return Strip(at, present, work, _nothing(figures, present, work), _split(figures, present, work))


def capacity_facts() -> dict[str, float | int]:
    """The strip in figures that a run of the loop keeps as JSON."""
    strip = capacity_strip()
    nothing, split = strip.nothing.calls, strip.split.calls
    return {
        "on_site": strip.present.on_site_taking, "at_home": strip.present.at_home_taking,
        "contacts_message": strip.work.contacts_message, "contacts_voice": strip.work.contacts_voice,
        "calls_per_h": round(split.arrivals, 1), "held_per_h": round(split.held, 1),
        "waiting_per_h": round(split.waiting, 1), "lost_per_h": round(split.lost, 1),
        "lost_per_h_by_doing_nothing": round(nothing.lost, 1), "people_short": strip.split.people_short,
        "contacts_done_h": round(strip.split.contacts_done_h, 2),
    }


def _workload(figures: dict[str, float], at: dt.datetime) -> Workload:
    expected = demand_of_hour(at=at)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [at - dt.timedelta(hours=figures["untold_call_h"])])
        orders, by_message, by_voice, told = cursor.fetchone()
    return Workload(
        base_calls_per_h=expected.get(Demand.Channel.CALL, figures["call_base_per_h"]),
        orders_per_h=expected.get(Demand.Channel.ORDER, figures["order_base_per_h"]),
        orders_waiting=orders, contacts_message=by_message, contacts_voice=by_voice, told_lately=told,
        is_forecast=Demand.Channel.CALL in expected)


def _nothing(figures: dict[str, float], present: Present, work: Workload) -> Side:
    calls = work.base_calls_per_h + _asking_per_h(figures, work.contacts_message + work.contacts_voice
                                                   + work.told_lately)
    return Side(_calls(figures, calls, present.on_site_taking), present.on_site_taking, 0,
                _short(figures, calls, present.on_site_taking),
                NEVER_H if work.orders_waiting or work.orders_per_h else 0.0,
                NEVER_H if work.contacts_message + work.contacts_voice else 0.0)


def _split(figures: dict[str, float], present: Present, work: Workload) -> Side:
    home = present.at_home_taking
    orders_h = drain_h(waiting=work.orders_waiting, arrivals_per_h=work.orders_per_h,
                       service_s=figures["order_service_s"], agents=home)
    # People at home first keep up with orders; what time is left goes to the calls that customers are owed.
    spare_s = max(home * 3600.0 - work.orders_per_h * figures["order_service_s"], 0.0)
    contacts_per_h = spare_s / figures["contact_service_s"]
    contacts_h = work.contacts_voice / contacts_per_h if contacts_per_h else math.inf
    untold = max(work.contacts_voice - contacts_per_h, 0.0)
    calls = work.base_calls_per_h + _asking_per_h(figures, untold)
    return Side(_calls(figures, calls, present.on_site_taking), present.on_site_taking, home,
                _short(figures, calls, present.on_site_taking),
                _finite(orders_h), _finite(contacts_h if work.contacts_voice else 0.0))


def _asking_per_h(figures: dict[str, float], untold: float) -> float:
    return untold * figures["untold_call_share"] / figures["untold_call_h"]


def _calls(figures: dict[str, float], per_h: float, agents: int) -> Held:
    return capacity(arrivals_per_h=per_h, service_s=figures["call_service_s"], agents=agents,
                    patience_s=figures["call_patience_s"])


def _short(figures: dict[str, float], per_h: float, agents: int) -> int:
    needed = people_needed(arrivals_per_h=per_h, service_s=figures["call_service_s"],
                           patience_s=figures["call_patience_s"], within_share=WITHIN_SHARE)
    return max(needed - agents, 0)


def _finite(hours: float) -> float:
    return min(hours, NEVER_H)
