"""What is wrong with a history that cannot be read or forecast from."""


class HistoryError(ValueError):
    """A malformed history; the message names the line or the day and the cause."""
