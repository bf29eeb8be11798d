"""Customers. Personal data lives in this table and nowhere else; others hold a party's id and a compound's id."""

from __future__ import annotations

from django.db import models

from youlu.core.crypto import EncryptedTextField
from youlu.core.ids import uuid7


class Party(models.Model):
    """A person or a unit (单位) that sends, receives or applies.

    `phone_index` finds the parties of one phone without reading any; `phone_tail_index` is bound to the party as
    well, so that it answers "are these your last four digits" and tells nothing about whose tails are equal.
    `email_index` does for an e-mail address what `phone_index` does for a phone.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "个人"
        UNIT = "unit", "单位"

    class Channel(models.TextChoices):
        NONE = "", "无"
        INBOX = "inbox", "站内信"
        HOOK = "hook", "消息网关"

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField(choices=Kind.choices)
    name = EncryptedTextField()
    phone = EncryptedTextField(null=True)
    id_number = EncryptedTextField(null=True)
    address = EncryptedTextField(null=True)
    phone_index = models.BinaryField(null=True, db_index=True)
    phone_tail_index = models.BinaryField(null=True)
    email = EncryptedTextField(null=True)
    email_index = models.BinaryField(null=True)
    compound_id = models.IntegerField(null=True, db_index=True)
    division_code = models.TextField(blank=True, default="")
    channel = models.TextField(choices=Channel.choices, blank=True, default="")
    consent_message = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)  # made up for a demonstration, and says so
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "parties"
        indexes = [models.Index(fields=["email_index"], condition=models.Q(email_index__isnull=False),
                                name="parties_party_email")]  # few have written

    def __str__(self) -> str:
        return f"party {self.id}"
