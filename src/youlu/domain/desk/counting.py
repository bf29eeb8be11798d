"""What came to the desk, counted by half hours that are over, for the forecasts of the workforce.

A half hour is set to what stands in the desk's own rows, never added to: counted twice it is the same. The last days
are counted again each time, because an exchange that was cut off tells of its calls later. The first day is left out:
most of it was before the desk saw anything.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.workforce.history import HALF_HOUR, count_begin, count_end, half_hour_of
from youlu.domain.workforce.models import Demand

AGAIN = dt.timedelta(days=2)  # before what is counted: news that came late
STEP = dt.timedelta(days=31)  # of a transaction, after a long time off
Channel = Demand.Channel
# Table, instant and which of its rows; what is told by message is nobody's work.
SEEN = {
    Channel.CALL: ("desk_call", "begun_at", "direction = 'in'"),
    Channel.ORDER: ("desk_workorder", "opened_at", "true"),
    Channel.CONTACT: ("desk_contact", "opened_at", "mode = 'voice'"),
}
FIRST = "SELECT min({at}) FROM {table} WHERE {which}"
COUNTED = """SELECT to_timestamp(floor(extract(epoch FROM {at}) / 1800) * 1800), count(*) FROM {table}
WHERE {at} >= %s AND {at} < %s AND {which} GROUP BY 1"""


def arrivals_count() -> dict[str, int]:
    """Count what is over and not counted yet, and the last days again; half hours counted by channel."""
    until = half_hour_of(clock.now())
    return {channel.value: _channel_count(channel, until) for channel in SEEN}


def _channel_count(channel: Demand.Channel, until: dt.datetime) -> int:
    done = 0
    while (step := _step_count(channel, until)) is not None:
        done += step[0]
        if step[1] >= until:
            break
    return done


@transaction.atomic
def _step_count(channel: Demand.Channel, until: dt.datetime) -> tuple[int, dt.datetime] | None:
    """Half hours counted and until when; None: nothing is over that was not counted."""
    counted = count_begin(channel)
    begun = _begun(channel) if counted is None or counted < until else None
    if begun is None or begun >= until:
        return None
    since = begun if counted is None else max(begun, counted - AGAIN)
    end = min(until, (counted or begun) + STEP)
    starts = [since + n * HALF_HOUR for n in range((end - since) // HALF_HOUR)]
    count_end(channel, starts, _counts(channel, since, end), until_at=end)
    return len(starts), end


def _begun(channel: Demand.Channel) -> dt.datetime | None:
    """The first midnight after the first of them; None: none came yet."""
    first = _ask(FIRST, channel, [])[0][0]
    return None if first is None else clock.midnight(clock.local(first).date() + dt.timedelta(days=1))


def _counts(channel: Demand.Channel, since: dt.datetime, end: dt.datetime) -> dict[dt.datetime, int]:
    return dict(_ask(COUNTED, channel, [since, end]))


def _ask(sql: str, channel: Demand.Channel, values: list[dt.datetime]) -> list[tuple]:
    table, at, which = SEEN[channel]
    with connection.cursor() as cursor:
        cursor.execute(sql.format(table=table, at=at, which=which), values)
        return list(cursor.fetchall())
