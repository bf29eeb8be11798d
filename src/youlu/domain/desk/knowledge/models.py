"""Articles by version."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from youlu.core.ids import uuid7


class Article(models.Model):
    """One version of what the desk knows about a topic. Approved ones are never edited: a new version replaces them."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        APPROVED = "approved", "已批准"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid7)
    topic = models.UUIDField()  # the same for all versions
    version = models.IntegerField()
    title = models.TextField()
    body = models.TextField()
    kinds = ArrayField(models.TextField(), default=list)  # orders beside which it stands
    grams = ArrayField(models.TextField(), default=list)  # of title and body: see orders.words
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    drafted_by = models.TextField()
    drafted_at = models.DateTimeField()
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "version"], name="desk_article_version")]
        indexes = [
            GinIndex(fields=["grams"], name="desk_article_grams"),
            models.Index(fields=["title", "id"], condition=Q(state="approved"), name="desk_article_titles"),
            models.Index(fields=["-drafted_at"], condition=Q(state="draft"), name="desk_article_drafts"),
        ]
