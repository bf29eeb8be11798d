"""What the desk does, by room: orders, who is owed word, telling by voice, telling by message."""

from youlu.domain.desk.assignment.people import push_set
from youlu.domain.desk.assignment.pulling import order_take_next
from youlu.domain.desk.assignment.pushing import orders_push
from youlu.domain.desk.assignment.queue import notices_seen
from youlu.domain.desk.assignment.returning import orders_return
from youlu.domain.desk.claims.deciding import (
    claim_confirm,
    claim_decide,
    claim_pay,
    claim_reckon,
    claim_send_back,
)
from youlu.domain.desk.contacts import (
    ContactOutcome,
    Said,
    call_ask,
    contact_next,
    contact_party,
    contact_result,
    contacts_held,
    contacts_hold,
    contacts_release,
)
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
    order_prioritise,
    order_refuse,
    order_reopen,
    order_report,
    order_resume,
    order_rework,
    order_supervise,
    order_verify,
    order_wait,
)
from youlu.domain.desk.orders.again import order_ask_again
from youlu.domain.desk.orders.alerts import alerts_seen
from youlu.domain.desk.orders.applying import order_apply_to
from youlu.domain.desk.orders.attachments import attachment_add, attachment_read
from youlu.domain.desk.orders.bulk import BulkRow, orders_bulk
from youlu.domain.desk.orders.once import act_once, form_once
from youlu.domain.desk.orders.opening import Asked, Opened, order_open, order_receive
from youlu.domain.desk.orders.saved import view_drop, view_save
from youlu.domain.desk.orders.subtypes import order_classify
from youlu.domain.desk.orders.taking import order_assign, order_give_back, order_take
from youlu.domain.desk.orders.turns import unit_notices_seen
from youlu.domain.desk.orders.watching import Marked, orders_watch
from youlu.domain.desk.owing import OweCounts, SpareCounts, Word, outreach_open, outreach_owe, outreach_spare, words_owe
from youlu.domain.desk.phone.dialling import call_number, order_dial
from youlu.domain.desk.phone.hearing import Heard, call_hear, calls_forget
from youlu.domain.desk.phone.linking import call_to_order
from youlu.domain.desk.phone.promising import live_call_back_promise, order_call_back_promise
from youlu.domain.desk.phone.routing import CallWay, call_route
from youlu.domain.desk.sending import SendCounts, contacts_send, failed_messages_take
from youlu.domain.desk.told import told_flush

__all__ = [
    "Asked",
    "BulkRow",
    "CallWay",
    "ContactOutcome",
    "Heard",
    "Marked",
    "Opened",
    "OweCounts",
    "Said",
    "SendCounts",
    "SpareCounts",
    "Word",
    "act_once",
    "alerts_seen",
    "attachment_add",
    "attachment_read",
    "call_ask",
    "call_hear",
    "call_number",
    "call_route",
    "call_to_order",
    "calls_forget",
    "claim_confirm",
    "claim_decide",
    "claim_pay",
    "claim_reckon",
    "claim_send_back",
    "contact_next",
    "contact_party",
    "contact_result",
    "contacts_held",
    "contacts_hold",
    "contacts_release",
    "contacts_send",
    "failed_messages_take",
    "form_once",
    "live_call_back_promise",
    "notices_seen",
    "order_answer",
    "order_apply_to",
    "order_ask_again",
    "order_assign",
    "order_call_back",
    "order_call_back_promise",
    "order_chase",
    "order_classify",
    "order_close",
    "order_dial",
    "order_dispatch",
    "order_escalate",
    "order_extend",
    "order_extend_grant",
    "order_extend_refuse",
    "order_fix",
    "order_give_back",
    "order_note",
    "order_open",
    "order_pass_on",
    "order_prioritise",
    "order_receive",
    "order_refuse",
    "order_reopen",
    "order_report",
    "order_resume",
    "order_rework",
    "order_supervise",
    "order_take",
    "order_take_next",
    "order_verify",
    "order_wait",
    "orders_bulk",
    "orders_push",
    "orders_return",
    "orders_watch",
    "outreach_open",
    "outreach_owe",
    "outreach_spare",
    "push_set",
    "told_flush",
    "unit_notices_seen",
    "view_drop",
    "view_save",
    "words_owe",
]
