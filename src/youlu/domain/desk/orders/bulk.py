"""One act on many orders: each by its own service in a transaction of its own, each with what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import BulkActError, BulkSizeError
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.acts import order_chase, order_close, order_supervise
from youlu.domain.desk.orders.once import act_once
from youlu.domain.desk.orders.seeing import seen_by
from youlu.domain.desk.orders.taking import order_assign, order_take

BULK_MAX = 200


@dataclass(frozen=True)
class BulkRow:
    """`said` is the error's sentence where it was not done."""

    order_id: uuid.UUID
    number: int
    title: str
    is_done: bool
    said: str = ""


def orders_bulk(
    *, actor: Actor, act: str, order_ids: Sequence[uuid.UUID], agent_id: uuid.UUID | None = None, note: str = "",
    key: str = "",
) -> tuple[BulkRow, ...]:
    """Do `act` to each order in the order given; what one refuses does not stop the others.

    Parameters
    ----------
    act : assign (to `agent_id`), take, chase, supervise or close
    key : the form's; sent again, each order has it done once

    Raises
    ------
    BulkActError, BulkSizeError
    """
    acts: dict[str, Callable[[uuid.UUID], None]] = {
        "take": lambda order_id: order_take(actor=actor, order_id=order_id),
        "chase": lambda order_id: order_chase(actor=actor, order_id=order_id, note=note),
        "supervise": lambda order_id: order_supervise(actor=actor, order_id=order_id, note=note),
        "close": lambda order_id: order_close(actor=actor, order_id=order_id),
    }
    if agent_id is not None:
        acts["assign"] = lambda order_id: order_assign(actor=actor, order_id=order_id, agent_id=agent_id)
    if act not in acts:
        raise BulkActError()
    wanted = list(dict.fromkeys(order_ids))
    if not 0 < len(wanted) <= BULK_MAX:
        raise BulkSizeError(most=BULK_MAX)
    rows = WorkOrder.objects.filter(seen_by(actor), id__in=wanted).only("id", "number", "title")
    found = {order.id: order for order in rows}

    def once(order_id: uuid.UUID) -> None:
        act_once(actor=actor, order_id=order_id, act=act, key=f"{key} {order_id}" if key else "",
                 said={"note": note, "agent": str(agent_id or "")}, work=lambda: acts[act](order_id))

    return tuple(_one(order_id, found.get(order_id), once) for order_id in wanted)


def _one(order_id: uuid.UUID, order: WorkOrder | None, act: Callable[[uuid.UUID], None]) -> BulkRow:
    if order is None:
        return BulkRow(order_id, 0, "", False, NotFoundError().message)
    try:
        act(order_id)
    except YouluError as error:
        return BulkRow(order_id, order.number, order.title, False, error.message)
    return BulkRow(order_id, order.number, order.title, True)
