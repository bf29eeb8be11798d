"""Articles in force: by words as one types, by the kind of an order, page by page; and what waits for approval."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.knowledge.models import Article
from youlu.domain.desk.orders.words import ASKED_MAX, GRAM, grams_asked, holds, plain

BESIDE_MAX, FOUND_MAX, DRAFTS_MAX = 5, 20, 50


@dataclass(frozen=True)
class ArticleRow:
    id: uuid.UUID
    version: int
    title: str
    body: str
    kinds: tuple[str, ...]
    state: str
    state_label: str
    valid_from: dt.datetime | None
    valid_to: dt.datetime | None
    drafted_by: str
    approved_by: str


def in_force(at: dt.datetime) -> Q:
    """The condition of an article that may be used at `at`."""
    return Q(state=Article.State.APPROVED, valid_from__lte=at) & (Q(valid_to=None) | Q(valid_to__gt=at))


def articles_found(*, actor: Actor, text: str = "", kind: str = "", limit: int = FOUND_MAX) -> tuple[ArticleRow, ...]:
    """Articles in force that hold all the words in title or body, those that hold them in the title first; without
    words, those of the kind."""
    actor.require("desk.read")
    asked = plain(text)[:ASKED_MAX]
    which = in_force(clock.now())
    if asked:
        which &= Q(grams__contains=grams_asked(asked))
        for word in asked.split(" "):
            if len(word) > GRAM:  # pairs that stand apart are no word
                which &= holds("title", word) | holds("body", word)
    elif kind:
        which &= Q(kinds__contains=[kind])
    ranked = Article.objects.filter(which).annotate(rank=_rank(asked, kind)).order_by("rank", "title", "id")
    return _rows(ranked[:limit])


def _rank(asked: str, kind: str) -> Case:
    cases = [When(holds("title", asked), then=Value(0))] if asked else []
    if kind:
        cases.append(When(kinds__contains=[kind], then=Value(1)))
    return Case(*cases, default=Value(2), output_field=IntegerField())


def articles_page(*, actor: Actor, cursor: str | None = None) -> Page[ArticleRow]:
    """All that is in force, by title."""
    actor.require("desk.read")
    rows = Article.objects.filter(in_force(clock.now())).order_by("title", "id")
    last = Article.objects.filter(id=_place(cursor)).first()
    if last is not None:
        rows = rows.filter(Q(title__gte=last.title) & (Q(title__gt=last.title) | Q(id__gt=last.id)))
    found = list(rows[:PAGE_ROWS + 1])
    return Page(_rows(found[:PAGE_ROWS]), str(found[PAGE_ROWS - 1].id) if len(found) > PAGE_ROWS else None)


def articles_waiting(*, actor: Actor) -> tuple[ArticleRow, ...]:
    """Drafts, and what is approved for a time to come, newest first; for who writes."""
    actor.require("knowledge.write")
    waits = Q(state=Article.State.DRAFT) | Q(state=Article.State.APPROVED, valid_from__gt=clock.now())
    return _rows(Article.objects.filter(waits).order_by("-drafted_at", "-id")[:DRAFTS_MAX])


def article_get(*, actor: Actor, article_id: uuid.UUID) -> ArticleRow:
    """One version, whatever its state. Raises NotFoundError."""
    actor.require("knowledge.write")
    rows = _rows(Article.objects.filter(id=article_id))
    if not rows:
        raise NotFoundError()
    return rows[0]


def _place(cursor: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(cursor or "")
    except ValueError:
        return uuid.UUID(int=0)


def _rows(articles: Iterable[Article]) -> tuple[ArticleRow, ...]:
    found = list(articles)
    names = actor_names(who for one in found for who in (one.drafted_by, one.approved_by))
    return tuple(ArticleRow(
        one.id, one.version, one.title, one.body, tuple(one.kinds), one.state, one.get_state_display(), one.valid_from,
        one.valid_to, names.get(one.drafted_by, ""), names.get(one.approved_by, "")) for one in found)
