"""Macros by version."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from youlu.core.ids import uuid7


class Macro(models.Model):
    """One version of a text with what it does. A version is never edited: the next one takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    version = models.IntegerField()
    body = models.TextField()  # with {variables}, see filling.VARIABLES
    kinds = ArrayField(models.TextField(), default=list)  # of orders; empty: any
    acts = models.JSONField()  # [{"code": "extend", "hours": 24}, …] in the order in which they are done
    written_by = models.TextField()
    written_at = models.DateTimeField()
    ended_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)  # replaced or taken off

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="desk_macro_version"),
            models.UniqueConstraint(fields=["name"], condition=Q(ended_at=None), name="desk_macro_current"),
        ]
