"""Work orders with their history; outreach: who is owed word of a changed promise, and every try at telling them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value

from youlu.core.crypto import EncryptedTextField
from youlu.core.ids import uuid7
from youlu.domain.desk.campaigns.models import Campaign as Campaign  # a room of its own; Django looks here
from youlu.domain.desk.campaigns.models import CampaignRow as CampaignRow
from youlu.domain.desk.channels.mail.models import Inbox as Inbox
from youlu.domain.desk.channels.mail.models import InboxLetter as InboxLetter
from youlu.domain.desk.channels.models import OrderSource as OrderSource
from youlu.domain.desk.claims.models import Claim as Claim
from youlu.domain.desk.claims.models import ClaimRule as ClaimRule
from youlu.domain.desk.emergency.models import EmergencyNotice as EmergencyNotice
from youlu.domain.desk.emergency.models import EmergencyPlanning as EmergencyPlanning
from youlu.domain.desk.emergency.models import EmergencyWatch as EmergencyWatch
from youlu.domain.desk.exporting.models import OrderExport as OrderExport
from youlu.domain.desk.exporting.models import OrderExportPart as OrderExportPart
from youlu.domain.desk.handover.models import Handover as Handover  # a room of its own; Django looks here
from youlu.domain.desk.handover.models import HandoverItem as HandoverItem
from youlu.domain.desk.importing.models import OrderImport as OrderImport
from youlu.domain.desk.importing.models import OrderImportPart as OrderImportPart
from youlu.domain.desk.importing.models import OrderImportRow as OrderImportRow
from youlu.domain.desk.knowledge.models import Article as Article
from youlu.domain.desk.macros.models import Macro as Macro
from youlu.domain.desk.orders.models import OrderSubtype as OrderSubtype
from youlu.domain.desk.phone.models import Call as Call
from youlu.domain.desk.phone.models import CallBack as CallBack


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
    skills = ArrayField(models.TextField(), default=list)  # what whoever takes it should be able to do
    needs_call_back = models.BooleanField(default=False)
    asks_unit = models.BooleanField(default=True)  # may be dispatched to an office
    has_own_clock = models.BooleanField(default=False)  # counts from a letter's date, under the sender's number
    reply_calendar = models.TextField(default="always")
    close_calendar = models.TextField(default="always")
    warn_min = models.IntegerField(default=60)  # 临期: so long before it is due
    reopen_days = models.IntegerField(default=30)
    return_min = models.IntegerField(default=60)  # taken and untouched for so long: back into the pool; 0: never
    return_source = models.TextField(default="")
    public_name = models.TextField(default="", db_default="")  # the public's words for it; "": the public is not asked
    public_rank = models.SmallIntegerField(default=0, db_default=0)  # its place among what they may ask
    again_min = models.IntegerField(default=0, db_default=0)  # asked again by letter: to answer so soon; 0: no such act
    pass_on_days = models.SmallIntegerField(default=0, db_default=0)  # working days until the sender passes a case on
    outside_days = models.SmallIntegerField(default=0, db_default=0)  # days in which the sender answers who complained
    has_subtypes = models.BooleanField(default=False, db_default=False)  # not closed before it is said which it is


class ServiceHours(models.Model):
    """When a clock of the desk counts. `week` holds seven lists of windows "08:00-24:00", Monday first."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    week = models.JSONField()
    day_off = models.JSONField(null=True)  # windows of a public holiday; null: as the weekday
    makeup = models.JSONField(null=True)  # windows of a make-up day; null: as the weekday
    source = models.TextField()


class Parameter(models.Model):
    """A figure of the trade that the capacity strip reckons with, and where it is from."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    value = models.FloatField()
    unit = models.TextField()
    source = models.TextField()


# What a list may be narrowed to, each by an index of its own.
MARKED = {"supervised": Q(supervised_at__isnull=False), "chased": Q(chases__gt=0), "repeated": Q(repeats__gt=0),
          "extend": Q(extend_to__isnull=False), "paused": Q(paused_at__isnull=False),
          "assumed": Q(is_due_assumed=True)}


class WorkOrder(models.Model):
    class State(models.TextChoices):
        OPEN = "open", "待派"
        TAKEN = "taken", "处理中"
        DISPATCHED = "dispatched", "已派发"
        VERIFIED = "verified", "已核查"
        ANSWERED = "answered", "已回复"
        CALLED_BACK = "called_back", "已回访"
        FIXED = "fixed", "已定责"
        CLOSED = "closed", "办结"

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.BigIntegerField(  # said on the phone; the database counts
        unique=True, db_default=Func(Value("desk_order_number"), function="nextval"))
    kind = models.ForeignKey(OrderKind, on_delete=models.PROTECT, db_index=False)  # desk_order_kind is its index
    subtype = models.TextField(default="", db_default="")  # of kinds that have some; "": nobody has said yet
    title = models.TextField()  # no personal data: it stands in lists
    body = EncryptedTextField(default="")
    channel = models.TextField(default="phone")
    state = models.TextField(choices=State.choices, default=State.OPEN)
    sites = ArrayField(models.TextField())
    party_id = models.UUIDField(null=True)
    customer_key = models.BinaryField(null=True)
    item_key = models.BigIntegerField(null=True)
    closure_id = models.UUIDField(null=True)
    application_id = models.UUIDField(null=True)  # under a programme
    opened_at = models.DateTimeField()
    reply_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_by = models.UUIDField(null=True)  # agent
    taken_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    responsibility = models.TextField(default="")
    priority = models.SmallIntegerField(default=0)  # 0 as any, 1 raised, 2 urgent
    level = models.SmallIntegerField(default=0)  # 升级: whose business it has become
    unit_office_id = models.IntegerField(null=True)  # the office asked, last
    chases = models.SmallIntegerField(default=0)  # 催办
    repeats = models.SmallIntegerField(default=0)  # 重复来电: contacts about it after the first
    reopened = models.SmallIntegerField(default=0)
    supervised_at = models.DateTimeField(null=True)  # 督办
    extend_to = models.DateTimeField(null=True)  # asked for, not yet granted
    paused_at = models.DateTimeField(null=True)  # waiting for the customer: both clocks stand
    warn_at = models.DateTimeField(null=True)  # from here on 临期
    is_due_assumed = models.BooleanField(default=False)  # its days run into a year that nobody has announced
    warned_at = models.DateTimeField(null=True)  # marked 临期
    late_at = models.DateTimeField(null=True)  # marked 超时
    replied_at = models.DateTimeField(null=True)  # the first answer since it was opened: stops that clock for good
    reply_warn_at = models.DateTimeField(null=True)  # from here on little time is left for a first reply
    reply_warned_at = models.DateTimeField(null=True)
    reply_late_at = models.DateTimeField(null=True)  # the first reply's clock ran out
    satisfaction = models.TextField(default="")  # what the call-back brought
    rating = models.SmallIntegerField(null=True)  # the customer's own, 1 to 5
    outside_no = models.TextField(default="")  # the regulator's or hotline's number of the case
    letter_at = models.DateTimeField(null=True)  # the date of the letter that it counts from
    again_at = models.DateTimeField(null=True)  # that of the last one that asked again
    agains = models.SmallIntegerField(default=0, db_default=0)  # 再次来文
    item_number = models.TextField(default="")
    grams = ArrayField(models.TextField(), default=list)  # of the title: see orders.words
    known_by = models.UUIDField(null=True)  # the agent who had the case before: its item's or customer's
    known_until = models.DateTimeField(null=True)  # until then it waits for them, while they take work
    returned_from = models.UUIDField(null=True)  # the agent who gave it back or let it lie
    returns = models.SmallIntegerField(default=0)  # how often it lay untouched
    not_before = models.DateTimeField(null=True)  # given to nobody before: a promised call

    class Meta:
        indexes = [
            # What is not closed, by state as lists show it; counting it reads nothing else.
            models.Index(fields=["state", "due_at", "id"], include=["paused_at", "sites"], condition=~Q(state="closed"),
                         name="desk_order_standing"),
            models.Index(fields=["kind", "due_at", "id"], name="desk_order_kind"),
            # Of a million orders few are open: by the index above a list of a kind's would walk all its closed ones.
            models.Index(fields=["kind", "due_at", "id"], condition=~Q(state="closed"), name="desk_order_kind_open"),
            models.Index(fields=["-priority", "due_at", "id"], condition=Q(state="open"), name="desk_order_next"),
            models.Index(fields=["due_at", "id"], name="desk_order_due"),
            models.Index(fields=["opened_at"], name="desk_order_opened"),  # what came today, against the forecast
            models.Index(fields=["unit_office_id", "due_at"], condition=Q(unit_office_id__isnull=False),
                         name="desk_order_unit"),
            models.Index(fields=["item_key", "opened_at"], condition=Q(item_key__isnull=False), name="desk_order_item"),
            models.Index(fields=["application_id", "opened_at"], condition=Q(application_id__isnull=False),
                         name="desk_order_application"),
            models.Index(fields=["warn_at"], condition=Q(warned_at=None, paused_at=None) & ~Q(state="closed"),
                         name="desk_order_to_warn"),
            models.Index(fields=["due_at"], condition=Q(late_at=None, paused_at=None) & ~Q(state="closed"),
                         name="desk_order_to_mark"),
            models.Index(fields=["reply_due_at"], name="desk_order_to_reply", condition=Q(
                reply_late_at=None, replied_at=None, paused_at=None) & ~Q(state="closed")),
            models.Index(fields=["reply_warn_at"], name="desk_order_reply_warn", condition=Q(
                reply_warned_at=None, replied_at=None, paused_at=None) & ~Q(state="closed")),
            GinIndex(fields=["grams"], name="desk_order_grams"),
            models.Index(OpClass(F("item_number"), "text_pattern_ops"), condition=~Q(item_number=""),
                         name="desk_order_item_number"),
            models.Index(fields=["due_at"], condition=~Q(state="closed"), name="desk_order_unclosed"),
            models.Index(fields=["taken_by", "due_at"], condition=~Q(state="closed"), name="desk_order_mine"),
            models.Index(fields=["customer_key", "opened_at"]),
            models.Index(fields=["known_by", "-priority", "due_at"], name="desk_order_known",
                         condition=Q(state="open", known_by__isnull=False)),
            models.Index(fields=["taken_at"], condition=Q(state="taken"), name="desk_order_lying"),
            # Marks are rare, and few are what a list of them walks: an order without one costs nothing here.
            *(models.Index(fields=["due_at", "id"], condition=which, name=f"desk_order_{name}")
              for name, which in MARKED.items()),
        ]


class OrderEvent(models.Model):
    """What happened to an order, in order."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, db_index=False)  # the index below begins with it
    at = models.DateTimeField()
    actor = models.TextField()
    act = models.TextField()
    note = EncryptedTextField(default="")
    detail = models.TextField(default="")  # an office, a time, a choice: nothing that anybody wrote
    why = models.JSONField(null=True)  # why this agent: a code and figures, see assignment.reasons

    class Meta:
        indexes = [models.Index(fields=["order", "id"])]


class OrderAlert(models.Model):
    """What the supervisor's list holds: a clock near its end or past it, a case gone up; once a due time."""

    class What(models.TextChoices):
        WARNED = "warned", "临期"
        LATE = "late", "超时"
        REPLY_LATE = "reply_late", "首次回复超时"
        REPLY_WARNED = "reply_warned", "首次回复临期"
        ESCALATED = "escalated", "升级"
        EXTEND = "extend", "申请延时"
        UNSATISFIED = "unsatisfied", "回访不满意"
        RETURNED = "returned", "两次没人动"
        STUCK = "stuck", "办的人不在，没人能接"
        AGAIN = "again", "再次来文"

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT)
    what = models.TextField(choices=What.choices)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    seen_by = models.TextField(default="")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "what", "due_at"], name="desk_alert_once")]
        indexes = [models.Index(fields=["-at", "-id"], condition=Q(seen_at=None), name="desk_alert_unseen")]


class AgentNotice(models.Model):
    """What an agent is told of their work: given an order, one taken back that lay untouched, a clock of one in hand
    near its end or past it, somebody asking for speed."""

    class What(models.TextChoices):
        PUSHED = "pushed", "派给您"
        RETURNED = "returned", "没动，已退回"
        MOVED = "moved", "应急值守，换人办"
        WARNED = "warned", "临期"
        LATE = "late", "超时"
        REPLY_WARNED = "reply_warned", "首次回复临期"
        REPLY_LATE = "reply_late", "首次回复超时"
        CHASED = "chased", "被催办"
        SUPERVISED = "supervised", "被督办"
        AGAIN = "again", "再次来文"

    id = models.UUIDField(primary_key=True, default=uuid7)
    agent_id = models.UUIDField()
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT)
    what = models.TextField(choices=What.choices)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agent_id", "-id"], condition=Q(seen_at=None), name="desk_notice_unseen")]


class UnitNotice(models.Model):
    """What an office that was asked is told of the order, while its answer is waited for."""

    class What(models.TextChoices):
        WARNED = "warned", "临期"
        LATE = "late", "超时"
        CHASED = "chased", "被催办"
        SUPERVISED = "supervised", "被督办"
        AGAIN = "again", "再次来文"

    id = models.UUIDField(primary_key=True, default=uuid7)
    office_id = models.IntegerField()
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT)
    what = models.TextField(choices=What.choices)
    at = models.DateTimeField()
    seen_by = models.TextField(default="")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["office_id", "-id"], condition=Q(seen_at=None), name="desk_unit_unseen")]


class Attachment(models.Model):
    """A file with an order; what is in it stands in its parts, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT)
    mime = models.TextField()
    size = models.IntegerField()  # bytes
    at = models.DateTimeField()
    by = models.TextField()


class AttachmentPart(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT)
    nth = models.SmallIntegerField()
    body = EncryptedTextField()  # base64

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attachment", "nth"], name="desk_attachment_part")]


class FollowTry(models.Model):
    """Four wrong digits for a customer's link; of the link the hash."""

    link = models.BinaryField()
    tried_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["link", "tried_at"], name="desk_follow_try")]


class OrderView(models.Model):
    """A saved view of the pool: somebody's own, or everybody's."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner = models.TextField()
    name = models.TextField()
    query = models.JSONField()
    is_shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="desk_view_name")]


class Outreach(models.Model):
    """A set of contacts owed: one a closure, or a supervisor's own (its campaign says how)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    closure_id = models.UUIDField(null=True, unique=True)
    reason = models.TextField()  # 兰州城关区封控: said to customers; of a campaign its name, which they never hear
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
    HELD = "held", "等开始"


OPEN_STATES = (ContactState.OWED, ContactState.CLAIMED, ContactState.UNREACHED, ContactState.SCHEDULED)


class Contact(models.Model):
    """What one customer is owed. At most one is open a customer, whatever number of items, partitions, closures;
    beside it one of each campaign, for ever."""

    id = models.UUIDField(primary_key=True)
    # The latest that added to it. No constraint in the database: 100,000 of its checks cost a second, and nothing of
    # an outreach is ever deleted.
    outreach = models.ForeignKey(Outreach, on_delete=models.PROTECT, db_constraint=False, db_index=False)
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
    is_campaign = models.BooleanField(default=False, db_default=False)
    wording_id = models.UUIDField(null=True)  # the version by which the customer was told

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_key"], name="desk_one_open_contact",
                condition=Q(is_campaign=False, state__in=["owed", "claimed", "unreached", "scheduled"])),
            models.UniqueConstraint(fields=["outreach", "customer_key"], name="desk_one_campaign_contact",
                                    condition=Q(is_campaign=True))]
        indexes = [
            # A report counts by this alone, however large the table.
            models.Index(fields=["outreach", "state", "mode"], include=["closed_at", "wording_id", "tries"],
                         name="desk_contact_report"),
            models.Index(fields=["customer_key"], condition=Q(state="other"), name="desk_contact_other"),
            models.Index(fields=["mode", "due_at", "id"], name="desk_contact_waiting",
                         condition=Q(state__in=["owed", "claimed", "unreached", "scheduled"])),
            models.Index(fields=["claimed_by"], condition=Q(state="claimed"), name="desk_contact_held"),
            # What came in a half hour: next to nothing to write where a closure owes word to 100,000 at once.
            BrinIndex(fields=["opened_at"], name="desk_contact_opened", autosummarize=True),
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


class TakenBack(models.Model):
    """A word that need not be said any more, kept while somebody may be saying it: who hears it is owed the truth."""

    pk = models.CompositePrimaryKey("contact_id", "item_key")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, db_index=False)
    item_key = models.BigIntegerField()
    was_at = models.DateTimeField(null=True)
    becomes_at = models.DateTimeField(null=True)
    revision = models.IntegerField()


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
    remark = EncryptedTextField(null=True)  # what the agent wrote besides

    class Meta:
        indexes = [
            models.Index(fields=["contact", "id"]),
            models.Index(fields=["agent_id", "result_at"]),
            models.Index(fields=["id"], condition=Q(remark__isnull=False), name="desk_attempt_remark"),  # what expires
        ]
