"""What pages show, as frozen rows: the seam between the domain's selectors and the templates.

`reading/` fills them; templates and figures know nothing else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from youlu.interfaces.web.figures.bars import Bin, PromiseStep
from youlu.interfaces.web.figures.gansu_map import CallOut, MapLine, MapOffice
from youlu.interfaces.web.figures.yxt import ClosedLeg, Station, TripLine


@dataclass(frozen=True)
class Said:
    """A piece of the lead sentence; `state` colours it, `url` links it."""

    text: str
    state: str = ""
    url: str = ""


@dataclass(frozen=True)
class Figure:
    """A number with its state; `trend` are earlier values, oldest first, the last is now."""

    label: str
    value: int | str
    state: str
    unit: str = ""
    note: str = ""
    url: str = ""
    trend: tuple[float, ...] = ()


@dataclass(frozen=True)
class AreaRow:
    """One prefecture: share of promises that hold, in per cent; None where no mail goes there."""

    code: str
    name: str
    kept_pct: float | None
    before_pct: float | None
    late: int
    state: str
    url: str = ""


@dataclass(frozen=True)
class FlowRow:
    start: str
    end: str
    items: int
    later_min: float


@dataclass(frozen=True)
class ClosureRow:
    """`ends`: how long, in words. Counts are of items in flight that it hit."""

    id: str
    kind: str
    title: str
    ends: str
    note: str
    kept: int
    moved: int
    noway: int
    url: str = ""
    is_recalculating: bool = False
    is_lifted: bool = False


@dataclass(frozen=True)
class WorkRow:
    state: str
    text: str
    due_at: dt.datetime
    url: str = ""


@dataclass(frozen=True)
class DeskStrip:
    on_site: int
    at_home: int
    out: int
    note: str
    url: str = ""


@dataclass(frozen=True)
class Diagram:
    """One line of stations on one day; the picture's clock starts at `start_at`."""

    name: str
    stations: tuple[Station, ...]
    trips: tuple[TripLine, ...]
    closed: tuple[ClosedLeg, ...]
    start_at: dt.datetime
    hours: int = 24
    now_at: dt.datetime | None = None

    @property
    def now_min(self) -> float | None:
        return None if self.now_at is None else (self.now_at - self.start_at).total_seconds() / 60


@dataclass(frozen=True)
class MapRows:
    areas: dict[str, str]
    offices: tuple[MapOffice, ...]
    lines: tuple[MapLine, ...]
    calls: tuple[CallOut, ...]


@dataclass(frozen=True)
class Situation:
    lead: tuple[Said, ...]
    figures: tuple[Figure, ...]
    map: MapRows
    areas: tuple[AreaRow, ...]
    flows: tuple[FlowRow, ...]
    closures: tuple[ClosureRow, ...]
    work: tuple[WorkRow, ...]
    work_total: int
    desk: DeskStrip | None
    diagram: Diagram | None
    read_at: dt.datetime
    is_past_made: bool = False  # trends and last week are a scenario's

    @property
    def has_before(self) -> bool:
        """Whether last week's figures are known."""
        return any(area.before_pct is not None for area in self.areas)


@dataclass(frozen=True)
class LegRow:
    """A leg of a way: office names, instants, the trip, the means; `wait_min` before it."""

    start: str
    end: str
    dep_at: dt.datetime
    arr_at: dt.datetime
    trip: str
    means: str = ""
    wait_min: float = 0


@dataclass(frozen=True)
class ClockRow:
    """One of the three clocks. `said` is the time, or why there is none."""

    key: str
    name: str
    said: str
    source: str
    note: str = ""
    is_known: bool = True


@dataclass(frozen=True)
class QuotePage:
    """The answer to 问时限. `promised_at` None: no way now; `reasons` say why in either case."""

    start: str
    end: str
    ready_at: dt.datetime
    promised_at: dt.datetime | None
    arrival_at: dt.datetime | None
    legs: tuple[LegRow, ...]
    reasons: tuple[str, ...]
    usual_at: dt.datetime | None = None
    review_at: dt.datetime | None = None
    diagram: Diagram | None = None
    clocks: tuple[ClockRow, ...] = ()


@dataclass(frozen=True)
class ItemRow:
    number: str
    mail_class: str
    start: str
    end: str
    where: str
    state: str
    word: str
    committed_at: dt.datetime
    expected_at: dt.datetime | None
    url: str = ""


@dataclass(frozen=True)
class ScanRow:
    """`state` marks what is wrong; `is_ahead`: planned, not yet happened."""

    at: dt.datetime
    what: str
    where: str
    state: str = ""
    note: str = ""
    is_ahead: bool = False
    is_here: bool = False


@dataclass(frozen=True)
class ItemPage:
    row: ItemRow
    sender: str
    addressee: str
    told_at: dt.datetime | None
    cause: str
    is_recalculating: bool
    timeline: tuple[ScanRow, ...]
    steps: tuple[PromiseStep, ...]
    ahead: tuple[LegRow, ...]
    closures: tuple[ClosureRow, ...] = ()
    undelivered: str = ""  # why, while nothing has happened since
    choices: tuple[tuple[str, str], ...] = ()  # what may be asked then: value and words
    asked: tuple[ScanRow, ...] = ()  # what was asked
    clocks: tuple[ClockRow, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()  # what moves: name and words


@dataclass(frozen=True)
class TrackPage:
    """What the public sees: masked, to the wave, with the reason."""

    number: str
    state: str
    answer: str
    word: str
    promised_at: dt.datetime | None
    committed_at: dt.datetime
    reason: str
    next_said: str
    is_recalculating: bool
    start: str
    end: str
    addressee: str
    timeline: tuple[ScanRow, ...]
    ticket: str  # proves for half an hour that the item is theirs


@dataclass(frozen=True)
class Hit:
    """Items of one destination or class that a closure hits."""

    name: str
    items: int
    moved: int
    noway: int
    later_min: float


@dataclass(frozen=True)
class WorstRow:
    number: str
    end: str
    was_at: dt.datetime
    becomes_at: dt.datetime | None
    url: str = ""


@dataclass(frozen=True)
class Backlog:
    """An office where mail waits for its turn: items at the end of each hour; `drained_at` None: not within 45 days."""

    office_id: int
    office: str
    per_hour: int
    most: int
    hours: tuple[tuple[dt.datetime, int], ...]
    drained_at: dt.datetime | None
    picture: str = ""


@dataclass(frozen=True)
class Overload:
    """A leg with more planned on it than its trip carries, this many of them by the detour."""

    start: str
    end: str
    dep_at: dt.datetime
    more: int
    items: int = 0
    carries: int = 0


@dataclass(frozen=True)
class Telling:
    """What telling the customers would cost; `assumed` are the figures reckoned with (name, value and unit, source)."""

    inbox: int = 0
    hook: int = 0
    calls: int = 0
    unreached: int = 0
    message_fen: int = 0
    staff_hours: float = 0
    staff_fen: int = 0
    total_fen: int = 0
    assumed: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Preview:
    """What a closure would do, before anybody is told."""

    hit: int
    kept: int
    moved: int
    noway: int
    customers: int
    telling: Telling
    bins: tuple[Bin, ...]
    destinations: tuple[Hit, ...]
    classes: tuple[Hit, ...]
    worst: tuple[WorstRow, ...]
    noway_places: tuple[Hit, ...] = ()
    took_ms: int | None = None
    later_median_min: float = 0
    overload: tuple[Overload, ...] = ()
    backlogs: tuple[Backlog, ...] = ()


@dataclass(frozen=True)
class MeasureRow:
    act: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    state: str
    ref: str = ""


@dataclass(frozen=True)
class ClosurePage:
    row: ClosureRow
    authority: str
    document_no: str
    declared_at: dt.datetime
    declared_by: str
    review_at: dt.datetime | None
    lifted_at: dt.datetime | None
    measures: tuple[MeasureRow, ...]
    done: int
    total: int
    told: int
    to_call: int
    can_lift: bool
    history: tuple[ScanRow, ...] = field(default=())
    backlogs: tuple[Backlog, ...] = ()
    back: int | None = None  # items that came earlier again by the lifting; None before it is reckoned
