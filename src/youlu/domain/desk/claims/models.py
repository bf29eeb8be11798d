"""What customers are paid, and by which rule."""

from __future__ import annotations

from django.db import models

from youlu.core.crypto import EncryptedTextField


class ClaimRule(models.Model):
    """How a class of mail is compensated, and which law says so."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    by_value = models.BooleanField()
    postage_times = models.SmallIntegerField()
    pays_force_majeure = models.BooleanField()
    rank = models.SmallIntegerField()
    source = models.TextField()


class Claim(models.Model):
    """What an order's customer is paid: facts, what the rules give, what was decided by whom, whether it went out."""

    class State(models.TextChoices):
        RECKONED = "reckoned", "已核算"
        TO_CONFIRM = "to_confirm", "等复核"
        SENT_BACK = "sent_back", "复核退回"
        TO_PAY = "to_pay", "待付款"
        PAID = "paid", "已付款"
        REFUSED = "refused", "不赔"

    order = models.OneToOneField("desk.WorkOrder", primary_key=True, on_delete=models.PROTECT)
    rule = models.ForeignKey(ClaimRule, on_delete=models.PROTECT)
    state = models.TextField(choices=State.choices, default=State.RECKONED)
    loss = models.TextField(default="")
    cause = models.TextField(default="")
    postage_fen = models.IntegerField(default=0)
    insured_fen = models.IntegerField(default=0)
    value_fen = models.IntegerField(default=0)
    loss_fen = models.IntegerField(default=0)
    proposed_fen = models.IntegerField(default=0)
    proposed_code = models.TextField(default="")
    decided_fen = models.IntegerField(null=True)
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    note = EncryptedTextField(default="")
    confirmed_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    voucher = models.TextField(default="")
