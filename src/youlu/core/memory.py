"""What a process keeps for as long as it lives."""

from __future__ import annotations

import gc


def kept_from_now_on() -> None:
    """Call after reading what stays: the collector of cycles does not look through it again.

    A full pass over a national timetable takes 170 ms and came with every eighteenth request. What is let go of later
    is freed as ever, by its count of references.
    """
    gc.collect()
    gc.freeze()
