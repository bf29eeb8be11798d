"""Arrivals of the days to come, by half hour: weekday, holiday, trend, profile; chosen by what erred least so far.

`forecast(Problem(history, days))` gives means with intervals and its own backtest; `nowcast` forecasts the rest of a
day that turns out otherwise.
"""

from youlu.engines.queueing.forecast.backtest import Score, Spread, backtest
from youlu.engines.queueing.forecast.candidates import CANDIDATES, Known
from youlu.engines.queueing.forecast.days import HOLIDAY, MAKEUP, day_kinds
from youlu.engines.queueing.forecast.errors import HistoryError
from youlu.engines.queueing.forecast.forecasting import forecast, origins_of
from youlu.engines.queueing.forecast.history import History, HistoryRow, history_read, history_rows
from youlu.engines.queueing.forecast.model import Flag, Params, Problem, Result
from youlu.engines.queueing.forecast.nowcast import Nowcast, nowcast

__all__ = [
    "CANDIDATES",
    "HOLIDAY",
    "MAKEUP",
    "Flag",
    "History",
    "HistoryError",
    "HistoryRow",
    "Known",
    "Nowcast",
    "Params",
    "Problem",
    "Result",
    "Score",
    "Spread",
    "backtest",
    "day_kinds",
    "forecast",
    "history_read",
    "history_rows",
    "nowcast",
    "origins_of",
]
