"""Articles are drafted, approved for a time, withdrawn everywhere at once, as wording is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max, Q

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import EmptyNoteError, UnknownKindError
from youlu.domain.desk.knowledge.errors import (
    ArticleGoneError,
    ArticlePeriodError,
    ArticleSamePersonError,
    ArticleStateError,
    ArticleTextError,
)
from youlu.domain.desk.knowledge.finding import in_force
from youlu.domain.desk.knowledge.models import Article
from youlu.domain.desk.models import OrderKind
from youlu.domain.desk.orders.happening import act_do
from youlu.domain.desk.orders.words import grams

TITLE_MAX, BODY_MAX = 60, 4_000
State = Article.State


@transaction.atomic
def article_draft(
    *, actor: Actor, title: str, body: str, kinds: Sequence[str] = (), article_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Write the next version of the topic of `article_id`, or of a new topic, as a draft.

    Raises
    ------
    ArticleTextError, UnknownKindError, NotFoundError
    """
    actor.require("knowledge.write")
    title, body = title.strip(), body.strip()
    if not 0 < len(title) <= TITLE_MAX or not 0 < len(body) <= BODY_MAX or "\0" in title + body:
        raise ArticleTextError(title_most=TITLE_MAX, most=BODY_MAX)
    known = set(OrderKind.objects.filter(code__in=list(kinds)).values_list("code", flat=True))
    for kind in kinds:
        if kind not in known:
            raise UnknownKindError(kind=kind[:40])
    topic = _locked(article_id).topic if article_id else uuid7()
    last = Article.objects.filter(topic=topic).aggregate(no=Max("version"))["no"] or 0
    row = Article.objects.create(
        topic=topic, version=last + 1, title=title, body=body, kinds=sorted(known), grams=grams(f"{title} {body}"),
        drafted_by=actor.id, drafted_at=clock.now())
    audit_record(actor=actor.id, action="article.draft", object_type="article", object_id=str(row.id))
    return row.id


@transaction.atomic
def article_approve(
    *, actor: Actor, article_id: uuid.UUID, valid_from: dt.datetime | None = None, valid_to: dt.datetime | None = None
) -> None:
    """Put a draft in force; the version before ends where this one starts, so that withdrawing revives nothing.

    Raises
    ------
    NotFoundError, ArticleStateError, ArticlePeriodError
    ArticleSamePersonError : the actor wrote it.
    """
    actor.require("knowledge.approve")
    row, at = _locked(article_id), clock.now()
    if row.state != State.DRAFT:
        raise ArticleStateError(state=row.get_state_display(), act="批准")
    if row.drafted_by == actor.id:
        raise ArticleSamePersonError()
    starts_at = valid_from or at
    if valid_to is not None and valid_to <= max(starts_at, at):
        raise ArticlePeriodError()
    Article.objects.filter(Q(valid_to=None) | Q(valid_to__gt=starts_at), topic=row.topic,
                           state=State.APPROVED).update(valid_to=starts_at)
    row.state, row.valid_from, row.valid_to = State.APPROVED, starts_at, valid_to
    row.approved_by, row.approved_at = actor.id, at
    row.save()
    audit_record(actor=actor.id, action="article.approve", object_type="article", object_id=str(article_id))


@transaction.atomic
def article_withdraw(*, actor: Actor, article_id: uuid.UUID, reason: str = "") -> None:
    """Take a version back everywhere at once. Raises NotFoundError, ArticleStateError."""
    actor.require("knowledge.approve")
    row = _locked(article_id)
    if row.state == State.WITHDRAWN:
        raise ArticleStateError(state=row.get_state_display(), act="撤回")
    row.state, row.withdrawn_reason = State.WITHDRAWN, reason.strip()[:200]
    row.withdrawn_by, row.withdrawn_at = actor.id, clock.now()
    row.save()
    audit_record(actor=actor.id, action="article.withdraw", object_type="article", object_id=str(article_id))


@transaction.atomic
def article_note(*, actor: Actor, order_id: uuid.UUID, article_id: uuid.UUID, text: str) -> None:
    """Write what an article in force says, as the agent cut it, into the order; the history names its version.

    Raises
    ------
    ArticleGoneError, EmptyNoteError, NotFoundError
    """
    actor.require("desk.work")
    row = Article.objects.select_for_update().filter(in_force(clock.now()), id=article_id).first()
    if row is None:
        raise ArticleGoneError()
    if not text.strip():
        raise EmptyNoteError(act="备注")
    act_do(actor=actor, order_id=order_id, act="note", note=text.strip(), detail=f"{row.title} 第{row.version}版")


def _locked(article_id: uuid.UUID) -> Article:
    row = Article.objects.select_for_update().filter(id=article_id).first()
    if row is None:
        raise NotFoundError()
    return row
