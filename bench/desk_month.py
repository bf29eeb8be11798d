"""A desk after the newspaper page's figures, as a problem for the simulation. Not a measurement by itself.

Of the page: 23 people, 14 at home and 7 on site (two out), lines 08:00-24:00, calls three times the usual, 1,600 orders
a day, 156,000 contacts in 35 days. Ours, unverified: 650 calls on a usual day, kinds and handling times of orders, one
contact in eight by voice, who waits how long, shifts.
"""

from __future__ import annotations

from dataclasses import replace

from youlu.engines.queueing.simulation import Agent, Channel, Problem, Times

HALF_HOURS = 48
FROM_EIGHT = (4, 6, 8, 9, 10, 10, 9, 7, 6, 6, 7, 8, 8, 8, 8, 7, 7, 6, 5, 5, 4, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1)
OPEN = (0,) * 16 + FROM_EIGHT
USUAL_CALLS, SURGE = 650.0, 3.0
VOICE_CONTACTS = 156_000 / 35 / 8  # a day


def daily(days: int, *hours: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    return tuple((d * 86_400 + a * 3_600, d * 86_400 + b * 3_600) for d in range(days) for a, b in hours)


def over_the_day(count: float, days: int) -> tuple[float, ...]:
    return tuple(count * x / sum(OPEN) for x in OPEN) * days


def channels(days: int) -> tuple[Channel, ...]:
    lines = daily(days, (8, 24))

    def order(name: str, count: float, minutes: float, due_h: float, priority: int) -> Channel:
        return Channel(name=name, kind="order", handling=Times.lognormal(minutes * 60, 0.8), priority=priority,
                       expected=over_the_day(count, days), day_cv=0.1, due_s=due_h * 3_600, clock=lines)

    calls = Channel(
        name="calls", kind="call", handling={"site": Times.lognormal(210, 1.0), "home": Times.lognormal(230, 1.0)},
        wrap_up=Times.constant(15), expected=over_the_day(USUAL_CALLS * SURGE, days), day_cv=0.15,
        patience=Times.exponential(120), again_share=0.4, again=Times.exponential(1_200), callback_from=10,
        callback_share=0.25, callback_hours=daily(days, (8, 21)))  # fmt: skip
    contacts = Channel(
        name="contacts", kind="contact", handling=Times.lognormal(150, 0.6), priority=9, hours=daily(days, (8, 21)),
        reached_share=0.6, given_s=[d * 86_400.0 for d in range(days) for _ in range(int(VOICE_CONTACTS))],
        due_s=2 * 86_400)  # fmt: skip
    return (calls, order("complaint", 100, 11, 48, 1), order("chase", 600, 5, 24, 2), order("pickup", 700, 0.5, 2, 2),
            order("enquiry", 200, 4, 24, 3), contacts)


def staff(days: int, calls_at_home: int) -> tuple[Agent, ...]:
    early, late = daily(days, (8, 12), (13, 17)), daily(days, (14, 18), (19, 23.5))
    everything = frozenset({"calls", "complaint", "chase", "enquiry", "contacts"})
    written = frozenset({"chase", "pickup", "enquiry", "contacts"})
    on_site = [Agent(name=f"s{i}", site="site", skills=everything, duty=late if i % 2 else early) for i in range(7)]
    at_home = [Agent(name=f"h{i}", site="home", duty=late if i % 2 else early,
                     skills=written | ({"calls"} if i < calls_at_home else set())) for i in range(14)]
    return (*on_site, *at_home)


def month_desk(days: int) -> Problem:
    """Days of the surge with half of those at home on the telephone."""
    return Problem(channels=channels(days), agents=staff(days, 7), periods=days * HALF_HOURS)


def plans(days: int) -> dict[str, Problem]:
    """Doing nothing: only those on site answer calls. Else some at home do; or all; or a third of the calls is shed."""
    base = Problem(channels=channels(days), agents=staff(days, 0), periods=days * HALF_HOURS)
    calls, *others = base.channels
    fewer = replace(calls, expected=tuple(x * 2 / 3 for x in calls.expected))
    return {"nothing": base, "some": replace(base, agents=staff(days, 7)), "all": replace(base, agents=staff(days, 14)),
            "shed": replace(base, agents=staff(days, 7), channels=(fewer, *others))}
