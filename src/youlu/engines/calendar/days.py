"""A service day is an integer: days since 1970-01-01. Arithmetic on it needs no time zone."""

from datetime import date, datetime

MINUTES_PER_DAY = 1440
SECONDS_PER_DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()


def day_of_date(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of_day(day: int) -> date:
    """Undo `day_of_date`."""
    return date.fromordinal(day + _EPOCH)


def weekday_of_day(day: int) -> int:
    """0 is Monday, as in `date.weekday`; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def day_of_compact(text: str) -> int:
    """Read `20160310`.

    Raises
    ------
    ValueError
        The text is not eight digits or names no day.
    """
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return day_of_date(date(int(text[:4]), int(text[4:6]), int(text[6:])))


def minute_of(moment: datetime, start_day: int) -> int:
    """Whole minutes from the local midnight of `start_day` to a local (naive) moment, rounded up.

    Rounded up because mail that is ready at 17:00:30 misses the 17:00 departure.
    """
    minutes = (day_of_date(moment.date()) - start_day) * MINUTES_PER_DAY + moment.hour * 60 + moment.minute
    return minutes + (1 if moment.second or moment.microsecond else 0)
