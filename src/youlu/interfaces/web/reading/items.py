"""Items for pages: lists, one item, the public's tracking answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.mail import selectors as domain
from youlu.domain.mail import tracking
from youlu.domain.mail.exceptions.actions import actions_of, cause_standing
from youlu.domain.mail.exceptions.causes import ACTION_WORDS, cause_of
from youlu.domain.mail.models import Place
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.figures.bars import PromiseStep
from youlu.interfaces.web.reading.clocks import beside_clocks, clocks_of_item
from youlu.interfaces.web.reading.places import short_name

MARK = {"kept": "kept", "risk": "risk", "late": "late", "noway": "noway", "none": "unknown", "astray": "risk"}
DAY_MIN = 1440


def state_shown(row: domain.ItemRow) -> tuple[str, str]:
    """(mark, word) of an item: what changed for the customer comes before the bare state."""
    mark = MARK[str(row.state)]
    if row.place == Place.DELIVERED:
        return mark, gettext("已妥投") if mark == "kept" else gettext("已妥投，逾限")
    if row.state == domain.ItemState.ASTRAY:
        return mark, gettext("错向")
    if mark == "unknown":
        return mark, gettext("静默")
    if mark == "noway":
        return mark, wording.state_word(mark)
    if row.expected and row.expected > row.committed:
        later = wording.days_later((row.expected - row.committed).total_seconds() / 60)
        return mark, gettext("改期+%(later)s") % {"later": later}
    return mark, wording.state_word(mark)


def item_row(row: domain.ItemRow) -> rows.ItemRow:
    mark, word = state_shown(row)
    return rows.ItemRow(
        row.number,
        gettext(row.mail_class),
        short_name(row.origin),
        short_name(row.dest),
        row.position,
        mark,
        word,
        row.committed,
        row.expected,
        reverse("web:item", args=[row.number]),
    )


def items_read(*, actor: Actor, chosen: str, cursor: str | None) -> tuple[tuple[rows.ItemRow, ...], str | None]:
    """A page of a list and the cursor of the next."""
    page = domain.items_list(actor=actor, state="none" if chosen == "silent" else chosen, cursor=cursor)
    return tuple(item_row(row) for row in page.rows), page.next_cursor


def item_read(*, actor: Actor, number: str) -> rows.ItemPage:
    page = domain.item_get(actor=actor, number=number)
    row = page.row
    ahead = tuple(leg for leg in page.legs if not leg.is_done)
    last = row.since
    legs = []
    for leg in ahead:
        wait = max((leg.departs_at - last).total_seconds() / 60, 0)
        legs.append(
            rows.LegRow(
                short_name(leg.from_office),
                short_name(leg.to_office),
                leg.departs_at,
                leg.arrives_at,
                leg.trip_number,
                "",
                wait,
            )
        )
        last = leg.arrives_at
    return rows.ItemPage(
        item_row(row),
        _person(page.sender),
        _person(page.addressee),
        row.told,
        row.reason,
        row.is_stale,
        _timeline(page.scans, row, is_held=not legs),
        _steps(page.revisions, row),
        tuple(legs),
        clocks=clocks_of_item(page),
        beside=beside_clocks(row),
        **_undelivered(page),
    )


def _undelivered(page: domain.ItemPage) -> dict[str, Any]:
    """Why it is not delivered, what may be asked, what was."""
    cause = cause_standing(page.scans)
    if cause is None:
        return {}
    asked = [
        rows.ScanRow(one.asked_at, one.word, one.asked_by, note=one.note) for one in actions_of(page.row.number)
    ]
    return {
        "undelivered": f"{cause.code} {gettext(cause.name)}",
        "choices": tuple((str(one), str(ACTION_WORDS[one])) for one in cause.actions),
        "asked": tuple(asked),
    }


def _person(party: object) -> str:
    if party is None:
        return "–"
    tail = getattr(party, "phone_tail", "")
    name = getattr(party, "name", "")
    return f"{name} {gettext('尾号')}{tail}" if tail else name


def _timeline(scans: tuple[domain.ScanRow, ...], row: domain.ItemRow, *, is_held: bool) -> tuple[rows.ScanRow, ...]:
    shown = []
    for n, scan in enumerate(scan for scan in scans if not scan.is_void):
        note = (
            gettext("%(reason)s，就地暂存") % {"reason": row.reason}
            if n == 0 and row.reason and is_held and row.place == Place.OFFICE
            else _note(scan)
        )
        shown.append(
            rows.ScanRow(
                scan.occurred_at,
                gettext(scan.label),
                short_name(scan.place),
                "closed" if note and note != _note(scan) else "",
                note,
                is_here=n == 0,
            )
        )
    return tuple(shown)


def _note(scan: domain.ScanRow) -> str:
    """The bag or vehicle whose scan it is, or why it was not delivered."""
    if scan.cause is None:
        return scan.container
    return f"{scan.cause} {gettext(cause_of(scan.cause).name)}"


def _steps(revisions: tuple[domain.RevisionRow, ...], row: domain.ItemRow) -> tuple[PromiseStep, ...]:
    steps = []
    for revision in revisions:
        if revision.arrive_by is None:
            state = "noway"
        else:
            state = "kept" if revision.arrive_by <= row.committed else "late" if clock.now() > row.committed else "risk"
        label = wording.day_short(revision.arrive_by) if revision.arrive_by else wording.state_word("noway")
        steps.append(
            PromiseStep(
                revision.computed_at, revision.arrive_by, revision.reason or gettext(revision.label), label, state
            )
        )
    return tuple(steps)


def lead_of_item(page: rows.ItemPage) -> str:
    """The sentence a colleague would say of one item."""
    row = page.row
    if row.word.startswith(gettext("已妥投")):
        return gettext("寄往%(end)s的%(kind)s%(word)s。") % {"end": row.end, "kind": row.mail_class, "word": row.word}
    if row.expected_at is None and page.ahead:
        return gettext("寄往%(end)s的%(kind)s%(where)s，能走到%(stop)s，中断解除前送不到。") % {
            "end": row.end,
            "kind": row.mail_class,
            "where": row.where,
            "stop": page.ahead[-1].end,
        }
    if row.expected_at is None:
        return gettext("寄往%(end)s的%(kind)s%(where)s，现在没有路能到。") % {
            "end": row.end,
            "kind": row.mail_class,
            "where": row.where,
        }
    return gettext("寄往%(end)s的%(kind)s%(where)s，预计%(wave)s送到。") % {
        "end": row.end,
        "kind": row.mail_class,
        "where": row.where,
        "wave": wording.wave(row.expected_at),
    }


def tracking_read(*, number: str, tail: str) -> rows.TrackPage:
    """The public's answer; raises as the domain does."""
    return _track_page(tracking.tracking_get(number=number, phone_tail=tail))


def tracking_again_read(*, ticket: str) -> tuple[tracking.Tracking, rows.TrackPage]:
    """The same by the ticket of a page that was shown, with what proves whose it is."""
    found = tracking.tracking_again(ticket=ticket)
    return found, _track_page(found)


def _track_page(found: tracking.Tracking) -> rows.TrackPage:
    row = found.row
    mark, _ = state_shown(row)
    if row.place == Place.DELIVERED:
        answer, word, said = gettext("您的邮件已经送到。"), gettext("已妥投"), ""
    elif row.expected is None:
        answer = gettext("您的邮件现在还说不出几时送到。")
        word = wording.state_word("unknown")
        said = (
            gettext("我们会在%(day)s前再告诉您，不用再查。") % {"day": wording.day_short(row.next_review_at)}
            if (row.next_review_at)
            else gettext("恢复后自动重算，我们会告诉您，不用再查。")
        )
        mark = "unknown"
    else:
        answer, word, said = _expected(row)
    reason = gettext("原因：%(reason)s。") % {"reason": row.reason} if row.reason else ""
    return rows.TrackPage(
        row.number,
        mark,
        answer,
        word,
        row.expected,
        row.committed,
        reason,
        said,
        row.is_stale,
        short_name(row.origin),
        short_name(row.dest),
        found.addressee.name if found.addressee else "–",
        tuple(
            rows.ScanRow(scan.occurred_at, gettext(scan.label), short_name(scan.place))
            for scan in found.scans
            if not scan.is_void
        ),
        found.ticket,
    )


def _expected(row: domain.ItemRow) -> tuple[str, str, str]:
    expected: dt.datetime = row.expected  # type: ignore[assignment]
    later = (expected - row.committed).total_seconds() / 60
    if later > 0:
        answer = gettext("您的邮件预计%(wave)s送到，比原来晚%(later)s。") % {
            "wave": wording.wave(expected),
            "later": wording.days_later(later),
        }
        return answer, gettext("改期"), gettext("时间再变时我们会先告诉您。")
    return (
        gettext("您的邮件预计%(wave)s送到。") % {"wave": wording.wave(expected)},
        wording.state_word("kept"),
        gettext("路上一切正常，到了会通知您。"),
    )
