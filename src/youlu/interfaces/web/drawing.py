"""From rows to figures: the words in a picture and its finding, in the reader's language."""

from __future__ import annotations

import datetime as dt

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.numbered import numbered
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.assets import asset_url
from youlu.interfaces.web.figures.bars import columns, histogram, step_line
from youlu.interfaces.web.figures.gansu_map import gansu_map
from youlu.interfaces.web.figures.yxt import TripLine, yxt


def map_draw(page: rows.Situation) -> SafeString:
    wrong = [area for area in page.areas if area.state not in ("kept", "unknown")]
    names = "、".join(area.name for area in wrong[:4])
    desc = (
        numbered("%(count)s个市州没有守住时限：%(names)s。", len(wrong)) % {"count": len(wrong), "names": names}
        if wrong
        else gettext("各市州都守时。")
    )
    return gansu_map(
        land_url=asset_url("land.svg"),
        areas=page.map.areas,
        offices=page.map.offices,
        lines=page.map.lines,
        calls=page.map.calls,
        title=gettext("省内态势地图"),
        desc=desc,
        scale_word=gettext("200公里"),
    )


def diagram_draw(
    diagram: rows.Diagram, *, id: str = "yxt", height: float = 217, is_way: bool = False
) -> SafeString:
    """`is_way`: one item's way: no kilometres, dates at midnight."""
    late = [trip for trip in diagram.trips if trip.is_late]
    found = gettext("%(late)s个班次晚点，共%(all)s个。") % {"late": len(late), "all": len(diagram.trips)}
    now_word = gettext("现在%(time)s") % {"time": wording.hm(diagram.now_at)} if diagram.now_at else ""
    return yxt(
        stations=diagram.stations,
        trips=diagram.trips,
        closed=diagram.closed,
        now_min=diagram.now_min,
        start_hour=clock.local(diagram.start_at).hour,
        hours=diagram.hours,
        title=gettext("运行图%(line)s") % {"line": diagram.name},
        desc=found,
        now_word=now_word,
        late_word=gettext("迟"),
        id=id,
        height=height,
        show_km=not is_way,
        first_day=clock.local(diagram.start_at).date() if is_way else None,
    )


def trip_rows(diagram: rows.Diagram) -> list[dict[str, object]]:
    """The diagram as a table: one trip a row."""
    return [_trip_row(diagram, trip) for trip in diagram.trips]


def _trip_row(diagram: rows.Diagram, trip: TripLine) -> dict[str, object]:
    def at(minute: float) -> dt.datetime:
        return diagram.start_at + dt.timedelta(minutes=minute)

    first, last = trip.stops[0], trip.run[-1]
    return {
        "number": trip.number,
        "start": diagram.stations[first.station].name,
        "end": diagram.stations[last.station].name,
        "dep_at": at(first.dep_min),
        "plan_at": at(last.plan_arr_min),
        "arr_at": at(last.arr_min),
        "delay_min": trip.delay_min,
        "state": "late" if trip.is_late else "kept",
        "is_cut": trip.runs_to is not None,
    }


def preview_draw(preview: rows.Preview) -> SafeString:
    desc = numbered("%(moved)s件改期，%(noway)s件无路可达。", preview.moved) % {
        "moved": wording.count(preview.moved),
        "noway": wording.count(preview.noway),
    }
    return histogram(
        preview.bins,
        title=gettext("到达件数，封控前后"),
        desc=desc,
        before_word=gettext("原来"),
        after_word=gettext("封控后"),
    )


BACKLOG_BARS = 48


def backlog_draw(backlog: rows.Backlog, *, id: str) -> SafeString:
    """Items waiting, by the hour or, where it takes longer, by several."""
    step = -(-len(backlog.hours) // BACKLOG_BARS) or 1
    shown = backlog.hours[::step]
    n = {"most": wording.count(backlog.most), "at": wording.stamp(backlog.drained_at) if backlog.drained_at else ""}
    desc = (numbered("最多%(most)s件，%(at)s排完。", backlog.most) if n["at"]
            else numbered("最多%(most)s件，45天内排不完。", backlog.most))
    return columns([(f"{clock.local(at):%m-%d %H:%M}", items) for at, items in shown], desc=desc % n, id=id,
                   title=gettext("%(office)s的积压件数") % {"office": backlog.office})


def steps_draw(page: rows.ItemPage, now: dt.datetime) -> SafeString:
    last = page.steps[-1]
    desc = gettext("承诺%(committed)s，最新预计%(expected)s。") % {
        "committed": wording.wave(page.row.committed_at),
        "expected": wording.wave(last.arrive_by) if last.arrive_by else gettext("待定"),
    }
    return step_line(
        page.steps,
        committed=page.row.committed_at,
        until=now,
        committed_label=gettext("承诺%(day)s") % {"day": wording.day_short(page.row.committed_at)},
        title=gettext("时限的变化"),
        desc=desc,
    )
