"""The order of legs that take no time, within one minute.

A scan reads each leg once, so a leg must stand before every leg that can follow it. Sorting by (departure,
arrival) does that for all legs that take time. Legs with departure = arrival in the same minute can follow one
another in any order, and even in a ring (A to B, B to C and C to A, all at 10:00). A chain is put in order; a
ring has none, so its legs are repeated as often as it has legs: every way through it is then a subsequence.
"""

from collections.abc import Sequence


def instant_order(u: Sequence[int], v: Sequence[int]) -> list[int]:
    """Order the legs u[i] to v[i] of one minute; legs of a ring appear several times.

    Returns
    -------
    list of int
        Indices such that any sequence of legs, each starting where the one before ended, is a subsequence.
    """
    followers: dict[int, list[int]] = {}
    for leg, office in enumerate(u):
        followers.setdefault(office, []).append(leg)
    if followers.keys().isdisjoint(v):
        return list(range(len(u)))
    order: list[int] = []
    for component in reversed(_components([followers.get(office, []) for office in v])):
        order.extend(sorted(component) * len(component))
    return order


def _components(edges: list[list[int]]) -> list[list[int]]:
    """Tarjan's strongly connected components, last ones first, without recursion."""
    n = len(edges)
    index, low, on_stack = [-1] * n, [0] * n, [False] * n
    stack: list[int] = []
    found: list[list[int]] = []
    clock = 0
    for root in range(n):
        if index[root] >= 0:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = clock
        clock += 1
        stack.append(root)
        on_stack[root] = True
        while work:
            node, rest = work[-1]
            for nxt in rest:
                if index[nxt] < 0:
                    index[nxt] = low[nxt] = clock
                    clock += 1
                    stack.append(nxt)
                    on_stack[nxt] = True
                    work.append((nxt, iter(edges[nxt])))
                    break
                if on_stack[nxt]:
                    low[node] = min(low[node], index[nxt])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    cut = stack.index(node)
                    for member in stack[cut:]:
                        on_stack[member] = False
                    found.append(stack[cut:])
                    del stack[cut:]
    return found
