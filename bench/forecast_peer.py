"""Kept libraries beside the forecast: in an environment of their own, never among the product's requirements.

They foresee a day's total, since neither knows half hours; the share of each half hour is ours for all. Neither takes a
day that is not known or a holiday: such a day is given to them as the last of its weekday.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
from bench import ground

from youlu.engines.queueing.forecast.backtest import Tested
from youlu.engines.queueing.forecast.candidates import Known, share_out

PACKAGES = ("statsmodels==0.15.0", "statsforecast==2.1.1", "numpy", "pandas")
ASK = """
import json, sys, warnings
import numpy as np
from statsforecast.models import AutoETS
from statsmodels.tsa.holtwinters import ExponentialSmoothing

warnings.simplefilter("ignore")
asked = json.load(sys.stdin)
said = {"statsmodels_hw": [], "statsforecast_ets": []}
for totals in asked["totals"]:
    logs = np.log(np.array(totals) + 0.5)
    smooth = ExponentialSmoothing(logs, trend="add", damped_trend=True, seasonal="add", seasonal_periods=7)
    said["statsmodels_hw"].append(smooth.fit().forecast(asked["leads"]).tolist())
    ets = AutoETS(season_length=7).forecast(y=logs, h=asked["leads"])
    said["statsforecast_ets"].append(ets["mean"].tolist())
print(json.dumps(said))
"""


def libraries_tested(counts: np.ndarray, kinds: np.ndarray, origins: list[int], leads: int) -> list[Tested]:
    """Each library from each origin, as `backtest` asks ours; counts : float64[D, P]."""
    home = ground.home() / "peers" / "forecast"
    python = home / "env/bin/python"
    if not (home / "done").exists():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home / "env")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=True, stdout=sys.stderr)
        (home / "done").touch()
    known = [Known(counts[:origin], kinds[: origin + leads]) for origin in origins]
    asked = {"leads": leads, "totals": [_filled(one.totals).tolist() for one in known]}
    done = subprocess.run([str(python), "-c", ASK], input=json.dumps(asked), check=True, stdout=subprocess.PIPE,
                          text=True)
    came = np.full((len(origins), leads, counts.shape[1]), np.nan)
    for i, origin in enumerate(origins):
        rows = counts[origin : origin + leads]
        came[i, : len(rows)] = rows
    return [Tested(name, np.stack([
        share_out(one, np.maximum(np.exp(np.array(logs)) - 0.5, 0.0)) for one, logs in zip(known, said, strict=True)
    ]), came) for name, said in json.loads(done.stdout.splitlines()[-1]).items()]


def _filled(totals: np.ndarray) -> np.ndarray:
    """Unknown days as the last of their weekday, before the first of it as the mean."""
    filled = totals.copy()
    for day in np.flatnonzero(np.isnan(totals)):
        filled[day] = filled[day - 7] if day >= 7 else np.nanmean(totals)
    return filled
