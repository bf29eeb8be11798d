"""Kinds of shift that a house keeps itself: added, changed, retired. What is in a roster keeps the hours it had."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.contracts import SKILL_MOST, SKILLS_MOST
from youlu.domain.workforce.errors import KindError
from youlu.domain.workforce.models import Activity, RosterShift, ShiftKind, Site, StaffNeed, Wish
from youlu.domain.workforce.rostering.problem import ACTIVITY
from youlu.domain.workforce.rostering.reading import hours_words

NAME_MOST, STEP_MIN, DAY_MIN = 20, 5, 1_440
STANDARD_DAY_MIN = 11 * 60  # eight hours and three of overtime
EMERGENCY = "em_"  # kinds that a plan of the emergency mode brought along
HOURS = ("start_min", "length_min", "break_at_min", "break_min", "activity")


@dataclass(frozen=True)
class KindTyped:
    """A kind as a supervisor fills it in; minutes as in `ShiftKind`. `serves` empty: all that whoever works it can."""

    name: str
    start_min: int
    length_min: int
    break_at_min: int
    break_min: int
    activity: str
    sites: tuple[str, ...]
    skills: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class KindRow:
    code: str
    typed: KindTyped
    is_used: bool
    source: str

    @property
    def hours(self) -> str:
        return hours_words(self.typed.start_min, self.typed.start_min + self.typed.length_min)

    @property
    def paid_min(self) -> int:
        return self.typed.length_min - self.typed.break_min

    @property
    def paid_h(self) -> str:
        return f"{self.paid_min / 60:g}"

    @property
    def break_hours(self) -> str:
        """Empty where there is none."""
        begin = self.typed.start_min + self.typed.break_at_min
        return hours_words(begin % DAY_MIN, begin % DAY_MIN + self.typed.break_min) if self.typed.break_min else ""

    @property
    def activity_label(self) -> str:
        return str(Activity(self.typed.activity).label)

    @property
    def site_labels(self) -> tuple[str, ...]:
        return tuple(str(Site(site).label) for site in self.typed.sites)

    @property
    def is_long(self) -> bool:
        """Longer than the standard basis allows of a day."""
        return self.paid_min > STANDARD_DAY_MIN


def kinds_list(*, actor: Actor) -> tuple[KindRow, ...]:
    """Those in use first, by their start; then those retired."""
    actor.require("workforce.read")
    rows = ShiftKind.objects.exclude(code__startswith=EMERGENCY).order_by("-is_used", "start_min", "code")
    return tuple(_row(row) for row in rows)


@transaction.atomic
def kind_add(*, actor: Actor, typed: KindTyped) -> str:
    """A new kind; returns its code.

    Raises
    ------
    KindError : it names the field and what it may be.
    """
    actor.require("workforce.roster")
    typed = _checked(typed, but="")
    return _make(actor, typed)


@transaction.atomic
def kind_change(*, actor: Actor, code: str, typed: KindTyped) -> str:
    """Change a kind; returns its code, a new one where its hours change and rosters have it: those keep the old hours.

    Raises
    ------
    KindError, NotFoundError
    """
    actor.require("workforce.roster")
    row = ShiftKind.objects.select_for_update().filter(code=code, is_used=True).first()
    if row is None:
        raise NotFoundError()
    typed = _checked(typed, but=code)
    is_moved = any(getattr(row, name) != getattr(typed, name) for name in HOURS)
    if is_moved and RosterShift.objects.filter(kind=row).exists():
        ShiftKind.objects.filter(code=code).update(is_used=False)
        new = _make(actor, typed)
        Wish.objects.filter(kind=row, work_date__gt=clock.today()).update(kind_id=new)
        audit_record(actor=actor.id, action="kind.replace", object_type="shift_kind", object_id=code, by=new)
        return new
    ShiftKind.objects.filter(code=code).update(**_values(typed))
    audit_record(actor=actor.id, action="kind.change", object_type="shift_kind", object_id=code)
    return code


@transaction.atomic
def kind_retire(*, actor: Actor, code: str) -> None:
    """No new shift is made of it; rosters that have it keep it.

    Raises
    ------
    KindError : it is the last for what is needed in the days to come. NotFoundError
    """
    actor.require("workforce.roster")
    row = ShiftKind.objects.select_for_update().filter(code=code, is_used=True).first()
    if row is None:
        raise NotFoundError()
    others = ShiftKind.objects.filter(is_used=True, activity=row.activity).exclude(code=code)
    channels = [channel for channel, activity in ACTIVITY.items() if activity == row.activity]
    ahead = StaffNeed.objects.filter(channel__in=channels, people__gt=0, start_at__gte=clock.now())
    if not others.exists() and ahead.exists():
        raise KindError(what=gettext("这是最后一种“{activity}”的班，今后还要人。先添一种再撤。").format(
            activity=gettext(str(Activity(row.activity).label))))
    ShiftKind.objects.filter(code=code).update(is_used=False)
    audit_record(actor=actor.id, action="kind.retire", object_type="shift_kind", object_id=code)


@transaction.atomic
def kind_restore(*, actor: Actor, code: str) -> None:
    """Use a retired kind again.

    Raises
    ------
    KindError : another has its name meanwhile. NotFoundError
    """
    actor.require("workforce.roster")
    row = ShiftKind.objects.select_for_update().filter(code=code, is_used=False).exclude(
        code__startswith=EMERGENCY).first()
    if row is None:
        raise NotFoundError()
    _name_free(row.name, but=code)
    ShiftKind.objects.filter(code=code).update(is_used=True)
    audit_record(actor=actor.id, action="kind.restore", object_type="shift_kind", object_id=code)


def _make(actor: Actor, typed: KindTyped) -> str:
    code = f"k{uuid7().hex[-12:]}"
    ShiftKind.objects.create(code=code, source=actor.id, **_values(typed))
    audit_record(actor=actor.id, action="kind.add", object_type="shift_kind", object_id=code)
    return code


def _values(typed: KindTyped) -> dict[str, object]:
    return {"name": typed.name, **{name: getattr(typed, name) for name in HOURS}, "sites": list(typed.sites),
            "skills": list(typed.skills), "serves": list(typed.serves) or None}


def _row(row: ShiftKind) -> KindRow:
    return KindRow(row.code, KindTyped(
        row.name, row.start_min, row.length_min, row.break_at_min, row.break_min, row.activity, tuple(row.sites),
        tuple(row.skills), tuple(row.serves or ())), row.is_used, row.source)


def _checked(typed: KindTyped, *, but: str) -> KindTyped:
    """What was typed, tidied; `but`: the kind that it is, which may keep its name."""
    name = " ".join(typed.name.split())
    if not 1 <= len(name) <= NAME_MOST:
        raise KindError(what=gettext("班的名字写1至{most}个字。").format(most=NAME_MOST))
    _name_free(name, but=but)
    _hours_check(typed)
    if typed.activity not in Activity.values:
        raise KindError(what=gettext("选这种班做什么：电话、工单与外呼或夜间值守。"))
    if not typed.sites or not set(typed.sites) <= {Site.ON_SITE.value, Site.AT_HOME.value}:
        raise KindError(what=gettext("至少选一个上班的地方：在岗或居家。"))
    lists = [tuple(sorted({one.strip() for one in found if one.strip()})) for found in (typed.skills, typed.serves)]
    if any(len(found) > SKILLS_MOST or any(len(one) > SKILL_MOST for one in found) for found in lists):
        raise KindError(what=gettext("技能最多{many}项，每项最多{long}个字。").format(
            many=SKILLS_MOST, long=SKILL_MOST))
    pause = typed.break_at_min if typed.break_min else 0
    serves = () if typed.activity == Activity.NIGHT_DUTY else lists[1]
    return KindTyped(name, typed.start_min, typed.length_min, pause, typed.break_min, typed.activity,
                     tuple(sorted(typed.sites, reverse=True)), lists[0], serves)


def _name_free(name: str, *, but: str) -> None:
    if ShiftKind.objects.filter(name=name, is_used=True).exclude(code=but).exists():
        raise KindError(what=gettext("已经有一种班叫“{name}”。换个名字，或改那一种。").format(name=name))


def _hours_check(typed: KindTyped) -> None:
    minutes = (typed.start_min, typed.length_min, typed.break_at_min, typed.break_min)
    if any(minute % STEP_MIN for minute in minutes) or not 0 <= typed.start_min < DAY_MIN:
        raise KindError(what=gettext("时间写到5分钟，例如08:30。"))
    if not 30 <= typed.length_min <= DAY_MIN:
        raise KindError(what=gettext("一个班从半小时到24小时。"))
    if typed.break_min < 0 or (typed.break_min and not 0 < typed.break_at_min < typed.length_min - typed.break_min):
        raise KindError(what=gettext("休息要在班的中间：开始以后、结束以前。"))
