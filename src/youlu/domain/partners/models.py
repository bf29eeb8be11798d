"""Agencies that exchange signed messages with us: their keys, what goes out, what came in, what they counted.

Messages carry references (a voucher's serial, an application's number), never personal data.
"""

from __future__ import annotations

from django.db import models

from youlu.core.crypto import EncryptedTextField
from youlu.core.ids import uuid7


class Partner(models.Model):
    code = models.TextField(primary_key=True)  # card_centre: part of the address they post to
    name = models.TextField()
    url = models.TextField()  # where their messages go
    secret_out = EncryptedTextField()  # we sign with it
    secret_in = EncryptedTextField()  # they sign with it
    secret_in_former = EncryptedTextField(null=True)  # still accepted while they change keys
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class OutgoingMessage(models.Model):
    """Written in the transaction of the deed, sent by the job until the partner has said 2xx. `made_on` is the
    business day that both sides count it under."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT)
    topic = models.TextField()
    body = models.TextField()  # exactly what is signed and sent, at every try
    made_on = models.DateField()
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField()  # real clock; a claim moves it ahead as the claim's lease
    attempts = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_problem = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], condition=models.Q(sent_at=None), name="partners_out_due")]


class IncomingMessage(models.Model):
    """What a partner sent, once. A second arrival of the same id changes nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT)
    message_id = models.TextField()
    topic = models.TextField()
    body = models.TextField()
    made_on = models.DateField()
    received_at = models.DateTimeField()
    copies = models.IntegerField(default=1)  # how often it arrived

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "message_id"], name="partners_in_once")]


class Statement(models.Model):
    """What a partner counted on a business day, by topic: {"in": {topic: n}, "out": {topic: n}} as they see it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT)
    made_on = models.DateField()
    counts = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "made_on"], name="partners_statement_once")]
