"""Work orders with their history; outreach: who is owed word of a changed promise, and every try at telling them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from youlu.core.crypto import EncryptedTextField
from youlu.core.ids import uuid7


class OrderKind(models.Model):
    """What kinds of work there are, how fast, and where they may be done: data with a source, not code."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    first_reply_min = models.IntegerField()
    close_min = models.IntegerField()
    sites = ArrayField(models.TextField())  # workforce sites it may be taken at
    handling_s = models.IntegerField()
    needs_responsibility = models.BooleanField()  # not closed without call-back and responsibility
    source = models.TextField()


class Parameter(models.Model):
    """A figure of the trade that the capacity strip reckons with, and where it is from."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    value = models.FloatField()
    unit = models.TextField()
    source = models.TextField()


class WorkOrder(models.Model):
    class State(models.TextChoices):
        OPEN = "open", "待派"
        TAKEN = "taken", "处理中"
        ANSWERED = "answered", "已回复"
        CLOSED = "closed", "办结"

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.BigIntegerField(unique=True)  # said on the phone
    kind = models.ForeignKey(OrderKind, on_delete=models.PROTECT)
    title = models.TextField()  # no personal data: it stands in lists
    body = EncryptedTextField(default="")
    channel = models.TextField(default="phone")
    state = models.TextField(choices=State.choices, default=State.OPEN)
    sites = ArrayField(models.TextField())
    party_id = models.UUIDField(null=True)
    customer_key = models.BinaryField(null=True)
    item_key = models.BigIntegerField(null=True)
    closure_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    reply_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_by = models.UUIDField(null=True)  # agent
    taken_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    responsibility = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="open"), name="desk_order_waiting"),
            models.Index(fields=["due_at"], condition=~Q(state="closed"), name="desk_order_unclosed"),
            models.Index(fields=["taken_by", "due_at"], condition=~Q(state="closed"), name="desk_order_mine"),
            models.Index(fields=["customer_key", "opened_at"]),
        ]


class OrderEvent(models.Model):
    """What happened to an order, in order."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT)
    at = models.DateTimeField()
    actor = models.TextField()
    act = models.TextField()
    note = EncryptedTextField(default="")

    class Meta:
        indexes = [models.Index(fields=["order", "id"])]


class Outreach(models.Model):
    """A set of contacts owed: one a closure."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    closure_id = models.UUIDField(null=True, unique=True)
    reason = models.TextField()  # 兰州城关区封控: said to customers
    next_review_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()


class ContactMode(models.TextChoices):
    MESSAGE = "message", "消息"
    VOICE = "voice", "电话"


class ContactState(models.TextChoices):
    OWED = "owed", "待联系"
    CLAIMED = "claimed", "联系中"
    UNREACHED = "unreached", "没接通"
    SCHEDULED = "scheduled", "约了时间"
    TOLD = "told", "已告知"
    GIVEN_UP = "given_up", "联系不上"
    OTHER = "other", "其他"
    MOOT = "moot", "不必再告知"


OPEN_STATES = (ContactState.OWED, ContactState.CLAIMED, ContactState.UNREACHED, ContactState.SCHEDULED)


class Contact(models.Model):
    """What one customer is owed. At most one is open a customer, whatever number of items, partitions, closures."""

    id = models.UUIDField(primary_key=True)
    # The latest that added to it. No constraint in the database: 100,000 of its checks cost a second, and nothing of
    # an outreach is ever deleted.
    outreach = models.ForeignKey(Outreach, on_delete=models.PROTECT, db_constraint=False)
    customer_key = models.BinaryField()
    party_id = models.UUIDField()
    mode = models.TextField(choices=ContactMode.choices)
    state = models.TextField(choices=ContactState.choices)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_before = models.DateTimeField()
    revision = models.IntegerField()  # raised whenever what is owed changes
    tries = models.SmallIntegerField(default=0)
    claimed_by = models.UUIDField(null=True)  # agent
    lease_until = models.DateTimeField(null=True)  # the machine's clock
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["customer_key"], name="desk_one_open_contact",
            condition=Q(state__in=["owed", "claimed", "unreached", "scheduled"]))]
        indexes = [
            models.Index(fields=["mode", "due_at", "id"], name="desk_contact_waiting",
                         condition=Q(state__in=["owed", "claimed", "unreached", "scheduled"])),
            models.Index(fields=["claimed_by"], condition=Q(state="claimed"), name="desk_contact_held"),
        ]


class ContactItem(models.Model):
    """One item of a contact: the time last told, the time to tell (null: unknown), and whether it was."""

    pk = models.CompositePrimaryKey("contact_id", "item_key")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    item_key = models.BigIntegerField()
    was_at = models.DateTimeField(null=True)
    becomes_at = models.DateTimeField(null=True)
    revision = models.IntegerField()  # the contact's when this last changed
    told_at = models.DateTimeField(null=True)
    is_recorded = models.BooleanField(default=False)  # the item knows that its customer was told

    class Meta:
        indexes = [
            models.Index(fields=["item_key", "told_at"]),
            models.Index(fields=["told_at"], condition=Q(told_at__isnull=False, is_recorded=False),
                         name="desk_told_unrecorded"),
        ]


class Attempt(models.Model):
    """One try at telling: a claim by an agent, or a message. `result` is "" until it is known."""

    class Result(models.TextChoices):
        NONE = "", "未填"
        TOLD = "told", "已告知"
        UNREACHED = "unreached", "没接通"
        SCHEDULED = "scheduled", "约时间"
        OTHER = "other", "其他"

    id = models.UUIDField(primary_key=True, default=uuid7)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT)
    mode = models.TextField(choices=ContactMode.choices)
    agent_id = models.UUIDField(null=True)
    begun_at = models.DateTimeField()
    call_asked_at = models.DateTimeField(null=True)  # two-ended call (双呼)
    result = models.TextField(choices=Result.choices, blank=True, default="")
    result_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")  # a code, no free text about a person

    class Meta:
        indexes = [
            models.Index(fields=["contact", "id"]),
            models.Index(fields=["agent_id", "result_at"]),
        ]
