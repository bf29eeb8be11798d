"""What is wrong with a desk that cannot be simulated."""


class DeskError(ValueError):
    """A malformed desk; the message names the channel or agent and the cause."""
