"""Items, scans, promise revisions, what is due to be recomputed. All partitioned by hash of the item's key: every
unique key includes it, and the tables are made by hand-written migrations."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

PARTITIONS = 16


class MailClass(models.TextChoices):
    EXPRESS = "express", "特快"
    PARCEL = "parcel", "快递包裹"
    REGISTERED = "registered", "挂号信函"


class Place(models.IntegerChoices):
    """Where the fold of an item's scans puts it."""

    OFFICE = 0, "在网点"
    TRIP = 1, "运输途中"
    ROUND = 2, "派送途中"
    DELIVERED = 3, "已妥投"
    RETURNED = 4, "已退回"


class ScanKind(models.IntegerChoices):
    ACCEPTED = 0, "收寄"
    DEPARTED = 1, "发出"
    ARRIVED = 2, "到达"
    OUT = 3, "安排投递"
    DELIVERED = 4, "妥投"
    UNDELIVERED = 5, "未妥投"
    RETURNED = 6, "退回"
    VOID = 7, "更正"  # says only that the scan it names did not happen
    HELD = 8, "暂存"  # says only why it is not delivered: moves nothing


# Parties (for parties.retention) whose item is under way, or ended after the cutoff.
PARTY_BUSINESS = """
SELECT unnest(ARRAY[addressee_id, sender_id]) FROM mail_item WHERE place < 3 OR place_since >= %(cutoff)s"""


class Item(models.Model):
    """One receipted item. `expected_arrive_by` and `told_arrive_by` are null when no time can be said."""

    item_key = models.BigIntegerField(primary_key=True)
    mail_class = models.TextField(choices=MailClass.choices)
    programme = models.TextField(default="")
    origin_office_id = models.IntegerField()
    dest_office_id = models.IntegerField()
    dest_segment_id = models.IntegerField(null=True)
    dest_compound_id = models.IntegerField(null=True)
    sender_id = models.UUIDField(null=True)
    addressee_id = models.UUIDField(null=True)
    accepted_at = models.DateTimeField()

    place = models.SmallIntegerField(choices=Place.choices, default=Place.OFFICE)
    place_office_id = models.IntegerField(null=True)
    place_leg = models.BigIntegerField(null=True)  # planned-leg key of the leg it departed on
    place_since = models.DateTimeField()
    position_no = models.IntegerField(default=0)  # raised whenever the fold moves the item

    committed_arrive_by = models.DateTimeField()
    expected_arrive_by = models.DateTimeField(null=True)
    told_arrive_by = models.DateTimeField(null=True)
    arrival_at = models.DateTimeField(null=True)  # at the destination office, by the planned legs
    planned_legs = ArrayField(models.BigIntegerField(), default=list)
    legs_done = models.SmallIntegerField(default=0)  # planned legs ridden or boarded
    next_departure_at = models.DateTimeField(null=True)  # of the next planned leg; past: the connection is missed
    epoch = models.IntegerField()
    revision_no = models.IntegerField(default=1)
    last_event_at = models.DateTimeField(null=True)  # of the events the position is folded from; null: unknown
    in_flight = models.GeneratedField(
        expression=models.ExpressionWrapper(models.Q(place__lt=3), output_field=models.BooleanField()),
        output_field=models.BooleanField(), db_persist=True)
    is_overloaded = models.BooleanField(default=False, db_default=False)  # a trip ahead cannot carry all planned on it
    shadow_source = models.TextField(default="", db_default="")  # whose traces it is known by alone: told to nobody

    class Meta:
        db_table = "mail_item"


class Scan(models.Model):
    pk = models.CompositePrimaryKey("item_key", "device", "sequence")
    item_key = models.BigIntegerField()
    device = models.TextField()
    sequence = models.BigIntegerField()
    kind = models.SmallIntegerField(choices=ScanKind.choices)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    office_id = models.IntegerField(null=True)
    leg = models.BigIntegerField(null=True)
    cause = models.SmallIntegerField(null=True)  # of not being delivered: TRADE codes 101…130
    corrects_device = models.TextField(null=True)
    corrects_sequence = models.BigIntegerField(null=True)
    body_digest = models.BinaryField()

    class Meta:
        db_table = "mail_scan"


class PromiseRevision(models.Model):
    """One state of an item's promise with its cause, epoch and the position it was computed from."""

    class Cause(models.TextChoices):
        ACCEPTED = "accepted", "收寄承诺"
        CLOSURE = "closure", "中断"
        LIFT = "lift", "解除"
        MISSED = "missed", "未赶上班次"
        MOVED = "moved", "位置变化"
        TIMETABLE = "timetable", "班期调整"
        CAPACITY = "capacity", "处理能力"

    pk = models.CompositePrimaryKey("item_key", "revision_no")
    item_key = models.BigIntegerField()
    revision_no = models.IntegerField()
    epoch = models.IntegerField()
    cause = models.TextField(choices=Cause.choices)
    closure_id = models.UUIDField(null=True)
    computed_at = models.DateTimeField()
    place = models.SmallIntegerField(choices=Place.choices)
    place_office_id = models.IntegerField(null=True)
    place_leg = models.BigIntegerField(null=True)
    place_since = models.DateTimeField()
    arrive_by = models.DateTimeField(null=True)
    arrival_at = models.DateTimeField(null=True)
    planned_legs = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        db_table = "mail_promise_revision"


class RecalcDue(models.Model):
    """An item whose promise is to be recomputed under `epoch` or later."""

    item_key = models.BigIntegerField(primary_key=True)
    epoch = models.IntegerField()
    cause = models.TextField(choices=PromiseRevision.Cause.choices)
    closure_id = models.UUIDField(null=True)

    class Meta:
        db_table = "mail_recalc_due"


class OverloadedLeg(models.Model):
    """A leg that more items are planned on than its trip carries, as last counted."""

    leg = models.BigIntegerField(primary_key=True)
    items = models.IntegerField()
    carries = models.IntegerField()

    class Meta:
        db_table = "mail_overloaded_leg"


class Watermark(models.Model):
    """Every item of the hash partition has been looked at under this epoch."""

    partition_no = models.SmallIntegerField(primary_key=True)
    epoch = models.IntegerField()

    class Meta:
        db_table = "mail_watermark"


class Sum(models.Model):
    """A sum over all mail in flight, of which `rows` (JSON) are true for `state` (epoch and watermarks)."""

    name = models.TextField(primary_key=True)
    state = models.TextField()
    made_at = models.DateTimeField()  # real time
    took_s = models.FloatField()
    rows = models.TextField()

    class Meta:
        db_table = "mail_sum"


class NumberRange(models.Model):
    """Numbers of ours by service letters; `next_serial` only grows, so none is issued twice."""

    service = models.TextField(primary_key=True)
    next_serial = models.BigIntegerField()
    last_serial = models.BigIntegerField()

    class Meta:
        db_table = "mail_number_range"


class WrongTry(models.Model):
    """A tracking question that was answered "not found": what throttles guessing."""

    number = models.TextField()  # as asked, at most 40 characters
    tried_at = models.DateTimeField()  # real time

    class Meta:
        db_table = "mail_wrong_try"
        indexes = [models.Index(fields=["number", "tried_at"], name="mail_wrong_try_number_idx")]


class OrdinaryCount(models.Model):
    """How many ordinary letters (平常邮件) an office handled on a day: all that is ever known of them."""

    class Kind(models.TextChoices):
        LETTER = "letter", "平信"
        PRINTED = "printed", "印刷品"
        SMALL_PACKET = "small_packet", "小包"

    class Direction(models.TextChoices):
        ACCEPTED = "accepted", "收寄"
        DISPATCHED = "dispatched", "发出"
        ARRIVED = "arrived", "进口"
        DELIVERED = "delivered", "投递"

    pk = models.CompositePrimaryKey("office_id", "day", "kind", "direction")
    office_id = models.IntegerField()
    day = models.DateField()
    kind = models.TextField(choices=Kind.choices)
    direction = models.TextField(choices=Direction.choices)
    pieces = models.IntegerField()
    counted_at = models.DateTimeField()
    counted_by = models.TextField()

    class Meta:
        db_table = "mail_ordinary_count"
        indexes = [models.Index(fields=["-day", "office_id"], name="mail_ordinary_day_idx")]


# The tables of rooms inside this one; by name only, since they name classes of this module.
import youlu.domain.mail.bags.models  # noqa: E402
import youlu.domain.mail.exceptions.models  # noqa: E402
import youlu.domain.mail.traces.models  # noqa: E402, F401
