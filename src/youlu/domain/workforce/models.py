"""People of the desk, where they are and were, what is expected of them, and the rosters that say who works when."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Value

from youlu.core.ids import uuid7


def _one(key: str) -> Func:
    """The range of one uuid, to be compared by overlap."""
    hashed = Func(key, Value(0), function="uuid_hash_extended")
    return Func(hashed, hashed, Value("[]"), function="int8range")


def _span(start: str, end: str) -> Func:
    return Func(start, end, function="tstzrange", output_field=DateTimeRangeField())


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
    confirmed_by = models.TextField(blank=True, default="")  # a supervisor who knows it too; "": one's own word so far

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


class Basis(models.TextChoices):
    """On what the law lets hours be worked: eight a day and 44 a week, an approved scheme, or an emergency."""

    STANDARD = "standard", "标准工时"
    COMPREHENSIVE = "comprehensive", "综合计算工时"
    EMERGENCY = "emergency", "应急"


class Activity(models.TextChoices):
    """What a shift staffs. Night duty answers nobody: it watches, and is another activity than a queue."""

    QUEUE = "queue", "电话"
    WRITTEN = "written", "工单与外呼"
    NIGHT_DUTY = "night_duty", "夜间值守"


class ShiftKind(models.Model):
    """A kind of shift: data with a source, not code. Minutes count from 00:00 of the day on which it starts."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    start_min = models.IntegerField()
    length_min = models.IntegerField()
    break_at_min = models.IntegerField(default=0)  # after the start
    break_min = models.IntegerField(default=0)
    activity = models.TextField(choices=Activity.choices, default=Activity.QUEUE)
    sites = ArrayField(models.TextField())  # on_site, at_home: where it may be worked
    skills = ArrayField(models.TextField(), default=list)  # all are needed to work it
    serves = ArrayField(models.TextField(), null=True)  # skills it answers; null: every skill of whoever works it
    is_used = models.BooleanField(default=True)
    source = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(
            condition=models.Q(start_min__range=(0, 1439), length_min__range=(1, 1440), break_min__gte=0,
                               break_at_min__gte=0), name="workforce_shift_minutes")]


class Contract(models.Model):
    """What an agent owes and may: one a person. `scheme_min`: paid minutes of a comprehensive scheme's period."""

    class Period(models.TextChoices):
        MONTH = "month", "月"
        QUARTER = "quarter", "季"
        YEAR = "year", "年"

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True)
    week_min = models.IntegerField(default=2400)  # owed a week
    week_most_min = models.IntegerField(null=True)  # never more a week than this; null: as the law has it
    basis = models.TextField(choices=Basis.choices[:2], default=Basis.STANDARD)
    scheme_min = models.IntegerField(null=True)
    scheme_period = models.TextField(choices=Period.choices, default=Period.MONTH)
    usual_site = models.TextField(choices=Site.choices[:2], default=Site.ON_SITE)
    consents_emergency_at = models.DateTimeField(null=True)  # agreed to the emergency basis, art. 42


class Leave(models.Model):
    """A span off: asked for, then granted or refused. What is asked and what is granted never overlaps."""

    class Kind(models.TextChoices):
        LEAVE = "leave", "休假"
        ILL = "ill", "病假"
        TRAINING = "training", "培训"

    class State(models.TextChoices):
        ASKED = "asked", "待批"
        GRANTED = "granted", "已批"
        REFUSED = "refused", "未批"
        TAKEN_BACK = "taken_back", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid7)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT)
    kind = models.TextField(choices=Kind.choices)
    state = models.TextField(choices=State.choices, default=State.ASKED)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    decided_by = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(end_at__gt=models.F("start_at")), name="workforce_leave_span"),
            # A uuid has no GiST operator without an extension: the range of its hash stands in.
            ExclusionConstraint(name="workforce_leave_apart", condition=models.Q(state__in=("asked", "granted")),
                                expressions=[(_one("agent"), RangeOperators.OVERLAPS),
                                             (_span("start_at", "end_at"), RangeOperators.OVERLAPS)])]


class Wish(models.Model):
    """For (`is_for`) or against a kind of shift on a day; without a kind: to work, or to be off, that day."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE)
    work_date = models.DateField()
    kind = models.ForeignKey(ShiftKind, on_delete=models.CASCADE, null=True)
    weight = models.IntegerField(default=1)  # 1 to 3
    is_for = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "work_date"], name="workforce_wish_a_day")]


class Availability(models.Model):
    """Hours of a weekday (0: Monday) in which an agent can be rostered; nobody listed: any hour."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE)
    weekday = models.IntegerField()
    start_min = models.IntegerField()
    end_min = models.IntegerField()  # may pass 1,440

    class Meta:
        constraints = [models.CheckConstraint(
            condition=models.Q(weekday__range=(0, 6), start_min__range=(0, 1439), end_min__gt=models.F("start_min")),
            name="workforce_availability_hours")]


class StaffNeed(models.Model):
    """People wanted during a half hour for a channel, of a skill; `expected` arrivals and who says so."""

    class Channel(models.TextChoices):
        CALL = "call", "来电"
        ORDER = "order", "工单"
        CONTACT = "contact", "主动联系"
        NIGHT = "night", "夜间值守"

    id = models.UUIDField(primary_key=True, default=uuid7)
    start_at = models.DateTimeField()
    channel = models.TextField(choices=Channel.choices)
    skill = models.TextField(blank=True, default="")  # "": anybody
    expected = models.FloatField(default=0.0)
    people = models.FloatField()
    source = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["start_at", "channel", "skill"],
                                               name="workforce_need_half_hour")]


class Arrival(models.Model):
    """What came during a past half hour by channel: the history that forecasts are learnt from.

    `source`: who says so. What the desk counted itself ("desk") gives way to a file, never a file to it.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.TextField(choices=Demand.Channel.choices)
    start_at = models.DateTimeField()
    count = models.FloatField()
    source = models.TextField(default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "start_at"], name="workforce_arrival_half_hour")]


class ArrivalCount(models.Model):
    """Until when the desk's own arrivals of a channel are counted; null: none came. Whoever counts holds the row."""

    channel = models.TextField(choices=Demand.Channel.choices, primary_key=True)
    until_at = models.DateTimeField(null=True)


class Roster(models.Model):
    """Who works when over a period. What is published is never edited: a change is a new draft that replaces it."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        APPROVED = "approved", "已审核"
        PUBLISHED = "published", "已发布"
        REPLACED = "replaced", "已被替换"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid7)
    start_date = models.DateField()
    days = models.IntegerField()
    from_at = models.DateTimeField(null=True)  # on the first day, what begins before stays as it is; null: midnight
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    basis = models.TextField(choices=Basis.choices)
    legal_basis = models.TextField()  # the article, the approval's or the order's number
    version = models.IntegerField(default=0)  # counted over all that were published; 0: not yet
    edits = models.IntegerField(default=0)  # rises with each change of a draft: an approval is of what was seen
    made_by = models.TextField()
    made_at = models.DateTimeField()
    approved_by = models.TextField(blank=True, default="")
    approved_at = models.DateTimeField(null=True)
    published_by = models.TextField(blank=True, default="")
    published_at = models.DateTimeField(null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True)  # what it was made from
    replaces = ArrayField(models.UUIDField(), default=list)  # what held its days when it was drafted
    sites = models.JSONField(default=dict)  # agent id → where they were taken to be, against their presence
    figures = models.JSONField(default=dict)  # what it holds

    class Meta:
        indexes = [models.Index(fields=["-start_date", "-id"], name="workforce_roster_newest")]
        constraints = [models.CheckConstraint(condition=models.Q(days__range=(1, 62)), name="workforce_roster_days")]


class RosterHold(models.Model):
    """A span that a published roster holds. No instant has two: the database sees to it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    roster = models.ForeignKey(Roster, on_delete=models.PROTECT)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        constraints = [ExclusionConstraint(name="workforce_one_roster_an_instant", expressions=[
            (_span("start_at", "end_at"), RangeOperators.OVERLAPS)])]


class RosterShift(models.Model):
    """One person's shift on the day it starts. `start_at` may differ from its kind's by an editor's hand."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    roster = models.ForeignKey(Roster, on_delete=models.CASCADE)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT)
    work_date = models.DateField()
    kind = models.ForeignKey(ShiftKind, on_delete=models.PROTECT)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    site = models.TextField(choices=Site.choices[:2])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roster", "agent", "work_date"], name="workforce_shift_a_day")]
        indexes = [models.Index(fields=["start_at", "end_at"], name="workforce_shift_at")]


class RosterRun(models.Model):
    """A search for a roster in the background: how far it is, whether to leave off, what came of it."""

    class Kind(models.TextChoices):
        SOLVE = "solve", "新排"
        REPAIR = "repair", "少改"

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "计算中"
        DONE = "done", "完成"
        INFEASIBLE = "infeasible", "排不出"
        STOPPED = "stopped", "已停"
        FAILED = "failed", "没有算成"

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField(choices=Kind.choices)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    start_date = models.DateField()
    days = models.IntegerField()
    basis = models.TextField(choices=Basis.choices)
    legal_basis = models.TextField()
    sites = models.JSONField(default=dict)
    limit_s = models.FloatField()
    must_cover = models.BooleanField(default=False)  # whole people wanted must be there, or it says why not
    progress_pct = models.IntegerField(default=0)  # of the time it may take
    is_stop_asked = models.BooleanField(default=False)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    roster = models.ForeignKey(Roster, on_delete=models.SET_NULL, null=True)
    clashes = models.JSONField(default=list)  # rows of code and values: said in the reader's language
    error = models.TextField(blank=True, default="")  # code of what stopped it


class Forecast(models.Model):
    """How a channel's need was foreseen: what spoke, how much each candidate erred so far, and why to trust it less."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.TextField(choices=Demand.Channel.choices)
    start_date = models.DateField()
    days = models.IntegerField()
    surge = models.FloatField()
    history_days = models.IntegerField()
    chosen = models.TextField()
    scores = models.JSONField(default=list)  # [name, wape, wape_day, covered or null], best first
    flags = ArrayField(models.TextField(), default=list)
    checks = models.JSONField(default=list)  # by day what a simulation says of the people wanted; see staffing.DayCheck
    made_at = models.DateTimeField()


class Swap(models.Model):
    """Two people want each other's day: asked, accepted by the colleague, confirmed by a supervisor."""

    class State(models.TextChoices):
        ASKED = "asked", "等同事答复"
        ACCEPTED = "accepted", "等主管确认"
        CONFIRMED = "confirmed", "已换"
        REFUSED = "refused", "没有换成"
        TAKEN_BACK = "taken_back", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid7)
    asker = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    work_date = models.DateField()
    other_date = models.DateField()
    state = models.TextField(choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    decided_by = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asker", "work_date"], name="workforce_one_open_swap",
                                               condition=models.Q(state__in=("asked", "accepted")))]


class CalendarFeed(models.Model):
    """The secret address of an agent's shifts for a calendar; only its hash is kept."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True)
    secret_hash = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
