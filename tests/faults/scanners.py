"""Hand-held scanners as programs outside: each sends its scans over HTTP until they are answered and writes down what
was acknowledged, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import numpy as np

from youlu.engines.codes.item_key import item_key, item_number, s10_keys

Name = tuple[int, str, int]  # item key, device, sequence
AT = "2022-07-11T16:%02d:%02d+08:00"
OFFICES = 5
PAUSE_S = 0.02


@dataclass
class Scanner:
    """One device. `known` are numbers of items that were accepted; most scans are of numbers nobody accepted yet."""

    device: str
    address: str
    token: str
    known: list[str]
    batch: int = 100
    share_known: float = 0.2
    minutes: range = range(60)  # of the hour in which everything is scanned
    first_unknown: int = 20_000_000
    acknowledged: set[Name] = field(default_factory=set)
    sent: int = 0  # calls, with those that were not answered
    unanswered: int = 0
    refused: list[Any] = field(default_factory=list)
    _sequence: int = 0

    def scans(self, rng: Random) -> list[dict[str, Any]]:
        """The next batch: `share_known` of it of known items, somewhere at some minute before now."""
        rows = []
        for _ in range(self.batch):
            self._sequence += 1
            if self.known and rng.random() < self.share_known:
                number = rng.choice(self.known)
            else:
                serial = self.first_unknown + self._sequence
                number = item_number(s10_keys("EZ", np.array([serial]), "CN").tolist()[0])
            rows.append({"number": number, "device": self.device, "sequence": self._sequence, "kind": "arrived",
                         "office": f"O{rng.randrange(OFFICES)}", "occurred_at": AT % (rng.choice(self.minutes),
                                                                                    rng.randrange(60))})
        return rows

    def send(self, client: httpx.Client, rows: list[dict[str, Any]]) -> bool:
        """One try; whether it was answered."""
        self.sent += 1
        try:
            answer = client.post(f"{self.address}/scans", json=rows, timeout=60,
                                 headers={"authorization": f"Bearer {self.token}"})
        except httpx.TransportError:
            self.unanswered += 1
            return False
        if answer.status_code != 200:
            self.unanswered += 1
            return False
        for row, outcome in zip(rows, answer.json()["rows"], strict=True):
            if outcome["result"] == "refused":
                self.refused.append(outcome)
            else:
                self.acknowledged.add((item_key(row["number"]), row["device"], row["sequence"]))
        return True

    def run(self, rng: Random, is_over: threading.Event) -> None:
        """Send batch after batch, each until it is answered."""
        with httpx.Client() as client:
            while not is_over.is_set():
                rows = self.scans(rng)
                while not self.send(client, rows):
                    is_over.wait(PAUSE_S * 2) if not is_over.is_set() else threading.Event().wait(PAUSE_S * 5)
                is_over.wait(PAUSE_S)


class Scanners:
    """Several devices at once, until the block ends; every batch that was begun is then answered."""

    def __init__(self, make: Callable[[int], Scanner], *, count: int, seed: int) -> None:
        self.scanners = [make(n) for n in range(count)]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=scanner.run, args=(Random(seed + n), self._over), daemon=True)
                         for n, scanner in enumerate(self.scanners)]

    def __enter__(self) -> Scanners:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(180)
        assert not any(thread.is_alive() for thread in self._threads), "a scanner was never answered"

    @property
    def count(self) -> int:
        return sum(len(scanner.acknowledged) for scanner in self.scanners)

    @property
    def acknowledged(self) -> set[Name]:
        return set().union(*(scanner.acknowledged for scanner in self.scanners))

    @property
    def refused(self) -> list[Any]:
        return [row for scanner in self.scanners for row in scanner.refused]
