"""The second, slow method for a backlog: item by item, plain Python, no line shared with the engine.

Each item is worked off by hand: the budget of an hour goes to the oldest item of the highest rank, as long as it
lasts. Then mail that might come in any hour is asked for: its turn is when all before it is done and hands are free.
"""

from collections import deque
from collections.abc import Sequence

HOUR = 60


def slow_turns(
    arrivals: Sequence[Sequence[int]], items_per_hour: int, open_min: Sequence[int]
) -> list[list[int | None]]:
    """For each rank and hour the hour in which the last that came then has its turn; None if it never has."""
    n_ranks, n_hours = len(arrivals), len(open_min)
    queues: list[deque[tuple[int, int]]] = [deque() for _ in range(n_ranks)]
    worked: list[dict[int, int]] = [{} for _ in range(n_ranks)]
    free: list[list[bool]] = [[] for _ in range(n_ranks)]
    for hour in range(n_hours):
        for rank in range(n_ranks):
            queues[rank].extend((hour, HOUR) for _ in range(arrivals[rank][hour]))
        budget = open_min[hour] * items_per_hour
        for rank, queue in enumerate(queues):
            free[rank].append(budget > 0)
            while queue and budget:
                came, left = queue.popleft()
                spent = min(left, budget)
                budget -= spent
                if spent < left:
                    queue.appendleft((came, left - spent))
                else:
                    worked[rank][came] = hour
    return [[_turn(arrivals[rank], worked[rank], queues[rank], free[rank], hour) for hour in range(n_hours)]
            for rank in range(n_ranks)]


def _turn(
    arrivals: Sequence[int], worked: dict[int, int], left: deque[tuple[int, int]], free: Sequence[bool], hour: int
) -> int | None:
    if any(came <= hour for came, _ in left):
        return None
    before = [worked[came] for came in range(hour + 1) if arrivals[came]]
    at = max([hour, *before])
    while at < len(free) and not free[at]:
        at += 1
    return at if at < len(free) else None


def slow_ready(
    arrivals: Sequence[Sequence[int]], items_per_hour: int, open_min: Sequence[int], never: int
) -> list[list[int]]:
    """The table of `backlog.drain`, by this method."""
    table = []
    for turns in slow_turns(arrivals, items_per_hour, open_min):
        row, least = [], 0
        for hour, turn in enumerate(turns):
            usual = hour
            while usual < len(open_min) and open_min[usual] * items_per_hour == 0:
                usual += 1
            last = len(open_min) if turn is None else turn
            if last > usual + 1:
                least = max(least, never if turn is None else (turn + 1) * HOUR)
            row.append(least)
        table.append(row)
    return table
