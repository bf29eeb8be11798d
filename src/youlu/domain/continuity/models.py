"""What the loop keeps of its own work: previews asked for, runs of the apply."""

from __future__ import annotations

from django.db import models

from youlu.core.ids import uuid7


class Preview(models.Model):
    """What a closure would do, asked for and answered; nothing of it is in force."""

    class State(models.TextChoices):
        ASKED = "asked", "等待计算"
        DONE = "done", "已算好"
        FAILED = "failed", "没有算成"

    id = models.UUIDField(primary_key=True, default=uuid7)
    closure = models.JSONField()  # ClosureInput as JSON
    actor = models.TextField()
    state = models.TextField(choices=State.choices, default=State.ASKED)
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()  # real time
    answered_at = models.DateTimeField(null=True)


class TimetableEffect(models.Model):
    """What a draft of a timetable would do from a service date on, asked for and answered; nothing of it is in force.

    `version` is the draft's when it was asked: after another change the answer no longer speaks of it."""

    class State(models.TextChoices):
        ASKED = "asked", "等待计算"
        RUNNING = "running", "正在算"
        DONE = "done", "已算好"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "没有算成"

    id = models.UUIDField(primary_key=True, default=uuid7)
    draft_id = models.UUIDField(db_index=True)
    version = models.IntegerField()
    effective_date = models.DateField()
    actor = models.TextField()
    state = models.TextField(choices=State.choices, default=State.ASKED)
    is_stop_asked = models.BooleanField(default=False)
    steps_done = models.SmallIntegerField(default=0)
    steps = models.SmallIntegerField(default=0)
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()  # real time
    answered_at = models.DateTimeField(null=True)


class ApplyRun(models.Model):
    """One run of `closure_apply` to an epoch; a run that was killed is continued by the next one of its epoch."""

    epoch = models.IntegerField(primary_key=True)
    closure_id = models.UUIDField(null=True)
    started_at = models.DateTimeField()  # real time
    finished_at = models.DateTimeField(null=True)
    partitions_done = models.SmallIntegerField(default=0)
    looked_at = models.IntegerField(default=0)
    hit = models.IntegerField(default=0)
    revised = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    later = models.IntegerField(default=0)
    earlier = models.IntegerField(default=0)
    unknown = models.IntegerField(default=0)
    contacts = models.IntegerField(default=0)
    takeovers = models.SmallIntegerField(default=0)  # times another worker went on after a kill
    capacity = models.JSONField(null=True)


class Notice(models.Model):
    """One state of a closure that was made known: its declaration, every extension, part lift and its end.

    The measures of the state are those in force under `epoch`."""

    class Act(models.TextChoices):
        DECLARED = "declared", "登记"
        EXTENDED = "extended", "延期"
        LIFTED_PART = "lifted_part", "部分解除"
        LIFTED = "lifted", "解除"

    pk = models.CompositePrimaryKey("closure_id", "epoch")
    closure_id = models.UUIDField()
    epoch = models.IntegerField()
    at = models.DateTimeField()
    next_review_at = models.DateTimeField(null=True)
    act = models.TextField(choices=Act.choices)
    document_no = models.TextField(default="")  # the paper it was done by; "" where none was written down
