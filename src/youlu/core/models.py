"""Rows without business words: the scenario's clock, audit, events, keys of callers."""

from __future__ import annotations

from django.db import models

from youlu.core.ids import uuid7


class ScenarioClock(models.Model):
    """At most one row: business time stood at `scenario_at` when the machine's clock showed `real_at`."""

    id = models.SmallIntegerField(primary_key=True)
    scenario_at = models.DateTimeField()
    real_at = models.DateTimeField()
    rate = models.FloatField()


class AuditEntry(models.Model):
    """Who did what to which object: a plain insert in the transaction of the deed.

    `mark` is its writer's HMAC over the row; `seal_no` and `seal` are filled by one sealing job that chains the marks,
    so that no writer waits.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    reason = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict)
    mark = models.BinaryField(null=True)
    seal_no = models.BigIntegerField(null=True, unique=True)
    seal = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"]),
            models.Index(fields=["actor", "id"], name="core_audit_actor"),
            models.Index(fields=["id"], condition=models.Q(seal_no=None), name="core_audit_unsealed"),
        ]


class EventRow(models.Model):
    """One event for one subscriber, written in the transaction that made it true, deleted when it is dealt with."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    subscriber = models.TextField()
    topic = models.TextField()
    payload = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subscriber", "id"])]


class CallerKey(models.Model):
    """An idempotency key of a caller with the digest of its body and, once done, the answer."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    caller = models.TextField()
    key = models.TextField()
    body_digest = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="core_callerkey_once")]
