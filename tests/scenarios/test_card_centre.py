"""Youlu and the card centre as two programs over HTTP: a card from the voucher to the mail, either side being down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.domain.applications.applicants import SYSTEM, filled, issue
from tests.domain.conftest import small_network as small_network
from tests.domain.small_network import at

from youlu.core import clock
from youlu.domain.applications.dispatch import documents_dispatch
from youlu.domain.applications.jobs import events_take
from youlu.domain.applications.models import Application, State
from youlu.domain.applications.services import application_submit
from youlu.domain.mail.models import Item
from youlu.domain.partners.models import IncomingMessage, OutgoingMessage
from youlu.domain.partners.selectors import reconciliation
from youlu.domain.partners.services import PartnerKeys, SendCounts, outbox_send, partner_move, partner_register
from youlu.domain.partners.signing import secret_make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_network")]
SOURCE = Path(__file__).resolve().parents[2] / "src"
NOBODY = "http://127.0.0.1:9/messages"  # the discard port: nothing listens


class Centre:
    """The real process; `call` talks to its control desk."""

    def __init__(self, folder: Path, youlu: str, keys: PartnerKeys) -> None:
        self.folder, self.keys, self.youlu = folder, keys, youlu
        self.process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self) -> str:
        environment = {**os.environ, "CARD_CENTRE_VERIFY": self.keys.secret_out,
                       "CARD_CENTRE_SIGN": self.keys.secret_in, "PYTHONPATH": str(SOURCE)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "youlu.scenarios.partners.card_centre", "--port", "0", "--youlu",
             f"{self.youlu}/api/v1/partners/card_centre/messages", "--state", str(self.folder / "centre.sqlite")],
            stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        return f"http://127.0.0.1:{self.port}/messages"

    def call(self, path: str, **body: Any) -> dict[str, Any]:
        address = f"http://127.0.0.1:{self.port}/control/{path}"
        request = urllib.request.Request(address, json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.loads(answer.read())

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


@pytest.fixture
def centre(tmp_path: Path, live_server: Any) -> Iterator[Centre]:
    keys = partner_register(actor=SYSTEM, code="card_centre", name="制证中心", url=NOBODY,
                            keys=PartnerKeys(secret_make(), secret_make()))
    one = Centre(tmp_path, live_server.url, keys)
    yield one
    one.kill()


def make_due() -> None:
    OutgoingMessage.objects.filter(sent_at=None).update(next_try_at=clock.real_now())


def test_a_card_goes_from_the_voucher_to_the_mail_between_two_programs(centre: Centre) -> None:
    partner_move(actor=SYSTEM, code="card_centre", url=centre.start())
    application_submit(application_id=filled(issue()))
    assert outbox_send() == SendCounts(1, 0)
    centre.call("flush")
    events_take()
    assert Application.objects.get().state == State.ACCEPTED
    assert centre.call("make") == {"made": 1}
    centre.call("flush")
    events_take()
    assert documents_dispatch() == 1
    assert Application.objects.get().state == State.ITEM
    assert Item.objects.get().committed_arrive_by == at("2022-07-13 12:00")


def test_a_centre_that_is_down_hears_of_everything_once_when_it_is_up(centre: Centre) -> None:
    application_submit(application_id=filled(issue()))
    assert outbox_send() == SendCounts(0, 1)
    partner_move(actor=SYSTEM, code="card_centre", url=centre.start())
    assert outbox_send() == SendCounts(1, 0)
    OutgoingMessage.objects.update(sent_at=None)  # as after a kill between its answer and our note
    make_due()
    assert outbox_send() == SendCounts(1, 0)
    centre.call("flush")
    assert IncomingMessage.objects.filter(topic="application.accepted").count() == 1


@pytest.mark.slow
def test_a_centre_killed_with_news_to_send_sends_it_after_its_restart(centre: Centre, live_server: Any) -> None:
    centre.youlu = "http://127.0.0.1:9"  # Youlu is down for it
    partner_move(actor=SYSTEM, code="card_centre", url=centre.start())
    application_submit(application_id=filled(issue()))
    outbox_send()
    assert centre.call("flush") == {"sent": 0, "waiting": 1}
    centre.kill()
    centre.youlu = live_server.url
    centre.start()
    centre.call("flush")
    assert IncomingMessage.objects.get().topic == "application.accepted"


@pytest.mark.slow
def test_both_sides_count_the_same_day_alike(centre: Centre) -> None:
    partner_move(actor=SYSTEM, code="card_centre", url=centre.start())
    for serial in ("S1", "S2"):
        application_submit(application_id=filled(issue(serial)))
    outbox_send()
    centre.call("flush")
    centre.call("make")
    centre.call("flush")
    centre.call("statement", date="2022-07-11")
    centre.call("flush")
    rows = reconciliation(actor=SYSTEM, partner="card_centre", day=at("2022-07-11 17:00").date())
    assert {(row.topic, row.ours, row.theirs) for row in rows} == {
        ("application.submitted", 2, 2), ("application.accepted", 2, 2), ("application.made", 2, 2)}


@pytest.mark.slow
def test_a_message_signed_with_another_key_is_not_believed_by_the_centre(centre: Centre) -> None:
    centre.keys = PartnerKeys(centre.keys.secret_in, secret_make())
    partner_move(actor=SYSTEM, code="card_centre", url=centre.start())
    application_submit(application_id=filled(issue()))
    assert outbox_send() == SendCounts(0, 1)
    assert OutgoingMessage.objects.get().last_problem == "HTTP 401"
