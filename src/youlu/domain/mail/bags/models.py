"""Bags (总包), runs of vehicles (封车), what they hold, and what unsealing finds otherwise."""

from __future__ import annotations

from django.db import models

from youlu.domain.mail.models import Place


class ContainerScanKind(models.IntegerChoices):
    """What happens to a bag (总包) or to a vehicle's run; the words are the bag's, `bags.words` has the vehicle's."""

    SEALED = 0, "封发"
    LOADED = 1, "装车"
    DEPARTED = 2, "发出"
    ARRIVED = 3, "到达"
    UNSEALED = 4, "开拆"
    VOID = 5, "更正"


class ContentRole(models.IntegerChoices):
    """What a scan of a container says of a number it lists."""

    IN = 0, "装入"
    FOUND = 1, "开拆在内"
    DAMAGED = 2, "开拆破损"


class Container(models.Model):
    """A bag, or one run of a vehicle, as the fold of its scans leaves it. A cache: scans and contents decide."""

    number = models.TextField(primary_key=True)
    is_vehicle = models.BooleanField(default=False)
    mail_class = models.TextField(default="")
    seal = models.TextField(default="")
    weight_g = models.IntegerField(null=True)
    origin_office_id = models.IntegerField(null=True)
    dest_office_id = models.IntegerField(null=True)
    sealed_at = models.DateTimeField(null=True)
    unsealed_at = models.DateTimeField(null=True)
    place = models.SmallIntegerField(choices=Place.choices, null=True)
    place_office_id = models.IntegerField(null=True)
    place_leg = models.BigIntegerField(null=True)
    place_since = models.DateTimeField(null=True)
    inside = models.TextField(default="")  # the vehicle's run it is on now
    items = models.IntegerField(default=0)
    bags = models.IntegerField(default=0)

    class Meta:
        db_table = "mail_container"
        indexes = [
            models.Index(fields=["-place_since", "number"], name="mail_container_since_idx"),
            models.Index(fields=["inside"], name="mail_container_inside_idx", condition=~models.Q(inside="")),
        ]


class ContainerScan(models.Model):
    """One scan of a container, stored once for all that it holds."""

    pk = models.CompositePrimaryKey("container", "device", "sequence")
    container = models.TextField()
    device = models.TextField()
    sequence = models.BigIntegerField()
    kind = models.SmallIntegerField(choices=ContainerScanKind.choices)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    office_id = models.IntegerField(null=True)  # of a departure: where it left
    leg = models.BigIntegerField(null=True)  # of a departure; of a vehicle's seal or load: the leg it waits for
    to_office_id = models.IntegerField(null=True)  # of a seal: the bag's destination; of a load: where it gets off
    seal = models.TextField(default="")
    weight_g = models.IntegerField(null=True)
    mail_class = models.TextField(default="")
    is_listed = models.BooleanField(default=False)  # an unsealing that names all that was found
    corrects_device = models.TextField(null=True)
    corrects_sequence = models.BigIntegerField(null=True)
    body_digest = models.BinaryField()

    class Meta:
        db_table = "mail_container_scan"


class BagContent(models.Model):
    """An item that a scan of a container lists. Partitioned by item: the fold of an item starts from here."""

    pk = models.CompositePrimaryKey("item_key", "container", "device", "sequence")
    item_key = models.BigIntegerField()
    container = models.TextField()
    device = models.TextField()
    sequence = models.BigIntegerField()
    role = models.SmallIntegerField(choices=ContentRole.choices)

    class Meta:
        db_table = "mail_bag_content"


class VehicleContent(models.Model):
    """A bag that a scan of a vehicle's run lists."""

    pk = models.CompositePrimaryKey("bag", "vehicle", "device", "sequence")
    bag = models.TextField()
    vehicle = models.TextField()
    device = models.TextField()
    sequence = models.BigIntegerField()
    role = models.SmallIntegerField(choices=ContentRole.choices)

    class Meta:
        db_table = "mail_vehicle_content"
        indexes = [models.Index(fields=["vehicle"], name="mail_vehicle_content_vehicle")]


class DifferenceKind(models.IntegerChoices):
    MISSING = 0, "少件"
    SURPLUS = 1, "多件"
    DAMAGED = 2, "破损"


class Difference(models.Model):
    """What an unsealing found otherwise than the list said; worked off by a person, or moot when a later scan (the
    bag's late list, a correction) explains it."""

    class Outcome(models.TextChoices):
        OPEN = "", "待处理"
        FOUND = "found", "已找到"
        SENT_ON = "sent_on", "已转发"
        RETURNED = "returned", "已退回原局"
        CLAIMED = "claimed", "转理赔"
        MISTAKEN = "mistaken", "登记有误"
        MOOT = "moot", "后到轨迹已说明"

    id = models.UUIDField(primary_key=True)
    container = models.TextField()
    device = models.TextField()
    sequence = models.BigIntegerField()
    subject = models.TextField()  # the number of an item, or of a bag missing from a vehicle
    item_key = models.BigIntegerField(null=True)
    kind = models.SmallIntegerField(choices=DifferenceKind.choices)
    office_id = models.IntegerField()
    found_at = models.DateTimeField()
    outcome = models.TextField(choices=Outcome.choices, default="", blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        db_table = "mail_difference"
        constraints = [models.UniqueConstraint(fields=["container", "device", "sequence", "subject", "kind"],
                                               name="mail_difference_once")]
        indexes = [
            models.Index(fields=["-found_at", "-id"], name="mail_difference_open_idx", condition=models.Q(outcome="")),
            models.Index(fields=["item_key"], name="mail_difference_item_idx"),
        ]
