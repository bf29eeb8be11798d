"""A call as the exchange told of it, and a call back that was promised. No number stands here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from youlu.core.ids import uuid7


class Call(models.Model):
    """One call, whatever the order in which its news came. Its caller is a party; null: the number was withheld."""

    class Direction(models.TextChoices):
        IN = "in", "呼入"
        OUT = "out", "呼出"

    class Outcome(models.TextChoices):
        LIVE = "live", "进行中"
        TALKED = "talked", "接通"
        ABANDONED = "abandoned", "没等到"
        CALL_BACK = "call_back", "改为回电"
        UNREACHED = "unreached", "没接通"
        SILENT = "silent", "没有挂断消息"

    id = models.UUIDField(primary_key=True, default=uuid7)
    exchange = models.TextField()  # the partner that switches it
    reference = models.TextField()  # its name there; of a two-ended call our own id
    direction = models.TextField(choices=Direction.choices)
    party_id = models.UUIDField(null=True)
    customer_key = models.BinaryField(null=True)
    skill = models.TextField(default="")  # what the caller chose in the exchange's menu
    agent_id = models.UUIDField(null=True)  # at whose telephone it is, or was last
    agent_as = models.TextField(default="")  # which news said so: see folding
    offered_to = models.UUIDField(null=True)  # whom the desk named, until the exchange says who has it
    offered_at = models.DateTimeField(null=True)
    order = models.ForeignKey("desk.WorkOrder", on_delete=models.PROTECT, null=True, db_index=False)
    contact = models.ForeignKey("desk.Contact", on_delete=models.PROTECT, null=True, db_constraint=False,
                                db_index=False)
    begun_at = models.DateTimeField()
    heard_at = models.DateTimeField()  # the last news of it
    queued_at = models.DateTimeField(null=True)
    rang_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    transferred_at = models.DateTimeField(null=True)
    asked_back_at = models.DateTimeField(null=True)  # the caller wants to be called back
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(choices=Outcome.choices, default=Outcome.LIVE)
    why = models.JSONField(null=True)  # why it went where it went, see assignment.reasons

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exchange", "reference"], name="desk_call_once")]
        indexes = [
            models.Index(fields=["agent_id"], condition=Q(outcome="live"), name="desk_call_live"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="desk_call_ended"),
            models.Index(fields=["-begun_at", "-id"], name="desk_call_newest"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="desk_call_order"),
            models.Index(fields=["party_id"], condition=Q(party_id__isnull=False), name="desk_call_party"),
        ]


class CallBack(models.Model):
    """A time that was promised to a caller. Whether it was kept, the calls and the order say: nothing is ticked off."""

    order = models.OneToOneField("desk.WorkOrder", primary_key=True, on_delete=models.PROTECT)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="+")
    promised_at = models.DateTimeField()  # from then on
    until_at = models.DateTimeField()  # kept when somebody called before
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["promised_at"], name="desk_call_back_promised")]
