"""One invented afternoon (Friday 29 July 2022, 17:42), as rows: what page tests and pictures are made of."""

from __future__ import annotations

import datetime as dt
import math

from youlu.core.clock import SHANGHAI
from youlu.interfaces.web import rows
from youlu.interfaces.web.figures.bars import Bin, PromiseStep
from youlu.interfaces.web.figures.gansu_map import CallOut, MapLine, MapOffice
from youlu.interfaces.web.figures.yxt import ClosedLeg, Station, Stop, TripLine

NOW = dt.datetime(2022, 7, 29, 17, 42, tzinfo=SHANGHAI)
PLACES = {
    "兰州": (103.83, 36.06),
    "酒泉": (98.51, 39.74),
    "嘉峪关": (98.29, 39.77),
    "张掖": (100.45, 38.93),
    "金昌": (102.19, 38.52),
    "武威": (102.63, 37.93),
    "白银": (104.14, 36.55),
    "临夏": (103.21, 35.60),
    "合作": (102.91, 34.99),
    "定西": (104.63, 35.58),
    "天水": (105.72, 34.58),
    "陇南": (104.93, 33.39),
    "平凉": (106.68, 35.54),
    "庆阳": (107.64, 35.73),
    "敦煌": (94.66, 40.14),
    "瓜州": (95.78, 40.52),
}
WRONG = {
    "兰州": ("late", "81.6%"),
    "酒泉": ("late", "88.7%"),
    "嘉峪关": ("risk", "91.8%"),
    "张掖": ("risk", "93.0%"),
    "陇南": ("risk", "92.4%"),
}
LINES = (
    ("兰州", "武威", 2100, "late"),
    ("武威", "金昌", 300, "kept"),
    ("武威", "张掖", 1700, "kept"),
    ("张掖", "酒泉", 714, "closed"),
    ("酒泉", "嘉峪关", 400, "kept"),
    ("酒泉", "瓜州", 600, "late"),
    ("瓜州", "敦煌", 350, "late"),
    ("兰州", "白银", 200, "kept"),
    ("兰州", "定西", 900, "risk"),
    ("定西", "天水", 800, "kept"),
    ("天水", "陇南", 341, "risk"),
    ("定西", "平凉", 300, "kept"),
    ("平凉", "庆阳", 200, "kept"),
    ("兰州", "临夏", 150, "kept"),
    ("临夏", "合作", 90, "kept"),
)
AREAS = (
    ("620100", "兰州市", 81.6, 97.2, 612, "late"),
    ("620900", "酒泉市", 88.7, 97.0, 131, "late"),
    ("620200", "嘉峪关市", 91.8, 96.9, 44, "risk"),
    ("621200", "陇南市", 92.4, 96.2, 63, "risk"),
    ("620700", "张掖市", 93.0, 97.2, 57, "risk"),
    ("621100", "定西市", 94.1, 96.3, 38, "risk"),
    ("620400", "白银市", 95.2, 94.8, 21, "kept"),
    ("622900", "临夏州", 95.5, 95.5, 12, "kept"),
    ("620600", "武威市", 95.9, 96.3, 18, "kept"),
    ("620500", "天水市", 96.1, 96.1, 24, "kept"),
    ("623000", "甘南州", 96.3, 96.0, 9, "kept"),
    ("620800", "平凉市", 96.8, 96.4, 13, "kept"),
    ("621000", "庆阳市", 97.1, 97.3, 11, "kept"),
    ("620300", "金昌市", 97.4, 97.8, 6, "kept"),
)


def trend(seed: int, start: float, end: float) -> tuple[float, ...]:
    wave = [math.sin(i * 1.7 + seed) * abs(end - start) * 0.06 for i in range(22)]
    return (*tuple(start + (end - start) * (i / 21) ** 1.3 + wave[i] for i in range(22)), end)


STATIONS = (
    Station("兰州", 0),
    Station("武威", 276),
    Station("金昌", 352),
    Station("张掖", 508),
    Station("酒泉", 734),
    Station("瓜州", 985),
    Station("敦煌", 1108),
)


def trip(number: str, start_min: float, *, down: bool, shut: tuple[float, float] = (670, 990)) -> TripLine:
    order = range(7) if down else range(6, -1, -1)
    stops, plan, real, last = [], start_min, start_min, None
    for i in order:
        if last is not None:
            run = abs(STATIONS[i].km - STATIONS[last].km) / 76 * 60
            plan, real = plan + run, real + run
        arr, plan_arr = real, plan
        plan += 18 if last is not None else 0
        real += 18 if last is not None else 0
        leaves_into = (i == 3 and down) or (i == 4 and not down)
        if leaves_into and shut[0] - 60 <= real < shut[1]:
            real = shut[1] + 6
        stops.append(Stop(i, arr, real, plan_arr, plan))
        last = i
    return TripLine(number, tuple(stops))


def diagram() -> rows.Diagram:
    trips = (
        trip("1001", 25, down=True),
        trip("1003", 230, down=True),
        trip("1005", 375, down=True),
        trip("1007", 580, down=True),
        trip("1009", 865, down=True),
        trip("1002", 20, down=False),
        trip("1004", 350, down=False),
        trip("1006", 455, down=False),
        trip("1008", 745, down=False),
    )
    return rows.Diagram(
        "兰州—敦煌",
        STATIONS,
        trips,
        (ClosedLeg(3, 4, 670, 990, "落石中断15:10–20:30"),),
        dt.datetime(2022, 7, 29, 4, 0, tzinfo=SHANGHAI),
        24,
        NOW,
    )


def closures() -> tuple[rows.ClosureRow, ...]:
    return (
        rows.ClosureRow(
            "1", "封控", "兰州市城关区", "7月11日起 · 未定", "在途12,418件 · 新承诺已全部发出", 7106, 4796, 516, "#"
        ),
        rows.ClosureRow("2", "落石", "张掖—酒泉", "15:10–预计20:30", "在途2,206件 · 4个班次", 1492, 714, 0, "#"),
        rows.ClosureRow("3", "塌方", "舟曲—宕昌", "7月28日–8月1日", "在途341件 · 绕行陇南", 288, 53, 0, "#"),
    )


def situation(now: dt.datetime = NOW) -> rows.Situation:
    def work(state: str, text: str, minutes: int) -> rows.WorkRow:
        return rows.WorkRow(state, text, now + dt.timedelta(minutes=minutes), "#")

    offices = tuple(MapOffice(name, *at, *WRONG.get(name, ("kept", "")), name == "兰州") for name, at in PLACES.items())
    lines = tuple(MapLine((PLACES[a], PLACES[b]), n, state, f"{a}—{b}") for a, b, n, state in LINES)
    calls = (
        CallOut("城关区封控 · 第19天", ("2个处理中心、31个网点停运", "影响在途12,418件"), 103.83, 36.06, True),
        CallOut("张掖—酒泉落石中断", ("15:10起，预计20:30恢复", "4个班次在等，714件改期"), 99.5, 39.35, False),
    )
    return rows.Situation(
        lead=(
            rows.Said("城关区封控第19天："),
            rows.Said("4,796件已改期", "late", "#"),
            rows.Said("，516件无路可达；"),
            rows.Said("张掖—酒泉", "closed", "#"),
            rows.Said("落石，河西4个班次在等。"),
        ),
        figures=(
            rows.Figure(
                "今日承诺履约率", "94.2", "risk", "%", "目标98.0%，差3.8 · 上周同期97.6%", "#", trend(1, 98, 94.2)
            ),
            rows.Figure("有风险", 3184, "risk", "", "比1小时前+212", "#", trend(2, 2100, 3184)),
            rows.Figure("已逾限", 1059, "late", "", "比1小时前+87", "#", trend(3, 600, 1059)),
            rows.Figure("无路可达", 516, "noway", "", "全部在城关区", "#", trend(4, 100, 516)),
            rows.Figure("静默超12时", 412, "unknown", "", "最多：兰州中心188", "#", trend(5, 600, 412)),
            rows.Figure("中断中", 3, "closed", "处", "最近15:10张掖—酒泉", "#", (1, 1, 1, 1, 2, 2, 2, 3)),
            rows.Figure("待办工单", 268, "unknown", "", "14张一小时内到时", "#", trend(6, 120, 268)),
        ),
        map=rows.MapRows({code: state for code, _, _, _, _, state in AREAS}, offices, lines, calls),
        areas=tuple(
            rows.AreaRow(code, name, pct, before, late, state, "#") for code, name, pct, before, late, state in AREAS
        ),
        flows=(
            rows.FlowRow("兰州", "酒泉", 312, 1728),
            rows.FlowRow("兰州", "敦煌", 204, 2016),
            rows.FlowRow("西安", "兰州", 188, 4320),
            rows.FlowRow("酒泉", "兰州", 131, 1296),
            rows.FlowRow("兰州", "陇南", 96, 864),
        ),
        closures=closures(),
        work=(
            work("late", "投诉 · 药品邮件3天未动 · 七里河", -25),
            work("risk", "外呼 · 改期告知1,204人（城关区）", 18),
            work("risk", "回电 · 约定18:15 · 马*云", 33),
            work("risk", "协调 · 酒泉中心加开19:00班次", 42),
            work("unknown", "改址 · 录取通知书 EZ…017CN", 70),
            work("unknown", "确认 · 6位客服员报告居家", 120),
            work("unknown", "核对 · 188件静默邮件 · 兰州中心", 210),
        ),
        work_total=268,
        desk=rows.DeskStrip(7, 14, 2, "等待接听9 · 最长1分48秒 · 今晚20时起缺3人", "#"),
        diagram=diagram(),
        read_at=now,
    )


def item_page() -> rows.ItemPage:
    day = dt.timedelta(days=1)
    row = rows.ItemRow(
        "EZ207144368CN",
        "特快",
        "兰州城关中心",
        "陇南康县",
        "在兰州邮区中心",
        "late",
        "改期+3天",
        NOW + 2 * day,
        NOW + 5 * day,
        "#",
    )
    return rows.ItemPage(
        row,
        "张*芳",
        "王*民 尾号4417",
        NOW - day,
        "兰州城关区封控",
        False,
        (
            rows.ScanRow(NOW + 4 * day, "到达", "康县处理中心", is_ahead=True),
            rows.ScanRow(NOW + 3 * day, "发出", "陇南邮区中心", is_ahead=True),
            rows.ScanRow(NOW - day / 4, "到达", "兰州邮区中心", "closed", "停运，就地暂存"),
            rows.ScanRow(NOW - day / 2, "发出", "城关区雁滩揽投部"),
            rows.ScanRow(NOW - day, "收寄", "城关区雁滩揽投部"),
        ),
        (
            PromiseStep(NOW - day, NOW + 2 * day, "收寄承诺", "7月31日", "kept"),
            PromiseStep(NOW - day * 0.6, NOW + 3 * day, "未赶上班次", "8月1日", "risk"),
            PromiseStep(NOW - day * 0.3, NOW + 5 * day, "兰州城关区封控", "8月3日", "late"),
        ),
        (
            rows.LegRow("兰州邮区中心", "陇南邮区中心", NOW + 2 * day, NOW + 2.4 * day, "2103", "汽车", 900),
            rows.LegRow("陇南邮区中心", "康县处理中心", NOW + 3 * day, NOW + 3.2 * day, "4417", "汽车", 860),
        ),
        closures()[:1],
    )


def preview() -> rows.Preview:
    bins = tuple(
        Bin(f"7-{29 + i // 4}" if i // 4 < 3 else f"8-{i // 4 - 2}", max(0, 900 - 80 * i), 220 + (i * 97) % 400)
        for i in range(20)
    )
    places = ("酒泉", "敦煌", "西安", "陇南", "天水", "康县", "张掖", "武威")
    hits = tuple(
        rows.Hit(p, 900 - 80 * i, 700 - 70 * i, 20 if i % 3 == 0 else 0, 1700 + 200 * i) for i, p in enumerate(places)
    )
    worst = tuple(
        rows.WorstRow(f"EZ20714{i}368CN", p, NOW, NOW + dt.timedelta(days=9 - i)) for i, p in enumerate(places)
    )
    return rows.Preview(
        12418,
        7106,
        4796,
        516,
        3980,
        2776,
        1204,
        bins,
        hits,
        (rows.Hit("特快", 8000, 3000, 300, 2000), rows.Hit("快递包裹", 4418, 1796, 216, 3000)),
        worst,
        (rows.Hit("城关区雁北街道", 300, 0, 300, 0), rows.Hit("城关区张掖路街道", 216, 0, 216, 0)),
        740,
        2880,
    )
