"""Emergency mode as it is kept: a question with its answer, the plan in force, what changes for each person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from youlu.core.ids import uuid7


class EmergencyPlanning(models.Model):
    """A question to the worker: three plans against doing nothing, from facts of one instant."""

    class State(models.TextChoices):
        COMPUTING = "computing", "计算中"
        READY = "ready", "可采用"
        ADOPTED = "adopted", "已采用"
        STALE = "stale", "已过时"
        FAILED = "failed", "没有算成"

    id = models.UUIDField(primary_key=True, default=uuid7)
    started_by = models.TextField()
    started_at = models.DateTimeField()
    inputs = models.JSONField()
    facts = models.JSONField()
    presence_mark = models.TextField()  # who was where: an adoption asks whether it still holds
    state = models.TextField(choices=State.choices, default=State.COMPUTING)
    done_steps = models.SmallIntegerField(default=0)
    result = models.JSONField(null=True)
    ready_at = models.DateTimeField(null=True)
    wall_ms = models.IntegerField(null=True)  # of the computation, by the machine's clock
    cpu_ms = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-started_at", "-id"], name="desk_planning_newest")]


class EmergencyWatch(models.Model):
    """应急值守 in force: a plan adopted, until it is left. At most one is open."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    planning = models.OneToOneField(EmergencyPlanning, on_delete=models.PROTECT)
    plan = models.TextField()
    basis = models.TextField()
    consent_by = models.TextField(blank=True, default="")  # who says that everybody on the emergency basis agreed
    adopted_by = models.TextField()
    adopted_at = models.DateTimeField()
    horizon_ends_at = models.DateTimeField()
    counts = models.JSONField()  # what the adoption did
    roster_id = models.UUIDField(null=True)  # of workforce, where it was published
    displaced = models.JSONField(null=True)  # the shifts it put aside; null: of an older release, which kept none
    left_at = models.DateTimeField(null=True)
    left_by = models.TextField(blank=True, default="")
    normal_from_at = models.DateTimeField(null=True)
    summary = models.JSONField(null=True)  # what happened against what the plan said

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), condition=Q(left_at=None),
                                               name="desk_one_emergency")]


class EmergencyNotice(models.Model):
    """What changes for one person: shown on their page until they have seen it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    watch = models.ForeignKey(EmergencyWatch, on_delete=models.PROTECT)
    agent_id = models.UUIDField()
    is_leaving = models.BooleanField(default=False)
    says = models.JSONField()  # shifts, site and work, worded by the page
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "agent_id", "is_leaving"],
                                               name="desk_emergency_notice_once")]
        indexes = [models.Index(fields=["agent_id", "-made_at"], name="desk_emergency_notice")]
