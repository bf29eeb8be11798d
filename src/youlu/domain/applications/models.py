"""Applications under a programme, the vouchers that prove them, and each step with its cause.

No personal data: answers about persons are in `parties`, by role.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from youlu.core.ids import uuid7


class State(models.TextChoices):
    DRAFT = "draft", _("填写中")
    SUBMITTED = "submitted", _("已提交")
    ACCEPTED = "accepted", _("已受理")
    MADE = "made", _("已制作，待交邮")
    ITEM = "item", _("已交邮")
    DELIVERED = "delivered", _("已送达")
    REFUSED = "refused", _("未通过")


class Proxy(models.TextChoices):
    """How somebody without a smartphone applied, through a colleague who walked the questions for them."""

    COUNTER = "counter", _("柜台代办")
    PHONE = "phone", _("电话代办")


class Voucher(models.Model):
    """A voucher that was shown to us or issued by us. Redeeming it is one conditional UPDATE."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.TextField()
    serial = models.TextField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    application_id = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "serial"], name="applications_voucher_once")]

    def __str__(self) -> str:
        return f"voucher {self.id}"


# Parties (for parties.retention) whose application is under way, or ended after the cutoff.
PARTY_BUSINESS = """
SELECT v.value::uuid FROM applications_application a, jsonb_each_text(a.parties) v
WHERE a.state NOT IN ('delivered', 'refused') OR coalesce(a.delivered_at, a.refused_at) >= %(cutoff)s"""


class Application(models.Model):
    """One request. Times are business time; a null one has not come, or was overtaken by a later step."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.TextField(unique=True)
    programme = models.TextField()
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    applicant = models.TextField()  # the actor's id; "public" with a voucher
    proxy = models.TextField(choices=Proxy.choices, blank=True, default="")  # "" where people applied themselves
    voucher = models.ForeignKey(Voucher, null=True, on_delete=models.PROTECT)
    answers = models.JSONField(default=dict)  # key -> answer, none of them personal
    parties = models.JSONField(default=dict)  # role -> id of a party
    division_code = models.TextField(blank=True, default="")
    demands_met = models.JSONField(default=dict)  # code of a demand -> {"by": actor, "at": instant}
    item_key = models.BigIntegerField(null=True, unique=True)
    made_draft_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    item_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    held_because = models.TextField(blank=True, default="")  # why a made document is not with the post yet
    next_try_at = models.DateTimeField(null=True)  # real clock

    class Meta:
        indexes = [
            models.Index(fields=["state", "id"]),
            models.Index(fields=["programme", "id"]),
        ]

    def __str__(self) -> str:
        return f"application {self.number}"


class ApplicationStep(models.Model):
    """What moved an application, or tried to: `cause` names the message, the actor or the scan."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    state = models.TextField(choices=State.choices)
    cause = models.TextField()
    noted_at = models.DateTimeField()  # real clock: the order in which we heard

    class Meta:
        indexes = [models.Index(fields=["application", "noted_at"])]


class UnmatchedMessage(models.Model):
    """A partner's message about an application that we do not have, or that is not theirs: for people to look at."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    partner = models.TextField()
    message_id = models.TextField()
    topic = models.TextField()
    reference = models.TextField()
    seen_at = models.DateTimeField()
