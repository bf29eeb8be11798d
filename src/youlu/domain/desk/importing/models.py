"""A file of orders, and one row for each of its lines. What stands in its cells is sealed, and goes when it is used."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from youlu.core.crypto import EncryptedTextField
from youlu.core.ids import uuid7


class OrderImport(models.Model):
    class State(models.TextChoices):
        READING = "reading", "正在读"
        CHECKED = "checked", "等确认"
        RUNNING = "running", "正在建单"
        STOPPED = "stopped", "停下了"
        DONE = "done", "建完了"
        REFUSED = "refused", "读不了"

    id = models.UUIDField(primary_key=True, default=uuid7)
    digest = models.BinaryField()  # of the file: the same file again is the same import
    by = models.TextField()
    at = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.READING)
    problem = models.TextField(default="")  # why the whole file was refused
    head = models.JSONField(default=list)  # its first line
    total = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    repeats = models.IntegerField(default=0)  # counted on an order that was there

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], condition=~Q(state="refused"),
                                               name="desk_import_file_once")]
        indexes = [models.Index(fields=["-at", "-id"], name="desk_import_newest"),
                   models.Index(fields=["state"], condition=Q(state__in=["reading", "running"]),
                                name="desk_import_at_work")]


class OrderImportPart(models.Model):
    """The file itself until it was read."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    file = models.ForeignKey(OrderImport, on_delete=models.PROTECT)
    nth = models.IntegerField()
    body = EncryptedTextField()  # base64

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "nth"], name="desk_import_part")]


class OrderImportRow(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    file = models.ForeignKey(OrderImport, on_delete=models.PROTECT)
    line = models.IntegerField()  # as the spreadsheet counts
    cells = EncryptedTextField()  # JSON of texts
    faults = EncryptedTextField(default="")  # JSON of [column, code, value]
    is_bad = models.BooleanField(default=False)
    order_id = models.UUIDField(null=True)  # made, or the one that the contact was counted on

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="desk_import_line")]
        indexes = [
            models.Index(fields=["file", "line"], condition=Q(is_bad=False, order_id=None), name="desk_import_to_make"),
            models.Index(fields=["file", "line"], condition=Q(is_bad=True), name="desk_import_bad"),
        ]
