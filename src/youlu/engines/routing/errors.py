"""What is wrong with the input, in the planner's words."""


class RoutingInputError(ValueError):
    """The problem is malformed; the message names the customer, vehicle or place and the cause."""
