"""What a kind of work is divided into."""

from __future__ import annotations

from django.db import models


class OrderSubtype(models.Model):
    """One of the things that orders of a kind are about (延误, 丢失…): a row with its source, not code."""

    code = models.TextField(primary_key=True)
    kind = models.ForeignKey("desk.OrderKind", on_delete=models.PROTECT)
    name = models.TextField()
    public_name = models.TextField(default="")  # the public's words for it; "": the public is not offered it
    rank = models.SmallIntegerField()
    source = models.TextField()
