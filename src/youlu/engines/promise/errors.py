"""What can be wrong with the input of the promise engine. Infeasible is never an error, it is a Result."""


class PromiseError(ValueError):
    """The parent of everything this package raises on malformed input."""


class TimetableError(PromiseError):
    """A trip that no vehicle could run, or a key that does not fit."""


class HandlingError(PromiseError):
    """A ready time that is not first-in-first-out; the message names the office."""


class ClosureError(PromiseError):
    """A measure whose act, window or place makes no sense."""


class StartError(PromiseError):
    """A start that names an office, leg, group or instant that does not exist."""
