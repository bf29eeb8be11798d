"""Recounting: revisions, positions behind closed ways, promises; each finding names what is wrong."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from django.db import connection

from youlu.domain.continuity.recount.plain import (
    CANCELLED,
    DAY,
    PlainItem,
    PlainMeasures,
    PlainNetwork,
    counts_from,
    instant_of,
    measures_read,
    minute_of,
    network_read,
    promise_search,
)
from youlu.domain.mail.models import Item, PromiseRevision
from youlu.engines.codes.item_key import item_number

SAMPLE = 5_000
SHOWN = 20


@dataclass(frozen=True)
class Finding:
    """`kind` is lost, doubled or mismatch."""

    kind: str
    number: str
    what: str


@dataclass
class Recount:
    """Counts of what was looked at, and what was found (at most SHOWN findings a kind are kept)."""

    seed: int
    items: int = 0
    revisions: int = 0
    scans: int = 0
    promises: int = 0
    lost: int = 0
    doubled: int = 0
    mismatches: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.mismatches)

    def add(self, kind: str, number: str, what: str) -> None:
        name = {"lost": "lost", "doubled": "doubled", "mismatch": "mismatches"}[kind]
        setattr(self, name, getattr(self, name) + 1)
        if getattr(self, name) <= SHOWN:
            self.findings.append(Finding(kind, number, what))


def recount_run(
    *, seed: int, sample: int | None = SAMPLE, acknowledged: Iterable[tuple[int, str, int]] | None = None,
    tell: Callable[[str, int, int], None] = lambda step, done, of: None,
) -> Recount:
    """Recount everything by the slow method.

    Parameters
    ----------
    seed : draws the promises that are searched again; None of `sample` searches all of them.
    acknowledged : (item key, device, sequence) of every scan whose storing was acknowledged, from outside the database.
    tell : progress, (step, done, of).
    """
    found = Recount(seed)
    tell("revisions", 0, 1)
    _count_revisions(found)
    _count_runs(found)
    if acknowledged is not None:
        tell("scans", 0, 1)
        _count_scans(found, acknowledged)
    _search_promises(found, sample, tell)
    return found


def _count_revisions(found: Recount) -> None:
    """Every item has revisions 1..n, once each, and shows the last of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM mail_item), (SELECT count(*) FROM mail_promise_revision)")
        found.items, found.revisions = cursor.fetchone()
        cursor.execute(
            "SELECT i.item_key, i.revision_no, coalesce(r.n, 0), r.last FROM mail_item i LEFT JOIN (SELECT item_key,"
            " count(*) AS n, max(revision_no) AS last FROM mail_promise_revision GROUP BY 1) r USING (item_key)"
            " WHERE r.n IS DISTINCT FROM i.revision_no OR r.last IS DISTINCT FROM i.revision_no")
        for key, said, counted, _ in cursor.fetchall():
            kind = "lost" if counted < said else "doubled"
            found.add(kind, item_number(key), f"邮件记着{said}次承诺，库里有{counted}次")
        cursor.execute(
            "SELECT i.item_key FROM mail_item i JOIN mail_promise_revision r ON r.item_key = i.item_key AND"
            " r.revision_no = i.revision_no WHERE r.arrive_by IS DISTINCT FROM i.expected_arrive_by")
        for (key,) in cursor.fetchall():
            found.add("mismatch", item_number(key), "最新承诺与最后一次记录不同")
        cursor.execute(
            "SELECT item_key, epoch, count(*) FROM mail_promise_revision"
            " WHERE cause IN ('closure', 'lift', 'timetable') GROUP BY 1, 2 HAVING count(*) > 1")
        for key, epoch, times in cursor.fetchall():
            found.add("doubled", item_number(key), f"第{epoch}版次改期了{times}次")


def _count_runs(found: Recount) -> None:
    """Each finished run stored as many revisions as it says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.epoch, a.revised, coalesce(r.n, 0) FROM continuity_applyrun a LEFT JOIN (SELECT epoch, count(*)"
            " AS n FROM mail_promise_revision WHERE cause <> 'accepted' GROUP BY 1) r USING (epoch)"
            " WHERE a.finished_at IS NOT NULL AND a.revised <> coalesce(r.n, 0)")
        for epoch, said, counted in cursor.fetchall():
            found.add("lost" if counted < said else "doubled", f"版次{epoch}", f"应有{said}次改期，库里有{counted}次")


def _count_scans(found: Recount, acknowledged: Iterable[tuple[int, str, int]]) -> None:
    """Every acknowledged scan stands in the table once (its key forbids twice)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_key, device, sequence FROM mail_scan")
        stored: set[tuple[int, str, int]] = set()
        while rows := cursor.fetchmany(50_000):
            stored.update(rows)
    for name in acknowledged:
        found.scans += 1
        if name not in stored:
            found.add("lost", item_number(name[0]), f"已回执的轨迹不在库里：{name[1]}第{name[2]}条")


@dataclass(frozen=True)
class _Asked:
    """One promise to be searched again."""

    key: int
    epoch: int
    arrive_by: dt.datetime | None
    kind: tuple[str, str]
    item: PlainItem
    is_fresh: bool  # lies where it was handed in


def _search_promises(found: Recount, sample: int | None, tell: Callable[[str, int, int], None]) -> None:
    keys = list(Item.objects.order_by("item_key").values_list("item_key", flat=True).iterator())
    if sample is not None and sample < len(keys):
        keys = sorted(random.Random(found.seed).sample(keys, sample))
    asked = _asked(keys)
    if not asked:
        return
    days = [one.item.now // DAY for one in asked]
    net = network_read(min(days) - 5, max(days) + 45)
    measures: dict[tuple[int, tuple[str, str]], PlainMeasures] = {}
    for nth, one in enumerate(asked):
        if nth % 100 == 0:
            tell("promises", nth, len(asked))
        name = (one.epoch, one.kind)
        if name not in measures:
            measures[name] = measures_read(net, one.epoch, *one.kind)
        _compare(found, net, measures[name], one)
    _look_ahead(found, net, keys)
    tell("promises", len(asked), len(asked))


def _asked(keys: list[int]) -> list[_Asked]:
    rows = []
    for begin in range(0, len(keys), 5_000):
        part = keys[begin:begin + 5_000]
        items = {i.item_key: i for i in Item.objects.filter(item_key__in=part)}
        last = PromiseRevision.objects.filter(item_key__in=part).order_by("item_key", "-revision_no")
        for r in last.distinct("item_key"):
            i = items[r.item_key]
            at = PlainItem(minute_of(r.computed_at.replace(microsecond=0)), r.place, r.place_office_id, r.place_leg,
                           minute_of(r.place_since.replace(microsecond=0)), i.dest_office_id, i.dest_segment_id,
                           i.dest_compound_id)
            rows.append(_Asked(r.item_key, r.epoch, r.arrive_by, (i.mail_class, i.programme), at,
                               r.place == 0 and r.place_office_id == i.origin_office_id
                               and r.place_since == i.accepted_at))
    return rows


def _compare(found: Recount, net: PlainNetwork, measures: PlainMeasures, one: _Asked) -> None:
    found.promises += 1
    item = one.item
    if one.is_fresh:
        item = replace(item, since=counts_from(net, item.office or 0, item.since))
    told = promise_search(net, measures, item)
    expected = None if told is None else instant_of(told)
    if expected != one.arrive_by:
        shown = [t.isoformat() if t else "待定" for t in (one.arrive_by, expected)]
        found.add("mismatch", item_number(one.key), f"承诺{shown[0]}，逐段再查是{shown[1]}")


def _look_ahead(found: Recount, net: PlainNetwork, keys: list[int]) -> None:
    """No item of a partition that is done has a cancelled leg ahead of it: it would have been missed by its run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch FROM network_epochcounter WHERE id = 1")
        epoch = cursor.fetchone()[0]
        cursor.execute(
            "SELECT i.item_key, i.planned_legs[i.legs_done + 1:], i.mail_class, i.programme FROM mail_item i"
            " JOIN mail_watermark w ON w.partition_no = right(i.tableoid::regclass::text, 2)::smallint"
            " LEFT JOIN mail_recalc_due d USING (item_key) WHERE i.place < 3 AND d.item_key IS NULL"
            " AND w.epoch >= %s AND i.item_key = ANY(%s::bigint[])", [epoch, keys])
        rows = cursor.fetchall()
    measures: dict[tuple[str, str], PlainMeasures] = {}
    for key, ahead, mail_class, programme in rows:
        kind = (mail_class, programme)
        if kind not in measures:
            measures[kind] = measures_read(net, epoch, *kind)
        bars = measures[kind].bars
        if any(bars[net.by_key[leg]] & CANCELLED for leg in ahead if leg in net.by_key):
            found.add("lost", item_number(key), "前面的区段已中断，却没有改期")
