"""What is wrong with the input, in the planner's words."""


class RosterInputError(ValueError):
    """The problem is malformed; the message names the person, shift, need or rule and the cause."""
