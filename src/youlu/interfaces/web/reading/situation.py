"""态势 from the domain: the sentence, seven figures, prefectures, flows, closures, work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.domain.access.selectors import Actor
from youlu.domain.continuity import selectors as continuity
from youlu.domain.desk.capacity import Strip, capacity_strip
from youlu.domain.desk.selectors import order_list
from youlu.domain.insight.models import Indicator
from youlu.domain.insight.selectors import Past, past_read
from youlu.domain.mail.loads import flows_delayed
from youlu.domain.mail.selectors import items_counted
from youlu.domain.network.selectors import offices_all
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.reading import picture
from youlu.interfaces.web.reading.closures import closure_row, days_of
from youlu.interfaces.web.reading.places import prefecture_name

TARGET_PCT = 98.0
LATE_BELOW_PCT = 90.0
RISK_BELOW_PCT = 95.0
PROVINCE = "62"
WORK_SHOWN = 7


@dataclass
class Tally:
    """Items in flight to one prefecture by state."""

    states: dict[str, int]

    @property
    def items(self) -> int:
        return sum(self.states.values())

    @property
    def kept_pct(self) -> float | None:
        held = self.states["kept"] + self.states["none"]
        return 100 * held / self.items if self.items else None

    @property
    def state(self) -> str:
        pct = self.kept_pct
        if pct is None:
            return "unknown"
        return "late" if pct < LATE_BELOW_PCT else "risk" if pct < RISK_BELOW_PCT else "kept"


def situation_read(*, actor: Actor, line: str = "") -> rows.Situation:
    now = clock.now()
    tallies, whole = _tallies()
    found = continuity.closures_list(actor=actor).rows
    closures = tuple(closure_row(row) for row in found)
    strip = capacity_strip(at=now)
    past = past_read(now=now)
    areas = _areas(tallies, past)
    return rows.Situation(
        lead=_lead(found, closures, whole),
        figures=_figures(whole, closures, found, strip.work.orders_waiting, past),
        map=picture.map_rows({area.code: area for area in areas}, closures),
        areas=areas,
        flows=tuple(
            rows.FlowRow(prefecture_name(f.from_code), prefecture_name(f.to_code), f.items, f.later_min)
            for f in flows_delayed(prefix=actor.scope or PROVINCE)
        ),
        closures=closures[:4],
        work=_work(actor),
        work_total=strip.work.orders_waiting,
        desk=_desk(actor, strip),
        diagram=picture.diagram_read(line=line, now=now),
        read_at=now,
        is_past_made=past.is_made,
    )


def _tallies() -> tuple[dict[str, Tally], Tally]:
    """Per prefecture of the province, and all mail in flight."""
    codes = [office.division_code[:4] for office in offices_all()]
    by_code: dict[str, Tally] = defaultdict(lambda: Tally(defaultdict(int)))
    whole = Tally(defaultdict(int))
    for row in items_counted():
        whole.states[row.state] += row.items
        if codes[row.office_id].startswith(PROVINCE):
            by_code[codes[row.office_id]].states[row.state] += row.items
    return by_code, whole


def _areas(tallies: dict[str, Tally], past: Past) -> tuple[rows.AreaRow, ...]:
    found = [
        rows.AreaRow(
            f"{code}00", picture.area_name(f"{code}00"), tally.kept_pct, past.last_week.get(code),
            tally.states["late"], tally.state
        )
        for code, tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda area: (area.kept_pct is None, area.kept_pct)))


def _figures(
    whole: Tally, closures: tuple[rows.ClosureRow, ...], found: tuple[continuity.ClosureRow, ...], work: int,
    past: Past,
) -> tuple[rows.Figure, ...]:
    pct = whole.kept_pct
    items = reverse("web:items")
    newest = max(found, key=lambda row: row.declared_at, default=None)
    recent = gettext("最近%(time)s") % {"time": wording.stamp(newest.declared_at)} if newest else ""
    short = _against_target(pct, whole.items)

    def counted(label: str, state: str, indicator: Indicator, note: str, shown: str = "") -> rows.Figure:
        value = whole.states[state]
        return rows.Figure(label, value, "unknown" if state == "none" else state, "",
                           _since_last_hour(value, past.hour_ago(indicator)) or note, f"{items}?list={shown or state}",
                           _trend(past, indicator, value))

    return (
        rows.Figure(gettext("承诺履约率"), "–" if pct is None else f"{pct:.1f}", whole.state, "%", short, items,
                    _trend(past, Indicator.KEPT_PCT, pct)),
        counted(gettext("有风险"), "risk", Indicator.RISK, gettext("预计晚于承诺，或车装不下")),
        counted(gettext("已逾限"), "late", Indicator.LATE, gettext("过了承诺还没到")),
        counted(gettext("无路可达"), "noway", Indicator.NO_WAY, gettext("等中断解除")),
        counted(gettext("静默"), "none", Indicator.SILENT, gettext("过点12小时没有轨迹"), "silent"),
        rows.Figure(gettext("中断中"), len(closures), "closed", gettext("处"), recent, reverse("web:closures"),
                    _trend(past, Indicator.CLOSURES, len(closures))),
        rows.Figure(gettext("待办工单"), work, "unknown", "", gettext("客服工单池"),
                    trend=_trend(past, Indicator.ORDERS, work)),
    )


def _trend(past: Past, indicator: Indicator, value: float | None) -> tuple[float, ...]:
    """The last day with the present value at its end; nothing where there is no past."""
    before = past.trend.get(indicator, ())
    return (*before, float(value)) if before and value is not None else ()


def _since_last_hour(value: int, before: float | None) -> str:
    """比1小时前+212; nothing where it is the same or not known."""
    change = None if before is None else round(value - before)
    return gettext("比1小时前%(change)s") % {"change": f"{change:+,}".replace("-", "−")} if change else ""


def _against_target(pct: float | None, items: int) -> str:
    flying = {"target": f"{TARGET_PCT:.0f}", "items": wording.count(items)}
    if pct is None or pct >= TARGET_PCT:
        return gettext("目标%(target)s%% · 在途%(items)s件") % flying
    return gettext("目标%(target)s%%，差%(gap)s · 在途%(items)s件") % {**flying, "gap": f"{TARGET_PCT - pct:.1f}"}


def _lead(
    found: tuple[continuity.ClosureRow, ...], closures: tuple[rows.ClosureRow, ...], whole: Tally
) -> tuple[rows.Said, ...]:
    """The worst closure first; without one, how the mail stands."""
    if not closures:
        if whole.states["late"]:
            return (
                rows.Said(gettext("没有中断，")),
                rows.Said(
                    numbered("%(n)s件已逾限", whole.states["late"]) % {"n": wording.count(whole.states["late"])},
                    "late",
                    f"{reverse('web:items')}?list=late",
                ),
                rows.Said(gettext("。")),
            )
        all_well = numbered("没有中断，%(n)s件在途邮件都守时。", whole.items) % {"n": wording.count(whole.items)}
        return (rows.Said(all_well),)
    worst = max(
        range(len(closures)), key=lambda i: (closures[i].moved + closures[i].noway, closures[i].is_recalculating)
    )
    row, said = closures[worst], []
    said.append(rows.Said(row.title, "closed", row.url))
    said.append(rows.Said(gettext("第%(n)s天：") % {"n": days_of(found[worst])}))
    if row.is_recalculating:
        said.append(rows.Said(gettext("正在重算命中的邮件") + (gettext("，") if row.moved + row.noway else "")))
    said += _what_became(row)
    if len(closures) > 1:
        said.append(rows.Said(numbered("；另有%(n)s处中断", len(closures) - 1) % {"n": len(closures) - 1}))
    return (*said, rows.Said(gettext("。")))


def _what_became(row: rows.ClosureRow) -> list[rows.Said]:
    """Moved and stuck, each only where there are any."""
    items, said = reverse("web:items"), []
    if row.moved:
        moved = numbered("%(n)s件已改期", row.moved) % {"n": wording.count(row.moved)}
        said.append(rows.Said(moved, "late", f"{items}?list=moved"))
    if row.moved and row.noway:
        said.append(rows.Said(gettext("，")))
    if row.noway:
        stuck = numbered("%(n)s件要等解除才能送到", row.noway) % {"n": wording.count(row.noway)}
        said.append(rows.Said(stuck, "noway", f"{items}?list=noway"))
    if not said and not row.is_recalculating:
        said.append(rows.Said(gettext("没有邮件因此改期")))
    return said


def _work(actor: Actor) -> tuple[rows.WorkRow, ...]:
    if not actor.can("desk.list"):
        return ()
    now = clock.now()
    shown = []
    for order in order_list(actor=actor, view="all").rows[:WORK_SHOWN]:
        left = (order.due_at - now).total_seconds() / 60
        state = "late" if left < 0 else "risk" if left < 60 else "unknown"
        shown.append(rows.WorkRow(state, f"{gettext(order.kind_name)} · {order.title}", order.due_at))
    return tuple(shown)


def _desk(actor: Actor, strip: Strip) -> rows.DeskStrip | None:
    if not actor.can("workforce.read"):
        return None
    note = gettext("待打电话%(voice)s · 待发消息%(message)s") % {
        "voice": wording.count(strip.work.contacts_voice),
        "message": wording.count(strip.work.contacts_message),
    }
    return rows.DeskStrip(strip.present.on_site, strip.present.at_home, strip.present.out, note)


def lines_offered() -> list[picture.Line]:
    return picture.lines_offered()
