"""Closures for pages: how long, what became of the mail, a preview's answer as rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.domain.access.selectors import Actor
from youlu.domain.continuity import selectors as domain
from youlu.domain.desk.selectors import outreach_customers
from youlu.domain.promise.backlog_store import BacklogRow, backlogs_now
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.drawing import backlog_draw
from youlu.interfaces.web.figures.bars import Bin

BACKLOGS_SHOWN = 6


def closures_read(*, actor: Actor, lifted: bool = False) -> tuple[rows.ClosureRow, ...]:
    found = domain.closures_list(actor=actor, open_only=not lifted, lifted_only=lifted).rows
    return tuple(closure_row(row) for row in found)


def closure_row(row: domain.ClosureRow) -> rows.ClosureRow:
    run = row.run
    hit, moved, noway = (run.hit, max(run.later - run.unknown, 0), run.unknown) if run else (0, 0, 0)
    begun = run is not None and (run.is_finished or run.done > 0)
    note = _hit_words(row, hit) if begun else gettext("正在算命中的邮件")
    return rows.ClosureRow(
        str(row.id),
        gettext(row.cause_label),
        row.title,
        closure_ends(row),
        note,
        max(hit - moved - noway, 0),
        moved,
        noway,
        reverse("web:closure", args=[row.id]),
        run is not None and not run.is_finished,
        row.lifted_at is not None,
    )


def _hit_words(row: domain.ClosureRow, hit: int) -> str:
    if row.lifted_at:  # the figures of its time, which stand still from then on
        return gettext("中断时命中%(hit)s件") % {"hit": wording.count(hit)}
    return gettext("在途%(hit)s件 · %(acts)s") % {
        "hit": wording.count(hit), "acts": _acts_words(row.acts)}


def closure_ends(row: domain.ClosureRow) -> str:
    """7月11日起 · 13日研判; or from when to when."""
    start = wording.day_short(row.declared_at)
    if row.lifted_at:
        return f"{start}–{wording.day_short(row.lifted_at)}"
    if row.next_review_at:
        return gettext("%(start)s起 · %(review)s研判") % {
            "start": start,
            "review": wording.day_short(row.next_review_at),
        }
    return gettext("%(start)s起") % {"start": start}


def closure_page(*, actor: Actor, closure_id: uuid.UUID) -> rows.ClosurePage:
    row, lines = domain.closure_get(actor=actor, closure_id=closure_id)
    run = domain.run_latest() if domain.is_behind() else row.run
    told, to_call = outreach_customers(actor=actor, closure_id=closure_id) if actor.can("outreach.read") else (0, 0)
    lift_run = row.lift_run
    return rows.ClosurePage(
        closure_row(row),
        row.authority,
        row.document_no,
        row.declared_at,
        "",
        row.next_review_at,
        row.lifted_at,
        _measures(lines),
        run.done if run else 0,
        run.of if run else 16,
        told,
        to_call,
        actor.can("closure.declare"),
        _history(actor, closure_id),
        backlog_rows(backlogs_now(closure_id=closure_id)),
        lift_run.earlier if lift_run and lift_run.is_finished else None,
    )


def backlog_rows(found: tuple[BacklogRow, ...]) -> tuple[rows.Backlog, ...]:
    """Offices' backlogs with their pictures."""
    return tuple(_drawn(rows.Backlog(
        row.office_id, row.office, row.per_hour, row.most, tuple((hour.at, hour.items) for hour in row.hours),
        row.drained_at)) for row in found[:BACKLOGS_SHOWN])


def _drawn(backlog: rows.Backlog) -> rows.Backlog:
    return replace(backlog, picture=backlog_draw(backlog, id=f"backlog-{backlog.office_id}"))


def _foreseen(backlog: dict[str, Any]) -> rows.Backlog:
    def at(text: str) -> dt.datetime:
        return dt.datetime.fromisoformat(text)

    return _drawn(rows.Backlog(
        backlog["office_id"], backlog["name"], backlog["per_hour"], backlog["most"],
        tuple((at(hour), items) for hour, items in backlog["hours"]), backlog["drained"] and at(backlog["drained"])))


def _acts_words(labels: Iterable[str]) -> str:
    return (", " if wording.is_english() else " ").join(gettext(label) for label in labels)


def _measures(lines: tuple[domain.MeasureLine, ...]) -> tuple[rows.MeasureRow, ...]:
    """One row a place: its acts together, and the ids that lift them."""
    by_place: dict[tuple, list[domain.MeasureLine]] = {}
    for m in lines:
        by_place.setdefault((m.zone_kind_label, m.zone_name, m.starts_at, m.ends_at, m.is_open), []).append(m)
    return tuple(
        rows.MeasureRow(
            _acts_words([m.act_label for m in found]),
            f"{gettext(kind)} {name}",
            starts_at,
            ends_at,
            "closed" if is_open else "kept",
            " ".join(str(m.id) for m in found),
        )
        for (kind, name, starts_at, ends_at, is_open), found in by_place.items()
    )


def _history(actor: Actor, closure_id: uuid.UUID) -> tuple[rows.ScanRow, ...]:
    """What was done, each with the paper it was done by, the last first."""
    return tuple(rows.ScanRow(one.at, pgettext("domain", one.act_label), one.document_no,
                              "kept" if one.act == "lifted" else "closed")
                 for one in domain.closure_notices(actor=actor, closure_id=closure_id))


def preview_rows(result: dict[str, Any], took_ms: int | None) -> rows.Preview:
    """The stored answer of a preview as rows."""
    shifts = sorted((int(day), n) for day, n in result["late_days"].items())
    return rows.Preview(
        hit=result["hit"],
        kept=result["kept"],
        moved=result["later"],
        noway=result["unknown"],
        customers=result["customers"],
        telling=_telling_cost(result.get("telling")),
        bins=_bins(result),
        destinations=tuple(
            rows.Hit(d["name"], d["hit"], d["later"], d["unknown"], d["days_later"] * 1440) for d in result["by_dest"]
        ),
        classes=tuple(rows.Hit(gettext(name), n, 0, 0, 0) for name, n in result["by_class"].items()),
        worst=tuple(
            rows.WorstRow(
                w["number"],
                w["dest"],
                dt.datetime.fromisoformat(w["was"]),
                dt.datetime.fromisoformat(w["becomes"]),
                reverse("web:item", args=[w["number"]]),
            )
            for w in result["worst"]
        ),
        noway_places=tuple(
            rows.Hit(d["name"], d["hit"], 0, d["unknown"], 0) for d in result["by_dest"] if d["unknown"]
        ),
        took_ms=took_ms,
        later_median_min=_median(shifts) * 1440,
        overload=tuple(
            rows.Overload(o["from"], o["to"], dt.datetime.fromisoformat(o["departs"]), o["more"], o["items"],
                          o["carries"])
            for o in result["overload"]
        ),
        backlogs=tuple(_foreseen(b) for b in result["backlogs"]),
    )


def _telling_cost(told: dict[str, Any] | None) -> rows.Telling:
    if told is None:  # stored before the cost was reckoned
        return rows.Telling()
    gap = " " if wording.is_english() else ""
    assumed = tuple((row["name"], f"{row['value']:g}{gap}{gettext(row['unit'])}", row["source"])
                    for row in told["assumed"])
    return rows.Telling(**{**told, "assumed": assumed})


def _median(pairs: list[tuple[int, int]]) -> int:
    half, passed = sum(n for _, n in pairs) / 2, 0
    for day, n in pairs:
        passed += n
        if passed >= half:
            return day
    return 0


def _bins(result: dict[str, Any]) -> tuple[Bin, ...]:
    before, after = dict(result["by_day_before"]), dict(result["by_day_after"])
    days = sorted({*before, *after})
    if not days:
        return ()
    first, last = dt.date.fromisoformat(days[0]), dt.date.fromisoformat(days[-1])
    span = [first + dt.timedelta(days=n) for n in range(min((last - first).days + 1, 31))]
    return tuple(Bin(f"{d:%m-%d}", before.get(d.isoformat(), 0), after.get(d.isoformat(), 0)) for d in span)


def lead_of_closure(page: rows.ClosurePage) -> str:
    """What a colleague would say of it."""
    row = page.row
    if row.is_lifted and page.done < page.total:
        return gettext("%(title)s已解除，时限正在照新网络重算。") % {"title": row.title}
    if row.is_lifted and page.back:
        return numbered("%(title)s已解除，%(back)s件的时限提前了。", page.back) % {
            "title": row.title, "back": wording.count(page.back)}
    if row.is_lifted:
        return gettext("%(title)s已解除，时限照新网络重算过了。") % {"title": row.title}
    if page.done < page.total:
        return gettext("%(title)s已登记，正在重算命中的邮件。") % {"title": row.title}
    if not row.moved and not row.noway:
        return gettext("%(title)s生效，没有邮件因此改期。") % {"title": row.title}
    if not row.moved:
        return numbered("%(title)s：%(noway)s件要等解除才能投递。", row.noway) % {
            "title": row.title,
            "noway": wording.count(row.noway),
        }
    return numbered("%(title)s：%(moved)s件已改期，%(noway)s件无路可达。", row.moved) % {
        "title": row.title,
        "moved": wording.count(row.moved),
        "noway": wording.count(row.noway),
    }


def days_of(row: domain.ClosureRow) -> int:
    """1 on the first day."""
    return (clock.local(clock.now()).date() - clock.local(row.declared_at).date()).days + 1
