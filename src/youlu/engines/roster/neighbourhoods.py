"""Which person-days a step opens: people, days, blocks, the worst-covered stretches."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from youlu.engines.roster.rows import SLACK, Program

KINDS = ("people", "days", "block", "worst", "swap")


@dataclass
class Sizes:
    """How many decisions each kind opens; grows while steps are proved best, shrinks when they run out of effort."""

    target: int
    by_kind: dict[str, float] = field(default_factory=dict)

    def of(self, kind: str) -> float:
        return self.by_kind.setdefault(kind, float(self.target))

    def learn(self, kind: str, solved: bool) -> None:
        self.by_kind[kind] = min(20_000.0, max(40.0, self.of(kind) * (1.06 if solved else 0.88)))


class Picker:
    """Draws neighbourhoods of a program from a seeded stream."""

    def __init__(self, program: Program, draw: random.Random) -> None:
        self.program, self.draw = program, draw
        self.people, self.days = len(program.problem.people), program.problem.days
        self.choices = np.zeros((self.people, self.days))
        for p, day, _ in program.decision:
            self.choices[p, day] += 1
        self.mean = max(1.0, self.choices.sum() / max(1, self.choices.size))
        self.able = [p for p in range(self.people) if self.choices[p].any()]
        self.skill_groups = self._alike()

    def _alike(self) -> list[list[int]]:
        groups: dict[frozenset[int], list[int]] = {}
        for p in self.able:
            kinds = frozenset(s for q, _, s in self.program.decision if q == p) if self.people <= 60 else frozenset()
            groups.setdefault(kinds, []).append(p)
        return list(groups.values())

    def cells(self, kind: str, size: float, values: np.ndarray) -> np.ndarray:
        """Open person-days, bool (people, days), with about `size` decisions."""
        open_ = np.zeros((self.people, self.days), dtype=bool)
        pick: Callable[[np.ndarray, float, np.ndarray], None] = getattr(self, f"_{kind}")
        pick(open_, size / self.mean, values)
        return open_

    def _some(self, count: float) -> list[int]:
        most = len(self.able)
        return self.draw.sample(self.able, min(most, max(min(2, most), round(count))))

    def _people(self, open_: np.ndarray, cells: float, values: np.ndarray) -> None:
        open_[self._some(cells / self.days)] = True

    def _window(self, length: float) -> slice:
        length = min(self.days, max(1, round(length)))
        first = self.draw.randrange(1 - length // 2, self.days - length // 2)
        return slice(max(0, first), max(0, first) + length if first >= 0 else first + length)

    def _days(self, open_: np.ndarray, cells: float, values: np.ndarray) -> None:
        open_[:, self._window(cells / max(1, len(self.able)))] = True

    def _block(self, open_: np.ndarray, cells: float, values: np.ndarray) -> None:
        people = self._some(self.draw.uniform(0.3, 1.0) * len(self.able))
        open_[np.ix_(people, range(self.days)[self._window(cells / len(people))])] = True

    def _worst(self, open_: np.ndarray, cells: float, values: np.ndarray) -> None:
        """Everybody around days drawn by what their cover costs, and a few people all along."""
        cost = self._day_costs(values)
        days = self.draw.choices(range(self.days), weights=(cost + 1e-9).tolist(), k=2)
        few = self._some(max(1.0, 0.4 * cells / self.days))
        open_[few] = True
        width = max(1, round(0.3 * cells / max(1, len(self.able))))
        for day in days:
            open_[:, max(0, day - width // 2) : day + (width + 1) // 2] = True

    def _day_costs(self, values: np.ndarray) -> np.ndarray:
        cost = np.zeros(self.days)
        steps, prices, days = self.steps
        filled = np.where(prices > 0, values[steps], self.program.upper[steps] - values[steps])
        np.add.at(cost, days, np.abs(prices) * filled)
        return cost

    def _swap(self, open_: np.ndarray, cells: float, values: np.ndarray) -> None:
        """A few people of one kind all along: between them whole rosters can be exchanged."""
        group = self.draw.choice(self.skill_groups)
        open_[self.draw.sample(group, min(len(group), max(2, round(cells / self.days))))] = True

    def _unsure(self, open_: np.ndarray, cells: float, values: np.ndarray) -> None:
        """Person-days on which the fractions of the relaxation waver, and a few others."""
        wavering = np.argwhere(self.unsure(values, 0.999)).tolist()
        count = min(len(wavering), round(0.7 * cells))
        for p, day in self.draw.sample(wavering, count):
            open_[p, day] = True
        open_[self._some(max(1.0, 0.3 * cells / self.days))] = True

    def unsure(self, fractions: np.ndarray, sure: float) -> np.ndarray:
        """Bool (people, days): no single choice, working or off, has a share of `sure`."""
        share, total = np.zeros((self.people, self.days)), np.zeros((self.people, self.days))
        for (p, day, _), v in self.program.decision.items():
            share[p, day] = max(share[p, day], fractions[v])
            total[p, day] += fractions[v]
        return np.maximum(share, 1 - total) < sure

    @cached_property
    def steps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(variables, prices, days) of the steps of cover."""
        program, found = self.program, []
        coo = program.matrix.tocoo()
        for row, column in zip(coo.row.tolist(), coo.col.tolist(), strict=True):
            if program.tags[row].rule == "cover" and program.kind[column] == SLACK:
                found.append((column, program.cost[column], program.tags[row].day))
        columns = np.array([f[0] for f in found], dtype=int)
        return columns, np.array([f[1] for f in found]), np.array([f[2] for f in found], dtype=int)
