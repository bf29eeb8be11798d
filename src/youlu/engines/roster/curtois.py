"""Reader of the shift-scheduling benchmark of Curtois and Qu.

Source: T. Curtois, R. Qu, *Computational results on new staff scheduling benchmark instances*, 2014. Works on lines of
text; opening files is the caller's work. Cover is wanted per day and kind of shift, so each becomes a need of one half
hour that counts only people on that kind. Runs cut by the horizon count as long enough; before it everybody was off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from youlu.engines.roster.errors import RosterInputError
from youlu.engines.roster.model import PERIOD_MIN, Need, Person, Problem, Rule, Shift, Span, Wish

MONDAY = date(2014, 1, 6)
Rows = list[list[str]]


def curtois_read(lines: Iterable[str], name: str = "") -> Problem:
    """The instance in the lines; `RosterInputError` names the section that is wrong."""
    sections = _sections(lines)
    for section in ("HORIZON", "SHIFTS", "STAFF", "COVER"):
        if not sections.get(section):
            raise RosterInputError(f"the section {section} is missing or empty")
    try:
        return _problem(sections, name)
    except (IndexError, ValueError, KeyError) as wrong:
        raise RosterInputError(f"the instance {name!r} is malformed: {wrong}") from wrong


def _sections(lines: Iterable[str]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    current = ""
    for line in lines:
        text = line.strip()
        if text.startswith("SECTION_"):
            current = text.removeprefix("SECTION_")
            found[current] = []
        elif text and not text.startswith("#") and current:
            found[current].append([word.strip() for word in text.split(",")])
    return found


def _problem(sections: dict[str, Rows], name: str) -> Problem:
    rules = [Rule("wishes", weight=1.0)]
    for row in sections["SHIFTS"]:
        after = frozenset(word for word in row[2].split("|") if word) if len(row) > 2 else frozenset()
        if after:
            rules.append(Rule("never_followed_by", shifts=frozenset({row[0]}), then=after))
    for row in sections["STAFF"]:
        rules += _person_rules(row)
    starts = _starts(sections["SHIFTS"])
    return Problem(
        start=MONDAY,
        days=int(sections["HORIZON"][0][0]),
        shifts=tuple(Shift(row[0], starts[row[0]], int(row[1])) for row in sections["SHIFTS"]),
        people=_people(sections),
        needs=tuple(_need(row, starts[row[1]]) for row in sections["COVER"]),
        rules=tuple(rules),
        name=name,
    )


def _starts(rows: Rows) -> dict[str, int]:
    """The format has no starts; spread so that the first half hour of each kind is its own."""
    return {row[0]: k * PERIOD_MIN for k, row in enumerate(rows)}


def _person_rules(row: list[str]) -> list[Rule]:
    who = frozenset({row[0]})
    limits = dict(pair.split("=") for pair in row[1].split("|"))
    most, least, row_max, row_min, off_min, weekends = (int(word) for word in row[2:8])
    kinds = [Rule("max_shifts_of_kind", int(n), None, who, frozenset({shift})) for shift, n in limits.items()]
    return [
        *kinds,
        Rule("max_minutes", most, None, who),
        Rule("min_minutes", least, None, who),
        Rule("max_consecutive_days", row_max, None, who),
        Rule("min_consecutive_days", row_min, None, who),
        Rule("min_consecutive_rest_days", off_min, None, who),
        Rule("max_weekends", weekends, None, who),
    ]


def _people(sections: dict[str, Rows]) -> tuple[Person, ...]:
    off = {row[0]: tuple(Span.of_days(int(day), int(day)) for day in row[1:]) for row in sections.get("DAYS_OFF", [])}
    wishes: dict[str, list[Wish]] = {}
    for section, want in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False)):
        for who, day, shift, weight in sections.get(section, []):
            wishes.setdefault(who, []).append(Wish(int(day), float(weight), shift, want))
    skills = frozenset({"staff"})
    return tuple(
        Person(row[0], skills, leave=off.get(row[0], ()), wishes=tuple(wishes.get(row[0], ())))
        for row in sections["STAFF"]
    )


def _need(row: list[str], start: int) -> Need:
    day, shift, people, short, over = row
    return Need(int(day), start, start + PERIOD_MIN, float(people), shift=shift, short_cost=float(short),
                over_cost=float(over))
