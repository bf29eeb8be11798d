"""The one linear form that rules write into and every solver reads: rows `low <= sum(a·v) <= high` over integers.

Three kinds of variables: *decisions* (this person works this shift on this day), *marks* (a fact that follows from
decisions of some person-days, such as "works that day") and *slacks* (how far a rule is broken). Neighbourhoods open
decisions, marks follow, slacks are free wherever an open row needs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from scipy import sparse

from youlu.engines.roster.model import Problem, Rule

DECISION, MARK, SLACK = 0, 1, 2
# Cost of one unit of a hard rule of the team (a hard need) while searching; far above any sum of soft costs wanted.
HARD_PRICE = 1e6
Terms = Iterable[tuple[int, float]]


@dataclass(frozen=True)
class Tag:
    """Whose row it is: rule, its place in `Problem.rules`, person index (-1: team), first day, place of the need."""

    rule: str
    rule_no: int = -1
    person: int = -1
    day: int = 0
    need: int = -1


@dataclass
class Draft:
    """Variables and rows as the rules write them."""

    problem: Problem
    decision: dict[tuple[int, int, int], int] = field(default_factory=dict)
    barred: dict[tuple[int, int, int], str] = field(default_factory=dict)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    initial: list[float] = field(default_factory=list)
    person_of: list[int] = field(default_factory=list)
    days_of: list[tuple[int, ...]] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    pointer: list[int] = field(default_factory=lambda: [0])
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    elastic: list[int] = field(default_factory=list)
    constant: float = 0.0
    works: dict[tuple[int, int], int] = field(default_factory=dict)
    memo: dict[object, Any] = field(default_factory=dict)
    on: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)

    def variable(self, kind: int, low: float, high: float, person: int = -1, days: tuple[int, ...] = (),
                 cost: float = 0.0, initial: float = 0.0) -> int:
        self.lower.append(low)
        self.upper.append(high)
        self.kind.append(kind)
        self.cost.append(cost)
        self.initial.append(initial)
        self.person_of.append(person)
        self.days_of.append(days)
        return len(self.kind) - 1

    def row(self, terms: Terms, low: float, high: float, tag: Tag) -> None:
        for column, value in terms:
            self.columns.append(column)
            self.values.append(value)
        self.pointer.append(len(self.columns))
        self.low.append(low)
        self.high.append(high)
        self.tags.append(tag)

    def shifts_on(self, person: int, day: int, shifts: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
        """(shift index, variable) of what the person may work that day, of the kinds named (empty: all)."""
        found = self.on.get((person, day), [])
        return [(s, v) for s, v in found if self.problem.shifts[s].name in shifts] if shifts else found

    def at_most(self, terms: Terms, limit: float, rule: Rule, tag: Tag, most_over: float, unit: float = 1.0) -> None:
        """`sum <= limit`: a hard row, or one that may be passed by `most_over` at the rule's weight per `unit`."""
        terms = list(terms)
        if rule.weight is not None:
            terms.append((self.slack(rule.weight / unit, most_over, tag), -1.0))
        self.row(terms, -inf, limit, tag)

    def at_least(self, terms: Terms, limit: float, rule: Rule, tag: Tag, most_short: float, unit: float = 1.0) -> None:
        """`sum >= limit`, hard or weighted as `at_most`."""
        terms = list(terms)
        if rule.weight is not None:
            terms.append((self.slack(rule.weight / unit, most_short, tag), 1.0))
        self.row(terms, limit, inf, tag)

    def team_row(self, terms: Terms, limit: float, tag: Tag, most_over: float) -> None:
        """A hard `sum <= limit` about the team: priced while searching, refused in a result."""
        over = self.slack(HARD_PRICE, most_over, tag, initial=max(0.0, -limit))
        self.elastic.append(over)
        self.row([*terms, (over, -1.0)], -inf, limit, tag)

    def slack(self, cost: float, most: float, tag: Tag, initial: float = 0.0) -> int:
        return self.variable(SLACK, 0, max(0.0, most), tag.person, (), cost, initial)

    def freeze(self) -> Program:
        n = len(self.kind)
        matrix = sparse.csr_matrix((self.values, self.columns, self.pointer), shape=(len(self.low), n))
        matrix.sum_duplicates()
        days = self.problem.days
        rows, cells = [], []
        for variable, (kind, person) in enumerate(zip(self.kind, self.person_of, strict=True)):
            if kind != SLACK:
                cells += [person * days + day for day in self.days_of[variable]]
                rows += [variable] * len(self.days_of[variable])
        owner = sparse.csr_matrix((np.ones(len(rows)), (rows, cells)), shape=(n, len(self.problem.people) * days))
        return Program(
            self.problem, self.decision, self.barred, np.array(self.lower), np.array(self.upper), np.array(self.cost),
            np.array(self.kind), np.array(self.initial), np.array(self.person_of), owner, matrix,
            np.array(self.low), np.array(self.high), tuple(self.tags), np.array(self.elastic, dtype=int), self.constant,
        )


@dataclass(frozen=True, eq=False)
class Program:
    """The frozen form. `owner` (variables, person-days) says which person-days a decision or mark follows from."""

    problem: Problem
    decision: dict[tuple[int, int, int], int]
    barred: dict[tuple[int, int, int], str]
    lower: np.ndarray
    upper: np.ndarray
    cost: np.ndarray
    kind: np.ndarray
    initial: np.ndarray
    person_of: np.ndarray
    owner: sparse.csr_matrix
    matrix: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    tags: tuple[Tag, ...]
    elastic: np.ndarray
    constant: float

    def total(self, values: np.ndarray) -> float:
        return float(self.cost @ values) + self.constant

    def hopeless(self) -> list[int]:
        """Rows nobody's decision can satisfy, since nothing the rule asks for is open to anybody."""
        empty = np.diff(self.matrix.indptr) == 0
        return np.flatnonzero(empty & ((self.low > 0) | (self.high < 0))).tolist()

    def hard_broken(self, values: np.ndarray) -> float:
        """Units by which hard rules of the team are broken; 0 for a valid roster."""
        return float(values[self.elastic].sum())

    def open_variables(self, cells: np.ndarray) -> np.ndarray:
        """Mask of variables free when the person-days in `cells` (bool, people·days) are open.

        A slack is free in every row that has a free variable; twice, since overtime is a slack in rows of its own.
        """
        free = (self.owner @ cells.astype(float)) > 0
        for _ in range(2):
            touched = (self.pattern @ free.astype(float)) > 0
            free |= (self.kind == SLACK) & ((self.pattern_t @ touched.astype(float)) > 0)
        return free

    @cached_property
    def row_owner(self) -> np.ndarray:
        """Person whose variables alone stand in each row, else -1."""
        owner = np.full(self.matrix.shape[0], -1)
        for row in range(self.matrix.shape[0]):
            span = slice(self.matrix.indptr[row], self.matrix.indptr[row + 1])
            people = np.unique(self.person_of[self.matrix.indices[span]])
            if len(people) == 1:
                owner[row] = people[0]
        return owner

    @cached_property
    def pattern(self) -> sparse.csr_matrix:
        return abs(self.matrix)

    @cached_property
    def pattern_t(self) -> sparse.csr_matrix:
        return abs(self.matrix).T.tocsr()
