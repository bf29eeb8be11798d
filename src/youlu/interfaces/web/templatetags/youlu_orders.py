"""Tags of work orders. A line of a list is drawn here and not by a template: a list holds fifty, and a template would
look up some forty names for each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from youlu.domain.desk.selectors import OrderRow
from youlu.interfaces.web import wording
from youlu.interfaces.web.templatetags.youlu import mark, said, time_left

register = template.Library()
NOBODY = uuid.UUID(int=0)
SOON = dt.timedelta(hours=1)
N = gettext_noop


@register.filter
def order_title(row: Any) -> str:
    """催投 · 药品，请先送: the kind once, also where the title begins with it."""
    head, colon, rest = row.title.partition("：")
    title = rest if colon and head in row.kind_name else row.title
    return format_html("{} · {}", said(row.kind_name), said(title))


@register.filter
def order_address(order_id: uuid.UUID) -> str:
    """What `{% url "web:order" id %}` gives, for lists: the pattern is looked up once, not once a row."""
    return _order_address(get_script_prefix()).replace(str(NOBODY), str(order_id))


@cache
def _order_address(prefix: str) -> str:
    return reverse("web:order", args=[NOBODY])


@register.simple_tag
def order_lines(rows: Iterable[OrderRow], now: dt.datetime, *, kept: str, here: uuid.UUID | None, is_unit: bool) -> (
        SafeString):
    """The lines of the pool, each the way to its order; at the desk with a tick-box. `here`: the one that is open."""
    tick, query = gettext("勾选"), f"?{kept}" if kept and not is_unit else ""
    box = "" if is_unit else '<input type="checkbox" name="order" value="{}" aria-label="{} {}">'
    return format_html_join("\n", '<li class="{}">{}<a class="work two-line" href="{}{}"{}>{}</a></li>', (
        ("" if is_unit else "pick", format_html(box, row.id, tick, row.number) if box else "", order_address(row.id),
         query, SafeString(' aria-current="true"') if row.id == here else "", order_line(row, now)) for row in rows))


@register.simple_tag
def order_line(row: OrderRow, now: dt.datetime) -> SafeString:
    """Two lines of a list: state, kind and title; number, whose it is and badges; the time left."""
    facts = format_html_join(" · ", "{}", ((one,) for one in _facts(row, now)))
    return format_html(
        '{}<span class="t">{}<small class="mute">{} · {} <span class="badges">{}</span></small></span>{}',
        mark(_state(row, now)), order_title(row), row.number, facts, order_badges(row) if row.is_marked else "",
        _time(row, now))


def _state(row: OrderRow, now: dt.datetime) -> str:
    if row.is_closed:
        return "kept"
    if row.is_paused or row.due_at - now >= SOON:
        return "unknown"
    return "late" if row.due_at < now else "risk"


def _facts(row: OrderRow, now: dt.datetime) -> Iterator[str]:
    if row.subtype_name:
        yield said(row.subtype_name)
    yield said(row.state_label)
    if holder := row.unit or row.taken_by:
        yield said(holder)
    if row.not_before and row.not_before > now:
        yield gettext("约在%(at)s") % {"at": wording.stamp(row.not_before)}
    if not row.is_for_home:
        yield gettext("只能在岗")


def _time(row: OrderRow, now: dt.datetime) -> SafeString:
    if row.is_closed:
        return format_html('<span class="mute">{}</span>', gettext("办结"))
    if row.is_paused:
        return format_html('<span class="mute">{}</span>', gettext("停表"))
    return time_left(row.due_at, now)


@register.simple_tag
def order_badges(row: OrderRow) -> SafeString:
    """What is special about an order; what somebody must act on is hot."""
    found = (
        (row.priority >= 2, " hot", N("急")), (row.is_supervised, " hot", N("督办")), (row.level, " hot", N("升级")),
        (row.chases, "", N("催%(n)s")), (row.repeats, "", N("重%(n)s")), (row.extend_to, "", N("申请延时")),
        (row.is_paused, "", N("等客户")), (row.agains, " hot", N("再来文%(n)s")), (row.reopened, "", N("重开")))
    return format_html_join("", '<span class="badge{}">{}</span>', (
        (css, gettext(word) % {"n": holds}) for holds, css, word in found if holds))
