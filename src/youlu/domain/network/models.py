"""The network: offices, routes, trips with calendars, delivery segments with compounds and waves.

Clock times are minutes after local midnight (Asia/Shanghai); a trip's may exceed 1440 (next day).
"""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models

from youlu.core.ids import uuid7

ALWAYS = dt.date(2000, 1, 1)  # the first day a leg key can name: "as long as anybody remembers"


class Office(models.Model):
    """A place that handles mail. `id` is stable and dense (0, 1, 2 …): it is the engine's index."""

    class Kind(models.TextChoices):
        PROVINCIAL_CENTRE = "provincial_centre", "省会邮区中心"
        CENTRE = "centre", "市邮区中心"
        COUNTY_CENTRE = "county_centre", "县处理中心"
        DEPOT = "depot", "揽投部"
        BRANCH = "branch", "支局所"
        CARD_CENTRE = "card_centre", "制证中心驻点"
        EXCHANGE = "exchange", "互换局"

    id = models.IntegerField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    full_name = models.TextField()  # 甘肃省陇南市康县邮政分公司: what ambiguous names are told apart by
    kind = models.TextField(choices=Kind.choices)
    division_code = models.TextField(db_index=True)  # GB/T 2260, 6 digits; 9 for townships
    lon = models.FloatField()
    lat = models.FloatField()
    may_transit = models.BooleanField()  # may pass other offices' mail on
    handling_min = models.IntegerField()  # arrival to ready for the next trip
    unsealing_min = models.IntegerField()  # arrival to ready for a delivery wave
    wave_start_min = ArrayField(models.IntegerField())  # default waves, minutes of the day
    wave_end_min = ArrayField(models.IntegerField())
    delivery_weekdays = models.SmallIntegerField(default=127)  # bit 0 is Monday
    pickup_cutoff_min = models.IntegerField(default=1080)  # accepted later: goes with what is accepted tomorrow


class ServiceCalendar(models.Model):
    """The days a trip runs: weekdays by bit (0 is Monday), between two dates, plus and minus single dates.

    Rows never change once a trip refers to them: other days are another calendar."""

    id = models.IntegerField(primary_key=True)
    name = models.TextField()
    weekdays = models.SmallIntegerField()
    first_date = models.DateField()
    last_date = models.DateField()
    added_dates = ArrayField(models.DateField(), default=list)
    removed_dates = ArrayField(models.DateField(), default=list)


class Route(models.Model):
    """A scheduled run (邮路) with its level and means."""

    class Level(models.TextChoices):
        TRUNK = "trunk", "一级干线"
        PROVINCIAL = "provincial", "二级干线"
        CITY = "city", "市趟"
        COUNTY = "county", "县内邮路"

    class Means(models.TextChoices):
        AIR = "air", "航空"
        RAIL = "rail", "铁路"
        ROAD = "road", "汽车"
        BOAT = "boat", "船舶"

    id = models.IntegerField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    level = models.TextField(choices=Level.choices)
    means = models.TextField(choices=Means.choices)
    source = models.TextField(blank=True, default="")  # where the timetable or its frequency is from


class Trip(models.Model):
    """One timed run of a route on each day of its calendar from `from_date` until before `until_date` (null: open).

    The key survives revisions of the timetable: a changed trip ends one row and begins another under the same key, a
    trip that vanishes ends its row. No row is ever deleted by a revision, so that a leg of last month can be read."""

    pk = models.CompositePrimaryKey("trip_key", "from_date")
    trip_key = models.IntegerField()
    route = models.ForeignKey(Route, on_delete=models.PROTECT)
    calendar = models.ForeignKey(ServiceCalendar, on_delete=models.PROTECT)
    number = models.TextField()  # 1001: odd away from the centre, even towards it
    office_ids = ArrayField(models.IntegerField())
    arr_min = ArrayField(models.IntegerField())
    dep_min = ArrayField(models.IntegerField())
    km = ArrayField(models.FloatField())  # from the first stop
    from_date = models.DateField(default=ALWAYS, db_default=ALWAYS)  # service dates
    until_date = models.DateField(null=True)


class DeliverySegment(models.Model):
    """A courier's last mile (段道) with its waves; an office without segments has its default waves."""

    id = models.IntegerField(primary_key=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    code = models.TextField(unique=True)
    name = models.TextField()
    weekdays = models.SmallIntegerField(default=127)
    wave_start_min = ArrayField(models.IntegerField())
    wave_end_min = ArrayField(models.IntegerField())


class Compound(models.Model):
    """The smallest place that closes (小区). Synthetic ones say so in `source`."""

    id = models.IntegerField(primary_key=True)
    segment = models.ForeignKey(DeliverySegment, on_delete=models.PROTECT)
    name = models.TextField(db_index=True)
    division_code = models.TextField(db_index=True)  # township, 9 digits
    households = models.IntegerField(default=0)
    source = models.TextField()


class TimetableRevision(models.Model):
    """A state of offices, routes and trips as a whole; `content_hash` names the arrays made from it.

    One that came out of a draft changes service dates from `effective_date` on, of the trips `changed_trip_keys`; one
    that was imported whole has neither."""

    id = models.AutoField(primary_key=True)
    activated_at = models.DateTimeField()
    content_hash = models.TextField()
    note = models.TextField(default="")
    epoch = models.IntegerField(default=0)  # the first under which it is in force
    effective_date = models.DateField(null=True)
    changed_trip_keys = ArrayField(models.IntegerField(), default=list)
    draft_id = models.UUIDField(null=True)
    activated_by = models.TextField(default="")


class TimetableDraft(models.Model):
    """Changes to the newest revision that are being worked out; nothing of it is in force before its activation."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        ACTIVATED = "activated", "已启用"
        DISCARDED = "discarded", "已作废"

    id = models.UUIDField(primary_key=True)
    title = models.TextField()
    scope = models.TextField()  # division-code prefix of who made it, for object-level permission
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    version = models.IntegerField(default=1)  # raised by every change: who edits an older one is told
    made_by = models.TextField()
    made_at = models.DateTimeField()
    changed_by = models.TextField()
    changed_at = models.DateTimeField()
    editors = ArrayField(models.TextField(), default=list)  # none of them may activate it


class DraftTrip(models.Model):
    """One trip as a draft wants it, or (`is_dropped`) that it should no longer run.

    `base_digest` is the digest of the trip in force when it was first changed here, "" for a new one: if another
    revision has changed the trip meanwhile, the two are not silently mixed."""

    id = models.BigAutoField(primary_key=True)
    draft = models.ForeignKey(TimetableDraft, on_delete=models.CASCADE, related_name="trips")
    trip_key = models.IntegerField()
    is_dropped = models.BooleanField(default=False)
    base_digest = models.TextField()
    route = models.ForeignKey(Route, on_delete=models.PROTECT)
    calendar = models.ForeignKey(ServiceCalendar, on_delete=models.PROTECT)
    number = models.TextField()
    office_ids = ArrayField(models.IntegerField())
    arr_min = ArrayField(models.IntegerField())
    dep_min = ArrayField(models.IntegerField())
    km = ArrayField(models.FloatField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "trip_key"], name="draft_trip_once")]


class EpochCounter(models.Model):
    """One row (id 1): the integer that every activation, closure, edit and reopening raises."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.IntegerField(default=0)


class Closure(models.Model):
    """A disruption: a set of measures under one document of one authority."""

    class Cause(models.TextChoices):
        LOCKDOWN = "lockdown", "封控"
        LANDSLIDE = "landslide", "塌方落石"
        FLOOD = "flood", "洪水"
        SNOW = "snow", "冰雪"
        OTHER = "other", "其他"

    id = models.UUIDField(primary_key=True)
    cause = models.TextField(choices=Cause.choices)
    title = models.TextField()  # 兰州城关区封控: what staff and customers read as the reason
    authority = models.TextField()  # who decided; only they lift
    document_no = models.TextField()
    scope = models.TextField()  # division-code prefix, for object-level permission
    declared_at = models.DateTimeField()
    declared_by = models.TextField()
    next_review_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    declared_epoch = models.IntegerField()


class Measure(models.Model):
    """One act on one zone from T1 to T2 (open end: null). Immutable: extending or lifting in part ends a row
    (`until_epoch`) and opens another, so that the set in force under any epoch can be told for ever."""

    class Act(models.TextChoices):
        ACCEPTANCE = "acceptance", "停收"
        DISPATCH = "dispatch", "停发"
        TRANSIT = "transit", "停运"
        DELIVERY = "delivery", "停投"
        COUNTER = "counter", "停营"

    class Zone(models.TextChoices):
        COMPOUND = "compound", "小区"
        SEGMENT = "segment", "段道"
        OFFICE = "office", "网点"
        LEG = "leg", "区段"
        ROUTE = "route", "邮路"
        DIVISION = "division", "行政区"

    id = models.UUIDField(primary_key=True)
    closure = models.ForeignKey(Closure, on_delete=models.PROTECT, related_name="measures")
    act = models.TextField(choices=Act.choices)
    zone_kind = models.TextField(choices=Zone.choices)
    zone_ref = models.TextField()  # id of compound, segment, office or route; "u-v" office ids of a leg; division code
    mail_classes = ArrayField(models.TextField(), default=list)  # empty: all
    exempt_programmes = ArrayField(models.TextField(), default=list)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    from_epoch = models.IntegerField()  # in force under epochs from_epoch <= e < until_epoch
    until_epoch = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["until_epoch", "from_epoch"])]


class HourlyCapacity(models.Model):
    """How much a place can work in an hour: of one office, or by default of every office of a kind.

    A mail class with a row of its own has a line of its own; the others share the row without a class.
    """

    kind = models.TextField(choices=Office.Kind.choices, default="")  # "" where an office is named
    office_id = models.IntegerField(null=True)
    mail_class = models.TextField(default="")  # "": all that have no line of their own
    items_per_hour = models.IntegerField()
    source = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "office_id", "mail_class"], nulls_distinct=False,
                                               name="network_hourly_once")]


class SortingWindow(models.Model):
    """When an office sorts (minutes of the day, an end beyond 1440 runs past midnight); without rows: at all hours."""

    office_id = models.IntegerField(db_index=True)
    start_min = models.IntegerField()
    end_min = models.IntegerField()
    source = models.TextField()


class VehicleCapacity(models.Model):
    """How many items a trip carries: one trip's, or by default of all trips of a level and means."""

    trip_key = models.IntegerField(null=True, unique=True)
    level = models.TextField(choices=Route.Level.choices, default="")
    means = models.TextField(choices=Route.Means.choices, default="")
    items = models.IntegerField()
    source = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "means"], condition=models.Q(trip_key__isnull=True),
                                               name="network_vehicle_once")]


class WorkingOrder(models.Model):
    """What is worked first where mail waits: the lower the rank, the sooner; what has no row has rank 100."""

    programme = models.TextField(default="")
    mail_class = models.TextField(default="")
    rank = models.SmallIntegerField()
    source = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "mail_class"], name="network_working_order_once")]


class CapacityImport(models.Model):
    """A list of capacities that was read in, with the epoch it raised."""

    epoch = models.IntegerField(primary_key=True)
    key = models.UUIDField(default=uuid7)  # an epoch rolled back is raised again: what is kept of a list goes by this
    imported_at = models.DateTimeField()
    lines = models.IntegerField()
