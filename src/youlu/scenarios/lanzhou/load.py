"""Loading the scenario into an empty database: one transaction, everything by COPY."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.network.plan import NetworkPlan
from youlu.domain.network.selectors import epoch_current
from youlu.domain.network.services import network_import
from youlu.domain.parties.services import parties_create_bulk
from youlu.scenarios.lanzhou import rows
from youlu.scenarios.lanzhou.bags import bags_make, ordinary_make
from youlu.scenarios.lanzhou.cast import cast_make
from youlu.scenarios.lanzhou.choosing import calls_twice, passes_through, plans_take, pools
from youlu.scenarios.lanzhou.flows import CLASSES, DAYS_BACK, THROUGH, Flows, flows_draw
from youlu.scenarios.lanzhou.history import history_make
from youlu.scenarios.lanzhou.journeys import Plans, delivered_s, positions_at, scans_until
from youlu.scenarios.lanzhou.notices import tour_zones
from youlu.scenarios.lanzhou.orders import orders_make
from youlu.scenarios.lanzhou.people import ids_make, parties_make
from youlu.scenarios.lanzhou.promising import plans_make
from youlu.scenarios.ledger import Acknowledged, ScanLedger
from youlu.scenarios.national import national_build
from youlu.scenarios.national.standards import standards_model_load

# The evening of the first notice: the afternoon wave is back, the counties' lorries left at 18:30, the trunks leave
# from 20:00 and 22:00 on. Little departs for an hour, and until 21:00 customers may be told.
CLOCK_AT = dt.datetime(2022, 7, 11, 18, 45, tzinfo=clock.SHANGHAI)
ITEMS = 100_000
DELIVERED_SHARE = 0.05  # of the items in flight, as many again delivered today
DRAWN_PER_ITEM = 3.2
ITEMS_PER_ADDRESSEE = 1.35
ITEMS_PER_SENDER = 14
ORDINARY_OFFICES = 12


class ScenarioLoadedError(YouluError):
    code = "scenario.loaded"
    status = 409
    sentence = "库里已有{count}件邮件。示例只装进空库：换一个YOULU_DATA_DIR，或先清空数据库。"


@dataclass(frozen=True)
class Loaded:
    """What was stored, and how long each step took (seconds)."""

    at: dt.datetime
    items_in_flight: int
    items_delivered: int
    scans: int
    parties: int
    to_tour_compounds: int
    seconds: dict[str, float]


def scenario_load(
    *, items: int = ITEMS, seed: int = 2022, at: dt.datetime = CLOCK_AT, rate: float = 1.0,
    tell: Callable[[str, str], None] = lambda chinese, english: None,
) -> Loaded:
    """Fill an empty database with the scenario and set its clock to `at`.

    Parameters
    ----------
    items : in flight at `at`; about 5 % more are delivered already.
    rate : business seconds a real second.
    tell : is given one line a step, in Chinese and in English.

    Raises
    ------
    ScenarioLoadedError : there are items already.
    """
    steps = _Steps(tell)
    actor = actor_of_system("scenario-lanzhou")
    _refuse_unless_empty()
    with clock.frozen(at), transaction.atomic():
        plan = national_build(seed=seed)
        network_import(actor=actor, plan=plan)
        standards_model_load(at=at)
        zones = [zone.compound.id for zone in tour_zones(plan)]
        cast_make(actor=actor, home_compounds=zones, at=at)
        steps.done(f"网络{len(plan.offices):,}个网点，人员就位",
                   f"network of {len(plan.offices):,} offices, and its people")
        drawn = _draw(plan, frozenset(zones), items=items, seed=seed, at=at)
        steps.done(f"时限承诺：{len(drawn.plans):,}件", f"promises for {len(drawn.plans):,} items")
        stored, parties = _store(actor, plan, drawn, seed=seed, at=at)
        steps.done(f"轨迹{len(stored):,}条、客户{parties:,}位已入库",
                   f"{len(stored):,} scans and {parties:,} customers stored")
        centre = next(office.id for office in plan.offices
                      if office.kind == "provincial_centre" and office.division_code.startswith("62"))
        bags = bags_make(actor=actor, at=at, centre=centre)
        ordinary_make(actor=actor, at=at, offices=[office.id for office in plan.offices
                                                   if office.division_code.startswith("6201")][:ORDINARY_OFFICES])
        steps.done(f"总包{bags}个", f"{bags} bags")
        history_make(at=at, seed=seed, items=items)
        clock.clock_set(at=at, rate=rate)
    clock.forget()
    ledger = ScanLedger(Path(settings.DATA_DIR))
    ledger.clear()
    ledger.append(stored)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 10")  # enough to plan by, a tenth of the reading
        cursor.execute("ANALYZE mail_item, mail_scan, mail_promise_revision, parties_party, network_compound")
    steps.done("统计与回执账已写好", "statistics and the ledger of scans written")
    delivered = int(np.count_nonzero(drawn.delivered))
    return Loaded(at, len(drawn.plans) - delivered, delivered, len(stored), parties,
                  int(np.isin(drawn.flows.compound[~drawn.delivered], zones).sum()), steps.seconds)


def scenario_loaded() -> bool:
    """Whether this database holds a scenario: its clock was set and there are items."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM core_scenarioclock) AND EXISTS (SELECT 1 FROM mail_item)")
        return bool(cursor.fetchone()[0])


def scenario_resume(*, rate: float = 1.0) -> dt.datetime:
    """Set the clock of a loaded scenario to the last thing that happened in it, and let it run; returns it.

    Without this a scenario left overnight would wake up with every connection missed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(%s, (SELECT max(computed_at) FROM mail_promise_revision),"
            " (SELECT max(received_at) FROM mail_scan), (SELECT max(declared_at) FROM network_closure),"
            " (SELECT max(lifted_at) FROM network_closure), (SELECT max(result_at) FROM desk_attempt),"
            " (SELECT max(at) FROM desk_orderevent), (SELECT max(coalesce(in_at, out_at)) FROM desk_handover),"
            " (SELECT max(coalesce(left_at, adopted_at)) FROM desk_emergencywatch))", [CLOCK_AT])
        at = cursor.fetchone()[0]
    clock.clock_set(at=at, rate=rate)
    return at


class _Steps:
    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self.tell, self.started = tell, time.monotonic()
        self.seconds: dict[str, float] = {}

    def done(self, chinese: str, english: str) -> None:
        took = time.monotonic() - self.started
        self.started += took
        self.seconds[chinese] = round(took, 1)
        self.tell(f"{chinese}（{took:.1f}秒）", f"{english} ({took:.1f} s)")


@dataclass(frozen=True)
class _Drawn:
    """The items chosen, with what was promised them and when they are, or will be, delivered."""

    flows: Flows
    plans: Plans
    delivery_s: NDArray[np.int64]
    delivered: NDArray[np.bool_]


def _refuse_unless_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mail_item")
        count = cursor.fetchone()[0]
    if count:
        raise ScenarioLoadedError(count=f"{count:,}")


def _draw(plan: NetworkPlan, zones: frozenset[int], *, items: int, seed: int, at: dt.datetime) -> _Drawn:
    """Draw more items than needed, promise all at their acceptance, keep those in flight and some delivered today."""
    rng = np.random.default_rng(seed)
    now_s = int(at.timestamp())
    today_s = int(clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    flows = flows_draw(rng, plan, count=round(items * DRAWN_PER_ITEM), tour_compounds=zones, today_s=today_s,
                       now_s=now_s)
    plans = plans_make(plan, flows, first_at=at - dt.timedelta(days=DAYS_BACK + 1), epoch=epoch_current())
    delivery = delivered_s(plans, rng.random(len(plans)))
    usable = (plans.arrival_s > 0) & ~calls_twice(plans) & (
        (flows.flow != THROUGH) | passes_through(plan, plans, "62"))
    in_flight = np.flatnonzero(usable & (delivery > now_s))
    today = np.flatnonzero(usable & (delivery <= now_s) & (delivery >= today_s))
    chosen = np.sort(np.concatenate([
        rng.choice(in_flight, min(items, len(in_flight)), replace=False),
        rng.choice(today, min(round(items * DELIVERED_SHARE), len(today)), replace=False)]))
    chosen = chosen[np.argsort(flows.accepted_s[chosen], kind="stable")]
    return _Drawn(flows.take(chosen), plans_take(plans, chosen), delivery[chosen], delivery[chosen] <= now_s)


def _store(
    actor: Actor, plan: NetworkPlan, drawn: _Drawn, *, seed: int, at: dt.datetime
) -> tuple[Acknowledged, int]:
    """Customers, items, first revisions, scans; returns the scans as stored and the number of customers."""
    rng = np.random.default_rng(seed + 1)
    now_s = int(at.timestamp())
    flows, plans = drawn.flows, drawn.plans
    addressee, homes = pools(rng, flows.compound.astype(np.int64) * 100_000 + flows.dest, ITEMS_PER_ADDRESSEE)
    sender, counters = pools(rng, flows.origin.astype(np.int64), ITEMS_PER_SENDER)
    ids = ids_make(rng, len(homes) + len(counters), now_s * 1000 - 86_400_000)
    compound = np.concatenate([homes // 100_000, np.zeros(len(counters), np.int64)]).astype(np.int32)
    office = np.concatenate([homes % 100_000, counters]).astype(np.int32)
    parties_create_bulk(actor=actor, parties=parties_make(rng, plan, ids, compound, office, first_phone=1))
    keys = rows.keys_allocate(flows.mail_class, CLASSES)
    positions = positions_at(plans, drawn.delivery_s, now_s)
    rows.items_copy(keys, flows, plans, positions, [ids[n] for n in addressee],
                    [ids[n + len(homes)] for n in sender], epoch=epoch_current())
    local = np.flatnonzero((flows.compound > 0) & ~drawn.delivered)
    orders_make(actor=actor, rng=rng, keys=keys[local], customers=[ids[addressee[n]] for n in local.tolist()], at=at)
    scans = scans_until(plans, drawn.delivery_s, now_s)
    return rows.scans_copy(keys, plan, scans, now_s=now_s), len(ids)
