"""Approved wording by version, and each message with the version it used."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from youlu.core.ids import uuid7


class Wording(models.Model):
    """One version of what may be said under a code. Approved ones are never edited: a new version replaces them."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        APPROVED = "approved", "已批准"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.TextField()  # moved.voice
    version = models.IntegerField()
    body = models.TextField()  # with {variables}
    variables = ArrayField(models.TextField(), default=list)
    emphasised = ArrayField(models.TextField(), default=list)  # variables an agent must not miss
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
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="messages_wording_version")]


class Message(models.Model):
    """One sentence to one customer. Business instants, but `next_try_at` and `lease_until`, which are the machine's."""

    class Channel(models.TextChoices):
        INBOX = "inbox", "站内信"
        HOOK = "hook", "接口"
        MAIL = "mail", "电子邮件"

    class State(models.TextChoices):
        QUEUED = "queued", "待发"
        SENT = "sent", "已发"
        FAILED = "failed", "未送达"
        STOPPED = "stopped", "口径失效未发"

    id = models.UUIDField(primary_key=True, default=uuid7)
    request_key = models.TextField(unique=True)  # the sender's: one message a key
    party_id = models.UUIDField()
    customer_key = models.BinaryField()
    channel = models.TextField(choices=Channel.choices)
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT)
    text = models.TextField()
    text_digest = models.BinaryField()
    values = models.JSONField(default=dict)  # of the sentence's variables, while it waits
    state = models.TextField(choices=State.choices, default=State.QUEUED)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    last_fault = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["customer_key", "made_at"]),
            models.Index(fields=["party_id", "made_at"]),
            models.Index(fields=["not_before"], condition=models.Q(state="queued"), name="messages_waiting"),
        ]
