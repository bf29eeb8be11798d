"""Learning from the post's own scans how long silence is usual on each leg of each trip."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from youlu.core import clock

HISTORY = dt.timedelta(days=60)
OBSERVATIONS_MIN = 30  # fewer teach nothing: the rule of twelve hours stands
MARGIN = 1.25  # beyond what 99 of 100 took,
MARGIN_MIN_S = 3600  # and by an hour at least

# Departures of items and of containers, each with the planned minute and with the next scan of the same.
_LEARN = f"""
WITH departed AS (
  SELECT leg, occurred_at, next_at FROM (
    SELECT leg, kind, occurred_at, lead(occurred_at) OVER (PARTITION BY item_key ORDER BY occurred_at, device, sequence)
      AS next_at FROM mail_scan WHERE occurred_at >= %(first)s) s WHERE kind = 1 AND leg IS NOT NULL
  UNION ALL
  SELECT leg, occurred_at, next_at FROM (
    SELECT leg, kind, occurred_at, lead(occurred_at) OVER (PARTITION BY container ORDER BY occurred_at, device,
      sequence) AS next_at FROM mail_container_scan WHERE occurred_at >= %(first)s) c WHERE kind = 2),
timed AS (
  SELECT (d.leg >> 32)::integer AS trip_key, (d.leg & 65535)::integer AS stop_seq,
    extract(epoch FROM d.next_at - d.occurred_at) AS ride_s,
    extract(epoch FROM d.occurred_at - ((date '2000-01-01' + (d.leg >> 16 & 65535)::integer)::timestamp
      AT TIME ZONE 'Asia/Shanghai' + t.dep_min[(d.leg & 65535)::integer + 1] * interval '1 minute')) AS lag_s
  FROM departed d LEFT JOIN network_trip t ON t.trip_key = (d.leg >> 32)::integer
    AND t.from_date <= date '2000-01-01' + (d.leg >> 16 & 65535)::integer
    AND (t.until_date IS NULL OR t.until_date > date '2000-01-01' + (d.leg >> 16 & 65535)::integer)),
told AS (
  SELECT trip_key, stop_seq, count(ride_s) AS rides, percentile_cont(0.99) WITHIN GROUP (ORDER BY ride_s) AS ride,
    count(lag_s) AS departures, percentile_cont(0.99) WITHIN GROUP (ORDER BY lag_s) AS lag
  FROM timed GROUP BY 1, 2)
INSERT INTO mail_leg_silence (trip_key, stop_seq, rides, ride_p99_s, departures, lag_p99_s, learned_at)
SELECT trip_key, stop_seq, rides,
  CASE WHEN rides >= {OBSERVATIONS_MIN} THEN greatest(ride * {MARGIN}, ride + {MARGIN_MIN_S}) END, departures,
  CASE WHEN departures >= {OBSERVATIONS_MIN}
    THEN greatest(greatest(lag, 0) * {MARGIN}, greatest(lag, 0) + {MARGIN_MIN_S}) END, %(now)s
FROM told ON CONFLICT (trip_key, stop_seq) DO UPDATE SET rides = excluded.rides, ride_p99_s = excluded.ride_p99_s,
  departures = excluded.departures, lag_p99_s = excluded.lag_p99_s, learned_at = excluded.learned_at"""


def silence_learn() -> int:
    """Learn from the last sixty days; returns how many legs were seen. Legs with fewer than thirty observations keep
    null, which means the rule of twelve hours."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, {"first": now - HISTORY, "now": now})
        return cursor.rowcount
