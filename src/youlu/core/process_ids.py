"""A process told from a later one of the same number."""

from __future__ import annotations

from pathlib import Path


def started_at(pid: int) -> str:
    """The kernel's own word for when the process began; "" when there is none of that number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
