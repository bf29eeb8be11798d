"""What must hold after every step, whatever was killed, late, twice or out of order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection

from tests.domain.small_network import TRIPS
from youlu.domain.mail.fold import Event, fold

LEAVES = {(trip, stop): office for trip, offices, _, _ in TRIPS for stop, office in enumerate(offices)}
OPEN = ("owed", "claimed", "unreached", "scheduled")
NOT_TOLD = ("given_up", "other")
OFFICE, TRIP, ROUND, DELIVERED, RETURNED = range(5)
ITEMS = """SELECT item_key, place, place_office_id, place_leg, place_since, position_no, committed_arrive_by,
  expected_arrive_by, told_arrive_by, planned_legs, legs_done, epoch, revision_no,
  EXISTS (SELECT FROM parties_party p WHERE p.id = addressee_id
          AND (p.phone_index IS NOT NULL OR (p.channel <> '' AND p.consent_message))),
  right(i.tableoid::regclass::text, 2)::int FROM mail_item i ORDER BY item_key"""
REVISIONS = """SELECT item_key, revision_no, epoch, cause, arrive_by FROM mail_promise_revision
  ORDER BY item_key, revision_no"""
SCANS = """SELECT item_key, occurred_at, device, sequence, kind, office_id, leg, corrects_device, corrects_sequence
  FROM mail_scan ORDER BY item_key, device, sequence"""
WORDS = """SELECT w.item_key, c.state, w.becomes_at, w.told_at, w.is_recorded FROM desk_contactitem w
  JOIN desk_contact c ON c.id = w.contact_id"""
TWO_OPEN = """SELECT count(*) FROM (SELECT FROM desk_contact
  WHERE state IN ('owed', 'claimed', 'unreached', 'scheduled') GROUP BY customer_key HAVING count(*) > 1) AS t"""


class Broken(AssertionError):
    """An invariant does not hold."""


@dataclass(frozen=True)
class ItemRow:
    key: int
    place: int
    office: int | None
    leg: int | None
    since: dt.datetime
    position_no: int
    committed: dt.datetime
    expected: dt.datetime | None
    told: dt.datetime | None
    legs: list[int]
    legs_done: int
    epoch: int
    revision_no: int
    reachable: bool
    partition: int


@dataclass(frozen=True)
class Snapshot:
    """The tables as rows, read at once."""

    items: dict[int, ItemRow]
    revisions: dict[int, list[tuple]]
    scans: dict[int, list[tuple]]
    words: dict[int, list[tuple]]
    epoch: int
    due: frozenset[int]
    watermarks: dict[int, int]

    def canonical(self) -> str:
        """Everything that must be the same for the same seed; random ids are left out."""
        words = {key: sorted(map(str, rows)) for key, rows in sorted(self.words.items())}
        return repr((list(self.items.values()), self.revisions, self.scans, words, self.epoch, sorted(self.due),
                     self.watermarks))


def snapshot() -> Snapshot:
    with connection.cursor() as cursor:
        def rows(sql: str) -> list[tuple]:
            cursor.execute(sql)
            return cursor.fetchall()

        items = {row[0]: ItemRow(*row) for row in rows(ITEMS)}
        epoch = rows("SELECT epoch FROM network_epochcounter WHERE id = 1")[0][0]
        due = frozenset(key for (key,) in rows("SELECT item_key FROM mail_recalc_due"))
        marks = dict(rows("SELECT partition_no, epoch FROM mail_watermark ORDER BY 1"))
        if rows(TWO_OPEN)[0][0]:
            raise Broken("a customer has two open contacts")
        return Snapshot(items, _grouped(rows(REVISIONS)), _grouped(rows(SCANS)), _grouped(rows(WORDS)), epoch, due,
                        marks)


def _grouped(rows: list[tuple]) -> dict[int, list[tuple]]:
    found: dict[int, list[tuple]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(tuple(rest))
    return dict(found)


class Watcher:
    """Compares each snapshot with the one before and with what was acknowledged to those outside."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.before: Snapshot | None = None
        self.stored: set[tuple[int, str, int]] = set()  # scans acknowledged as stored or duplicate
        self.promised: dict[int, dt.datetime] = {}  # what was answered at acceptance

    def look(self) -> Snapshot:
        now = snapshot()
        self._scans_once(now)
        for item in now.items.values():
            self._item(now, item)
        if self.before is not None:
            self._only_forward(self.before, now)
        self.before = now
        return now

    def _scans_once(self, now: Snapshot) -> None:
        kept = {(key, device, sequence) for key, rows in now.scans.items() for _, device, sequence, *_ in rows
                if not device.startswith("accept:")}
        if missing := self.stored - kept:
            raise Broken(f"acknowledged scans are not there: {sorted(missing)[:3]}")
        if len(kept) != sum(not row[1].startswith("accept:") for rows in now.scans.values() for row in rows):
            raise Broken("a scan is stored twice")

    def _item(self, now: Snapshot, item: ItemRow) -> None:
        if item.key in self.promised and item.committed != self.promised[item.key]:
            raise Broken(f"{item.key}: the promise told at acceptance has changed")
        revisions = now.revisions[item.key]
        if [row[0] for row in revisions] != list(range(1, item.revision_no + 1)):
            raise Broken(f"{item.key}: revisions {[row[0] for row in revisions]}, said {item.revision_no}")
        if revisions[-1][3] != item.expected:
            raise Broken(f"{item.key}: shows another promise than its last revision")
        by_closures = [row[1] for row in revisions if row[2] in ("closure", "lift")]
        if len(by_closures) != len(set(by_closures)):
            raise Broken(f"{item.key}: two revisions under one epoch")
        if [row[1] for row in revisions] != sorted(row[1] for row in revisions):
            raise Broken(f"{item.key}: epochs of revisions go back")
        there = (item.place, item.office, item.leg, item.since)
        if there != position(now.scans[item.key]) or there != self._folded(now.scans[item.key]):
            raise Broken(f"{item.key} is at {there}, its scans say {position(now.scans[item.key])}")
        self._words(now, item)
        if item.key not in now.due and now.watermarks[item.partition] >= now.epoch:
            _plan_begins_where_it_is(item)

    def _folded(self, scans: list[tuple]) -> tuple:
        """By the product's fold, of the scans in any order and some of them twice."""
        events = [Event(at, device, sequence, kind, office, leg, None if c_device is None else (c_device, c_sequence))
                  for at, device, sequence, kind, office, leg, c_device, c_sequence in scans]
        mixed = self.rng.sample(events, len(events)) + self.rng.choices(events, k=2)
        found = fold(mixed)
        return (found.place, found.office_id, found.leg, found.since) if found else ()

    def _words(self, now: Snapshot, item: ItemRow) -> None:
        """Told differs from expected: a word is owed, exactly one."""
        words = now.words.get(item.key, [])
        waiting = [becomes for state, becomes, told_at, _ in words if told_at is None and state in OPEN]
        if len(waiting) > 1:
            raise Broken(f"{item.key}: its customer is owed two words")
        settled = item.key not in now.due and now.watermarks[item.partition] >= now.epoch
        if item.place >= DELIVERED or not item.reachable or not settled:
            return
        told = item.told
        for _, becomes, told_at, is_recorded in sorted(words, key=lambda word: str(word[2])):
            if told_at is not None and not is_recorded:
                told = becomes
        given_up = any(state in NOT_TOLD and becomes == item.expected for state, becomes, _, _ in words)
        if told != item.expected and waiting != [item.expected] and not given_up:
            raise Broken(f"{item.key}: told {told}, expected {item.expected}, owed {waiting}")
        if told == item.expected and waiting:
            raise Broken(f"{item.key}: told {told} already, owed {waiting}")

    def _only_forward(self, before: Snapshot, now: Snapshot) -> None:
        if now.epoch < before.epoch:
            raise Broken("the epoch went back")
        if any(now.watermarks[number] < mark for number, mark in before.watermarks.items()):
            raise Broken("a watermark went back")
        for key, was in before.items.items():
            item = now.items.get(key)
            if item is None:
                raise Broken(f"{key} is gone")
            if item.position_no < was.position_no or item.revision_no < was.revision_no:
                raise Broken(f"{key}: a counter went back")
            if item.committed != was.committed:
                raise Broken(f"{key}: the promise told at acceptance has changed")
            if was.place >= DELIVERED and item.position_no == was.position_no and item.revision_no != was.revision_no:
                raise Broken(f"{key}: delivered, and promised anew")
            if now.revisions[key][:was.revision_no] != before.revisions[key]:
                raise Broken(f"{key}: a revision was rewritten")


def _plan_begins_where_it_is(item: ItemRow) -> None:
    """What waits at an office is planned on a vehicle from there; what is on its way is past the leg it is on."""
    ahead = item.legs[item.legs_done:]
    if item.place == OFFICE and ahead and LEAVES[ahead[0] >> 32, ahead[0] & 0xFFFF] != item.office:
        raise Broken(f"{item.key} waits at {item.office}, its plan begins elsewhere: {ahead}")
    if item.place == TRIP and item.leg in item.legs and item.legs.index(item.leg) + 1 != item.legs_done:
        raise Broken(f"{item.key} is on a leg that its plan has still ahead")


def position(scans: list[tuple[Any, ...]]) -> tuple:
    """The plainest fold: (place, office, leg, since) after the scans of an item."""
    ordered = sorted(scans, key=lambda scan: scan[:3])
    void: set[tuple[str, int]] = set()
    valid = []
    for scan in reversed(ordered):
        if (scan[1], scan[2]) not in void:
            valid.insert(0, scan)
            if scan[6] is not None:
                void.add((scan[6], scan[7]))
    for at, _, _, kind, office, *_ in valid:
        if kind in (4, 6):
            return (DELIVERED if kind == 4 else RETURNED, office, None, at)
    there: tuple = ()
    for at, _, _, kind, office, leg, *_ in valid:
        if kind == 1:
            there = (TRIP, None, leg, at)
        elif kind == 3:
            there = (ROUND, office, None, at)
        elif kind != 7 and (kind == 5 or there[:2] != (OFFICE, office)):
            there = (OFFICE, office, None, at)
    return there
