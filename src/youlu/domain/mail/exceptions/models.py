"""What somebody must look at: wrong way, late, at risk, silent, undelivered; and what tells them."""

from __future__ import annotations

from django.db import models


class LegSilence(models.Model):
    """What the post's own scans teach of one leg of a trip, whatever the day: seconds that 99 of 100 stay under."""

    pk = models.CompositePrimaryKey("trip_key", "stop_seq")
    trip_key = models.IntegerField()
    stop_seq = models.IntegerField()
    rides = models.IntegerField()
    ride_p99_s = models.IntegerField(null=True)  # from the scan of departure to the next scan
    departures = models.IntegerField()
    lag_p99_s = models.IntegerField(null=True)  # from the planned departure to its scan
    learned_at = models.DateTimeField()

    class Meta:
        db_table = "mail_leg_silence"


class Astray(models.Model):
    """An item last seen at an office that its way did not lead by. True while it is still there since then."""

    item_key = models.BigIntegerField(primary_key=True)
    office_id = models.IntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "mail_astray"


class ExceptionKind(models.IntegerChoices):
    LATE = 0, "逾限"
    ASTRAY = 1, "错向"
    SILENT = 2, "静默"
    RISK = 3, "有风险"
    NO_WAY = 4, "无路可达"


class ItemException(models.Model):
    """One reason why somebody must look at an item; brought up to date by a job, so that lists and counts are cheap."""

    pk = models.CompositePrimaryKey("kind", "item_key")
    kind = models.SmallIntegerField(choices=ExceptionKind.choices)
    item_key = models.BigIntegerField()
    due_at = models.DateTimeField()  # what was committed: the most urgent first
    here_division = models.TextField()  # of the office it is at, or heads for
    dest_division = models.TextField()
    partition_no = models.SmallIntegerField()
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "mail_exception"
        indexes = [models.Index(fields=["kind", "due_at", "item_key"], name="mail_exception_due_idx")]


class ExceptionCount(models.Model):
    """Sums of the same, for tabs."""

    pk = models.CompositePrimaryKey("kind", "here_division", "dest_division")
    kind = models.SmallIntegerField(choices=ExceptionKind.choices)
    here_division = models.TextField()
    dest_division = models.TextField()
    items = models.IntegerField()

    class Meta:
        db_table = "mail_exception_count"


class NextAction(models.Model):
    """What somebody asked to be done with an item that could not be delivered."""

    id = models.UUIDField(primary_key=True)
    item_key = models.BigIntegerField(db_index=True)
    action = models.TextField()
    cause = models.SmallIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    note = models.TextField(default="")

    class Meta:
        db_table = "mail_next_action"


class JobMark(models.Model):
    """How far a job that walks through epochs has come."""

    name = models.TextField(primary_key=True)
    epoch = models.IntegerField(default=0)
    at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_job_mark"
