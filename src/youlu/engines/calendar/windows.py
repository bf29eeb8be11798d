"""Half-open windows [t0, t1) of integer instants."""

from collections.abc import Iterable

OPEN_END = 2**31 - 1
"""The end of a window that nobody has set an end to."""


def windows_merge(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort windows, drop empty ones and join those that overlap or touch.

    Touching windows join because [8, 9) and [9, 10) leave no instant open between them.

    Raises
    ------
    ValueError
        A window ends before it starts.
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if end < start:
            raise ValueError(f"window ends before it starts: [{start}, {end})")
        if end == start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def window_shift(instant: int, windows: Iterable[tuple[int, int]]) -> int:
    """Move an instant inside one of the merged windows to that window's end."""
    for start, end in windows:
        if start <= instant < end:
            return end
    return instant
