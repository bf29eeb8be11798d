"""Send what is owed by message. Idempotent: a second run finds nothing left to claim."""

from __future__ import annotations

import uuid

from django.conf import settings
from procrastinate.contrib.django import app

from youlu.core.queues import LOOP, defer_once
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk.assignment.pushing import orders_push
from youlu.domain.desk.assignment.returning import orders_return
from youlu.domain.desk.campaigns.running import campaigns_watch
from youlu.domain.desk.campaigns.sending import campaigns_send
from youlu.domain.desk.channels.mail.looking import inboxes_look
from youlu.domain.desk.channels.mail.taking import letters_forget
from youlu.domain.desk.counting import arrivals_count
from youlu.domain.desk.emergency.starting import emergency_plan_answer
from youlu.domain.desk.emergency.telling import customers_retell, customers_tell
from youlu.domain.desk.exporting.keeping import export_make, exports_at_work, exports_expire
from youlu.domain.desk.importing.making import import_make, imports_at_work, imports_expire
from youlu.domain.desk.importing.receiving import import_read
from youlu.domain.desk.orders.following import follow_tries_forget
from youlu.domain.desk.orders.registering import orders_opened_tell
from youlu.domain.desk.orders.watching import orders_watch
from youlu.domain.desk.phone.hearing import calls_forget
from youlu.domain.desk.retention import order_texts_expire
from youlu.domain.desk.sending import contacts_send, failed_messages_take

SLICE_BATCHES = 2  # so that nothing else waits long behind it in a single worker


@app.task(name="desk.contacts_send", queue=LOOP, queueing_lock="desk.contacts_send")
def contacts_send_job() -> None:
    """A slice of a thousand customers, closures first, then a new job at the end of the queue."""
    failed_messages_take()
    counts = contacts_send(batches=SLICE_BATCHES)
    campaigns_watch()
    is_left = campaigns_send(batches=SLICE_BATCHES)
    if is_left or (not counts.is_done and not counts.is_blocked):
        contacts_send_defer()


@app.periodic(cron="* * * * * */5")
@app.task(name="desk.contacts_watch", queue=LOOP, queueing_lock="desk.contacts_watch")
def contacts_watch_job(timestamp: int) -> None:
    """Every five seconds: what a closure just owed, and what quiet hours, a missing wording or a kill left."""
    contacts_send_job()


@app.periodic(cron="50 3 * * *")
@app.task(name="desk.order_texts_expire", queueing_lock="desk.order_texts_expire", lock="desk.order_texts_expire",
          pass_context=False)
def order_texts_expire_job(timestamp: int = 0) -> None:
    """Every night: what customers said in orders closed long ago."""
    order_texts_expire(actor=actor_of_system("retention"))


@app.periodic(cron="11 * * * *")
@app.task(name="desk.follow_tries_forget", queueing_lock="desk.follow_tries_forget", pass_context=False)
def follow_tries_forget_job(timestamp: int = 0) -> None:
    """Every hour: wrong tries at an order's link that no longer count."""
    follow_tries_forget()


@app.periodic(cron="* * * * *")
@app.task(name="desk.orders_watch", queueing_lock="desk.orders_watch", pass_context=False)
def orders_watch_job(timestamp: int = 0) -> None:
    """Every minute: orders that are nearly due, due, or without a first reply."""
    orders_watch()


@app.periodic(cron="* * * * * */5")
@app.task(name="desk.orders_opened_tell", queueing_lock="desk.orders_opened_tell", pass_context=False)
def orders_opened_tell_job(timestamp: int = 0) -> None:
    """Every five seconds: customers whose orders were just opened."""
    orders_opened_tell()


@app.periodic(cron="* * * * *")
@app.task(name="desk.orders_return", queueing_lock="desk.orders_return", pass_context=False)
def orders_return_job(timestamp: int = 0) -> None:
    """Every minute: what was taken and lies untouched."""
    orders_return()


@app.periodic(cron="* * * * * */5")
@app.task(name="desk.orders_push", queueing_lock="desk.orders_push", lock="desk.orders_push", pass_context=False)
def orders_push_job(timestamp: int = 0) -> None:
    """Every five seconds, where the desk has it switched on: the pool goes to who has a hand free."""
    orders_push()


@app.periodic(cron="* * * * *")
@app.task(name="desk.calls_forget", queueing_lock="desk.calls_forget", pass_context=False)
def calls_forget_job(timestamp: int = 0) -> None:
    """Every minute: calls whose hang-up was never told."""
    calls_forget()


@app.task(name="desk.inboxes_go", queueing_lock="desk.inboxes_go", lock="desk.inboxes")
def inboxes_go_job() -> None:
    """A slice of the letters that lie in the inboxes, then a new job while there are more."""
    if inboxes_look():
        inboxes_kick()


@app.periodic(cron="* * * * *")
@app.task(name="desk.inboxes_watch", queueing_lock="desk.inboxes_watch", pass_context=False)
def inboxes_watch_job(timestamp: int = 0) -> None:
    """Every minute, where there are inboxes: look."""
    if settings.INBOXES:
        inboxes_kick()


def inboxes_kick() -> None:
    """Ask for a look at once; call it outside a transaction."""
    defer_once(inboxes_go_job)


@app.task(name="desk.import_go", queueing_lock="desk.import_go", lock="desk.import_go")
def import_go_job() -> None:
    """Read what was sent, make some orders of each file that runs, then a new job while there is more."""
    more = False
    for import_id, state in imports_at_work():
        if state == "reading":
            import_read(import_id)
        else:
            more = import_make(import_id) or more
    if more:
        import_go_defer()


@app.periodic(cron="* * * * *")
@app.task(name="desk.imports_watch", queueing_lock="desk.imports_watch", pass_context=False)
def imports_watch_job(timestamp: int = 0) -> None:
    """Every minute: files that a killed worker left in the middle."""
    if imports_at_work():
        import_go_defer()


@app.periodic(cron="2,12,22,32,42,52 * * * *")
@app.task(name="desk.arrivals_count", queueing_lock="desk.arrivals_count", pass_context=False)
def arrivals_count_job(timestamp: int = 0) -> None:
    """Every ten minutes: what came in half hours that are over, also those of days on which no worker ran."""
    arrivals_count()


@app.periodic(cron="20 4 * * *")
@app.task(name="desk.imports_expire", queueing_lock="desk.imports_expire", pass_context=False)
def imports_expire_job(timestamp: int = 0) -> None:
    """Every night: lines of files that came a month ago, and letters of then that became nothing."""
    imports_expire()
    letters_forget()


def import_go_defer() -> None:
    """Ask for the job at once; call it outside a transaction."""
    defer_once(import_go_job)


@app.task(name="desk.export_go", queueing_lock="desk.export_go", lock="desk.export_go")
def export_go_job() -> None:
    """Make the workbook that waits longest, then a new job while there is another."""
    waiting = exports_at_work()
    if waiting:
        export_make(waiting[0])
    if len(waiting) > 1:
        export_go_defer()


@app.periodic(cron="* * * * *")
@app.task(name="desk.exports_watch", queueing_lock="desk.exports_watch", pass_context=False)
def exports_watch_job(timestamp: int = 0) -> None:
    """Every minute: workbooks that a killed worker left in the middle."""
    if exports_at_work():
        export_go_defer()


@app.periodic(cron="30 4 * * *")
@app.task(name="desk.exports_expire", queueing_lock="desk.exports_expire", pass_context=False)
def exports_expire_job(timestamp: int = 0) -> None:
    """Every night: workbooks that were made days ago."""
    exports_expire()


def export_go_defer() -> None:
    """Ask for the job at once; call it outside a transaction."""
    defer_once(export_go_job)


@app.task(name="desk.emergency_plan")
def emergency_plan_job(planning_id: str) -> None:
    """Compute three plans; what a killed worker left is put back and begins anew."""
    emergency_plan_answer(uuid.UUID(planning_id))


@app.task(name="desk.emergency_tell")
def emergency_tell_job() -> None:
    """Tell customers that their answer comes later, after the night when it comes, and send what is owed by message."""
    customers_tell()
    customers_retell()
    contacts_send_defer()


def contacts_send_defer() -> None:
    """Ask for sending at once; call it outside a transaction."""
    defer_once(contacts_send_job)
