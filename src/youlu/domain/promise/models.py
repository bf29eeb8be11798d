"""What was worked out about backlogs: one run an epoch, one row an office where mail waits for its turn."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class BacklogRun(models.Model):
    """The backlogs under an epoch; holds until the next run. Immutable once stored."""

    epoch = models.IntegerField(primary_key=True)
    computed_at = models.DateTimeField()
    start_day = models.IntegerField()  # its midnight in Shanghai is minute 0 of the tables
    lanes = models.JSONField()  # [mail class with a line of its own or "", whether worked first], as tables' rows
    closure_id = models.UUIDField(null=True)  # whose stop of an office it follows from
    is_news = models.BooleanField()  # promises may differ from before it


class OfficeBacklog(models.Model):
    """Where more mail is, or will be, than can be worked at once. Hours count from the run's start day."""

    run = models.ForeignKey(BacklogRun, on_delete=models.CASCADE, related_name="offices")
    office_id = models.IntegerField()
    per_hour = models.IntegerField()
    stopped_until = models.DateTimeField(null=True)  # null: not stopped, or without an end
    is_stopped = models.BooleanField()
    first_hour = models.IntegerField()  # of `waiting`
    waiting = ArrayField(models.IntegerField())  # items at the end of each hour
    ready_min = ArrayField(ArrayField(models.IntegerField()))  # lane × hour of arrival: not ready before; 0: no wait
    drained_at = models.DateTimeField(null=True)  # null: not within the horizon

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "office_id"], name="promise_backlog_once")]
