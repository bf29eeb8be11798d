"""Work orders (工单): their life as one table, their clocks, who sees and who does what.

`life` is the table, `happening` does one act on one order, the other modules say what an act writes besides.
"""

from youlu.domain.desk.orders.acts import (
    order_answer,
    order_call_back,
    order_chase,
    order_close,
    order_dispatch,
    order_escalate,
    order_extend,
    order_extend_grant,
    order_extend_refuse,
    order_fix,
    order_note,
    order_pass_on,
    order_refuse,
    order_reopen,
    order_report,
    order_resume,
    order_rework,
    order_supervise,
    order_verify,
    order_wait,
)
from youlu.domain.desk.orders.alerts import alerts_seen
from youlu.domain.desk.orders.bulk import BulkRow, orders_bulk
from youlu.domain.desk.orders.opening import Asked, Opened, order_open, order_receive
from youlu.domain.desk.orders.saved import view_drop, view_save
from youlu.domain.desk.orders.taking import order_assign, order_give_back, order_take, order_take_next
from youlu.domain.desk.orders.watching import Marked, orders_watch

__all__ = [
    "Asked", "BulkRow", "Marked", "Opened", "alerts_seen", "order_answer", "order_assign", "order_call_back",
    "order_chase", "order_close", "order_dispatch", "order_escalate", "order_extend", "order_extend_grant",
    "order_extend_refuse", "order_fix", "order_give_back", "order_note", "order_open", "order_pass_on",
    "order_receive", "order_refuse", "order_reopen", "order_report", "order_resume", "order_rework",
    "order_supervise", "order_take", "order_take_next", "order_verify", "order_wait", "orders_bulk", "orders_watch",
    "view_drop", "view_save",
]
