"""Campaigns beside the outreaches of closures; who is owed word stands in the desk's contacts."""

from __future__ import annotations

from django.db import models

NAME_MAX = 40


class Campaign(models.Model):
    """One outreach that a supervisor opened. Its contacts are held until it runs, and again while it is stopped."""

    class State(models.TextChoices):
        DRAFT = "draft", "待开始"
        RUNNING = "running", "进行中"
        STOPPED = "stopped", "已停"
        DONE = "done", "办完"
        DROPPED = "dropped", "不办了"

    class Source(models.TextChoices):
        FILE = "file", "表格"
        PROGRAMME = "programme", "项目名单"
        VIEW = "view", "工单视图"

    class Why(models.TextChoices):
        NONE = "", "–"
        ASKED = "asked", "主管停的"
        NO_WORDING = "no_wording", "口径撤回了，没有现行的一版"
        NEEDS_ITEMS = "needs_items", "新一版口径要说邮件号，名单里有人没有邮件"

    outreach = models.OneToOneField("desk.Outreach", primary_key=True, on_delete=models.PROTECT)
    topic = models.TextField()  # of the wording: campaign.<topic>.message and .voice
    source = models.TextField(choices=Source.choices)
    source_name = models.TextField(blank=True, default="")  # a programme, a view: nothing a file was called
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    why = models.TextField(choices=Why.choices, blank=True, default="")  # it is stopped
    due_at = models.DateTimeField()
    voice_pct = models.SmallIntegerField(default=100)  # of the customers, called at most
    customers = models.IntegerField(default=0)
    rows = models.IntegerField(default=0)
    has_bare = models.BooleanField(default=False)  # some customers have no item that a sentence could name
    faults = models.JSONField(default=list)  # [line, code] of rows that cannot be used
    left_out = models.JSONField(default=dict)  # code -> rows or customers that need no word, or may have none
    plan = models.JSONField(default=list)  # [instant, told by then], as it was reckoned at the start
    made_by = models.TextField()
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="desk_campaign_state")]


class CampaignRow(models.Model):
    """What a contact of a campaign is about: a line of the supervisor's file, an item, or both."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey("desk.Contact", on_delete=models.PROTECT, db_constraint=False)
    line = models.IntegerField(null=True)
    item_key = models.BigIntegerField(null=True)
