"""Inboxes and the letters that were read there. Instants are real ones: mail servers know no scenario."""

from __future__ import annotations

from django.db import models

from youlu.core.crypto import EncryptedTextField
from youlu.core.ids import uuid7


class Inbox(models.Model):
    """What is remembered of an inbox of the settings from look to look."""

    name = models.TextField(primary_key=True)
    uidvalidity = models.BigIntegerField(default=0)  # of the UIDs of its letters below
    looked_at = models.DateTimeField(null=True)  # when it was last read without a fault
    waiting = models.IntegerField(default=0)  # unread letters that were left then
    oldest_at = models.DateTimeField(null=True)  # when the oldest of them had come
    fault = models.TextField(default="")  # of the last look, a code of `errors.FAULTS`; "": none
    failed_at = models.DateTimeField(null=True)


class InboxLetter(models.Model):
    """One letter that was dealt with, and how."""

    class Outcome(models.TextChoices):
        ORDER = "order", "建了工单"
        MESSAGE = "message", "记进了工单"
        MACHINE = "machine", "自动回复或退信"
        FLOOD = "flood", "来得太多"
        ASIDE = "aside", "读不了"

    id = models.UUIDField(primary_key=True, default=uuid7)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    key = models.BinaryField(unique=True)  # blind index of what makes it this letter, wherever it lies
    outcome = models.TextField(choices=Outcome.choices)
    why = models.TextField(default="")  # of what lies aside, a code
    order = models.ForeignKey("desk.WorkOrder", on_delete=models.PROTECT, null=True)
    sender = models.BinaryField(null=True)  # blind index of the address
    message_id = EncryptedTextField(default="")  # what an answer refers to
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sender", "-at"], name="desk_letter_sender"),
            models.Index(fields=["order", "-id"], condition=models.Q(order__isnull=False), name="desk_letter_order"),
            models.Index(fields=["-at"], name="desk_letter_at"),
        ]
