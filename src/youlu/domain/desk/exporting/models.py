"""A workbook of orders that somebody asked for, how far it is, and the file itself in sealed parts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from youlu.core.crypto import EncryptedTextField
from youlu.core.ids import uuid7


class OrderExport(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "排队"
        RUNNING = "running", "正在导"
        DONE = "done", "导完了"
        FAILED = "failed", "没导成"
        GONE = "gone", "已过期删除"

    id = models.UUIDField(primary_key=True, default=uuid7)
    by = models.TextField()
    at = models.DateTimeField()
    query = EncryptedTextField()  # JSON of the filter: what was searched for may be somebody's name
    has_words = models.BooleanField(default=False)  # what customers and agents wrote, in plain
    reason = models.TextField(default="")
    state = models.TextField(choices=State.choices, default=State.WAITING)
    problem = models.TextField(default="")
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["by", "-at", "-id"], name="desk_export_newest"),
                   models.Index(fields=["state"], condition=Q(state__in=["waiting", "running"]),
                                name="desk_export_at_work")]


class OrderExportPart(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    export = models.ForeignKey(OrderExport, on_delete=models.PROTECT)
    nth = models.IntegerField()
    body = EncryptedTextField()  # base64

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "nth"], name="desk_export_part")]
