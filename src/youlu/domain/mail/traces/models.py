"""Where traces come from, what their names mean here, and the rows that could not be used."""

from __future__ import annotations

from django.db import models


class TraceSource(models.Model):
    """Another system that scans mail. In shadow nothing it sends touches mail that is in our care."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    is_shadow = models.BooleanField(default=True)
    registered_at = models.DateTimeField()
    registered_by = models.TextField()

    class Meta:
        db_table = "mail_trace_source"


class TraceName(models.Model):
    """What a source calls an office of ours (`ours`: its code) or a kind of scan (`ours`: the kind, or "ignored")."""

    class What(models.TextChoices):
        OFFICE = "office", "网点"
        CODE = "code", "操作码"

    pk = models.CompositePrimaryKey("source_id", "what", "foreign")
    source = models.ForeignKey(TraceSource, on_delete=models.PROTECT)
    what = models.TextField(choices=What.choices)
    foreign = models.TextField()
    ours = models.TextField()

    class Meta:
        db_table = "mail_trace_name"


class TraceLeft(models.Model):
    """A row that was read and not used, once however often it is sent; it goes when the same row is used later."""

    class Reason(models.TextChoices):
        UNKNOWN_CODE = "unknown_code", "操作码不认识"
        UNKNOWN_OFFICE = "unknown_office", "网点不认识"
        NO_RUN = "no_run", "对不上班次"
        NO_ITEM = "no_item", "没有收寄记录"
        NO_DESTINATION = "no_destination", "收寄没有寄达局"
        NO_WAY = "no_way", "班期里没有路"
        NO_MEANING = "no_meaning", "操作码不移动邮件"

    pk = models.CompositePrimaryKey("source_id", "digest")
    source = models.ForeignKey(TraceSource, on_delete=models.PROTECT)
    digest = models.BigIntegerField()
    reason = models.TextField(choices=Reason.choices)
    foreign = models.TextField()  # the code or office that is not known, or the office of the departure
    occurred_at = models.DateTimeField()

    class Meta:
        db_table = "mail_trace_left"
        indexes = [models.Index(fields=["source", "reason", "foreign"], name="mail_trace_left_idx")]
