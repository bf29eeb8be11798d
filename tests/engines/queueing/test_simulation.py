"""What the desk does, told in small days whose outcome is worked out by hand; and laws that hold of every day."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.queueing.test_simulation_oracle import desk

from youlu.engines.queueing.simulation import (
    ABANDONED,
    ANSWERED,
    GIVEN_UP,
    UNREACHED,
    WAITING,
    Agent,
    Channel,
    DeskError,
    Params,
    Problem,
    Records,
    Result,
    Times,
    compare,
    running,
    simulate,
)
from youlu.engines.queueing.simulation.tally import quantile, wait_bin

HOUR = 3600.0


def channel(name: str = "calls", kind: Any = "call", seconds: float = 600, **more: Any) -> Channel:
    return Channel(name=name, kind=kind, handling=Times.constant(seconds), **more)


def person(name: str = "li", *skills: str, duty: Any = ((0.0, HOUR),), **more: Any) -> Agent:
    return Agent(name=name, site=more.pop("site", "here"), skills=frozenset(skills or {"calls"}), duty=duty, **more)


def run(*parts: Channel | Agent, periods: int = 2, **params: Any) -> Result:
    channels = tuple(p for p in parts if isinstance(p, Channel))
    agents = tuple(p for p in parts if isinstance(p, Agent))
    problem = Problem(channels=channels, agents=agents, periods=periods)
    return simulate(problem, seed=1, replications=1, params=Params(threads=1, records=1, **params))


def records(*parts: Channel | Agent, periods: int = 2) -> Records:
    return run(*parts, periods=periods).records[0]


def test_who_waits_longest_is_answered_first_and_higher_priority_before() -> None:
    low, high = channel("low", priority=2, given_s=(0.0, 10.0, 20.0)), channel("high", priority=1, given_s=(30.0,))
    kept = records(low, high, person("li", "low", "high"))
    assert dict(zip(kept.arrive_s, kept.begin_s, strict=True)) == {0.0: 0.0, 10.0: 1200.0, 20.0: 1800.0, 30.0: 600.0}


def test_the_longest_idle_with_the_skill_takes_the_call() -> None:
    kept = records(channel(seconds=60, given_s=(0.0, 100.0, 300.0)), person("li"), person("ma"), person("no", "mail"),
                   channel("mail", "order"))
    assert kept.agent.tolist() == [0, 1, 0]


def test_a_caller_hangs_up_when_patience_ends_and_may_call_again() -> None:
    busy = channel(given_s=(0.0, 60.0), patience=Times.constant(120), again_share=1.0, again=Times.constant(500))
    kept = records(busy, person())
    assert kept.status.tolist() == [ANSWERED, ABANDONED, ANSWERED]
    assert kept.arrive_s.tolist() == [0.0, 60.0, 680.0]
    assert kept.end_s[1] == 180.0
    assert kept.attempt.tolist() == [0, 0, 1]


def test_a_caller_who_takes_a_call_back_loses_no_patience_and_is_promised_a_time() -> None:
    busy = channel(given_s=(0.0, 60.0, 70.0), patience=Times.constant(120), callback_from=1, callback_share=1.0,
                   callback_s=1500.0)
    result = run(busy, person())
    kept = result.records[0]
    assert kept.called_back.tolist() == [False, False, True]
    assert kept.status.tolist() == [ANSWERED, ABANDONED, ANSWERED]
    assert kept.begin_s[2] == 600.0
    assert kept.due_s[2] == 1570.0
    assert result.values("called_back_kept_share", "calls").tolist() == [1.0]


def test_contacts_wait_for_the_hours_in_which_people_may_be_called() -> None:
    quiet = channel("owed", "contact", seconds=60, given_s=(0.0, 0.0), hours=((600.0, 700.0), (1800.0, 2000.0)))
    assert records(quiet, person("li", "owed")).begin_s.tolist() == [600.0, 660.0]
    longer = replace(quiet, handling=Times.constant(100))
    assert records(longer, person("li", "owed")).begin_s.tolist() == [600.0, 1800.0]


def test_contacts_are_worked_only_when_nobody_calls() -> None:
    calls, owed = channel(seconds=300, given_s=(0.0, 100.0)), channel("owed", "contact", 60, priority=9, given_s=(0.0,))
    kept = records(calls, owed, person("li", "calls", "owed"))
    assert kept.begin_s[kept.channel == 1].tolist() == [600.0]


def test_a_contact_not_reached_is_tried_again_until_the_tries_are_used_up() -> None:
    owed = channel("owed", "contact", 60, given_s=(0.0,), reached_share=0.0, again=Times.constant(540), attempts_max=3)
    result = run(owed, person("li", "owed"))
    kept = result.records[0]
    assert kept.status.tolist() == [UNREACHED, UNREACHED, GIVEN_UP]
    assert kept.arrive_s.tolist() == [0.0, 600.0, 1200.0]
    assert result.values("given_up", "owed").tolist() == [1.0]
    assert result.finished_by("owed") == 1260.0


def test_work_is_finished_when_the_last_is_done_and_never_if_some_is_left() -> None:
    owed = channel("owed", "contact", 600, given_s=(0.0,) * 3)
    assert run(owed, person("li", "owed")).finished_by("owed") == 1800.0
    assert math.isinf(run(replace(owed, given_s=(0.0,) * 7), person("li", "owed")).finished_by("owed"))


def test_a_break_lets_the_call_in_progress_end_and_takes_no_other() -> None:
    result = run(channel(given_s=(500.0, 550.0)), person(duty=((0.0, 600.0), (1800.0, 2400.0))))
    assert result.records[0].begin_s.tolist() == [500.0, 1800.0]
    assert result.over_s.tolist() == [[500.0]]
    assert result.duty_s.tolist() == [1200.0]
    assert result.busy_s.tolist() == [[1200.0]]


def test_an_order_is_due_by_the_clock_of_its_service() -> None:
    orders = channel("orders", "order", 60, given_s=(0.0, 900.0, 2500.0), due_s=600.0,
                     clock=((600.0, 1000.0), (2000.0, 3600.0)))
    result = run(orders, person("li", "orders", duty=((1000.0, 1100.0), (2400.0, 3000.0))))
    assert result.records[0].due_s.tolist() == [2200.0, 2500.0, 3100.0]
    assert result.values("on_time", "orders").tolist() == [3.0]


def test_known_due_times_stand_and_are_missed() -> None:
    orders = channel("orders", "order", 600, given_s=(0.0, 0.0), given_due_s=(600.0, 900.0))
    result = run(orders, person("li", "orders"))
    assert result.values("on_time_share", "orders").tolist() == [0.5]


def test_chats_are_held_several_at_once_and_a_person_is_busy_by_their_mean() -> None:
    result = run(channel("chat", "order", 1800, given_s=(0.0, 0.0, 0.0)), person("li", "chat", at_once=2))
    assert result.records[0].begin_s.tolist() == [0.0, 0.0, 1800.0]
    assert result.records[0].agent.tolist() == [0, 0, 0]
    assert result.occupancy("li").mean == 0.75


def test_a_site_has_its_own_handling_time_and_a_person_a_pace() -> None:
    calls = Channel(name="calls", kind="call", given_s=(0.0, 0.0), wrap_up=Times.constant(10),
                    handling={"here": Times.constant(100), "home": Times.constant(200)})
    result = run(calls, person("li"), person("ma", site="home", pace=1.5))
    assert result.records[0].end_s.tolist() == [100.0, 300.0]
    assert result.busy_s.tolist() == [[110.0, 315.0]]


def test_nobody_on_duty_is_a_result_in_which_everybody_hangs_up_or_waits() -> None:
    calls = channel(given_s=(0.0, 60.0), patience=Times.constant(30))
    orders = channel("orders", "order", given_s=(0.0,))
    for staff in ((), (person("li", "calls", "orders", duty=()),)):
        result = run(calls, orders, *staff)
        assert result.records[0].status.tolist() == [ABANDONED, WAITING, ABANDONED]
        assert result.values("abandoned_share", "calls").tolist() == [1.0]
        assert result.values("backlog", "orders").tolist() == [1.0]
    assert result.occupancy("li").count == 0


def test_half_hours_tell_offered_by_arrival_done_by_end_and_the_backlog_left() -> None:
    result = run(channel("orders", "order", 900, given_s=(0.0, 100.0, 1000.0, 3000.0)), person("li", "orders"))
    at = {name: result.period_interval(name, "orders")[0].tolist() for name in ("offered", "done", "backlog")}
    assert at == {"offered": [3.0, 1.0], "done": [1.0, 2.0], "backlog": [1.0, 0.0]}
    assert result.values("backlog", "orders", day=0).tolist() == [0.0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40))
def test_whoever_comes_is_answered_hangs_up_or_waits_and_nobody_serves_two(seed: int) -> None:
    problem = desk(np.random.default_rng(seed))
    result = simulate(problem, seed=seed, replications=2, params=Params(threads=1, records=2))
    for number, kept in enumerate(result.records):
        for c in problem.channels:
            offered, answered, lost, left, taken, back = (
                result.values(f, c.name)[number] for f in
                ("offered", "answered", "abandoned", "backlog", "called_back", "called_back_answered"))  # fmt: skip
            assert offered == answered + lost + left
            assert back <= taken
        for agent in range(len(problem.agents)):
            mine = np.flatnonzero(kept.agent == agent)
            mine = mine[np.argsort(kept.begin_s[mine], kind="stable")]
            assert (kept.end_s[mine][:-1] <= kept.begin_s[mine][1:]).all()
            duty = problem.agents[agent].duty
            assert all(any(s <= at < e for s, e in duty) for at in kept.begin_s[mine])
        hung_up = kept.status == ABANDONED
        assert (kept.end_s[hung_up] >= kept.arrive_s[hung_up]).all()
        assert np.isnan(kept.begin_s[(kept.status == WAITING) | hung_up]).all()
        assert (np.diff(kept.arrive_s) >= 0).all()


def surge(count: int, *, calls: float = 60.0) -> Problem:
    day = 20
    phone = Channel(name="calls", kind="call", handling=Times.lognormal(200, 1), patience=Times.exponential(100),
                    expected=[calls] * day, day_cv=0.2)
    staff = tuple(person(f"a{i}", duty=((0.0, day * 1800.0),)) for i in range(count))
    return Problem(channels=(phone,), agents=staff, periods=day)


def test_threads_change_nothing_and_a_seed_is_an_answer() -> None:
    one, two = (simulate(surge(8), seed=3, replications=7, params=Params(threads=n)) for n in (1, 3))
    other = simulate(surge(8), seed=4, replications=7)
    for name in ("numbers", "totals", "days", "mean", "deviation", "waits", "busy_s", "over_s", "finished_s"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert (other.totals != one.totals).any()


def test_plans_meet_the_same_customers_so_that_their_difference_is_narrow() -> None:
    nothing, plan = (simulate(surge(n), seed=3, replications=40) for n in (8, 9))
    np.testing.assert_array_equal(nothing.values("offered", "calls"), plan.values("offered", "calls"))
    paired = compare(plan, nothing, "abandoned_share", "calls")
    apart = plan.values("abandoned_share", "calls") - nothing.values("abandoned_share", "calls")[::-1]
    assert paired.high < 0
    assert paired.half < 0.5 * np.std(apart, ddof=1) / math.sqrt(40) * 2.02


def test_a_stop_keeps_what_is_done_and_says_so() -> None:
    asked = iter([False, False, True, True, True])
    result = simulate(surge(8), seed=3, replications=5, stop=lambda: next(asked), params=Params(threads=1))
    assert (result.replications, result.is_stopped) == (2, True)
    whole = simulate(surge(8), seed=3, replications=2, params=Params(threads=1))
    np.testing.assert_array_equal(result.totals, whole.totals)
    none = simulate(surge(8), seed=3, replications=5, stop=lambda: True)
    assert none.replications == 0
    assert none.interval("abandoned_share", "calls").count == 0
    with pytest.raises(DeskError, match="share no replication"):
        compare(none, whole, "abandoned_share", "calls")


def test_a_book_that_is_too_small_grows_and_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate(surge(8), seed=3, replications=3)
    monkeypatch.setattr(running, "_lines_guess", lambda problem: 10)
    np.testing.assert_array_equal(simulate(surge(8), seed=3, replications=3).totals, whole.totals)


def test_quantiles_of_waits_are_right_within_nine_per_cent() -> None:
    result = simulate(surge(6), seed=3, replications=30, params=Params(records=30))
    waits = np.concatenate([(r.begin_s - r.arrive_s)[r.status == ANSWERED] for r in result.records])
    for share in (0.5, 0.9):
        assert result.wait_quantile("calls", share) == pytest.approx(np.quantile(waits, share), rel=0.09)
    assert math.isnan(quantile(np.zeros(161, dtype=int), 0.5))
    assert wait_bin(0.0) == 0
    assert wait_bin(1e12) == 160


@pytest.mark.parametrize(("parts", "said"), [
    ([channel(kind="fax")], "channel 'calls': kind 'fax'"),
    ([channel(), channel()], "channel 'calls': named 2 times"),
    ([channel(expected=(1.0,))], "channel 'calls': 1 expected arrivals for 2 periods"),
    ([channel(expected=(1.0, -2.0))], "channel 'calls': expected arrivals of period 1 are -2.0"),
    ([channel(expected=(1.0, math.nan))], "channel 'calls': expected arrivals of period 1 are nan"),
    ([channel(given_s=(5.0, 4.0))], "channel 'calls': given arrivals must ascend"),
    ([channel(given_s=(5.0,), given_due_s=(1.0, 2.0))], "channel 'calls': 2 due times for 1 given"),
    ([channel(seconds=-1)], "channel 'calls': handling: the mean must be"),
    ([channel(seconds=math.inf)], "channel 'calls': handling: the mean must be"),
    ([channel(patience=Times.given([]))], "channel 'calls': patience: "),
    ([channel(patience=Times.lognormal(0, 1))], "channel 'calls': patience: lognormal needs"),
    ([replace(channel(), handling=Times.never())], "channel 'calls': handling that never ends"),
    ([channel(wrap_up=Times.never())], "channel 'calls': wrap-up that never ends"),
    ([replace(channel(), handling={"home": Times.constant(1)}), person()], "channel 'calls': no handling time"),
    ([channel(again_share=1.5)], "channel 'calls': again_share"),
    ([channel(target_s=-1)], "channel 'calls': target_s"),
    ([channel(day_cv=math.inf)], "channel 'calls': day_cv"),
    ([channel(attempts_max=16)], "channel 'calls': attempts_max"),
    ([channel(kind="order", callback_from=2)], "channel 'calls': call-backs are offered to callers"),
    ([channel(hours=((10.0, 5.0),))], "channel 'calls': hours: \\[10.0, 5.0\\) is no interval"),
    ([channel(), person("li", "mail")], "agent 'li': skill 'mail' is no channel"),
    ([channel(), person("li"), person("li")], "agent 'li': named 2 times"),
    ([channel(), person(pace=0)], "agent 'li': pace"),
    ([channel(), person(at_once=2)], "agent 'li': only messages"),
    ([channel(), person(duty=((0.0, 10.0), (5.0, 20.0)))], "agent 'li': duty: \\[5.0, 20.0\\) overlaps"),
    ([], "1 to 31 channels, not 0"),
])
def test_a_desk_that_makes_no_sense_says_who_and_why(parts: list[Any], said: str) -> None:
    with pytest.raises(DeskError, match=said):
        run(*parts)


def test_questions_that_make_no_sense_are_refused() -> None:
    result = run(channel(given_s=(0.0,)), person())
    with pytest.raises(DeskError, match="channel 'mail': not at this desk"):
        result.values("offered", "mail")
    with pytest.raises(DeskError, match="figure 'happiness'"):
        result.values("happiness", "calls")
    with pytest.raises(DeskError, match="agent 'ma': not at this desk"):
        result.occupancy("ma")
    with pytest.raises(DeskError, match="replications is at least 1"):
        simulate(surge(1), seed=1, replications=0)
    with pytest.raises(DeskError, match="compared on one seed"):
        compare(result, simulate(surge(1), seed=2, replications=1), "offered", "calls")
