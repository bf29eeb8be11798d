"""Kill the worker again and again while a campaign's messages go out; then count: nobody twice, nobody forgotten.

The control: the same count finds a message that is taken away, and one that is there twice.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from django.db import connection

from tests.domain.desk.campaign_people import campaign, customers, topic_make
from youlu.core import clock
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.models import Contact
from youlu.domain.messages.models import Message

CUSTOMERS, PATIENCE_S = 8_000, 120
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
SENDS = "from youlu.domain.desk.jobs import contacts_send_job\nfor _ in range(40): contacts_send_job()"
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
# (told without a message, messages without a told customer, customers of two messages, attempts beside messages)
COUNTED = """
WITH m AS (SELECT customer_key, count(*) AS n FROM customer_messages_message GROUP BY 1)
SELECT (SELECT count(*) FROM desk_contact c LEFT JOIN m USING (customer_key) WHERE c.state = 'told' AND m.n IS NULL),
  (SELECT count(*) FROM m LEFT JOIN desk_contact c ON c.customer_key = m.customer_key AND c.state = 'told'
   WHERE c.id IS NULL), (SELECT count(*) FROM m WHERE n > 1),
  (SELECT abs(count(*) - (SELECT count(*) FROM customer_messages_message)) FROM desk_attempt WHERE mode = 'message')"""


def worker() -> subprocess.Popen[bytes]:
    """A process of its own on the tests' database, in the middle of what the periodic job does."""
    of = connection.settings_dict
    address = f"postgresql://{of['USER']}:{of['PASSWORD']}@{of['HOST'] or ''}:{of['PORT']}/{of['NAME']}" if not str(
        of["HOST"]).startswith("/") else f"postgresql://{of['USER']}@/{of['NAME']}?host={of['HOST']}&port={of['PORT']}"
    return subprocess.Popen([sys.executable, "-m", "youlu", "manage", "shell", "-c", SENDS],
                            env={**os.environ, "DATABASE_URL": address}, stdout=subprocess.DEVNULL)


def told() -> int:
    return Contact.objects.filter(state="told").count()


def counted() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        return tuple(cursor.fetchone())


def killed_in_the_middle() -> bool:
    """Start it, kill it once it has told somebody; whether that was in time."""
    before, process = told(), worker()
    patience = time.monotonic() + PATIENCE_S
    while told() == before and time.monotonic() < patience and process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.005)
    process.kill()
    process.wait()
    return before < told() < CUSTOMERS


def test_a_worker_killed_while_a_campaign_goes_out_tells_nobody_twice_and_forgets_nobody() -> None:
    clock.clock_set(at=NOON, rate=0.0)
    topic_make()
    campaign(customers(CUSTOMERS))
    in_time = sum(killed_in_the_middle() for _ in range(4))
    assert in_time >= 3, "no kill came in the middle: the test proves nothing"
    assert counted() == (0, 0, 0, 0)
    for _ in range(4):
        worker().wait(PATIENCE_S)
    assert told() == Message.objects.count() == CUSTOMERS
    assert counted() == (0, 0, 0, 0)
    assert Campaign.objects.get().state == "done"

    first, second = Message.objects.all()[:2]
    Message.objects.filter(id=first.id).update(customer_key=second.customer_key)
    assert counted()[0] == 1
    assert counted()[2] == 1
    clock.forget()
