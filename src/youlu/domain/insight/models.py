"""What was counted, by the hour: the past that pages compare the present with."""

from __future__ import annotations

from django.db import models


class Indicator(models.TextChoices):
    """What is counted of the mail in flight and of the work it makes."""

    KEPT_PCT = "kept_pct", "承诺履约率"
    RISK = "risk", "有风险"
    LATE = "late", "已逾限"
    NO_WAY = "noway", "无路可达"
    SILENT = "silent", "静默"
    CLOSURES = "closures", "中断中"
    ORDERS = "orders", "待办工单"


class Reading(models.Model):
    """One indicator of one scope at the full hour `at` (business time): taken once, never changed."""

    indicator = models.TextField(choices=Indicator.choices)
    scope = models.TextField()  # "" all mail in flight; "6201" a prefecture of destination, four digits
    at = models.DateTimeField()
    value = models.FloatField()
    is_made = models.BooleanField(default=False)  # made up for a scenario, not counted

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "scope", "at"], name="insight_reading_once")]


class KeptDay(models.Model):
    """A day whose kept rates were counted; later scans of it are counted again while it is young."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()  # business time
    is_made = models.BooleanField(default=False)  # made up for a scenario, not counted


class Kept(models.Model):
    """Mail that was due on a day by the standard, and by what was promised: how much of it was there by then."""

    day = models.DateField()
    mail_class = models.TextField()
    prefecture = models.TextField()  # of destination, four digits
    standard_due = models.IntegerField()
    standard_kept = models.IntegerField()
    committed_due = models.IntegerField()
    committed_kept = models.IntegerField()
    no_standard = models.IntegerField()  # promised for the day, of no known standard

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "mail_class", "prefecture"], name="insight_kept_once")]
