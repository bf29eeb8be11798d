"""The forecast on histories whose making is known, and on those that make no sense."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youlu.engines.calendar import Workdays, day_of_date
from youlu.engines.queueing.forecast import (
    CANDIDATES,
    HOLIDAY,
    MAKEUP,
    Flag,
    History,
    HistoryError,
    Known,
    Params,
    Problem,
    backtest,
    day_kinds,
    forecast,
    history_read,
    nowcast,
)

MONDAY = day_of_date(date(2026, 6, 1))
WEEKLY = np.array([1.3, 1.1, 1.0, 1.0, 0.95, 0.5, 0.4])
PROFILE = np.array([0, 0, 1, 3, 4, 3, 2, 1], dtype=float)


def history(days: int, *, level: float = 700, growth: float = 0.0, seed: int = 1, first: int = MONDAY) -> History:
    """Poisson counts of a weekly pattern over eight periods."""
    rng = np.random.default_rng(seed)
    when = np.arange(days)
    mean = level * WEEKLY[(first - MONDAY + when) % 7] * np.exp(growth * when)
    return History(first, rng.poisson(mean[:, None] * PROFILE / PROFILE.sum()).astype(float))


def test_a_weekly_pattern_and_its_profile_are_found() -> None:
    result = forecast(Problem(history(84), 7))
    truth = 700 * WEEKLY[:, None] * PROFILE / PROFILE.sum()
    assert np.abs(result.mean.sum(axis=1) / truth.sum(axis=1) - 1).max() < 0.08
    assert np.abs(result.mean - truth).sum() / truth.sum() < 0.06
    assert (result.mean[:, PROFILE == 0] == 0).all()
    assert result.flags == frozenset()


def test_the_chosen_candidate_beats_the_seasonal_naive_in_the_printed_backtest() -> None:
    result = forecast(Problem(history(84), 7))
    wape = {score.name: score.wape for score in result.scores}
    assert set(wape) == set(CANDIDATES)
    assert result.chosen == min(wape, key=wape.__getitem__)
    assert wape[result.chosen] < 0.85 * wape["seasonal_naive"]
    assert result.table().count("\n") == len(CANDIDATES)
    assert "seasonal_naive" in result.table()


def test_a_backtest_sees_nothing_of_what_came_after() -> None:
    past = history(70)
    kinds, _ = day_kinds(past.first_day, 77, None)
    changed = past.counts.copy()
    changed[60:] *= 9
    for counts in (past.counts, changed):
        said = [one.said for one in backtest(counts, kinds, origins=[60], leads=7, names=tuple(CANDIDATES))]
        if counts is past.counts:
            first = said
    for before, after in zip(first, said, strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_trend_is_followed() -> None:
    result = forecast(Problem(history(120, growth=0.02, level=200), 3))
    truth = 200 * WEEKLY[(120 + np.arange(3)) % 7] * np.exp(0.02 * np.arange(120, 123))
    assert np.abs(result.mean.sum(axis=1) / truth - 1).max() < 0.12


def test_intervals_hold_about_what_they_say() -> None:
    inside = []
    for seed in range(12):
        whole = history(91, seed=seed)
        result = forecast(Problem(whole.until(84), 7))
        came = whole.counts[84:]
        open_ = result.mean > 0
        inside.append(((came >= result.low) & (came <= result.high))[open_].mean())
    assert 0.85 <= np.mean(inside) <= 0.99


def workdays() -> Workdays:
    """Monday 15 June to Wednesday 17 off, Saturday 20 made up for; the same four weeks before; only 2026 is known."""
    off = [MONDAY + d for d in (14, 15, 16, 70, 71, 72)]
    return Workdays(frozenset(off), frozenset({MONDAY + 19, MONDAY + 75}), frozenset({2026}))


def test_holidays_and_days_made_up_for_have_kinds_of_their_own() -> None:
    kinds, unknown = day_kinds(MONDAY + 13, 8, workdays())
    assert kinds.tolist() == [6, HOLIDAY, HOLIDAY, HOLIDAY, 3, 4, MAKEUP, 6]
    assert unknown == -1


@pytest.mark.parametrize("name", ["recent_mean", "regression", "holt_winters"])
def test_a_holiday_is_foreseen_from_holidays_and_a_made_up_saturday_is_a_working_day(name: str) -> None:
    past = history(70)
    counts = past.counts.copy()
    counts[14:17] *= 0.3
    counts[19] *= 2.0
    result = forecast(Problem(History(MONDAY, counts), 7, workdays()), params=Params(candidates=(name,)))
    plain = forecast(Problem(past, 7), params=Params(candidates=(name,)))
    ratio = result.mean.sum(axis=1) / plain.mean.sum(axis=1)
    assert (ratio[:3] < 0.6).all()
    assert ratio[5] > 1.4
    assert np.abs(ratio[[3, 4]] - 1).max() < 0.15


def test_where_the_holiday_table_ends_the_weekday_stands_in_and_the_result_says_so() -> None:
    first = day_of_date(date(2026, 10, 1))
    result = forecast(Problem(history(90, first=first), 7, workdays()))
    assert Flag.CALENDAR_UNKNOWN in result.flags
    assert (result.kinds < HOLIDAY).all()
    assert Flag.CALENDAR_UNKNOWN not in forecast(Problem(history(80, first=first), 7, workdays())).flags


def test_a_short_history_is_answered_and_flagged() -> None:
    few = forecast(Problem(history(6), 3))
    assert few.flags == {Flag.SHORT, Flag.UNTESTED}
    assert few.scores == ()
    assert np.isfinite(few.mean).all()
    assert (few.high >= few.low).all()
    assert forecast(Problem(history(20), 3)).flags == {Flag.UNTESTED}
    one = forecast(Problem(History(MONDAY, np.array([[5.0, 3.0]])), 8))
    assert one.mean[7].tolist() == [5.0, 3.0]


def test_gaps_are_left_out_and_flagged_and_a_day_off_is_no_gap() -> None:
    counts = history(84).counts
    counts[40:52] = np.nan
    counts[60, 4] = np.nan
    result = forecast(Problem(History(MONDAY, counts), 7))
    assert result.flags == {Flag.GAPS}
    assert np.abs(result.mean.sum(axis=1) / (700 * WEEKLY) - 1).max() < 0.12
    shut = history(84).counts
    shut[np.arange(84) % 7 == 6] = np.nan
    closed = forecast(Problem(History(MONDAY, shut), 7))
    assert closed.flags == frozenset()
    assert closed.mean[6].sum() == 0


def test_nothing_but_zeros_foresees_zero_and_says_so() -> None:
    result = forecast(Problem(History(MONDAY, np.zeros((60, 4))), 5))
    assert Flag.ZERO in result.flags
    assert result.mean.sum() == result.high.sum() == 0


def test_a_surge_given_by_the_supervisor_multiplies_its_days() -> None:
    past = history(60)
    plain, tripled = forecast(Problem(past, 3)), forecast(Problem(past, 3, surge=(3.0, 1.0, 0.5)))
    np.testing.assert_allclose(tripled.mean, plain.mean * np.array([[3.0], [1.0], [0.5]]))
    assert tripled.high[0].sum() > 2 * plain.high[0].sum()


def test_a_day_at_three_times_the_calls_forecasts_its_rest_again() -> None:
    expected = 400 * PROFILE / PROFILE.sum()
    now = nowcast(expected, 3 * expected[:4], cv=0.08)
    assert now.is_surge
    assert now.factor == pytest.approx(3.0, rel=0.1)
    np.testing.assert_allclose(now.mean[4:], now.factor * expected[4:])
    assert np.isnan(now.mean[:4]).all()
    assert (now.low[4:] < 3 * expected[4:]).all()
    assert (now.high[4:] > 3 * expected[4:]).all()


def test_an_ordinary_day_stays_as_foreseen_and_few_calls_say_little() -> None:
    expected = 400 * PROFILE / PROFILE.sum()
    now = nowcast(expected, 1.06 * expected[:4], cv=0.08)
    assert not now.is_surge
    assert 1.0 < now.factor < 1.08
    early = nowcast(expected * 0.01, np.array([0.0, 0.0, 0.0, 1.0]), cv=0.08)
    assert not early.is_surge
    assert early.factor < 1.5
    assert nowcast(expected, np.array([]), cv=0.08).factor == pytest.approx(1.0)


def test_a_surge_that_began_an_hour_ago_counts_more_than_the_calm_morning() -> None:
    expected = np.full(48, 20.0)
    seen = np.concatenate((np.full(20, 20.0), np.full(6, 60.0)))
    assert nowcast(expected, seen, cv=0.08, half_life_periods=3).factor > 2.2


def lines(text: str) -> list[str]:
    return [line + "\n" for line in text.strip().split("\n")]


def test_a_history_in_five_minutes_is_added_up_to_half_hours_and_closed_hours_are_zero() -> None:
    got = history_read(lines("""
DateTime,Calls
2026-06-01T08:00:00Z,4
2026-06-01T08:25:00Z,5
2026-06-01T08:30:00Z,1
2026-06-03T08:00:00Z,7
"""))
    assert (got.first_day, got.counts.shape) == (MONDAY, (3, 48))
    assert got.counts[0, 16:19].tolist() == [9.0, 1.0, 0.0]
    assert np.isnan(got.counts[1]).all()
    assert math.isnan(got.counts[2, 17])
    assert got.counts[2, 0] == 0


def test_a_history_by_days_has_one_period() -> None:
    got = history_read(lines("date,total\n2026-06-02,3\n2026-06-01,2"))
    assert got.counts.tolist() == [[2.0], [3.0]]


@pytest.mark.parametrize(("text", "said"), [
    ("date,total\n2026-06-01,-2", "line 2: -2 arrivals"),
    ("date,total\n2026-06-01,many", "line 2: 'many' is no count"),
    ("date,total\n2026-06-01,nan", "line 2: nan arrivals"),
    ("date,total\nyesterday,2", "line 2: 'yesterday' is no instant"),
    ("date,total\n2026-06-01,2\n2026-06-01,3", "line 3: 2026-06-01 came before"),
    ("date,total\n2026-06-01", "line 2: '' is no count"),
    ("day,n\n1,2", "line 1: no column at or datetime"),
    ("date,total", "no line"),
])
def test_a_history_that_cannot_be_read_names_its_line(text: str, said: str) -> None:
    with pytest.raises(HistoryError, match=said):
        history_read(lines(text))


@pytest.mark.parametrize(("make", "said"), [
    (lambda: History(MONDAY, np.array([[1.0, -3.0]])), "2026-06-01, period 1: -3 arrivals"),
    (lambda: History(MONDAY, np.full((3, 2), np.nan)), "nothing is known"),
    (lambda: History(MONDAY, np.zeros(3)), "days by periods"),
    (lambda: Problem(history(20), 0), "at least one day"),
    (lambda: Problem(history(20), 3, surge=(1.0, 2.0)), "2 surge factors for 3 days"),
    (lambda: Problem(history(20), 1, surge=(-1.0,)), "surge factor is 0 or more"),
    (lambda: forecast(Problem(history(20), 1), params=Params(candidates=("oracle",))), "candidate 'oracle'"),
    (lambda: history_read(["date,total"], period_min=7), "a period divides the day"),
    (lambda: nowcast(np.ones(2), np.ones(3), cv=0.1), "periods seen"),
    (lambda: nowcast(np.ones(2), np.array([1.0, -1.0]), cv=0.1), "period 1: not a number"),
])
def test_questions_that_make_no_sense_are_refused(make: Any, said: str) -> None:
    with pytest.raises(HistoryError, match=said):
        make()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 3), st.integers(1, 10), st.integers(0, 2**32), st.floats(0, 0.9),
       st.sampled_from([0.0, 0.3, 5.0, 3000.0]))
def test_any_history_is_answered_with_numbers_that_are_not_negative(
    days: int, periods: int, ahead: int, seed: int, gaps: float, level: float
) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(level * rng.lognormal(0, 1, (days, 1)), (days, periods)).astype(float)
    counts[rng.random((days, periods)) < gaps] = np.nan
    counts[0, 0] = 1.0
    kinds, _ = day_kinds(MONDAY, days + ahead, workdays())
    for name in CANDIDATES:
        said = CANDIDATES[name](Known(counts, kinds))
        assert said.shape == (ahead, periods)
        assert np.isfinite(said).all(), name
        assert (said >= 0).all(), name
    result = forecast(Problem(History(MONDAY, counts), ahead, workdays()), params=Params(origins=5, leads=3))
    assert (result.low <= result.high).all()
    assert np.isfinite(result.high).all()
