"""What was worked out about backlogs: one run an epoch, one row an office where mail waits for its turn."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from youlu.core.ids import uuid7


class BacklogRun(models.Model):
    """The backlogs under an epoch; holds until the next run. Immutable once stored."""

    epoch = models.IntegerField(primary_key=True)
    key = models.UUIDField(default=uuid7)  # an epoch rolled back is raised again: what is kept of a run goes by this
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


class HolidayList(models.Model):
    """The holidays and make-up days of one year as announced. A changed announcement is another list; none is edited,
    so that what was reckoned under it can be told for ever."""

    id = models.AutoField(primary_key=True)
    year = models.SmallIntegerField(db_index=True)
    title = models.TextField()
    document_no = models.TextField(default="")
    address = models.TextField(default="")  # where it can be read
    imported_at = models.DateTimeField()
    imported_by = models.TextField()


class HolidayDay(models.Model):
    """A day off that is announced, or a weekend day that is worked instead of one."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        MAKEUP = "makeup_workday", "调休上班"

    id = models.BigAutoField(primary_key=True)
    holiday_list = models.ForeignKey(HolidayList, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    kind = models.TextField(choices=Kind.choices)
    name = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holiday_list", "date"], name="promise_holiday_once")]


class StandardTable(models.Model):
    """One version of the published standard times. Rows never change; once activated it stays for ever, because items
    accepted under it are judged by it. `id` is the version people name."""

    id = models.AutoField(primary_key=True)
    title = models.TextField()
    document_no = models.TextField(default="")
    address = models.TextField(default="")  # where it can be read
    is_model = models.BooleanField(default=False)  # made up for a scenario: nobody published it
    lines = models.IntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()
    valid_from = models.DateField(null=True)  # acceptance days, half-open; null while not activated
    valid_until = models.DateField(null=True)
    activated_at = models.DateTimeField(null=True)
    activated_by = models.TextField(default="")

    class Meta:
        constraints = [models.CheckConstraint(name="promise_standard_active_from", condition=models.Q(
            activated_at__isnull=True, valid_from__isnull=True) | models.Q(
            activated_at__isnull=False, valid_from__isnull=False))]


class StandardRow(models.Model):
    """D + `days` for mail of a class between two divisions. Prefixes of GB/T 2260 codes: "" is everywhere; of the rows
    that fit, the one that says most of both ends holds."""

    class Unit(models.TextChoices):
        WORKING = "working", "工作日"
        CALENDAR = "calendar", "自然日"

    id = models.BigAutoField(primary_key=True)
    table = models.ForeignKey(StandardTable, on_delete=models.CASCADE, related_name="rows")
    mail_class = models.TextField()
    origin = models.TextField()
    dest = models.TextField()
    days = models.SmallIntegerField()
    unit = models.TextField(choices=Unit.choices)
    cutoff_min = models.SmallIntegerField()  # of the day; handed in later counts from the next day
    due_min = models.SmallIntegerField()  # of the last day; 1440: its end

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "origin", "dest", "mail_class"],
                                               name="promise_standard_row_once")]
