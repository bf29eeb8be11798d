"""Counting requests over all processes of a machine, and the text that Prometheus reads.

Each process counts into a mapped file of its own; who is asked adds all of them up. What processes counted that have
ended is kept in one file, so that a counter never falls.
"""

from __future__ import annotations

import fcntl
import os
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from youlu.core.process_ids import started_at

CLASSES = ("api_scans", "api_items", "api_other", "track", "apply", "pages", "assets", "ops", "unknown")
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
# Last axis: requests by latency (above the last bound: one more), then the microseconds of all.
SHAPE = (len(CLASSES), len(STATUSES), len(BOUNDS_S) + 2)
ENDED = "ended.counts"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Family:
    """One metric: name without prefix, what it is, counter | gauge, (labels, value) samples."""

    name: str
    help: str
    kind: str
    samples: list[tuple[dict[str, str], float]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"# HELP youlu_{self.name} {self.help}"
        yield f"# TYPE youlu_{self.name} {self.kind}"
        for labels, value in self.samples:
            yield f"youlu_{self.name}{_labels(labels)} {value:.15g}"


class RequestCounts:
    """The counts of this process under `folder`; counting nothing where it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._pid = 0
        self._mine: NDArray[np.int64] | None = None

    def add(self, route_class: str, status: int, seconds: float) -> None:
        """Count one answer."""
        with self._lock:
            if self._pid != os.getpid():  # a fork counts for itself
                self._pid, self._mine = os.getpid(), self._open()
            if self._mine is not None:
                row = self._mine[CLASSES.index(route_class), min(max(status // 100, 1), 5) - 1]
                row[bisect_left(BOUNDS_S, seconds)] += 1
                row[-1] += int(seconds * 1e6)

    def total(self) -> NDArray[np.int64]:
        """int64[SHAPE] over all processes of the machine, those that ended included."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._ended_fold()
                return sum((_read(path) for path in self.folder.glob("*.counts")), np.zeros(SHAPE, np.int64))
        except OSError:
            return np.zeros(SHAPE, np.int64)

    def _open(self) -> NDArray[np.int64] | None:
        path = self.folder / f"{os.getpid()}-{started_at(os.getpid())}.counts"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # Seen as a plain array, whose rows are cut at a tenth of a memmap's cost; it keeps the file mapped.
            return np.memmap(path, np.int64, "r+" if path.exists() else "w+", shape=SHAPE).view(np.ndarray)
        except OSError:
            return None

    def _ended_fold(self) -> None:
        """Add what ended processes counted to one file. A kill between the two steps may count them twice: it can
        only raise a counter, once."""
        over = [path for path in self.folder.glob("*-*.counts") if not _is_alive(path)]
        if over:
            base = self.folder / ENDED
            summed = sum((_read(path) for path in over), _read(base))
            half_made = base.with_suffix(".part")
            half_made.write_bytes(summed.tobytes())
            half_made.replace(base)
            for path in over:
                path.unlink()


def _is_alive(path: Path) -> bool:
    pid, _, started = path.stem.partition("-")
    return started_at(int(pid)) == started


def _read(path: Path) -> NDArray[np.int64]:
    try:
        return np.frombuffer(path.read_bytes(), np.int64).reshape(SHAPE)
    except (OSError, ValueError):  # not there, or another version's
        return np.zeros(SHAPE, np.int64)


def request_lines(total: NDArray[np.int64]) -> Iterator[str]:
    """Requests by class and status, and the histogram of their seconds by class."""
    requests = Family("requests_total", "Requests answered, by class of address and status.", "counter")
    requests.samples = [({"route": name, "status": status}, int(total[c, s, :-1].sum()))
                        for c, name in enumerate(CLASSES) for s, status in enumerate(STATUSES)
                        if total[c, s, :-1].any()]
    yield from requests.lines()
    yield "# HELP youlu_request_seconds Seconds until a request was answered, by class of address."
    yield "# TYPE youlu_request_seconds histogram"
    for c, name in enumerate(CLASSES):
        counts = total[c].sum(axis=0)
        below = np.cumsum(counts[:-1])
        if not below[-1]:
            continue
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), below.tolist(), strict=True):
            yield f"youlu_request_seconds_bucket{_labels({'route': name, 'le': bound})} {count}"
        yield f"youlu_request_seconds_sum{_labels({'route': name})} {int(counts[-1]) / 1e6:.15g}"
        yield f"youlu_request_seconds_count{_labels({'route': name})} {int(below[-1])}"


def text_of(families: Iterable[Family], total: NDArray[np.int64]) -> str:
    """The whole answer in Prometheus' text format 0.0.4."""
    lines = [line for family in families for line in family.lines()]
    return "\n".join([*lines, *request_lines(total)]) + "\n"


def _labels(labels: dict[str, str]) -> str:
    quoted = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{','.join(quoted)}}}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
