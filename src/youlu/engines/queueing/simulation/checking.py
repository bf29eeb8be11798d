"""A desk is looked over once, before anything is drawn: who is wrong, and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from youlu.engines.queueing.simulation.errors import DeskError

if TYPE_CHECKING:
    from youlu.engines.queueing.simulation.model import Agent, Channel, Problem, Windows

CHANNELS_MAX = 31  # two queues each, one bit each
ATTEMPTS_MAX = 15  # of one customer, as the draws are laid out


def problem_check(problem: Problem) -> None:
    """Raise DeskError with the first thing that is wrong."""
    if problem.periods < 1 or not (problem.period_s > 0 and math.isfinite(problem.period_s)):
        raise DeskError("the horizon needs at least one period of positive length")
    if not 0 <= problem.first_s < 86_400:
        raise DeskError(f"first_s is a second of the day, not {problem.first_s}")
    if not 1 <= len(problem.channels) <= CHANNELS_MAX:
        raise DeskError(f"a desk has 1 to {CHANNELS_MAX} channels, not {len(problem.channels)}")
    _names_once("channel", (c.name for c in problem.channels))
    _names_once("agent", (a.name for a in problem.agents))
    sites = {agent.site for agent in problem.agents}
    for channel in problem.channels:
        _channel(channel, problem, sites)
    kinds = {c.name: c.kind for c in problem.channels}
    for agent in problem.agents:
        _agent(agent, kinds)


def _names_once(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise DeskError(f"{what} {name!r}: named {count} times")


def _channel(channel: Channel, problem: Problem, sites: set[str]) -> None:
    whose = f"channel {channel.name!r}"
    if channel.kind not in ("call", "order", "contact"):
        raise DeskError(f"{whose}: kind {channel.kind!r} is none of call, order, contact")
    _arrivals(channel, problem, whose)
    laws = channel.handling if isinstance(channel.handling, Mapping) else {"": channel.handling}
    missing = sites - set(laws) if isinstance(channel.handling, Mapping) else set()
    if missing:
        raise DeskError(f"{whose}: no handling time for site {min(missing)!r}")
    for site, law in laws.items():
        if law.law == "never":
            raise DeskError(f"{whose}: handling that never ends")
        law.check(f"{whose}: handling{f' at {site}' if site else ''}")
    if channel.wrap_up.law == "never":
        raise DeskError(f"{whose}: wrap-up that never ends")
    channel.wrap_up.check(f"{whose}: wrap-up")
    channel.patience.check(f"{whose}: patience")
    channel.again.check(f"{whose}: again")
    _numbers(channel, whose)
    for what in ("hours", "clock", "callback_hours"):
        windows_check(getattr(channel, what), f"{whose}: {what}")


def _arrivals(channel: Channel, problem: Problem, whose: str) -> None:
    if len(channel.expected) not in (0, problem.periods):
        raise DeskError(f"{whose}: {len(channel.expected)} expected arrivals for {problem.periods} periods")
    for period, value in enumerate(channel.expected):
        if not (value >= 0 and math.isfinite(value)):
            raise DeskError(f"{whose}: expected arrivals of period {period} are {value}")
    _ascending(channel.given_s, whose)
    if len(channel.given_due_s) not in (0, len(channel.given_s)):
        raise DeskError(f"{whose}: {len(channel.given_due_s)} due times for {len(channel.given_s)} given arrivals")
    if any(math.isnan(x) for x in channel.given_due_s):
        raise DeskError(f"{whose}: a due time is not a number")


def _ascending(given: Sequence[float], whose: str) -> None:
    last = 0.0
    for at in given:
        if not (at >= last and math.isfinite(at)):
            raise DeskError(f"{whose}: given arrivals must ascend from 0, {at} comes after {last}")
        last = at


def _numbers(channel: Channel, whose: str) -> None:
    for name in ("again_share", "reached_share", "callback_share"):
        if not 0 <= getattr(channel, name) <= 1:
            raise DeskError(f"{whose}: {name} is a share from 0 to 1, not {getattr(channel, name)}")
    for name in ("target_s", "due_s", "callback_s", "day_cv"):
        if not getattr(channel, name) >= 0:
            raise DeskError(f"{whose}: {name} must not be negative, is {getattr(channel, name)}")
    if not math.isfinite(channel.day_cv):
        raise DeskError(f"{whose}: day_cv must be finite")
    if not 1 <= channel.attempts_max <= ATTEMPTS_MAX:
        raise DeskError(f"{whose}: attempts_max is 1 to {ATTEMPTS_MAX}, not {channel.attempts_max}")
    if channel.callback_from is not None and (channel.callback_from < 0 or channel.kind != "call"):
        raise DeskError(f"{whose}: call-backs are offered to callers, from a number waiting that is not negative")


def _agent(agent: Agent, kinds: Mapping[str, str]) -> None:
    whose = f"agent {agent.name!r}"
    unknown = sorted(set(agent.skills) - set(kinds))
    if unknown:
        raise DeskError(f"{whose}: skill {unknown[0]!r} is no channel of this desk")
    if not (agent.pace > 0 and math.isfinite(agent.pace)):
        raise DeskError(f"{whose}: pace must be finite and positive, is {agent.pace}")
    if agent.at_once < 1:
        raise DeskError(f"{whose}: at_once is at least 1, not {agent.at_once}")
    if agent.at_once > 1 and any(kinds[skill] != "order" for skill in agent.skills):
        raise DeskError(f"{whose}: only messages can be held {agent.at_once} at once, not calls")
    windows_check(agent.duty, f"{whose}: duty")


def windows_check(windows: Windows, whose: str) -> None:
    """Raise DeskError on an empty, endless, backward or overlapping window."""
    last = -math.inf
    for start, end in sorted(windows):
        if not (math.isfinite(start) and math.isfinite(end) and start < end):
            raise DeskError(f"{whose}: [{start}, {end}) is no interval")
        if start < last:
            raise DeskError(f"{whose}: [{start}, {end}) overlaps the one before it, which ends at {last}")
        last = end
