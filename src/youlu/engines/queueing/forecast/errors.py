"""What is wrong with a history that cannot be read or forecast from."""

from __future__ import annotations

from datetime import datetime


class HistoryError(ValueError):
    """A malformed history; the message names the line or the day and the cause.

    Attributes
    ----------
    line : of the file, from 1; 0: of none.
    what : column, instant, count, twice or line; "": no fault of a line. `value`: what stands there.
    at : the line's instant, if that could be read.
    """

    def __init__(self, message: str, *, line: int = 0, what: str = "", value: str = "",
                 at: datetime | None = None) -> None:
        super().__init__(message)
        self.line, self.what, self.value, self.at = line, what, value, at
