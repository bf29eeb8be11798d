"""People of the desk, where they are and were, and what is expected of them an hour."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from youlu.core.ids import uuid7


class Site(models.TextChoices):
    ON_SITE = "on_site", "在岗"
    AT_HOME = "at_home", "居家"
    OUT = "out", "不在"


class Agent(models.Model):
    """A person at the desk. `home_compound_id` is read only with `workforce.home`."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    staff_no = models.TextField(unique=True)  # 工号, said to customers
    skills = ArrayField(models.TextField(), default=list)
    home_compound_id = models.IntegerField(null=True)
    is_active = models.BooleanField(default=True)


class Presence(models.Model):
    """From `since` to `until` (open: null) a person was at `site`, taking work or not. Business instants."""

    class Reason(models.TextChoices):
        NONE = "", "照常"
        LOCKED_DOWN = "locked_down", "小区封控"
        DUTY = "duty", "应急值守"
        ILL = "ill", "身体不适"
        REST = "rest", "休息"

    id = models.UUIDField(primary_key=True, default=uuid7)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT)
    site = models.TextField(choices=Site.choices)
    is_taking = models.BooleanField()
    reason = models.TextField(choices=Reason.choices, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reported_by = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent"], condition=models.Q(until=None),
                                               name="workforce_one_open_presence")]


class Demand(models.Model):
    """What is expected in one hour and channel, and who says so."""

    class Channel(models.TextChoices):
        CALL = "call", "来电"
        ORDER = "order", "工单"
        CONTACT = "contact", "主动联系"

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.TextField(choices=Channel.choices)
    hour_at = models.DateTimeField()  # start of the hour
    expected = models.FloatField()
    source = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "hour_at"], name="workforce_demand_hour")]
