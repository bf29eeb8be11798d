"""A closure as it is registered: checked before anything is written, told in a sentence where it is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from youlu.domain.continuity.errors import ClosureInvalidError
from youlu.domain.network.models import Closure, Compound, DeliverySegment, Measure, Office, Route
from youlu.domain.network.selectors import CompoundRow, compounds_find
from youlu.domain.promise.effects import division_prefix

Act, Zone = Measure.Act, Measure.Zone
# Which acts make sense on which zone: a compound is not a stretch of road, a road takes no mail in.
ZONES_OF = {
    Act.ACCEPTANCE: {Zone.COMPOUND, Zone.SEGMENT, Zone.OFFICE, Zone.DIVISION},
    Act.DISPATCH: {Zone.OFFICE, Zone.DIVISION},
    Act.TRANSIT: {Zone.OFFICE, Zone.LEG, Zone.ROUTE, Zone.DIVISION},
    Act.DELIVERY: {Zone.COMPOUND, Zone.SEGMENT, Zone.OFFICE, Zone.DIVISION},
    Act.COUNTER: {Zone.OFFICE, Zone.DIVISION},
}
# A division's default: what is closed is the door, not the road through it.
DIVISION_ACTS = (Act.ACCEPTANCE, Act.DELIVERY)
HORIZON = dt.timedelta(days=366)


@dataclass(frozen=True)
class MeasureInput:
    act: str
    zone_kind: str
    zone_ref: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None = None
    mail_classes: tuple[str, ...] = ()
    exempt_programmes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClosureInput:
    cause: str
    title: str
    authority: str
    document_no: str
    scope: str
    measures: tuple[MeasureInput, ...]
    next_review_at: dt.datetime | None = None

    def as_json(self) -> dict:
        """Instants as ISO 8601. Not `asdict`, whose deep copies of a day's list of zones took longer than its check."""
        return {**vars(self), "next_review_at": self.next_review_at and self.next_review_at.isoformat(),
                "measures": [{**vars(row), "starts_at": row.starts_at.isoformat(),
                              "ends_at": row.ends_at and row.ends_at.isoformat()} for row in self.measures]}

    @classmethod
    def from_json(cls, body: dict) -> ClosureInput:
        def when(text: str | None) -> dt.datetime | None:
            return dt.datetime.fromisoformat(text) if text else None

        rows = tuple(MeasureInput(**{**row, "starts_at": when(row["starts_at"]), "ends_at": when(row["ends_at"]),
                                     "mail_classes": tuple(row["mail_classes"]),
                                     "exempt_programmes": tuple(row["exempt_programmes"])})
                     for row in body["measures"])
        return cls(**{**body, "measures": rows, "next_review_at": when(body["next_review_at"])})


def closure_check(closure: ClosureInput, *, now: dt.datetime) -> None:
    """Raise ClosureInvalidError with the first thing that is wrong."""
    required = {_("标题"): closure.title, _("发文机关"): closure.authority, _("文号"): closure.document_no}
    for name, value in required.items():
        if not value.strip():
            raise ClosureInvalidError(what=_("{name}没有填。中断必须写明依据，补上后再登记。").format(name=name))
    if closure.cause not in Closure.Cause.values:
        raise ClosureInvalidError(what=_("原因请从列表里选。"))
    if not closure.measures:
        raise ClosureInvalidError(what=_("没有一条措施。至少选一个地方和一种措施。"))
    open_end = any(measure.ends_at is None for measure in closure.measures)
    if open_end and closure.next_review_at is None:
        raise ClosureInvalidError(what=_("未定结束时间的中断要写下次研判时间，客户会在那时得到答复。"))
    if closure.next_review_at and closure.next_review_at <= now:
        raise ClosureInvalidError(what=_("下次研判时间已经过去，请改成将来的时间。"))
    for measure in closure.measures:
        _measure_check(measure, now)
    _zones_check(closure.measures)


def _measure_check(measure: MeasureInput, now: dt.datetime) -> None:
    if measure.act not in Act.values or measure.zone_kind not in Zone.values:
        raise ClosureInvalidError(what=_("措施或地方的种类不对，请从列表里选。"))
    act, zone = Act(measure.act), Zone(measure.zone_kind)
    if zone not in ZONES_OF[act]:
        raise ClosureInvalidError(what=_("{act}不能用在{zone}上。").format(act=act.label, zone=zone.label))
    if measure.ends_at is not None and measure.ends_at <= measure.starts_at:
        raise ClosureInvalidError(what=_("结束时间早于开始时间，请核对。"))
    if not now - HORIZON <= measure.starts_at <= now + HORIZON:
        raise ClosureInvalidError(what=_("开始时间离现在超过一年，请核对日期。"))


def _zones_check(measures: Sequence[MeasureInput]) -> None:
    """Every place named must exist; one query per kind."""
    refs: dict[str, set[str]] = {}
    for measure in measures:
        refs.setdefault(measure.zone_kind, set()).add(measure.zone_ref)
    models: dict[str, Any] = {Zone.COMPOUND: Compound, Zone.SEGMENT: DeliverySegment, Zone.OFFICE: Office,
                               Zone.ROUTE: Route}
    for kind, model in models.items():
        wanted = refs.get(kind, set())
        wrong = sorted(ref for ref in wanted if not ref.isdigit())
        known = {str(key) for key in model.objects.filter(id__in=[int(r) for r in wanted - set(wrong)])
                 .values_list("id", flat=True)}
        _missing(Zone(kind).label, sorted(wanted - known))
    _missing(Zone.LEG.label, [ref for ref in refs.get(Zone.LEG, ()) if not _leg_exists(ref)])
    _missing(Zone.DIVISION.label, [ref for ref in refs.get(Zone.DIVISION, ())
                                   if not re.fullmatch(r"\d{6}|\d{9}", ref) or not _division_exists(ref)])


def _missing(kind: str, refs: list[str]) -> None:
    if refs:
        shown = "、".join(refs[:5])
        raise ClosureInvalidError(what=_("没有这些{kind}：{refs}。请从候选里选。").format(kind=kind, refs=shown))


def _leg_exists(ref: str) -> bool:
    match = re.fullmatch(r"(\d+)-(\d+)", ref)
    return match is not None and Office.objects.filter(id__in=[int(match[1]), int(match[2])]).count() == 2


def _division_exists(ref: str) -> bool:
    return Office.objects.filter(division_code__startswith=division_prefix(ref)).exists()


@dataclass(frozen=True)
class PastedLine:
    """One line of a pasted list of compounds: found, or with what to do about it."""

    line: int
    text: str
    compound_id: int | None
    problem: str = ""


def compounds_paste(text: str, *, scope: str) -> list[PastedLine]:
    """Match a pasted list, one compound a line, against the compounds of a scope (division-code prefix).

    A line is the compound's name; what is ambiguous or unknown says so and names what comes near.
    """
    lines = [(number, "".join(line.split())) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    found = compounds_find([line for _, line in lines], division_prefix=scope)
    known = {row.name: row.id for row in found.rows}
    several = dict(found.ambiguous)
    return [PastedLine(number, line, known.get(line), "" if line in known else _problem(number, line, several, scope))
            for number, line in lines]


def _problem(number: int, line: str, several: dict[str, tuple[CompoundRow, ...]], scope: str) -> str:
    if line in several:
        count = len(several[line])
        return _("第{line}行：有{count}个小区同名，请写明街道。").format(line=number, count=count)
    near = list(Compound.objects.filter(division_code__startswith=scope, name__contains=line[:4])
                .values_list("name", flat=True)[:3])
    hint = _("最接近的是{names}。").format(names="、".join(near)) if near else _("请核对名称。")
    return _("第{line}行：没有“{text}”这个小区。").format(line=number, text=line) + hint
