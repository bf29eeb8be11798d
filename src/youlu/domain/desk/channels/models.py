"""By whom a contact came that no person of the desk wrote down."""

from __future__ import annotations

from django.db import models

from youlu.core.ids import uuid7


class OrderSource(models.Model):
    """A program or a thread of a messenger that an order is the business of; several may ask about one matter."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey("desk.WorkOrder", on_delete=models.PROTECT)
    caller = models.TextField()  # token:…, messenger
    thread = models.BinaryField(default=b"")  # blind index of who writes; b"": the caller itself
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "caller", "thread"], name="desk_source_once")]
        indexes = [models.Index(fields=["caller", "thread", "-at"], name="desk_source_thread")]
