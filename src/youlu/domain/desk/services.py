"""What the desk does, by room: orders, who is owed word, telling by voice, telling by message."""

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
from youlu.domain.desk.orders import (
    order_answer,
    order_close,
    order_give_back,
    order_open,
    order_take,
    order_take_next,
)
from youlu.domain.desk.owing import OweCounts, SpareCounts, outreach_open, outreach_owe, outreach_spare
from youlu.domain.desk.sending import SendCounts, contacts_send, failed_messages_take
from youlu.domain.desk.told import told_flush

__all__ = [
    "ContactOutcome", "OweCounts", "Said", "SendCounts", "SpareCounts", "call_ask", "contact_next", "contact_party",
    "contact_result",
    "contacts_held", "contacts_hold", "contacts_release", "contacts_send", "failed_messages_take", "order_answer",
    "order_close",
    "order_give_back", "order_open", "order_take", "order_take_next", "outreach_open", "outreach_owe",
    "outreach_spare", "told_flush",
]
