"""Compile the desk's kernels once, at installation, so that nobody's first plan waits for the compiler."""

from youlu.engines.queueing.simulation import Agent, Channel, Params, Problem, Times, simulate


def kernels_compile() -> None:
    """Run the desk once with one person and one call; numba keeps the machine code beside the package."""
    calls = Channel(name="calls", kind="call", handling=Times.constant(60.0), expected=(1.0,), day_cv=0.1)
    person = Agent(name="one", site="here", skills=frozenset({"calls"}), duty=((0.0, 1_800.0),))
    simulate(Problem(channels=(calls,), agents=(person,), periods=1), seed=0, replications=1, params=Params(threads=1))
