"""A handover as both signed it, and one row for everything that was handed on."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from youlu.core.ids import uuid7


class Handover(models.Model):
    """A shift handed on: signed by who goes, then by who comes, two persons. What was signed is never edited."""

    class State(models.TextChoices):
        WAITING = "waiting", "等接班"
        TAKEN = "taken", "已交接"
        TAKEN_BACK = "taken_back", "已收回"

    id = models.UUIDField(primary_key=True, default=uuid7)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    since_at = models.DateTimeField(null=True)  # when the shift that goes was taken over; null: nobody signed for it
    until_at = models.DateTimeField()  # end of the shift that comes: what is due before it is handed on
    out_by = models.TextField()
    out_at = models.DateTimeField()
    in_by = models.TextField(blank=True, default="")
    in_at = models.DateTimeField(null=True)
    faults = ArrayField(models.TextField(), default=list)  # codes of what does not work, see facts.FAULTS
    says = models.JSONField()  # counts and references when the first signed: no customer
    says_in = models.JSONField(null=True)  # what had changed when the second signed

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(state="waiting"), name="desk_one_handover_waiting"),
            models.CheckConstraint(condition=~Q(in_by=F("out_by")), name="desk_handover_two_people"),
        ]
        indexes = [models.Index(fields=["-out_at", "-id"], name="desk_handover_newest")]


class HandoverItem(models.Model):
    """One order or contact handed on. Whether it is dealt with, the order or contact says: nothing is ticked off."""

    class What(models.TextChoices):
        CALL_BACK = "call_back", "约好的回电"
        REGULATOR = "regulator", "申诉转办"
        ESCALATED = "escalated", "升级"
        EXTEND = "extend", "申请延时"
        SUPERVISED = "supervised", "督办"
        PROGRAMME = "programme", "项目服务"
        DUE = "due", "下一班到期"
        REPLY = "reply", "要首次回复"
        CLAIMED = "claimed", "正在联系"

    id = models.UUIDField(primary_key=True, default=uuid7)
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT)
    what = models.TextField(choices=What.choices)
    order = models.ForeignKey("desk.WorkOrder", on_delete=models.PROTECT, null=True)
    contact = models.ForeignKey("desk.Contact", on_delete=models.PROTECT, null=True, db_constraint=False)
    due_at = models.DateTimeField()  # as it stood when it was handed on
    times = models.SmallIntegerField(default=1)  # handovers that it went through, this one counted
    came_between = models.BooleanField(default=False)  # after the first signature and before the second

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "order"], condition=Q(order__isnull=False),
                                    name="desk_handover_order_once"),
            models.UniqueConstraint(fields=["handover", "contact"], condition=Q(contact__isnull=False),
                                    name="desk_handover_contact_once"),
            models.CheckConstraint(condition=Q(order__isnull=True) ^ Q(contact__isnull=True),
                                   name="desk_handover_one_thing"),
        ]
        indexes = [models.Index(fields=["handover", "due_at", "id"], name="desk_handover_due")]
