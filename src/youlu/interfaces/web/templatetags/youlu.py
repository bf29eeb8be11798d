"""The product's own template tags: icons, states, parts, and how numbers and times are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop, npgettext, pgettext

from youlu.core.ids import uuid7
from youlu.domain.network.trip_checks import clock_text
from youlu.interfaces.web import wording
from youlu.interfaces.web.assets import FAVICON, asset_url
from youlu.interfaces.web.figures.small import dumbbell as draw_dumbbell
from youlu.interfaces.web.figures.small import sparkline
from youlu.interfaces.web.icons import ICONS, SHAPES
from youlu.interfaces.web.nav import Entry
from youlu.interfaces.web.reading.wordings import wording_name

register = template.Library()
HAN = re.compile("[\u4e00-\u9fff]")
N = gettext_noop
UNITS = {"items": N("件"), "mailings": N("次"), "people": N("人"), "orders": N("张"), "customers": N("位"),
         "calls": N("通")}

for _name in ("day", "day_long", "day_short", "stamp", "hm", "wave", "span", "span_column", "days_later", "count",
              "yuan"):
    register.filter(_name, lambda value, write=getattr(wording, _name): "" if value is None else write(value))


@register.filter
def whole(number: float | None) -> int:
    """The number as `count` writes it, for `{% blocktranslate count %}` to choose the form by."""
    return round(number or 0)


@register.filter
def state_word(state: str) -> str:
    return wording.state_word(state)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a style sheet, script or sprite, named by its hash."""
    return asset_url(name)


@register.simple_tag
def favicon() -> str:
    """The mark of the tab, inline: one request less."""
    return FAVICON


@register.simple_tag
def pane_url(seat: str, view: str) -> str:
    """The address of a page as the tour's chair `seat` sees it."""
    return f"/seat/{seat}{reverse(view)}"


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the list; decoration only, the word stands beside it."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in interfaces/web/icons.py")
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#{}"/></svg>', size, asset_url("icons.svg"), name
    )


@register.simple_tag
def rail(rooms: Iterable[Entry]) -> SafeString:
    """The rooms of the rail, drawn once for everybody who may enter the same."""
    return _rail(tuple(rooms))


@lru_cache(1_000)
def _rail(rooms: tuple[Entry, ...]) -> SafeString:
    gap, here = SafeString('<li class="gap" aria-hidden="true"></li>'), SafeString(' aria-current="page"')
    foot = next((room for room in rooms if room.last), None)
    return format_html_join("\n", '{}<li><a href="{}"{} title="{}">{}{}</a></li>', (
        (gap if room is foot else "", room.url, here if room.here else "", room.name, icon(room.icon), room.short)
        for room in rooms))


@register.simple_tag
def mark(state: str) -> SafeString:
    """The shape of a state, in its colour; the word must stand beside it."""
    return _mark(state)


@cache
def _mark(state: str) -> SafeString:
    if state not in SHAPES:
        raise template.TemplateSyntaxError(f"no such state: {state!r}")
    return format_html(
        '<svg class="mk s-{}" viewBox="0 0 12 12" aria-hidden="true">{}</svg>', state, SafeString(SHAPES[state])
    )


@register.simple_tag
def state_tag(state: str, word: str = "") -> SafeString:
    """A badge: shape, word, colour. `word` replaces the state's own word."""
    return format_html('<span class="tag s-{}">{}{}</span>', state, mark(state), word or wording.state_word(state))


@register.simple_tag
def state_text(state: str, word: str = "") -> SafeString:
    """The same without a ground, for rows of tables."""
    return format_html('<span class="state s-{}">{}{}</span>', state, mark(state), word or wording.state_word(state))


@register.simple_tag
def legend(*states: str) -> SafeString:
    """What the shapes mean."""
    return format_html(
        '<span class="legend">{}</span>',
        format_html_join("", "<span>{}{}</span>", ((mark(state), wording.state_word(state)) for state in states)),
    )


@register.simple_tag
def kpi(
    label: str, value: Any, state: str = "unknown", unit: str = "", note: str = "", url: str = "", trend: Any = None
) -> SafeString:
    """One figure: shape, label, value, unit (one of `UNITS`, or as it stands), comparison, sparkline.

    `trend` is a sequence of numbers.
    """
    tag = "a" if url else "div"
    link = format_html(' href="{}"', url) if url else ""
    spark = sparkline(trend, state=state) if trend else ""
    shown = wording.count(value) if isinstance(value, int) else value
    unit = npgettext("unit", UNITS[unit], UNITS[unit], value) if unit in UNITS else unit
    return format_html(
        '<{} class="kpi"{}><span class="k">{}{}</span><span class="v">{}<small>{}</small></span>{}'
        '<span class="d">{}</span></{}>',
        SafeString(tag),
        link,
        mark(state),
        label,
        shown,
        unit,
        spark,
        note,
        SafeString(tag),
    )


@register.simple_tag
def dumbbell(before: float | None, now: float, target: float, low: float, state: str) -> SafeString:
    """Before ○ and now ● of a percentage, with the target."""
    return draw_dumbbell(before=before, now=now, target=target, low=low, state=state)


def bar_svg(parts: Iterable[tuple[str, float]], whole: float, *, css: str = "bar", width: str = "100%") -> SafeString:
    """Segments end to end: (class, amount), `whole` is the full width. Widths are attributes, not styles, because the
    pages' policy runs no inline style. A segment that is there shows at least a hair."""
    x, drawn = 0.0, []
    for name, amount in parts:
        if amount > 0:
            share = max(100 * amount / max(whole, 1e-9), 0.3)
            drawn.append((name, f"{x:.2f}%", f"{min(share, 100 - x):.2f}%"))
            x = min(x + share, 100)
    rects = format_html_join("", '<rect class="{}" x="{}" width="{}" height="100%"/>', drawn)
    return format_html('<svg class="{}" width="{}" aria-hidden="true">{}</svg>', css, width, rects)


@register.simple_tag
def split_bar(kept: int, moved: int, noway: int, thick: bool = False) -> SafeString:
    """The bar of kept, moved and no-way with its line of words."""
    bar = bar_svg((("s-kept", kept), ("s-late", moved), ("s-noway", noway)), kept + moved + noway,
                  css="bar thick" if thick else "bar")
    return format_html('{}<p class="split">{}</p>', bar, wording.split_words(kept=kept, moved=moved, noway=noway))


@register.simple_tag
def mini_split(items: int, moved: int, noway: int, most: int) -> SafeString:
    """The same bar within a row of a table, on the scale of the longest row (96 px)."""
    kept = max(items - moved - noway, 0)
    return bar_svg((("s-kept", kept), ("s-late", moved), ("s-noway", noway)), most, css="mini", width="96")


@register.simple_tag
def share_bar(amount: float, whole: float, state: str = "", css: str = "bar thick", width: str = "100%") -> SafeString:
    """One segment: `amount` of `whole`."""
    return bar_svg(((f"s-{state}" if state else "", amount),), whole, css=css, width=width)


@register.simple_tag
def parts_bar(*amounts: float) -> SafeString:
    """Segments of the classes w1, w2, w3… that together fill the bar."""
    return bar_svg([(f"w{place}", amount) for place, amount in enumerate(amounts, 1)], sum(amounts), css="bar thick")


@register.filter
def states_bar(parts: Iterable[tuple[str, float]]) -> SafeString:
    """(state, percent) end to end."""
    return bar_svg([(f"s-{state}", percent) for state, percent in parts], 100, css="bar thick")


@register.simple_tag
def progress(done: int, total: int, words: str = "", until: str = "") -> SafeString:
    """How far a job is: n of m as bar and as words."""
    return format_html(
        '<div class="progress"><div role="progressbar" aria-valuenow="{}" aria-valuemin="0" '
        'aria-valuemax="{}" aria-label="{}">{}</div><p><span>{}</span><span>{}</span></p></div>',
        done, total, words or gettext("进度"), share_bar(done, max(total, 1)),
        words or f"{wording.count(done)} / {wording.count(total)}", until,
    )


@register.simple_block_tag
def panel(content: str, title: str, note: str = "", tools: str = "", id: str = "", level: int = 2) -> SafeString:
    """A section with a heading."""
    return format_html(
        '<section class="panel"{}><header><h{}>{}</h{}>{}<span class="sp"></span>{}</header>{}</section>',
        format_html(' id="{}"', id) if id else "",
        level,
        title,
        level,
        format_html('<span class="mute">{}</span>', note) if note else "",
        tools,
        content,
    )


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "", live: bool = False) -> SafeString:
    """info, ok, warn, error or busy: what happened, what it means, what to do."""
    icons = {"info": "info", "ok": "check", "warn": "triangle-alert", "error": "triangle-alert", "busy": "refresh-cw"}
    head = format_html("<h2>{}</h2>", title) if title else ""
    return format_html(
        '<div class="notice {}"{}>{}<div>{}{}</div></div>',
        kind,
        SafeString(' role="status"') if live else "",
        icon(icons[kind]),
        head,
        content,
    )


@register.inclusion_tag("web/parts/field.html")
def field(bound: Any, hint: str = "", label: str = "", short: bool = False) -> dict[str, Any]:
    """A form's field: label, hint, error, input; optional ones say so."""
    return {"field": bound, "hint": hint or bound.help_text, "label": label or bound.label, "short": short}


@register.inclusion_tag("web/parts/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """All errors of a form on top, linked to their fields."""
    return {"form": form}


@register.simple_tag
def request_key() -> SafeString:
    """A hidden field with a fresh key: posting the same form twice does the work once."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid7())


@register.filter
def clock_of_day(minute: int) -> str:
    """08:30 of minutes after midnight; of the next day 01:10+1."""
    return clock_text(minute)


@register.simple_tag
def time_left(due_at: dt.datetime, now: dt.datetime) -> SafeString:
    """剩0:18, or 超0:25 in red with its square."""
    minutes = (due_at - now).total_seconds() / 60
    state = "late" if minutes < 0 else "risk" if minutes < 60 else "unknown"
    word = gettext("超%(time)s") if minutes < 0 else gettext("剩%(time)s")
    return format_html('<b class="c s-{} nowrap">{}</b>', state, word % {"time": wording.span_column(minutes)})


@register.filter
def number_grouped(number: str) -> str:
    """EZ207144368CN -> EZ 2071 4436 8 CN, as it is read over the telephone."""
    if len(number) == 13 and number[:2].isalpha():
        return f"{number[:2]} {number[2:6]} {number[6:10]} {number[10]} {number[11:]}"
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def domain_word(text: str) -> str:
    """A word of the domain in the reader's language, as plain text; Chinese is its own."""
    if not wording.is_english():
        return text or ""
    shown = pgettext("domain", text) if text else ""
    return gettext(text) if text and shown == text else shown


@register.filter
def said(text: str) -> str:
    """A word of the domain in the reader's language; what people wrote themselves is marked as Chinese in English."""
    shown = domain_word(text)
    if wording.is_english() and HAN.search(shown):
        return format_html('<span lang="zh-Hans">{}</span>', shown)
    return shown


@register.filter
def names_kept_whole(names: Iterable[str]) -> SafeString:
    """Names of people in a sentence; none is broken at the end of a line."""
    return format_html_join("、", '<span class="nowrap">{}</span>', ((name,) for name in names))


register.filter("wording_name", wording_name)


@register.filter
def attr(bound: Any, css: str) -> SafeString:
    """Render a form field's widget with a class and its described-by ids."""
    described = [f"{bound.id_for_label}-hint"] if bound.help_text else []
    described += [f"{bound.id_for_label}-error"] if bound.errors else []
    attrs = {"class": css, **({"aria-describedby": " ".join(described)} if described else {})}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)
